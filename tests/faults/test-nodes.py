"""Four nodes as processes, and what happens to machines: test-nodes.py BINARY MAKER CASE. The cases are in cases/, by subject.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import sys

from cases import copies, epochs, machine, operator, order, serving
from nodes import Skip, World

CASES = {name: case for subject in (order, epochs, copies, machine, serving, operator) for name, case in vars(subject).items() if name.startswith('case_')}


def main():
    binary, maker, name = sys.argv[1:4]
    case = CASES['case_' + name]
    print('TAP version 13\n1..1')
    try:
        with World(binary, maker, wires=getattr(case, 'wires', None)) as world:
            case(world)
    except Skip as why:
        print(f'ok 1 - {case.__doc__.splitlines()[0]} # SKIP {why}')
        return
    print(f'ok 1 - {case.__doc__.splitlines()[0]}')


if __name__ == '__main__':
    main()
