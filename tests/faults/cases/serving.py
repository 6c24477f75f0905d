"""What a node serves, and to whom: pages, tiles, events, clients that are slow, large or odd, proxies.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import hashlib, http.client, json, re, select, socket, ssl, struct, threading, time, urllib.request

import proxies
from nodes import PATIENCE, Load, Reader, Skip, free_port, quantile, until
from .steps import metrics, probe, say


def case_page(world):
    """Each node serves the doctor's page, which may ask the three others too, and the routes of grants."""
    world.start()
    for node in world.nodes:
        with urllib.request.urlopen(node.url + '/v') as answer:
            policy = answer.headers['Content-Security-Policy']
        asks = re.search(r"connect-src ([^;]*)", policy)[1].split()
        assert sorted(asks) == sorted(["'self'"] + [n.url for n in world.nodes if n is not node]), asks
        status, body = node.get('/v1/grants/' + '00' * 16)
        assert (status, json.loads(body)) == (404, {'state': 'unknown'}), body
        limits = json.loads(node.get('/limits')[1])
        assert limits['shareBytes'] > 4 << 20 and limits['passcodeTries'] == 5
        status, body = node.request('POST', '/v1/grants/' + '00' * 16 + '/release', b'{}', {'Content-Type': 'text/plain'})
        assert status == 404, status


def case_tiles(world):
    """The log as tiles: each entry is the leaf it should be, and a tile that is not there is none. Full ones are files for a proxy, also those of before."""
    files = [world.dir / 'tiles-1', world.dir / 'tiles-2']
    world.nodes[0].set('listen', tiles=files[0])
    world.start()
    load = Load(world, number=20)
    load.complete()
    world.settle()
    node = world.nodes[0]
    size = int(node.get('/checkpoint')[1].split(b'\n')[1])
    assert size == 20, size
    status, hashes = node.get(f'/tile/0/000.p/{size}')
    status_entries, entries = node.get(f'/tile/entries/000.p/{size}')
    assert status == status_entries == 200
    at = 0
    for i in range(size):
        n, = struct.unpack_from('>H', entries, at)
        entry = entries[at + 2:at + 2 + n]
        at += 2 + n
        assert hashlib.sha256(b'\0' + entry).digest() == hashes[32 * i:32 * i + 32], i
    assert at == len(entries)
    for path in ('/tile/0/000', f'/tile/0/000.p/{size + 1}', '/tile/0/001', '/tile/9/000.p/1', '/tile/', '/tile/0/000.p/0'):
        assert node.get(path)[0] == 404, path
    for tx in world.transactions(300):
        last = json.loads(node.submit(tx)[1])['id']
    node.becomes_final(last)
    late = world.nodes[1]
    late.stop()
    late.set('listen', tiles=files[1])
    late.start()
    for folder in files:
        for path in ('tile/entries/000', 'tile/0/000'):
            file = folder / path
            until(f'{path} is a file', file.exists)
            assert file.read_bytes() == node.get('/' + path)[1] == node.get('/' + path)[1], path
            assert file.stat().st_mode & 0o777 == 0o644 and file.parent.stat().st_mode & 0o777 == 0o755
        assert sum(file.is_file() for file in folder.rglob('*')) == 2


def case_events(world):
    """New heights are told over a WebSocket; who does not read is dropped, and costs no memory."""
    world.start()
    node = world.nodes[0]
    reader, sleeper = Reader(node), Reader(node, buffer=2048)
    load = Load(world, number=5)
    load.complete()
    heights = [reader.event()['height'] for _ in range(5)]
    assert heights == list(range(heights[0], heights[0] + 5)), heights
    for _ in range(30):
        Load(world, number=20, wait=2).run()
        reader.drain()
        if 'citiz_event_readers_dropped_total 1' in metrics(node):
            break
    else:
        raise AssertionError('a reader that does not read stays')
    reader.close()


