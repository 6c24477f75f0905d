"""Four nodes as processes, and what happens to machines: test-nodes.py BINARY MAKER CASE.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, sys, time

from nodes import World, Load, quantile, until


def case_together(world):
    """What one node takes is final on all; duplicates at several nodes are one transaction."""
    world.start()
    first, *rest = world.transactions(21)
    names = set()
    for node in world.nodes:
        status, body = node.submit(first)
        assert status in (200, 202), body
        names.add(json.loads(body)['id'])
    assert len(names) == 1
    name = names.pop()
    for node in world.nodes:
        answer = json.loads(node.get(f'/v1/tx/{name}?wait=10')[1])
        assert answer['state'] == 'final' and answer['proof']['final'], answer
    load = Load(world, number=100)
    load.start()
    load.join(60)
    chain = world.settle()
    assert len(load.final) == 100, len(load.final)
    assert sum(block.count(first) for _, _, block in world.nodes[0].blocks()) == 1
    world.no_evidence()
    print(f'# finality over HTTP: p50 {quantile(load.seconds, .5) * 1e3:.0f} ms, p99 {quantile(load.seconds, .99) * 1e3:.0f} ms; '
          f'{len(chain)} blocks')
    for node in world.nodes:
        assert node.stop() == 0


def main():
    binary, maker, name = sys.argv[1:4]
    case = globals()['case_' + name]
    print('TAP version 13\n1..1')
    with World(binary, maker) as world:
        case(world)
    print(f'ok 1 - {case.__doc__.splitlines()[0]}')


if __name__ == '__main__':
    main()
