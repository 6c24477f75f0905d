"""Backups, folders put back, second machines, and bits that flip.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import contextlib, fcntl, hashlib, json, os, random, re, shutil, signal, socket, sqlite3, time

import wires
from nodes import Load, Node, free_port, until
from .steps import acknowledged, approve, in_epoch, refused


def must_not_sign(world, node):
    """It says so wherever it is asked, and gives no vote, restarted or not: with one of the others away nothing becomes final. Its host asks for another epoch, in which it votes again."""
    others = [n for n in world.nodes if n is not node]
    for full in False, True:
        until('it knows', lambda: node.status()['mode'] == 'muted')
        assert node.status()['state'] == 'twin' and others[0].status()['state'] == 'ready', (node.status(), others[0].status())
        status, line = node.get('/readyz')
        assert status == 503 and line.startswith(b'twin: somebody else has voted'), line
        for language, words in (('en', 'Somebody else has voted with this node’s key'), ('fr', 'Quelqu’un d’autre a voté avec la clé de ce nœud')):
            assert words in node.get('/', headers={'Accept-Language': language})[1].decode()
        why = node.command('why').stdout
        assert 'must not vote any more' in why and 'not after a restart either' in why.splitlines()[-1] and why.endswith('citiz-node join\n'), why
        if full:  # who sends something hears why it is not taken
            status, body = node.submit(world.transactions(1)[0])
            assert status == 507 and json.loads(body)['error'] == 'disk-full', (status, body)
        node.kill()
        node.set('disk', free_percent=0 if full else 100)
        node.start()
    others[2].kill()
    name = json.loads(others[0].submit(world.transactions(1)[0])[1])['id']
    until('it waits here too', lambda: node.status()['waiting'])
    assert others[0].state_of(name, 4) == 'pending' and node.status()['mode'] == 'muted'
    slots = others[0].ask('why')['slots']
    place = [m['node'] for m in others[0].status()['members']].index(node.status()['node'])
    assert slots and not any(slot[kind][place] for slot in slots for kind in ('notar', 'skip', 'final')), slots
    others[2].start()
    node.becomes_final(name)
    until('it is missed', lambda: Load(world, others, number=2).complete() and 'somebody else has voted with its key' in others[0].command('why').stdout, every=1)


def votes_anew(world, node):
    """Under a new key, as its host is told to ask for."""
    node.command('join')
    proposal = until('it is proposed', lambda: [p['id'] for p in node.status()['proposals']])[0]
    assert 'as soon as enough of the others have agreed' in node.command('why').stdout.splitlines()[-1]
    approve(world, proposal, [n for n in world.nodes if n is not node])
    in_epoch(world, 1, 4)
    until('it votes', lambda: node.status()['mode'] == 'signing' and node.ready())
    Load(world, number=10).complete()


def case_damaged_journal(world):
    """A node whose vote journal cannot be read any more follows without signing, and says how to vote again; it does, under a new key."""
    world.start()
    node, others = world.nodes[1], [world.nodes[i] for i in (0, 2, 3)]
    Load(world, number=10).complete()
    node.kill()
    journal = node.dir / 'epoch-0.journal'
    changed = bytes(byte ^ 0x5a for byte in journal.read_bytes())
    journal.write_bytes(changed)
    all_linked = lambda: until('it is linked', lambda: all(m['linked'] for m in node.status()['members']))
    for _ in range(2):  # not after a restart either
        node.start()
        load = Load(world, others, number=10)
        load.complete()
        acknowledged(world, load)
        assert node.status()['mode'] == 'observing' and journal.read_bytes() == changed
        all_linked()
        why = node.command('why').stdout.splitlines()[-1]
        assert 'vote journal is lost or damaged' in why and 'citiz-node join' in why, why
        node.stop()
    assert 'event=journal-damaged epoch=0' in node.log.read_text()
    node.start()
    all_linked()
    votes_anew(world, node)
    assert not journal.exists()
    world.no_evidence()


def case_old_backup(world):
    """A node put back to an old copy of its folder, journal and all, does not sign twice, and not any more after a restart; under a new key it votes again."""
    world.start()
    node = world.nodes[0]
    Load(world, number=10).complete()
    node.kill()
    old = world.dir / 'old'
    shutil.copytree(node.dir, old, ignore=shutil.ignore_patterns('*.sock'))
    node.start()
    until('it votes again', node.ready)
    load = Load(world, number=40)
    load.complete()
    node.kill()
    shutil.rmtree(node.dir)
    shutil.copytree(old, node.dir)
    node.set_back = True
    node.start()
    more = Load(world, [n for n in world.nodes if n is not node], number=40)
    load.final += more.complete()
    acknowledged(world, load)
    must_not_sign(world, node)
    votes_anew(world, node)
    acknowledged(world, load)


def copied(world, node, folder):
    """A node of the same key in `folder`, at another port."""
    twin = Node(world, len(world.nodes))
    twin.dir = folder
    conf = folder / 'citiz-node.conf'
    conf.write_text(conf.read_text().replace(f'127.0.0.1:{node.port}', f'127.0.0.1:{twin.port}').replace(
        f'127.0.0.1:{node.metrics_port}', f'127.0.0.1:{twin.metrics_port}'))
    twin.set('node', url=node.url)
    return twin


def case_twin(world):
    """A node's folder runs on two machines at once: who sees what the other has signed signs no more, and its host is told; so is the host of one that was restored beside a node that runs."""
    for each in world.nodes:  # a copy that asks takes what is told to the other, until that one speaks
        each.set('order', heartbeat=2000)
    world.start()
    node, backup, whole = world.nodes[0], world.dir / 'backup', world.dir / 'whole'
    Load(world, number=10).complete()
    node.command('backup', str(backup))
    follower = Node(world, 4)
    follower.dir = world.dir / 'restored'
    follower.command('restore', '--verify', str(backup))
    follower = copied(world, node, follower.dir)
    follower.start()
    try:
        until('it sees that the other votes', lambda: Load(world, number=2).complete() and follower.get('/readyz')[1].startswith(b'twin') and follower.status().get('twinHeard'), every=1)
        assert follower.status()['mode'] == 'observing' and 'only one of the two may run' in follower.command('why').stdout.splitlines()[-1]
        assert node.status()['state'] == 'twin' and node.status()['mode'] == 'signing', 'it votes, and its host is told, too'
        node.stop()
        until('it sees that nobody does any more', lambda: follower.status()['state'] == 'ready')
        why = follower.command('why').stdout
        assert re.search(r'Another machine last voted with this node’s key: \d{4}-\d\d-\d\d', why), why
        assert 'only one of the two' not in why and 'journal is lost' in why.splitlines()[-1], why
    finally:
        follower.kill()
    shutil.copytree(node.dir, whole, ignore=shutil.ignore_patterns('*.sock'))
    node.start()
    twin = copied(world, node, whole).start()
    try:
        until('one of them is told', lambda: Load(world, world.nodes[1:], number=2).complete() and [
            n for n in (node, twin) if n.status()['mode'] == 'muted'], every=1)
    finally:
        twin.kill()
    if node.status()['mode'] != 'muted':  # it was the other
        node.kill()
        shutil.rmtree(node.dir)
        shutil.copytree(whole, node.dir, ignore=shutil.ignore_patterns('*.sock'))
        conf = node.dir / 'citiz-node.conf'
        conf.write_text(conf.read_text().replace(f'127.0.0.1:{twin.port}', f'127.0.0.1:{node.port}').replace(
            f'127.0.0.1:{twin.metrics_port}', f'127.0.0.1:{node.metrics_port}'))
        node.start()
    must_not_sign(world, node)


