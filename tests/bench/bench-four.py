#!/usr/bin/env python3
"""B5: four validators and whoever brings the transactions on one machine: bench-four.py CITIZ-NODE MAKE-TRANSACTIONS [ROUNDS [TRANSACTIONS]].
Transactions a second, each handed to one of the nodes, from the first request until all four have all of them final and on disk. The raw limit beside it: a quarter of the
signatures that libsodium verifies on two threads, as each node verifies each transaction itself. The second line compares processor time instead of time, which is
what counts where others use the machine, too.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, resource, statistics, struct, sys, time

from distance import CHECK, World, end, load, processor_seconds, raw_verify_cost, say, until

GOAL = 0.55
CONNECTIONS = 32
MANY = 16  # in one request, as an app sends what waited while it was away


def size_of_log(node):
    try:
        return int(node.checkpoint()[0].split('\n')[1])
    except (IndexError, ValueError):
        return 0  # no block yet


def cost(world):
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(map(processor_seconds, world.nodes)) + children.ru_utime + children.ru_stime


def bring(world, txs, many):
    """Transactions a second; seconds of a processor for each, of the nodes and of who brings them."""
    goal = max(map(size_of_log, world.nodes)) + len(txs)
    data = b''.join(struct.pack('>I', len(tx)) + tx for tx in txs)
    began, used = time.monotonic(), cost(world)
    load('post', f'{CONNECTIONS}x{many}', *(node.port for node in world.nodes), data=data)
    for node in world.nodes:
        until('all are final', lambda: size_of_log(node) >= goal, every=0.01)
    return len(txs) / (time.monotonic() - began), (cost(world) - used) / len(txs)


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    rounds, count = (2, 200) if CHECK else (int(word) for word in (sys.argv[3:] + ['5', '4000'][len(sys.argv) - 3:]))
    with World(binary, maker, timing={}) as world:
        world.start()
        bring(world, world.transactions(count // 4), 1)
        raw, one, found = [], [], {many: [] for many in (1, MANY)}
        for _ in range(rounds):
            rate, cost_of_one, _ = raw_verify_cost(2)
            raw.append(rate / len(world.nodes))
            one.append(len(world.nodes) * cost_of_one)
            for many, rates in found.items():
                rates.append(bring(world, world.transactions(count), many))
        good = True
        for many, rates in found.items():
            met = say('four validators on one machine' if many == 1 else f'  {many} transactions a request', statistics.median(rate for rate, _ in rates), statistics.median(raw),
                      'transactions/s', [rate / limit for (rate, _), limit in zip(rates, raw)], GOAL)
            say('  by processor time', statistics.median(each for _, each in rates) * 1e6, statistics.median(one) * 1e6, 'µs a transaction',
                [limit / each for (_, each), limit in zip(rates, one)], GOAL)
            good &= met or many > 1  # judged by the one a request that each person's app sends
        world.no_evidence()
    end(good)


if __name__ == '__main__':
    main()