class HalfOpen(threading.Thread):
    """Keeps connections open that never send a whole request; those that are dropped are made again, a hundred a second."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.port, self.count, self.opened, self.stopped, self.held = port, count, 0, False, []

    def open(self):
        connection = socket.create_connection(('127.0.0.1', self.port))
        connection.setblocking(False)
        connection.send(b'GET /v1/status HTTP/1.1\r\nHost: 127.0' if self.opened % 2 else b'POST /v1/tx HTTP/1.1\r\n')
        self.held.append(connection)
        self.opened += 1

    def is_dropped(self, connection):
        try:
            return connection.recv(1) == b''
        except BlockingIOError:
            return False
        except OSError:
            return True

    def run(self):
        while not self.stopped and len(self.held) < self.count:
            self.open()
        while not self.stopped:
            dropped = [c for c in self.held if self.is_dropped(c)][:10]
            for connection in dropped:
                self.held.remove(connection)
                connection.close()
                self.open()
            time.sleep(0.1)

    def finish(self):
        self.stopped = True
        self.join(10)
        for connection in self.held:
            connection.close()


def fifty_clients(node):
    """Ten requests each, each on a connection of its own, asked again when it is cut: how long they took, and how many were cut."""
    seconds, cut = [], []

    def answered():
        try:
            return node.get('/v1/status')[0] == 200
        except (OSError, http.client.HTTPException) as error:
            cut.append(error)

    def client():
        for _ in range(10):
            then = time.monotonic()
            until('it is answered', answered)
            seconds.append(time.monotonic() - then)
    threads = [threading.Thread(target=client) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, len(cut)


def case_half_open(world):
    """A thousand half-open connections do not keep fifty honest clients from their answers."""
    world.start()
    node = world.nodes[0]
    attack = HalfOpen(node.port, 1000)
    attack.start()
    until('all are open', lambda: attack.opened >= 1000)
    seconds, tries = fifty_clients(node)
    assert len(seconds) == 500, f'{500 - len(seconds)} were not answered'
    print(f'# p50 {quantile(seconds, .5) * 1e3:.0f} ms, p99 {quantile(seconds, .99) * 1e3:.0f} ms, {tries} asked again')
    attack.finish()
    print(f'# {attack.opened} half-open connections were made')


def case_large(world):
    """Bodies of 300 MB are refused before they are read, in constant memory."""
    world.start()
    node = world.nodes[0]
    before = node.resident()
    for head in (b'Content-Length: 314572800', b'Transfer-Encoding: chunked'):
        with socket.create_connection(('127.0.0.1', node.port)) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n' + head + b'\r\n\r\n')
            answer, sent = b'', 0
            try:
                while sent < 300:
                    connection.sendall(bytes(1 << 20))
                    sent += 1
            except OSError:
                pass
            try:
                answer = connection.recv(100)
            except OSError:
                pass
            assert sent < 300, 'all of it was taken'
            assert answer == b'' or answer[:12] in (b'HTTP/1.1 413', b'HTTP/1.1 400'), answer
    grown = node.resident() - before
    print(f'# resident memory grew by {grown // 1024} KiB')
    assert grown < 4 << 20
    assert node.healthy()


PROBES = [  # what differs between how two programs read one request; the proxy or the node refuses each of them
    b'GET /v1/status HTTP/1.1\r\n\r\n',
    b'GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: other\r\n\r\n',
    b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd',
    b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'GET /v1/status HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n',
    b'GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n',
    b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\nGET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
]


def case_malformed(world):
    """Requests that two programs could read differently are refused."""
    world.start()
    for request in PROBES:
        statuses = probe(world.nodes[0].port, request)
        assert len(statuses) <= 1 and all(400 <= status <= 505 for status in statuses), (request, statuses)


def gives_files(world, node):
    """What the folder has comes from there, what it has not from the node."""
    file = world.dir / 'tiles/tile/0/000'
    file.parent.mkdir(parents=True)
    file.write_bytes(b'what is there')
    assert node.get('/tile/0/000') == (200, b'what is there')
    assert node.get('/tile/0/000.p/2')[0] == 200
    assert node.get('/tile/0/001')[0] == 404


def behind(world, name, start, look=lambda world, node: None):
    """A node behind a proxy: requests, events, probes, and what else to look at. Gives what each probe was answered."""
    if not proxies.find(name):
        raise Skip(f'{name} is missing')
    node, front, place = world.nodes[0], free_port(), world.dir / 'http.sock'
    node.set('listen', address=f'unix:{place}')
    proxy = start(world.dir, place, front)
    try:
        node.port = front
        world.start()
        assert place.stat().st_mode & 0o777 == 0o666, 'the proxy is another user'
        load = Load(world, [node], number=10, wait=60)
        load.complete()
        assert len(load.final) == 10, len(load.final)
        reader = Reader(node)
        more = Load(world, [node], number=1)
        more.run()
        assert reader.event()['height'] > 0
        reader.close()
        try:
            assert node.request('POST', '/v1/tx', bytes(6 << 20))[0] in (413, 502)
        except OSError:
            pass  # cut off while it still sends
        look(world, node)
        return [(request, probe(front, request)) for request in PROBES]
    finally:
        proxy.terminate()
        proxy.wait()


def case_nginx(world):
    """Behind Debian's nginx with the configuration that comes with it: TLS, the way to it, requests, events, probes."""
    tls, bare = free_port(), free_port()

    def start(folder, place, front):
        return proxies.start_nginx(folder, place, front, tls=tls, bare=bare)

    def look(world, node):
        gives_files(world, node)
        trusted = ssl.create_default_context(cafile=str(world.dir / 'fullchain.pem'))
        trusted.check_hostname = False  # it names an address
        secure, open_ = http.client.HTTPSConnection('127.0.0.1', tls, context=trusted), http.client.HTTPConnection('127.0.0.1', bare)
        for connection, path, status in ((secure, '/healthz', 200), (open_, '/join?a=b', 301)):
            connection.request('GET', path)
            answer = connection.getresponse()
            assert answer.status == status, (path, answer.status)
        assert answer.headers['Location'] == f'https://127.0.0.1:{tls}/join?a=b', answer.headers.items()
        (world.dir / '.well-known/acme-challenge').mkdir(parents=True)
        (world.dir / '.well-known/acme-challenge/word').write_text('proof')
        with urllib.request.urlopen(f'http://127.0.0.1:{bare}/.well-known/acme-challenge/word') as answer:
            assert answer.read() == b'proof'
    for request, statuses in behind(world, 'nginx', start, look):
        assert len(statuses) <= 1 and all(400 <= status <= 505 for status in statuses), (request, statuses)