def moved(world, node, folder):
    """A node of the same key in `folder`, at an address of its own."""
    twin = copied(world, node, folder)
    twin.set('node', url=twin.url)
    return twin


def case_displaced(world):
    """A node is restored beside one that runs, at another address: both hosts are told at once, and neither puts the other out. The old machine of one that was moved is told, too, and changes nothing."""
    for each in world.nodes:
        each.set('order', heartbeat=300000)
    world.start()
    node, others, backup = world.nodes[0], world.nodes[1:], world.dir / 'backup'
    Load(world, number=10).complete()
    node.command('backup', str(backup))
    copy = Node(world, 4)
    copy.dir = world.dir / 'restored'
    said = copy.command('restore', '--verify', str(backup)).stdout
    assert f'A machine with this node’s key runs at {node.url}' in said, said
    copy = moved(world, node, copy.dir).start()
    try:
        for each, mode in (copy, 'observing'), (node, 'signing'):
            until('it knows', lambda: each.status()['twin'], 60)
            assert (each.status()['state'], each.status()['mode']) == ('twin', mode), each.status()
            assert each.get('/readyz') == (503, b'twin: another machine runs with this node\'s key; only one of the two may: citiz-node why\n')
            assert 'only one of the two may run' in each.command('why').stdout.splitlines()[-1]
            assert 'another machine that has its key' in each.command('members').stdout
            assert 'Another machine runs with this node’s key' in each.get('/', headers={'Accept-Language': 'en'})[1].decode()
        refused(copy, ['join'], 'stop it first')
        time.sleep(15)  # longer than a node waits before it says that it has moved
        assert all(m['url'] == node.url for each in others for m in each.status()['members'] if m['node'] == node.status()['node'])
        node.stop()
        until('it is told', lambda: not copy.status()['twin'])
        copy.command('join')
        approve(world, until('it is proposed', lambda: [p['id'] for p in others[0].status()['proposals']])[0], others)
        until('it votes', lambda: copy.status()['mode'] == 'signing' and copy.ready())
        until('all know where it is', lambda: all(m['url'] == copy.url for each in others for m in each.status()['members'] if m['node'] == copy.status()['node']))
        node.start()
        until('it knows', lambda: node.status()['twin'], 60)
        assert 'only one of the two may run' in node.command('why').stdout.splitlines()[-1]
        refused(node, ['join'], 'stop it first')
        time.sleep(15)
        assert all(m['url'] == copy.url for each in others for m in each.status()['members'] if m['node'] == copy.status()['node'])
        assert not others[0].status()['proposals'] and copy.status()['mode'] == 'signing'
    finally:
        if copy.process:
            copy.kill()


