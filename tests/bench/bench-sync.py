#!/usr/bin/env python3
"""B7: a copy of a community's chain made from nothing, over the loopback: bench-sync.py CITIZ-NODE MAKE-TRANSACTIONS [TRANSACTIONS [ROUNDS]]. Seconds until every signature of it is
verified, beside what libsodium alone takes for as many on two threads; on the way the seconds until every root is recomputed, and those of beginning with the snapshot of an
epoch's end. The full measure is a million transactions, whose limits are printed in proportion.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, shutil, statistics, struct, subprocess, sys

from distance import CHECK, TOOLS, World, end, load, raw_verify_cost, say, until

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


def compare(world, node, how, count, rounds):
    """The ratio, and the seconds until it is even, by the clock and of a processor."""
    raw, costs, many, found = [], [], [], []
    for _ in range(rounds):
        rate, cost, of_many = raw_verify_cost(2)
        raw.append(count / rate)
        costs.append(count * cost)
        many.append(count * of_many)
        found.append(sync(world, node, how))
    ratios = [one['full'] / limit for one, limit in zip(found, raw)]
    say(f'{count} transactions from the {how} epoch on', statistics.median(one['full'] for one in found), statistics.median(raw), 's', ratios, GOAL, at_most=True)
    say('  by processor time', statistics.median(one['processor'] for one in found), statistics.median(costs), 's',
        [one['processor'] / cost for one, cost in zip(found, costs)], GOAL, at_most=True)
    print(f"  (libsodium alone with different signatures: {statistics.median(many):.1f} s of a processor; "
          f"ratio {statistics.median(one['processor'] / cost for one, cost in zip(found, many)):.3f})", flush=True)
    return statistics.median(ratios), *(statistics.median(one[word] for one in found) for word in ('even', 'even_processor'))


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    count, rounds = (600, 1) if CHECK else (int(word) for word in (sys.argv[3:] + ['40000', '3'][len(sys.argv) - 3:]))
    with World(binary, maker, n=1, timing={'interval': 20}) as world:
        world.start()
        node = world.nodes[0]
        fill(node, world, count)
        first = compare(world, node, 'first', count, rounds)
        end_epoch(world, node)
        last = compare(world, node, 'last', count, rounds)
        good = min(first[0], last[0]) <= GOAL
        for what, seconds, used, goal in (('every root recomputed', *first[1:], GOAL_ROOTS), ('begun with the snapshot', *last[1:], GOAL_SNAPSHOT)):
            fine = seconds <= goal * max(count / MILLION, 0.1)
            good &= fine
            print(f'  {what}: {seconds:.2f} s, {seconds / count * MILLION:.1f} s a million, {used / count * MILLION:.1f} s of a processor; goal {goal}'
                  + ('' if fine else '  MISSED'))
    end(good)


if __name__ == '__main__':
    main()