def case_caddy(world):
    """Behind Debian's Caddy: what it lets through is one request that can be read in one way."""
    for request, statuses in behind(world, 'caddy', proxies.start_caddy):
        assert len(statuses) <= 1, (request, statuses)
        assert all(400 <= status <= 505 for status in statuses) or b'\r\n b' in request, (request, statuses)  # a folded line it joins


def bring_part(node, size, sent=None, kind='text/plain'):
    """A connection on which `sent` of the `size` bytes of somebody's part of a grant were said; all of them, and the status, without `sent`."""
    connection = say(node, f'POST /v1/grants/{0:032x}/shares HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n')
    if sent is not None:
        connection.sendall(bytes(sent))
        return connection
    with connection:
        try:
            connection.sendall(bytes(size))
        except OSError:
            pass  # refused before all was said
        return status_of(connection)


def status_of(connection):
    connection.settimeout(PATIENCE)
    return int(connection.recv(4096).split()[1])


def parts_in_flight(node, limits):
    """Parts of grants share a number of bytes, counted as they come: the last that fits is read, the first that does not is refused, and what was said gives its room back."""
    one, room, probe = limits['shareBytes'], limits['sharesBytesInFlight'], limits['bodyBytes'] + 1
    assert bring_part(node, one) == 415 and bring_part(node, one + 1) == 413
    waiting, left = [], room - probe
    while left > 0:
        sent = min(one - 1, left)
        waiting.append(bring_part(node, sent + 1, sent))
        left -= sent
    until('all of it has come', lambda: bring_part(node, probe + 1) == 503)
    assert bring_part(node, probe) == 415, 'what just fits is refused'
    for connection in waiting:
        connection.sendall(b'x')
        assert status_of(connection) == 415
        connection.close()
    until('its room is given back', lambda: bring_part(node, probe + 1) == 415)


