"""Real citiz-node processes for tests: founded, started, killed by their own pid, asked over HTTP.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import base64, hashlib, http.client, json, os, pathlib, random, shutil, signal, socket, struct, subprocess, tempfile, threading, time

CONTINUATION = 2  # a block's flag
TIMING = {'timeout': 500, 'timeout-cap': 60000, 'standstill': 500, 'interval': 20, 'heartbeat': 30000, 'egress': 1048576}
FAKETIME = [pathlib.Path(p) / 'faketime/libfaketime.so.1' for p in ('/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib')]
PATIENCE = 240  # seconds: ends what hangs, judges nothing


class Skip(Exception):
    """What this machine lacks."""


def another_time(shift):
    """The environment of a process whose clock is wrong by so much: "+1h"."""
    library = next((p for p in FAKETIME if p.exists()), None)
    if library is None:
        raise Skip('libfaketime is missing')
    return {'LD_PRELOAD': str(library), 'FAKETIME': shift, 'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'DONT_FAKE_MONOTONIC': '1',
            'FAKETIME_DISABLE_SHM': '1', 'NO_FAKE_STAT': '1'}


def free_port():
    """One below those that outgoing connections are given: it is still free when the node that it is for starts."""
    lowest = int(pathlib.Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split()[0])
    while True:
        port = random.SystemRandom().randrange(lowest - 16384, lowest) if lowest > 20000 else 0
        with socket.socket() as s:
            try:
                s.bind(('127.0.0.1', port))
                return s.getsockname()[1]
            except OSError:
                pass


def until(what, condition, seconds=PATIENCE, every=0.05):
    """Waits for `condition` to give something true, and gives it back."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        assert time.monotonic() < end, f'not within {seconds} s: {what}'
        time.sleep(every)