class Apart(wires.Wires):
    """What is not of the world cannot call the first node."""

    def crosses(self, a, b):
        return a is None and b == 0


def case_displaced_apart(world):
    """The two cannot reach one another, and the community has nothing to do: the one whose place the other has taken learns it all the same, and why."""
    for each in world.nodes:
        each.set('order', heartbeat=300000)
    world.start()
    node, others, backup = world.nodes[0], world.nodes[1:], world.dir / 'backup'
    Load(world, number=10).complete()
    node.command('backup', str(backup))
    copy = Node(world, 4)
    copy.dir = world.dir / 'restored'
    copy.command('restore', '--verify', str(backup))
    copy = copied(world, node, copy.dir)
    copy.set('node', url=f'http://127.0.0.1:{free_port()}')  # nobody is there
    copy.start()
    try:
        until('it is linked', lambda: all(m['linked'] for m in copy.status()['members']))
        copy.command('join')
        proposal = until('it is proposed', lambda: [p['id'] for p in others[0].status()['proposals']])[0]
        copy.signal(signal.SIGSTOP)  # the one that asked is slow
        Load(world, [node], 2).complete()  # what is told to its key goes to who spoke last
        approve(world, proposal, others)
        until('it is decided', lambda: all(each.status()['changing'] for each in world.nodes))
        time.sleep(4)
        assert all(each.status()['changing'] for each in world.nodes), 'the one that did not ask has shown a key'
        copy.signal(signal.SIGCONT)
        until('it votes', lambda: copy.status()['mode'] == 'signing')
        until('the other knows', lambda: node.status()['state'] == 'twin', 300)
        assert node.status()['mode'] == 'observing' and not node.ready()
        assert 'only one of the two may run' in node.command('why').stdout.splitlines()[-1]
        node.kill()
        node.start()
        assert 'another machine has come in with its key' in until('it is linked', lambda: all(m['linked'] for m in node.status()['members']) and node.command('why').stdout).splitlines()[-1]
    finally:
        if copy.process:
            copy.kill()