def case_several(world):
    """Several transactions in one body: each has the answer it would have alone, in order, and is counted as a request."""
    node, other = world.nodes[0], world.nodes[3]
    other.set('limits', requests_per_second=1, requests_burst=20)
    for one in world.nodes[:3]:
        one.start()
    most = json.loads(node.get('/limits')[1])['transactionsAtOnce']
    txs = world.transactions(most + 1)
    false = bytearray(txs[1])
    false[-10] ^= 1  # within the signature
    mixed = [txs[0], bytes(false), b'', txs[2][:-1], txs[0], txs[3]]
    status, body = node.submit_all(mixed)
    results = json.loads(body)['results']
    assert status == 200 and len(results) == len(mixed), body
    for tx, result in zip(mixed, results):
        alone, words = node.submit(tx)
        words = json.loads(words)
        assert result.get('error') == words.get('error') and result.get('id') == words.get('id'), (result, words)
        assert result['status'] == alone or (result['status'], alone) == (202, 200), (result, alone)  # final meanwhile
    assert [result['status'] in (200, 202) for result in results] == [True, False, False, False, True, True], results
    for place in (0, 5):
        node.becomes_final(results[place]['id'])
    # Not the bytes of as many as may be: nothing of it is taken.
    whole = struct.pack('>I', len(txs[4])) + txs[4]
    kind = {'Content-Type': 'application/octet-stream'}
    for hostile in (b'', b'\0', whole[:-1], whole + b'\0', whole + struct.pack('>I', 1 << 31) + txs[5], whole + struct.pack('>I', 0xffffffff)):
        assert node.request('POST', '/v1/txs', hostile, kind) == (400, b'{"error":"format"}'), hostile
    assert node.submit_all(txs) == (400, b'{"error":"format"}'), 'one more than at once'
    assert node.request('POST', '/v1/txs', whole)[0] == 415
    assert node.request('GET', '/v1/txs')[0] == 405
    results = json.loads(node.submit_all(txs[1:])[1])['results']
    assert len(results) == most and all(result['status'] in (200, 202) for result in results), results
    for result in results:
        node.becomes_final(result['id'])
    other.start()
    until('it has caught up', lambda: other.get('/v1/status')[0] == 429 or other.status()['height'] >= node.status()['height'])
    until('it answers', lambda: other.submit_all(world.transactions(1))[0] == 200)
    until('it is asked again', lambda: (answer := other.submit_all(txs[1:]))[0] == 200 and (results := json.loads(answer[1])['results'])
          and any(result == {'error': 'rate', 'status': 429} for result in results) and 'error' not in results[0])
    node.command('drain')
    assert node.submit_all(txs[:2])[0] == 503


def case_limits(world):
    """What /limits says is what a node keeps to, told by those that no other test meets; the metrics count it."""
    node, other = world.nodes[:2]
    node.set('limits', events=2, waits=2, requests_per_second=20000, requests_burst=20000)
    other.set('limits', requests_per_second=1, requests_burst=5)
    node.start()
    limits = json.loads(node.get('/limits')[1])
    assert (limits['eventReaders'], limits['waiting']) == (2, 2), limits
    readers = [Reader(node), Reader(node)]
    until('both are counted', lambda: 'citiz_event_readers 2' in metrics(node))
    third = Reader(node)
    assert third.file.read(1) in (b'', b'\x88'), 'a third reader stays'
    assert 'citiz_event_readers 2\n' in metrics(node)
    tx, = world.transactions(1)  # three of four are not there: it waits
    name = json.loads(node.submit(tx)[1])['id']
    kind = {'Content-Type': 'application/octet-stream'}
    assert node.request('POST', '/v1/tx', bytes(limits['bodyBytes']), kind)[0] == 400
    assert node.request('POST', '/v1/tx', bytes(limits['bodyBytes'] + 1), kind)[0] == 413
    parts_in_flight(node, limits)
    asking = [say(node, f'GET /v1/tx/{name}?wait={limits["waitSeconds"]} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n') for _ in range(3)]
    answered, = select.select(asking, [], [], PATIENCE)[0]
    assert b' 200 ' in answered.recv(4096), 'a third was let wait'
    assert json.loads(node.command('--json', 'drain').stdout)['asking'] == 2
    parts = [say(node, f'POST /v1/grants/{i:032x}/shares HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n'
                       'Content-Length: 4\r\n\r\nabcd') for i in range(limits['sharesWaiting'] + 1)]
    refused, = select.select(parts, [], [], PATIENCE)[0]
    assert b' 429 ' in refused.recv(4096), 'a part too many waits'
    for connection in asking + parts:
        connection.close()
    other.start()
    answers = [other.get('/v1/status')[0] for _ in range(50)]
    assert 429 in answers and 200 in answers, answers
    counted = metrics(node)
    for word in ('citiz_ready 0', 'citiz_validators 4', 'citiz_waiting 1', 'citiz_transactions_taken_total 1', 'citiz_answers_total{class="4xx"}', 'citiz_alarms_total{alarm="double-signer"} 0',
                 'process_resident_memory_bytes'):
        assert word in counted, (word, counted)
    names = {re.match(r'\w+', line).group() for line in counted.splitlines() if not line.startswith('#')}
    explained = set(re.findall(r'^# HELP (\w+) \S', counted, re.M))
    assert names == explained, names ^ explained
