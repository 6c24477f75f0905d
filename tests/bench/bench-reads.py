#!/usr/bin/env python3
"""B8: how many tiles and proofs a second a node gives, beside nginx giving files of the same bytes: bench-reads.py CITIZ-NODE MAKE-TRANSACTIONS [SECONDS]. Both have one
process and the same connections; they take turns. The second line of each compares processor time for one, which is what counts where others use the machine, too. Then the tiles that the node exports, given by nginx with the configuration that comes with the node. Last, so many proofs that
those which the node keeps have gone when they are asked for again: how long making one takes.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, statistics, subprocess, sys

from distance import CHECK, World, end, load, processor_seconds_of, say, until
import proxies
from nodes import free_port
from proxies import find

GOAL, GOAL_FILES, GOAL_ANEW = 0.33, 0.95, 0.10
ROUNDS, CONNECTIONS = 5, 32
MANY = 'keepalive_requests 1000000000; access_log off;'


class Nginx:
    """Gives the files of a folder, and nothing else."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        temporary = ''.join(f'{name}_temp_path {folder}/{name};' for name in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        (folder / 'static.conf').write_text(
            ('user root root; ' if os.geteuid() == 0 else '') + f'daemon off; worker_processes 1; pid {folder}/static.pid; error_log stderr; events {{}}\n'
            f'http {{ {temporary} {MANY} server {{ listen 127.0.0.1:{self.port}; root {folder}/files; }} }}\n')
        self.process = subprocess.Popen([find('nginx'), '-p', str(folder), '-e', 'stderr', '-c', str(folder / 'static.conf')], stderr=open(folder / 'static.log', 'w'))

    def put(self, path, data):
        file = self.folder / 'files' / path.strip('/')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def close(self):
        self.process.terminate()
        self.process.wait()


def worker(process):
    """nginx's, which does the work."""
    pids = open(f'/proc/{process.pid}/task/{process.pid}/children').read().split()
    return int(pids[0]) if pids else None


def rate(port, path, seconds, pid):
    """So many a second, and µs of processor time for one."""
    used = processor_seconds_of(pid)
    got = load('get', seconds, CONNECTIONS, port, path)
    return got['done'] / got['seconds'], (processor_seconds_of(pid) - used) / got['done'] * 1e6


def compare(what, node, path, nginx, seconds, goal=GOAL, port=None, pid=None):
    """@path: or several, with commas, that are asked for in turn"""
    for one in path.split(','):
        status, data = node.get(one)
        assert status == 200, one
        nginx.put(one, data)
    until('nginx gives it', lambda: load('get', 0.05, 1, nginx.port, path)['refused'] == 0)
    ours, raw = [], []
    for _ in range(1 if CHECK else ROUNDS):
        raw.append(rate(nginx.port, path, seconds, worker(nginx.process)))
        ours.append(rate(port or node.port, path, seconds, pid or node.process.pid))
    pairs = list(zip(ours, raw))
    good = say(f'{what} ({len(data)} bytes)', statistics.median(one[0] for one in ours), statistics.median(one[0] for one in raw), 'a second',
               [one[0] / limit[0] for one, limit in pairs], goal)
    say('  by processor time', statistics.median(one[1] for one in ours), statistics.median(one[1] for one in raw), 'µs',
        [limit[1] / max(one[1], 1) for one, limit in pairs], goal)
    return good


def files(world, node, nginx, seconds):
    """Through the configuration that comes with the node; its limits for one address, which are for strangers, are lifted."""
    front = free_port()
    front_nginx = proxies.start_nginx(world.dir, world.dir / 'nobody.sock', front, MANY,
                                      {'rate=1000r/s': 'rate=1000000r/s', 'burst=2000': 'burst=1000000', 'limit_conn citiz_connections 20': 'limit_conn citiz_connections 1000'})
    try:
        return compare('a tile that nginx gives', node, '/tile/0/000', nginx, seconds, GOAL_FILES, front, until('its worker runs', lambda: worker(front_nginx)))
    finally:
        front_nginx.terminate()
        front_nginx.wait()


def main():
    binary, maker = (os.path.abspath(path) for path in sys.argv[1:3])
    seconds = 0.2 if CHECK else float(sys.argv[3]) if len(sys.argv) > 3 else 1.5
    if not find('nginx'):
        print('no nginx here')
        sys.exit(77)
    with World(binary, maker, n=1, timing={}) as world:
        node = world.nodes[0]
        node.set('listen', tiles=world.dir / 'tiles')
        node.set('limits', requests_per_second=100000, requests_burst=100000)
        world.start()
        nginx = Nginx(world.dir)
        try:
            ids = [node.submit(tx)[1] for tx in world.transactions(600)]
            names = [json.loads(one)['id'] for one in ids]
            name = names[-1]
            node.becomes_final(name)
            good = compare('a tile', node, '/tile/0/000', nginx, seconds)
            good &= files(world, node, nginx, seconds)
            good &= compare('a proof', node, f'/v1/tx/{name}', nginx, seconds)
            compare('proofs of all, each made anew', node, ','.join(f'/v1/tx/{one}' for one in names), nginx, seconds, GOAL_ANEW)
        finally:
            nginx.close()
    end(good)


if __name__ == '__main__':
    main()