case_displaced_apart.wires = Apart


def refuses_half(node, sentence):
    for words in ['run'], ['setup', '--found'], ['status']:
        refused(node, words, sentence)


def interrupted(world, node, copy):
    """Restores that were killed at one place or another, and a copy of later that is named then: that one is taken, or nothing is changed."""
    later, beside, half = world.dir / 'later', node.dir / 'restoring', node.dir / 'copying'
    Load(world, world.nodes[:2] + world.nodes[3:], number=5).complete()
    world.nodes[0].command('backup', str(later))
    beside.mkdir()  # before the last of its files was there
    (node.dir / 'citiz-node.conf').rename(beside / 'citiz-node.conf')
    refuses_half(node, 'restore --verify')
    holder = os.open(node.dir, os.O_RDONLY)  # as another command does that is at work
    fcntl.flock(holder, fcntl.LOCK_EX)
    refused(node, ['restore', '--verify', str(copy)], 'Another command')
    refuses_half(node, 'Another command')
    os.close(holder)
    whole = (later / 'citiz.db').read_bytes()
    (later / 'citiz.db').write_bytes(whole[:len(whole) // 2])
    refused(node, ['restore', '--verify', str(later)], 'damaged')
    (later / 'citiz.db').write_bytes(whole)
    newest = len(world.nodes[0].blocks())
    assert f'block {newest}.' in node.command('restore', '--verify', str(later)).stdout
    assert (node.dir / 'node.key').read_bytes() == (later / 'node.key').read_bytes()
    shutil.rmtree(node.dir)
    half.mkdir(parents=True)  # before anything was verified
    (half / 'node.key').write_bytes((later / 'node.key').read_bytes())
    refuses_half(node, 'restore --verify')
    node.command('restore', '--verify', str(copy))
    assert (node.dir / 'node.key').read_bytes() == (copy / 'node.key').read_bytes()
    assert sorted(p.name for p in node.dir.iterdir()) == sorted(p.name for p in copy.iterdir() if p.name != 'SHA256SUMS')
    refused(node, ['restore', '--verify', str(copy)], 'already')


def said_by(node, wish):
    """What a node answers to a line on its own socket."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(node.dir / 'admin.sock'))
        caller.sendall(json.dumps(wish).encode() + b'\n')
        return caller.makefile().readline()


def case_backup(world):
    """A copy made while it runs is verified, and the node restored from it follows without signing."""
    world.start()
    Load(world, number=20).run()
    node = world.nodes[2]
    copy = world.dir / 'copy'
    load = Load(world, number=200)
    load.start()
    node.command('backup', str(copy))
    assert sorted(p.name for p in copy.iterdir()) == ['SHA256SUMS', 'citiz-node.conf', 'citiz.db', 'community.json', 'node.key']
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in copy.iterdir())
    load.finish()
    assert node.command('backup', str(copy), check=False).returncode == 1
    for wrong in ({}, {'with': '../copy'}, {'with': str(copy)}):
        assert 'no copy' in said_by(node, {'do': 'backup', **wrong}), wrong
    mounted = world.dir / 'mounted'  # where half a copy is, of a command that was killed
    (mounted / 'copying').mkdir(parents=True)
    (mounted / 'copying' / 'node.key').write_text('half')
    (mounted / 'other').write_text('stays')
    left, fresh = node.dir / 'outgoing-left', node.dir / 'outgoing-fresh'
    for path in left, fresh:
        path.mkdir()
    os.utime(left, (1, 1))
    node.command('backup', str(mounted))
    assert sorted(p.name for p in mounted.iterdir()) == sorted([*(p.name for p in copy.iterdir()), 'other'])
    until('what nobody brought out is gone', lambda: not left.exists())
    assert fresh.exists()
    assert 'already' in node.command('backup', str(node.dir), check=False).stderr
    node.kill()
    shutil.rmtree(node.dir)
    print('#', node.command('restore', '--verify', str(copy)).stdout.strip())
    interrupted(world, node, copy)
    node.start()
    acknowledged(world, load)
    assert node.status()['mode'] == 'observing'


def with_rows(copy):
    """What a node that serves grants has in its tables, in the copy; gives bytes that stand in each of them."""
    capsule, chunk, grant = (hashlib.shake_256(bytes([i])).digest(300)[:n] for i, n in enumerate((300, 300, 16)))
    with contextlib.closing(sqlite3.connect(copy / 'citiz.db')) as db, db:
        db.execute('INSERT INTO node_blob (hash, bytes) VALUES (?, ?)', (hashlib.sha256(capsule).digest(), capsule))
        db.execute('INSERT INTO chain_snapshot (epoch, place, hash, bytes) VALUES (0, 0, ?, ?)', (hashlib.sha256(b'\x22' + chunk).digest(), chunk))
        db.execute("INSERT INTO node_code (locator, grant_id, proof_hash, tries) VALUES ('abc', ?, ?, 5)", (grant, bytes(32)))
    return capsule, chunk, grant


def edited(node, copy):
    """A host has changed the configuration in the copy: he is told so, and how to go on. Nothing else may be changed so."""
    conf, sums = copy / 'citiz-node.conf', copy / 'SHA256SUMS'
    before = conf.read_text(), sums.read_text()
    conf.write_text(before[0] + '\n[limits]\nevents=7\n')
    done = node.command('restore', '--verify', str(copy), check=False)
    assert done.returncode == 1 and 'is not the one that was copied' in done.stderr and 'SHA256SUMS' in done.stderr, done
    assert 'damaged' not in done.stderr and not node.dir.exists()
    sums.write_text(''.join(line for line in before[1].splitlines(True) if 'citiz-node.conf' not in line))
    node.command('restore', '--verify', str(copy))
    assert (node.dir / 'citiz-node.conf').read_text() == conf.read_text()
    shutil.rmtree(node.dir)
    conf.write_text(before[0])
    sums.write_text(''.join(line for line in before[1].splitlines(True) if 'node.key' not in line))
    assert 'damaged' in node.command('restore', '--verify', str(copy), check=False).stderr
    sums.write_text(before[1])


def case_flipped(world):
    """One bit of a copy is another: wherever it is, nothing is restored."""
    draw = random.Random(8)
    world.start()
    Load(world, number=20).complete()
    node, copy = world.nodes[0], world.dir / 'copy'
    node.command('backup', str(copy))
    node.kill()
    shutil.rmtree(node.dir)
    kept = with_rows(copy)
    sums = copy / 'SHA256SUMS'
    lines = [line.split('  ') for line in sums.read_text().splitlines()]
    assert sorted(name for _, name in lines) == ['citiz-node.conf', 'citiz.db', 'community.json', 'node.key'], lines
    sums.write_text(''.join(f'{hashlib.sha256((copy / name).read_bytes()).hexdigest()}  {name}\n' for _, name in lines))

    def refuses(name, place):
        whole = (copy / name).read_bytes()
        (copy / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1:])
        done = node.command('restore', '--verify', str(copy), check=False)
        said = 'configuration' if name in ('citiz-node.conf', 'SHA256SUMS') else 'damaged'  # of the digests, those of the configuration may be the ones
        assert done.returncode == 1 and (said in done.stderr or 'damaged' in done.stderr) and not node.dir.exists(), (name, place, done)
        (copy / name).write_bytes(whole)

    pages = (copy / 'citiz.db').read_bytes()
    size = int.from_bytes(pages[16:18], 'big')
    for start in range(0, len(pages), size):  # each table and each index has one of its own
        refuses('citiz.db', start + draw.choice([i for i, byte in enumerate(pages[start:start + size]) if byte]))
    for file in sorted(copy.iterdir()):
        refuses(file.name, draw.randrange(file.stat().st_size))
    edited(node, copy)
    sums.unlink()  # as copies of before are
    newest = world.nodes[1].blocks()[9][2]  # long since in its place
    for bytes_ in (*kept, newest[24:56]):
        places = [m.start() for m in re.finditer(re.escape(bytes_), pages)]
        assert places, 'the rows are in the file'
        for place in places:
            refuses('citiz.db', place + draw.randrange(len(bytes_)))
    node.command('restore', '--verify', str(copy))
    print(f'# {len(pages) // size} pages')
