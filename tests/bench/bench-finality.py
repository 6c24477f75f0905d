#!/usr/bin/env python3
"""B4: how soon four nodes with 20 ms between each two of them make a transaction final: bench-finality.py CITIZ-NODE MAKE-TRANSACTIONS [ROUNDS [SYNC-MS SLOW-SYNC]].
From the proposal: from the time in the block's header until each node tells of it as final. From the submission: from when somebody as far away hands it to a node until
that node tells of it. The raw limit is two round trips of one byte over the same distance, measured in between. With a SYNC-MS, each sync of a disk takes
that much longer.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import http.client, os, queue, statistics, sys, threading, time

from distance import CHECK, Distance, Echo, SECOND, World, end, quantile, say
from nodes import PATIENCE, Reader

ONE_WAY = 20
PAUSE = 0.3  # longer than the least time between two blocks
GOALS = {'from the proposal, median': (0.5, 1.0), 'from the proposal, p99': (0.99, 2.0)}
GOAL_SUBMIT = 1.5


class Ear(threading.Thread):
    """Hears one node tell of final blocks."""

    def __init__(self, node, heard):
        super().__init__(daemon=True)
        self.place, self.heard, self.reader = node.place, heard, Reader(node)
        self.start()

    def run(self):
        try:
            while True:
                event = self.reader.event()
                self.heard.put((self.place, time.time() * SECOND, event))
        except (OSError, ValueError):
            return


def hand_over(connection, tx):
    connection.request('POST', '/v1/tx', tx, {'Content-Type': 'application/octet-stream'})
    answer = connection.getresponse()
    answer.read()
    assert answer.status in (200, 202), answer.status


def told(heard, n):
    """Of one block, by each of n nodes: place → when."""
    seen, proposed = {}, 0
    while len(seen) < n:
        place, when, event = heard.get(timeout=PATIENCE)
        if event['transactions']:
            seen[place], proposed = when, event['time']
    return seen, proposed


def measure(world, distance, rounds):
    echo, heard = Echo(distance), queue.Queue()
    doors = [http.client.HTTPConnection('127.0.0.1', distance.ports[node.place], timeout=PATIENCE) for node in world.nodes]
    for door in doors:
        door.connect()
    ears = [Ear(node, heard) for node in world.nodes]
    proposal, submit, raw = [], [], []
    for turn, tx in enumerate(world.transactions(rounds + 4)):
        place = turn % len(doors)
        raw.append(echo.round_trips(2))
        began = time.time() * SECOND
        thread = threading.Thread(target=hand_over, args=(doors[place], tx))
        thread.start()
        seen, proposed = told(heard, len(ears))
        thread.join()
        if turn >= 4:  # the first ones find cold caches
            proposal += [when - proposed for when in seen.values()]
            submit.append(seen[place] - began)
        time.sleep(PAUSE)
    return proposal, submit, raw[4:]


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    rounds = 4 if CHECK else int(sys.argv[3]) if len(sys.argv) > 3 else 100
    distance = Distance(ONE_WAY)
    with World(binary, maker, timing={}, wires=distance) as world:
        if len(sys.argv) > 5:
            for node in world.nodes:
                node.environment = {'LD_PRELOAD': os.path.abspath(sys.argv[5]), 'CITIZ_SLOW_SYNC_MS': sys.argv[4]}
        world.start()
        proposal, submit, raw = measure(world, distance, rounds)
        limit = statistics.median(raw)
        good = True
        for what, (q, goal) in GOALS.items():
            good &= say(f'finality {what}', quantile(proposal, q), limit, 'ms', [quantile(proposal, q) / limit], goal, at_most=True)
        good &= say('finality from the submission, median', statistics.median(submit), limit, 'ms', [statistics.median(submit) / limit], GOAL_SUBMIT, at_most=True)
        print(f'  from the proposal {min(proposal):.1f} to {max(proposal):.1f} ms; from the submission {min(submit):.1f} to {max(submit):.1f}, p99 {quantile(submit, 0.99):.1f} ms')
        world.no_evidence()
    end(good)


if __name__ == '__main__':
    main()
