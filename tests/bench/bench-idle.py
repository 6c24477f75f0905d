#!/usr/bin/env python3
"""What four nodes cost when nothing happens: bench-idle.py CITIZ-NODE MAKE-TRANSACTIONS [SECONDS].
They run in a network of their own (a user's namespace), whose loopback nobody else uses: its counter is what they send, headers of TCP and IP included, and each
byte sent is one received. Two things happen in an idle community: an empty block now and then, and pings that keep links open. Here the blocks come every 45
seconds and are told apart from the pings by their size; a day is then as many blocks as the settings a node comes with make, and the pings of a day. The
raw limit beside it: the empty blocks alone, each sent once to each other node. Memory and processor are those of the nodes at the end.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import fcntl, os, pathlib, re, socket, struct, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'faults'))
from nodes import Load, World

DAY = 86400
GOAL_BYTES, GOAL_RESIDENT = 5e6, 40 << 20
HEARTBEAT, SAMPLE = 45, 0.25
BURST = 4000  # bytes in a sample: a block and its votes; pings are a tenth of it
AROUND = 4    # samples on each side that belong to it


def raise_loopback():
    with socket.socket() as s:
        fcntl.ioctl(s, 0x8914, struct.pack('16sH14s', b'lo', 0x1 | 0x40, bytes(14)))  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING


def sent():
    """Bytes of IP packets: the loopback counts an Ethernet header with each."""
    line = next(line for line in open('/proc/net/dev') if line.strip().startswith('lo:'))
    count, packets = (int(field) for field in line.split(':')[1].split()[8:10])
    return count - 14 * packets


def processor_seconds(node):
    fields = open(f'/proc/{node.process.pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def sample(seconds):
    """Bytes in each step of time; nobody asks the nodes anything meanwhile."""
    steps, before = [], sent()
    for _ in range(int(seconds / SAMPLE)):
        time.sleep(SAMPLE)
        now = sent()
        steps.append(now - before)
        before = now
    return steps


def take_apart(steps):
    """The bytes of each block with its votes, and the bytes a second of the rest."""
    in_block = [any(step > BURST for step in steps[max(0, i - AROUND):i + AROUND + 1]) for i in range(len(steps))]
    blocks, quiet = [], [step for step, of in zip(steps, in_block) if not of]
    for i, step in enumerate(steps):
        if in_block[i] and (i == 0 or not in_block[i - 1]):
            blocks.append(0)
        if in_block[i]:
            blocks[-1] += step
    return blocks, sum(quiet) / (len(quiet) * SAMPLE)


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 5 * HEARTBEAT
    raise_loopback()
    with World(binary, maker, timing={}) as world:
        first, n = world.nodes[0], len(world.nodes)
        preset = int(re.search(r'heartbeat=(\d+)', (first.dir / 'citiz-node.conf').read_text())[1]) / 1000
        for node in world.nodes:
            node.set('order', heartbeat=HEARTBEAT * 1000)
        world.start()
        Load(world, number=200, wait=60).run()
        world.settle()
        time.sleep(70)  # what the last blocks still send, and what links of a start do in their first minute
        used = [processor_seconds(node) for node in world.nodes]
        blocks, quiet = take_apart(sample(seconds))
        used = max(processor_seconds(node) - before for node, before in zip(world.nodes, used))
        assert blocks, 'no block came'
        block = sum(blocks) / len(blocks)
        a_day = 2 / n * DAY  # in and out of one node
        made = len(first.blocks()[-1][2]) * (n - 1)
        total = (block / preset + quiet) * a_day
        resident = max(each.resident() for each in world.nodes)
        print(f'idle: {n} nodes, {seconds:.0f} s, {len(blocks)} empty blocks of {block / 1e3:.1f} kB each with its votes; {quiet:.0f} bytes a second between them')
        print(f'  a node, in and out, a block every {preset:.0f} s: {total / 1e6:.2f} MB a day (goal 5): blocks {block / preset * a_day / 1e6:.2f} '
              f'(alone {made / preset * a_day / 1e6:.2f}), links {quiet * a_day / 1e6:.2f}')
        print(f'  memory: at most {resident / (1 << 20):.1f} MiB (goal 40); processor: {used / seconds * DAY:.0f} s a day')
        sys.exit(total > GOAL_BYTES or resident > GOAL_RESIDENT)


if __name__ == '__main__':
    if os.environ.get('CITIZ_OWN_NETWORK') == '1':
        main()
    elif subprocess.run(['unshare', '-rn', 'true'], capture_output=True).returncode:
        print('no network of one’s own can be made here')
        sys.exit(77)
    else:
        os.execvpe('unshare', ['unshare', '-rn', sys.executable, *sys.argv], {**os.environ, 'CITIZ_OWN_NETWORK': '1'})
