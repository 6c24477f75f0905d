#!/usr/bin/env python3
"""B5: four validators and whoever brings the transactions on one machine: bench-four.py CITIZ-NODE MAKE-TRANSACTIONS [ROUNDS [TRANSACTIONS]].
Transactions a second, each handed to one of the nodes, from the first request until all four have all of them final and on disk. The raw limit beside it: a quarter of the
signatures that libsodium verifies on two threads, as each node verifies each transaction itself.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, statistics, struct, sys, time

from distance import CHECK, World, end, load, raw_verify, say, until

GOAL = 0.55
CONNECTIONS = 32


def size_of_log(node):
    try:
        return int(node.checkpoint()[0].split('\n')[1])
    except (IndexError, ValueError):
        return 0  # no block yet


def bring(world, txs):
    """Transactions a second."""
    goal = max(map(size_of_log, world.nodes)) + len(txs)
    data = b''.join(struct.pack('>I', len(tx)) + tx for tx in txs)
    began = time.monotonic()
    load('post', CONNECTIONS, *(node.port for node in world.nodes), data=data)
    for node in world.nodes:
        until('all are final', lambda: size_of_log(node) >= goal, every=0.01)
    return len(txs) / (time.monotonic() - began)


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    rounds, count = (2, 200) if CHECK else (int(word) for word in (sys.argv[3:] + ['5', '4000'][len(sys.argv) - 3:]))
    with World(binary, maker, timing={}) as world:
        world.start()
        bring(world, world.transactions(count // 4))
        ours, raw = [], []
        for _ in range(rounds):
            txs = world.transactions(count)
            raw.append(raw_verify(2) / len(world.nodes))
            ours.append(bring(world, txs))
        good = say('four validators on one machine', statistics.median(ours), statistics.median(raw), 'transactions/s',
                   [one / limit for one, limit in zip(ours, raw)], GOAL)
        world.no_evidence()
    end(good)


if __name__ == '__main__':
    main()