class Node:
    def __init__(self, world, place):
        self.world, self.place = world, place
        self.dir = world.dir / f'node-{place + 1}'
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.process = None
        self.environment = {}
        self.set_back = False  # its folder is an old copy
        self.log = world.dir / f'node-{place + 1}.log'

    def command(self, *words, check=True):
        return subprocess.run([self.world.binary, '--folder', str(self.dir), *words], capture_output=True, text=True, check=check)

    def ask(self, word):
        return json.loads(self.command('--json', *word.split()).stdout)

    def set(self, group, **values):
        """Appends settings to the configuration file: a group said twice is one group."""
        with open(self.dir / 'citiz-node.conf', 'a') as conf:
            conf.write(f'\n[{group}]\n' + ''.join(f'{key.replace("_", "-")}={value}\n' for key, value in values.items()))

    def start(self, wait=True):
        assert self.process is None
        self.process = subprocess.Popen([self.world.binary, '--folder', str(self.dir), 'run'], stdout=subprocess.DEVNULL,
                                        stderr=open(self.log, 'a'), env={**os.environ, **self.environment})
        if wait:
            until(f'node {self.place + 1} answers', self.healthy)
        return self

    def healthy(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get('/healthz')[0] == 200
        except OSError:
            return False

    def signal(self, number):
        os.kill(self.process.pid, number)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request('GET', path, **more)

    def submit(self, tx):
        return self.request('POST', '/v1/tx', tx, {'Content-Type': 'application/octet-stream'})

    def submit_all(self, txs):
        data = b''.join(struct.pack('>I', len(tx)) + tx for tx in txs)
        return self.request('POST', '/v1/txs', data, {'Content-Type': 'application/octet-stream'})

    def state_of(self, tx_id, wait=0):
        return json.loads(self.get(f'/v1/tx/{tx_id}?wait={wait}')[1])['state']

    def becomes_final(self, tx_id):
        until('it is final', lambda: self.state_of(tx_id, 5) == 'final')

    def status(self):
        return json.loads(self.get('/v1/status')[1])

    def key(self):
        return base64.urlsafe_b64decode(self.status()['node'] + '=')

    def vouch(self, tx, token=bytes(16)):
        return self.request('POST', '/v1/vouch', token + tx, {'Content-Type': 'application/octet-stream'})

    def checkpoint(self):
        """Its three lines, and who has signed them."""
        text, _, signatures = self.get('/checkpoint')[1].decode().partition('\n\n')
        return text + '\n', [line.split()[1] for line in signatures.splitlines()]

    def cosign(self, note):
        return self.request('POST', '/v1/checkpoint/cosign', note.encode() if isinstance(note, str) else note, {'Content-Type': 'text/plain'})

    def ready(self):
        try:
            return self.get('/readyz')[1].decode().strip() == 'ready'
        except OSError:
            return False

    def blocks(self):
        """All final blocks as they are served: (height, hash of the header, bytes)."""
        found, start = [], 1
        while True:
            data = self.get(f'/v1/blocks?from={start}')[1]
            if not data:
                return found
            at = 0
            while at < len(data):
                n, = struct.unpack_from('>I', data, at)
                block = data[at + 4:at + 4 + n]
                at += 4 + n
                if block[1] == CONTINUATION:
                    continue  # beside the chain
                found.append((start, hashlib.sha256(b'\x20' + block[:344]).hexdigest(), block))
                start += 1

    def resident(self):
        return int(pathlib.Path(f'/proc/{self.process.pid}/statm').read_text().split()[1]) * os.sysconf('SC_PAGESIZE')


class World:
    """n nodes that founded a community together; observers may be added."""

    def __init__(self, binary, maker, n=4, timing=TIMING, admission=0, wires=None):
        self.binary, self.maker, self.timing = binary, maker, timing
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='citiz-nodes-'))
        self.made = 0
        self.nodes = [Node(self, i) for i in range(n)]
        self.wires = wires and wires(self)
        for node in self.nodes if wires else []:
            node.url = self.wires.before(node)
        salt = hashlib.sha256(str(self.dir).encode()).hexdigest()
        for node in self.nodes:
            node.command('setup', '--found', '--salt', salt, '--url', node.url, '--listen', f'127.0.0.1:{node.port}',
                         '--operator', f'Operator {node.place + 1}')
            node.set('order', **timing)
            node.set('founding', admission=admission)
            node.set('listen', metrics=f'127.0.0.1:{node.metrics_port}')
            node.set('limits', requests_per_second=20000, requests_burst=20000)
        cards = [str(node.dir / 'founder-card.json') for node in self.nodes]
        names = {json.loads(node.command('--json', 'found', *cards).stdout)['chain'] for node in self.nodes}
        assert len(names) == 1, 'each founder made another community'
        self.chain = names.pop()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            for node in self.nodes:
                print(f'# node {node.place + 1}:', node.log.read_text() if node.log.exists() else '', sep='\n')
        for node in self.nodes:
            if node.process:
                node.process.send_signal(signal.SIGCONT)
                node.kill()
        if self.wires:
            self.wires.close()
        shutil.rmtree(self.dir)

    def start(self):
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            until(f'node {node.place + 1} answers', node.healthy)
        for node in self.nodes:
            until(f'node {node.place + 1} is ready', node.ready)
        return self

    def add_observer(self, invitation=None):
        node = Node(self, len(self.nodes))
        node.command('setup', invitation or str(self.nodes[0].dir / 'community.json'), '--url', node.url, '--listen', f'127.0.0.1:{node.port}')
        node.set('order', **self.timing)
        node.set('limits', requests_per_second=20000, requests_burst=20000)
        self.nodes.append(node)
        return node

    def transactions(self, count, sponsor=None):
        """Registrations; with a node whose word they wait for, each followed by a commitment of that account."""
        words = [sponsor.key().hex(), str(sponsor.status()['epoch'])] if sponsor else []
        data = subprocess.run([self.maker, self.chain, str(self.made), str(count), *words], capture_output=True, check=True).stdout
        self.made += count
        found, at = [], 0
        while at < len(data):
            n, = struct.unpack_from('>I', data, at)
            found.append(data[at + 4:at + 4 + n])
            at += 4 + n
        return found

    def watch(self, number, checkpoint, at=None):
        """The checkpoint signed by the account of transaction `number`."""
        words = ['watch', str(number), str(int(at or time.time()))]
        return subprocess.run([self.maker, *words], input=checkpoint, capture_output=True, text=True, check=True).stdout

    def settle(self, nodes=None, seconds=PATIENCE):
        """Waits until `nodes` have one newest block and nothing waits; gives their chains, which are the same."""
        nodes = nodes or self.nodes

        def same():
            seen = [node.status() for node in nodes]
            if len({s['hash'] for s in seen}) > 1 or any(s['waiting'] for s in seen):
                return None
            chains = [[block[:2] for block in node.blocks()] for node in nodes]
            shortest = min(chains, key=len)
            assert all(chain[:len(shortest)] == shortest for chain in chains), 'the chains differ'
            return chains if all(len(chain) == len(shortest) for chain in chains) else None  # one more has come meanwhile
        return until('all have the same newest block', same, seconds, 0.2)[0]

    def no_evidence(self):
        """Nor does a node think that another has its key, whose own folder it has."""
        for node in self.nodes:
            if node.process:
                status = node.status()
                assert status['evidence'] == 0, f'node {node.place + 1} holds evidence'
                assert node.set_back or status['mode'] != 'muted' and status['state'] != 'twin', f'node {node.place + 1} doubts its key'


