#!/usr/bin/env python3
"""B7: a copy of a community's chain made from nothing, over the loopback: bench-sync.py CITIZ-NODE MAKE-TRANSACTIONS [TRANSACTIONS [ROUNDS]]. Seconds until every signature of it is
verified, beside what libsodium alone takes for as many on two threads; on the way the seconds until every root is recomputed, and those of beginning with the snapshot of an
epoch's end. The full measure is a million transactions, whose limits are printed in proportion.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, shutil, statistics, struct, subprocess, sys

from distance import CHECK, TOOLS, World, end, load, raw_verify, say, until

GOAL, GOAL_ROOTS, GOAL_SNAPSHOT = 1.3, 12, 5
MILLION = 1_000_000
AT_ONCE = 50_000


def fill(node, world, count):
    for at in range(0, count, AT_ONCE):
        txs = world.transactions(min(AT_ONCE, count - at))
        load('post', 32, node.port, data=b''.join(struct.pack('>I', len(tx)) + tx for tx in txs))
    until('nothing waits', lambda: node.status()['waiting'] == 0)


def sync(world, node, how):
    folder, genesis = world.dir / 'copy', world.dir / 'genesis'
    genesis.write_bytes(node.get('/v1/genesis')[1])
    folder.mkdir(mode=0o700)
    try:
        return json.loads(subprocess.run([TOOLS / 'sync-client', genesis, node.url, folder, how], stdout=subprocess.PIPE, check=True).stdout)
    finally:
        shutil.rmtree(folder)


def end_epoch(world, node):
    """Somebody comes in, so that the chain has an end to begin with."""
    second = world.add_observer(node.ask('invite')['link']).start()
    until('it has caught up', lambda: second.status()['height'] >= node.status()['height'])
    proposal = second.ask('join')['proposal']
    until('it is seen', lambda: 'Proposal' in node.command('members').stdout)
    node.command('approve', proposal)
    until('the next epoch began', lambda: node.status()['epoch'] == 1)


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    count, rounds = (600, 1) if CHECK else (int(word) for word in (sys.argv[3:] + ['40000', '3'][len(sys.argv) - 3:]))
    with World(binary, maker, n=1, timing={'interval': 20}) as world:
        world.start()
        node = world.nodes[0]
        fill(node, world, count)
        raw, found = [], []
        for _ in range(rounds):
            raw.append(count / raw_verify(2))
            found.append(sync(world, node, 'first'))
        good = say(f'{count} transactions from nothing', statistics.median(one['full'] for one in found), statistics.median(raw), 's',
                   [one['full'] / limit for one, limit in zip(found, raw)], GOAL, at_most=True)
        roots = statistics.median(one['even'] for one in found)
        end_epoch(world, node)
        snapshot = statistics.median(sync(world, node, 'last')['even'] for _ in range(rounds))
        for what, seconds, goal in (('every root recomputed', roots, GOAL_ROOTS), ('begun with the snapshot', snapshot, GOAL_SNAPSHOT)):
            fine = seconds <= goal * max(count / MILLION, 0.1)
            good &= fine
            print(f'  {what}: {seconds:.2f} s, {seconds / count * MILLION:.1f} s a million; goal {goal}' + ('' if fine else '  MISSED'))
    end(good)


if __name__ == '__main__':
    main()
