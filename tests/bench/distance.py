"""Nodes with distance between them, and what the benchmarks of nodes share.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, pathlib, socket, statistics, subprocess, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'faults'))
from nodes import World, quantile, until

TOOLS = pathlib.Path(os.environ.get('CITIZ_BENCH_TOOLS', '.'))
SECOND = 1000.0
CHECK = os.environ.get('CITIZ_BENCH_CHECK') == '1'  # only that it still runs: little of everything, nothing judged


class Distance:
    """Stands before each node of a world (its `wires`): what nodes say to each other takes `ms` one way."""

    def __init__(self, ms):
        self.ms, self.relays, self.ports = ms, [], {}

    def __call__(self, world):
        return self

    def relay(self, port):
        process = subprocess.Popen([TOOLS / 'delay-relay', str(self.ms), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.relays.append(process)
        return int(process.stdout.readline())

    def before(self, node):
        self.ports[node.place] = self.relay(node.port)
        return f'http://127.0.0.1:{self.ports[node.place]}'

    def close(self):
        for process in self.relays:
            process.stdin.close()
            process.wait()


class Echo:
    """The raw limit: bytes there and back."""

    def __init__(self, distance):
        self.socket = socket.create_connection(('127.0.0.1', distance.relay(0)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def round_trips(self, count):
        """Milliseconds."""
        began = time.perf_counter()
        for _ in range(count):
            self.socket.sendall(b'x')
            assert self.socket.recv(1) == b'x'
        return (time.perf_counter() - began) * SECOND


def raw_verify(threads=2, count=20000):
    """Signatures a second that libsodium alone verifies."""
    return raw_verify_cost(threads, count)[0]


def raw_verify_cost(threads=2, count=20000):
    """The same, and the seconds of a processor that one takes: the same one each time, and one among many."""
    rate, cost, of_many = map(float, subprocess.run([TOOLS / 'raw-verify', str(count), str(threads)], capture_output=True, check=True).stdout.split())
    return rate, cost / 1e6, of_many / 1e6


def processor_seconds(node):
    return processor_seconds_of(node.process.pid)


def processor_seconds_of(pid):
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def load(*words, data=None):
    return json.loads(subprocess.run([TOOLS / 'http-load', *map(str, words)], input=data, capture_output=True, check=True).stdout)


def say(what, ours, raw, unit, ratios, goal, at_most=False):
    """One line. Returns whether the median of the ratios meets the goal."""
    ratio = statistics.median(ratios)
    good = ratio <= goal if at_most else ratio >= goal
    print(f'{what}: {ours:.1f} {unit}, raw {raw:.1f}; ratio {ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f}), goal {"<=" if at_most else ">="} {goal:.2f}'
          + ('' if good else '  MISSED'), flush=True)
    return good


def end(good):
    sys.exit(not good and not CHECK)