class Load(threading.Thread):
    """Submits transactions one after the other to nodes in turn, and keeps those that were said to be final. What no node takes just now is
    brought to the next; each is waited for at most `wait` seconds."""

    def __init__(self, world, nodes=None, number=200, wait=PATIENCE):
        super().__init__(daemon=True)
        self.nodes, self.wait = nodes or list(world.nodes), wait
        self.waiting = world.transactions(number)
        self.final, self.seconds, self.stopped, self.turn = [], [], False, 0

    def submit(self, tx):
        """The node that took it and its name; None when it was refused or there is no time left."""
        while not self.stopped:
            self.turn += 1
            node = self.nodes[self.turn % len(self.nodes)]
            try:
                status, body = node.submit(tx)
                return (node, json.loads(body)['id']) if status in (200, 202) else None
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # down just now

    def run(self):
        for tx in self.waiting:
            then = time.monotonic()
            taken = self.submit(tx)
            try:
                while taken and not self.stopped and time.monotonic() - then < self.wait:
                    if taken[0].state_of(taken[1], min(self.wait, 5)) == 'final':
                        self.final.append(taken[1])
                        self.seconds.append(time.monotonic() - then)
                        break
                    time.sleep(0.005)
            except (OSError, http.client.HTTPException, ValueError):
                pass  # killed meanwhile: it may be final or not

    def reaches(self, count):
        """Waits until so many more are final."""
        goal = len(self.final) + count
        until(f'{count} more are final', lambda: len(self.final) >= goal)

    def complete(self):
        """All of them are final."""
        if not self.ident:
            self.start()
        self.join(2 * PATIENCE)
        assert len(self.final) == len(self.waiting), f'{len(self.final)} of {len(self.waiting)} are final'
        return self.final

    def finish(self):
        self.stopped = True
        if self.ident:
            self.join(PATIENCE)
        return self.final


class Reader:
    """A WebSocket on /v1/events, by hand."""

    def __init__(self, node, buffer=0):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(('127.0.0.1', node.port))
        self.socket.settimeout(PATIENCE)
        self.socket.sendall(b'GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
                            b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ' + base64.b64encode(bytes(16)) + b'\r\n\r\n')
        self.file = self.socket.makefile('rb')
        assert b' 101 ' in self.file.readline()
        while self.file.readline() != b'\r\n':
            pass

    def event(self):
        while True:
            kind, n = self.file.read(2)
            if n == 126:
                n, = struct.unpack('>H', self.file.read(2))
            body = self.file.read(n)
            if kind & 15 == 1:
                return json.loads(body)

    def drain(self):
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
        except BlockingIOError:
            pass
        self.socket.setblocking(True)

    def close(self):
        self.socket.close()


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]
