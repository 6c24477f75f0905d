"""Four nodes as processes, and what happens to machines: test-nodes.py BINARY MAKER CASE.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import base64, contextlib, fcntl, gettext, hashlib, http.client, json, os, pathlib, random, re, select, shutil, signal, socket, sqlite3, ssl, struct, subprocess, sys, threading, time, urllib.request

import proxies, units, wires
from nodes import PATIENCE, Load, Node, Reader, Skip, World, another_time, free_port, quantile, until

MEMORY = 8 if os.environ.get('CITIZ_SANITIZED') else 1  # what a sanitizer adds to a node's memory, at most


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
        node.becomes_final(name)
        answer = json.loads(node.get(f'/v1/tx/{name}')[1])
        assert answer['state'] == 'final' and answer['proof']['final'], answer
    load = Load(world, number=100)
    load.complete()
    chain = world.settle()
    for node in world.nodes:  # a proof reaches up to the newest checkpoint, whatever was answered before
        size = int(node.get('/checkpoint')[1].split(b'\n')[1])
        assert [json.loads(node.get(f'/v1/tx/{name}')[1])['proof']['size'] for _ in range(2)] == [size] * 2
    assert sum(block.count(first) for _, _, block in world.nodes[0].blocks()) == 1
    for language, moment in (('fr-CA', r'le\s\d+(ᵉʳ)?\s\w+\s\d{4} à\s\d+\sh\s\d\d \(UTC\)'), ('en', r'\d+\s[A-Z]\w+\s\d{4}, \d\d:\d\d UTC')):
        page = world.nodes[0].get('/', headers={'Accept-Language': language})[1].decode()
        assert re.search(rf'\d, {moment}\.</p>', page), page
    world.no_evidence()
    print(f'# finality over HTTP: p50 {quantile(load.seconds, .5) * 1e3:.0f} ms, p99 {quantile(load.seconds, .99) * 1e3:.0f} ms; '
          f'{len(chain)} blocks')
    for node in world.nodes:
        assert node.stop() == 0


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


def acknowledged(world, load):
    """What was said to be final is final on all that run, in one and the same chain."""
    final = load.finish()
    chain = world.settle([n for n in world.nodes if n.process])
    for node in world.nodes:
        if node.process:
            lost = [name for name in final if node.state_of(name) != 'final']
            assert not lost, f'node {node.place + 1} has lost {len(lost)} acknowledged transactions'
    world.no_evidence()
    print(f'# {len(final)} acknowledged, {len(chain)} blocks')
    return final


def case_killed(world):
    """Each node is killed at random points during load; nothing acknowledged is lost."""
    draw = random.Random(7)
    world.start()
    load = Load(world, number=1500, wait=3)
    load.start()
    for node in draw.sample(world.nodes, len(world.nodes)) * 2:
        load.reaches(draw.randint(1, 9))
        node.kill()
        load.reaches(draw.randint(0, 4))
        node.start()
    for node in world.nodes:
        until('all vote again', node.ready)
    acknowledged(world, load)


def case_power_cut(world):
    """All are killed at once, twice, and go on."""
    world.start()
    load = Load(world, number=600, wait=2)
    load.start()
    for _ in range(2):
        load.reaches(5)
        for node in world.nodes:
            node.kill()
        for node in world.nodes:
            node.start(wait=False)
        for node in world.nodes:
            until('it answers', node.healthy)
    load.reaches(5)
    acknowledged(world, load)


def case_one_down(world):
    """Three of four go on; the fourth catches up."""
    world.start()
    world.nodes[2].kill()
    load = Load(world, [n for n in world.nodes if n.process], number=60)
    load.complete()
    state = world.nodes[0].ask('why')
    assert [m['linked'] for m in state['members']].count(False) == 1, state['members']
    missing, = re.findall('Missing: (.*)', world.nodes[0].command('why').stdout)
    assert re.fullmatch(rf'Operator 3 \({world.nodes[2].url}\), since \d{{4}}-\d\d-\d\d \d\d:\d\d', missing), missing
    world.nodes[2].start()
    acknowledged(world, load)
    print(f'# one of four down: p50 {quantile(load.seconds, .5) * 1e3:.0f} ms, p99 {quantile(load.seconds, .99) * 1e3:.0f} ms')


def case_partition(world):
    """Two of four stand still: nothing becomes final, and all goes on when they are back."""
    world.start()
    away, here = world.nodes[:2], world.nodes[2:]
    for node in away:
        node.signal(signal.SIGSTOP)
    tx, = world.transactions(1)
    status, body = here[0].submit(tx)
    assert status == 202
    name = json.loads(body)['id']
    assert here[0].state_of(name, 3) == 'pending'
    for node in away:
        node.signal(signal.SIGCONT)
    then = time.monotonic()
    for node in world.nodes:
        node.becomes_final(name)
    print(f'# healed and final in {time.monotonic() - then:.1f} s')
    world.settle()
    world.no_evidence()


def case_stood_still(world):
    """All four are stopped under load, for longer than a proposal stays good, and go on; what came meanwhile is taken."""
    world.start()
    load = Load(world, number=4000, wait=5)
    load.start()
    load.reaches(5)
    for node in world.nodes:
        node.signal(signal.SIGSTOP)
    tx, = world.transactions(1)
    with say(world.nodes[1], f'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(tx)}\r\n\r\n') as asking:
        asking.sendall(tx)
        time.sleep(11)
        for node in world.nodes:
            node.signal(signal.SIGCONT)
        asking.settimeout(PATIENCE)
        assert b' 202 ' in asking.recv(4096)
    load.reaches(5)
    acknowledged(world, load)


def case_excluded(world):
    """One is gone for good: the others put it out; when it comes back all the same it reads along and does not vote."""
    world.start()
    gone = world.nodes[3]
    key = gone.status()['node']
    gone.kill()
    for words, sentence in ((['exclude', 'nobody'], 'No node that is known here'), (['exclude', key[:5]], 'first six characters'),
                            (['approve', 'abcdef012345'], 'or there never was one'), (['approve', 'abc'], 'first six characters')):
        wrong = world.nodes[0].command(*words, check=False)
        assert wrong.returncode == 1 and sentence in wrong.stderr, wrong
    said = world.nodes[0].command('exclude', key).stdout
    proposal, = [p['id'] for p in until('it is proposed', lambda: world.nodes[0].status()['proposals'])]
    assert f'approve {proposal[:12]}' in said, said
    until('its own approval counts', lambda: '1 approval of 3 needed' in world.nodes[0].command('members').stdout)
    approve(world, proposal, world.nodes[:3])
    in_epoch(world, 1, 3)
    load = Load(world, world.nodes[:3], number=20)
    load.complete()
    gone.start()
    until('it knows', lambda: gone.status()['epoch'] == 1 and gone.status()['mode'] == 'observing')
    acknowledged(world, load)


def case_split(world):
    """The network between two and two breaks under load: neither half goes on alone; mended, everything does."""
    world.start()
    load = Load(world, number=2000, wait=3)
    load.start()
    for sides in ((0, 1), (0, 2), (3,)):
        load.reaches(5)
        world.wires.cut(*sides)
        for node in world.nodes:
            linked = sum((other.place in sides) == (node.place in sides) for other in world.nodes)
            until('it sees whom it has lost', lambda n=node, l=linked: sum(m['linked'] for m in n.status()['members']) == l)
        if len(sides) == 2:
            tx, = world.transactions(1)
            name = json.loads(world.nodes[0].submit(tx)[1])['id']
            assert world.nodes[0].state_of(name, 1) == 'pending'
        else:
            load.reaches(5)
        world.wires.mend()
    load.reaches(5)
    acknowledged(world, load)


case_split.wires = wires.Wires


def case_slow_disk(world):
    """Each sync takes 10 ms more, and 300 ms on one node; the current fails for all in the middle: it only takes longer."""
    for node in world.nodes:
        node.environment = {'LD_PRELOAD': sys.argv[4], 'CITIZ_SLOW_SYNC_MS': '300' if node.place == 3 else '10'}
    world.start()
    load = Load(world, number=300, wait=5)
    load.start()
    load.reaches(5)
    for node in world.nodes:
        node.kill()
    for node in world.nodes:
        node.start(wait=False)
    for node in world.nodes:
        until('it answers', node.healthy)
    load.reaches(10)
    acknowledged(world, load)
    print(f'# finality over HTTP: p50 {quantile(load.seconds, .5) * 1e3:.0f} ms')


def case_duplicates(world):
    """Each transaction is brought to all nodes at once, and again when it is final: it is one."""
    world.start()
    transactions = world.transactions(25)
    names = set()

    def bring(node):
        for tx in transactions:
            status, body = node.submit(tx)
            assert status in (200, 202), (status, body)
            names.add(json.loads(body)['id'])
    for _ in range(2):
        threads = [threading.Thread(target=bring, args=(node,)) for node in world.nodes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(names) == len(transactions), len(names)
        for name in names:
            for node in world.nodes:
                node.becomes_final(name)
    world.settle()
    blocks = b''.join(block for _, _, block in world.nodes[0].blocks())
    assert [blocks.count(tx) for tx in transactions] == [1] * len(transactions)
    world.no_evidence()


def case_wiped(world):
    """A node whose disk was lost follows without signing, and is named though there is nothing to vote on: two others and it are no quorum."""
    for each in world.nodes:
        each.set('order', heartbeat=86400000)
    world.start()
    load = Load(world, number=20)
    load.complete()
    lost = world.nodes[1]
    lost.kill()
    for name in ('citiz.db', 'citiz.db-wal', 'citiz.db-shm', 'epoch-0.journal'):
        (lost.dir / name).unlink(missing_ok=True)
    lost.start()
    acknowledged(world, load)
    assert lost.status()['mode'] == 'observing'
    assert not (lost.dir / 'epoch-0.journal').exists()
    for node in world.nodes[0], world.nodes[2], world.nodes[3]:
        until('it is named', lambda: [m['operator'] for m in node.status()['members'] if m.get('silent')] == ['Operator 2'])
        assert node.status()['voting'] == 3 and node.ready()
        why = node.command('why').stdout
        assert re.search(r'Linked and does not vote: Operator 2 .*: its vote journal is lost or damaged', why), why
    world.nodes[3].kill()
    tx, = world.transactions(1)
    name = json.loads(world.nodes[0].submit(tx)[1])['id']
    assert world.nodes[0].state_of(name, 4) == 'pending'
    for slot in world.nodes[0].ask('why')['slots']:
        place = [m['operator'] for m in slot_members(world)].index('Operator 2')
        assert not any(slot[kind][place] for kind in ('notar', 'skip', 'final')), slot
    world.nodes[3].start()
    lost.becomes_final(name)


def case_silent(world):
    """Who is linked and does not vote is named, with the reason; with one more away nobody is told that all goes on."""
    world.start()
    first, lost, away, last = world.nodes
    follower = world.add_observer().start()
    Load(world, number=10).complete()
    until('all is well', lambda: first.command('why').stdout.endswith('Nothing is wrong.\n'))
    lost.stop()
    (lost.dir / 'epoch-0.journal').unlink()
    lost.start()
    until('they are linked', lambda: all(m['linked'] for m in first.status()['members']))
    silent = until('it is missed', lambda: Load(world, [first, away, last], number=2).complete() and [
        m for m in first.status()['members'] if m.get('silent')], every=1)
    assert [m['operator'] for m in silent] == ['Operator 2'] and silent[0]['met'], silent
    assert first.status()['voting'] == 3 and first.ready()
    why = first.command('why').stdout
    assert re.search(rf'Linked and does not vote: Operator 2 \({lost.url}\), since \d{{4}}-\d\d-\d\d \d\d:\d\d: its vote journal is lost or damaged. '
                     'Its host types: citiz-node join', why), why
    assert 'Validators: 4 of 4 in reach, 3 vote, 3 needed' in why and why.endswith('It works without those who do not vote; tell them.\n'), why
    assert len(re.findall('linked, does not vote', first.command('members').stdout)) == 1
    page = first.get('/')[1].decode()
    assert page.count('linked, does not vote') == 1 and 'takes part' in page, page
    assert 'its vote journal is lost or damaged' in lost.command('why').stdout
    assert 'it does not vote' in lost.get('/')[1].decode()
    away.kill()
    tx, = world.transactions(1)
    name = json.loads(follower.submit(tx)[1])['id']
    until('they know that nothing becomes final', lambda: {n.status()['state'] for n in (first, lost, last)} == {'unheard'})
    assert first.get('/readyz') == (503, b'unheard\n')
    why = first.command('why').stdout
    assert 'Missing: Operator 3' in why and 'Linked and does not vote: Operator 2' in why, why
    assert 'Too few of those in reach vote' in why.splitlines()[-1], why
    assert 'does not hear enough of the others vote' in first.get('/')[1].decode()
    assert 'citiz-node join' in lost.command('why').stdout.splitlines()[-1]
    until('it has come round', lambda: '1 transaction waits' in first.command('status').stdout)
    assert 'Newest block' in (text := first.command('status').stdout) and 'nothing new becomes final' in text, text
    until('who only follows sees that something waits', lambda: follower.status()['state'] == 'standing')  # and hears no votes
    assert follower.get('/readyz') == (503, b'standing\n') and 'nothing becomes final' in follower.get('/')[1].decode()
    assert 'Something waits and nothing becomes final' in follower.command('why').stdout.splitlines()[-1]
    away.start()
    first.becomes_final(name)
    for node in world.nodes:
        until('all are well again', node.ready)
    world.no_evidence()


def approve(world, proposal, nodes):
    """The operators of `nodes` agree; who is not needed any more is told so."""
    for node in nodes:
        until('it knows what there is to decide, or what was decided', lambda n=node: n.status()['epoch'] or n.status()['changing'] or any(
            p['id'] == proposal for p in n.status()['proposals']), 120)
        done = node.command('approve', proposal[:12], check=False)
        print('#', done.stdout.strip() or done.stderr.strip())


def in_epoch(world, epoch, validators):
    """All that run are in `epoch`, of so many validators, and something of it is final."""
    for node in world.nodes:
        if node.process:
            until(f'node {node.place + 1} is in epoch {epoch}', lambda n=node: n.status()['epoch'] == epoch)
            assert node.status()['validators'] == validators, node.status()
            until('the keys of the epoch before are gone', lambda n=node: not (n.dir / f'epoch-{epoch - 1}.journal').exists())


def votes(node):
    return node.process and node.status()['mode'] == 'signing'


def case_epochs(world):
    """Under load a fifth comes in, one of the first leaves, and one is killed in the middle of both."""
    world.start()
    load = Load(world, world.nodes[:2], number=4000, wait=5)
    load.start()
    fifth = world.add_observer(world.nodes[0].ask('invite')['link'])
    fifth.set('node', operator='Bibliothèque du Nord', contact='nord\x1b[2J@example.org')
    fifth.start()
    until('it has caught up', lambda: fifth.status()['height'] > 0)
    proposal = fifth.ask('join')['proposal']
    until('the others see it', lambda: 'Proposal' in world.nodes[0].command('members').stdout)
    until('it says who it is', lambda: re.search(
        rf'own words.*\n +operator +Bibliothèque du Nord\n +address +{fifth.url}\n +contact +nord\[2J@example.org\n', world.nodes[0].command('members').stdout))
    world.nodes[3].kill()
    approve(world, proposal, world.nodes[:3])
    world.nodes[3].start()
    in_epoch(world, 1, 5)
    until('the fifth votes', lambda: votes(fifth))
    until('its address is known', lambda: any(m['url'] == fifth.url for m in world.nodes[0].status()['members']))
    world.nodes[2].command('leave')
    fifth.kill()
    fifth.start()
    in_epoch(world, 2, 4)
    assert world.nodes[2].status()['mode'] == 'observing'
    world.nodes[2].kill()
    for node in world.nodes:
        until('all vote', lambda n=node: n is world.nodes[2] or votes(n))
    until('work was done meanwhile', lambda: len(load.final) > 10)
    acknowledged(world, load)
    closings = [node.get('/v1/epochs')[1] for node in world.nodes if node.process]
    assert len(closings[0]) > 344 and struct.unpack_from('>I', closings[0])[0] < len(closings[0])
    assert world.nodes[0].get('/v1/epochs?from=2')[1] == b''
    lists = [node.get('/v1/snapshots/1')[1] for node in world.nodes if node.process]
    assert len(lists[0]) == 32 and len(set(lists)) == 1, 'nodes do not give the same snapshot of the end of epoch 1'
    chunk = world.nodes[0].get('/v1/snapshots/1/0')[1]
    assert hashlib.sha256(b'\x22' + chunk).digest() == lists[0]
    print(f'# {len(load.final)} acknowledged over three epochs')


def case_epoch_killed(world):
    """One has lost its journal; each node is killed once while the next epoch begins; then all vote, with new keys."""
    draw = random.Random(11)
    world.start()
    lost = world.nodes[1]
    lost.kill()
    for name in ('citiz.db', 'citiz.db-wal', 'citiz.db-shm', 'epoch-0.journal'):
        (lost.dir / name).unlink(missing_ok=True)
    lost.start()
    until('it is linked', lambda: sum(m['linked'] for m in lost.status()['members']) == 4)
    proposal = lost.ask('join')['proposal']
    approve(world, proposal, [world.nodes[0], world.nodes[2]])
    for node in draw.sample(world.nodes, len(world.nodes)):
        node.kill()
        node.start()
    in_epoch(world, 1, 4)
    for node in world.nodes:
        until('all vote, the one that lost its journal among them', lambda n=node: votes(n))
    world.nodes[3].kill()
    load = Load(world, world.nodes[:3], number=20)
    load.complete()
    acknowledged(world, load)


def refound(node, *words, check=True):
    return node.command('refound', *words, check=check)


def case_refound(world):
    """Two of four are lost for good: the others and a newcomer found the community anew; one of the lost comes back and asks to come in."""
    world.start()
    first, second, away, _ = world.nodes
    newcomer = world.add_observer().start()
    load = Load(world, number=20)
    final = load.complete()
    world.settle()
    for node in world.nodes[2:4]:
        node.kill()
    waiting, = world.transactions(1)
    name = json.loads(first.submit(waiting)[1])['id']
    assert first.state_of(name, 1) == 'pending'
    assert re.search(r'is \d+ s old; this begins after 60 min', refound(first).stdout), refound(first).stdout
    refused = refound(first, 'card', check=False)
    assert refused.returncode and 'not founded anew' in refused.stderr, refused
    stay = [first, second, newcomer]
    for node in stay:
        node.kill()
        node.set('order', refound_after=0)
        node.start()
    assert 'citiz-node refound' in first.command('why').stdout
    cards = []
    for node in stay:
        cards.append(world.dir / f'card-{node.place}.json')
        until('it has the newest block', lambda n=node: n.status()['hash'] == first.status()['hash'])
        cards[-1].write_text(refound(node, 'card').stdout)
    assert refound(first, 'make', '--reason', '', *map(str, cards), check=False).returncode
    document = world.dir / 'refound.json'
    document.write_text(refound(first, 'make', '--reason', 'Deux organismes ont fermé.\x1b[2J', *map(str, cards)).stdout)
    seen = refound(second, 'look', str(document)).stdout
    assert 'Deux organismes ont fermé.' in seen and '\x1b' not in seen and '0 of the 3' in seen, seen
    assert all(node.status()['epoch'] == 0 for node in stay), 'nobody has accepted yet'
    refound(first, 'accept', str(document))
    first.kill()
    first.start()
    assert first.status()['epoch'] == 1 and first.state_of(name, 1) != 'final', 'one of three is no quorum'
    assert refound(first, 'accept', str(document), check=False).returncode, 'accepted once'
    until('the others hear of it', lambda: 'New founding' in refound(second).stdout)
    for node in stay[1:]:
        refound(node, 'accept', str(document))
    final.append(json.loads(first.submit(waiting)[1])['id'])
    first.becomes_final(name)
    in_epoch(world, 1, 3)
    for node in stay:
        until('all vote', lambda n=node: votes(n))
    load = Load(world, stay, number=20)
    final += load.complete()
    away.start()
    until('it hears of it', lambda: 'New founding' in refound(away).stdout)
    assert away.status()['epoch'] == 0, 'nothing by itself'
    assert 'founded the community anew' in away.command('why').stdout
    offered = json.loads(away.command('--json', 'refound').stdout)['offers'][0]
    until('all have signed', lambda: all(n['signed'] for n in json.loads(first.command('--json', 'refound').stdout)['newest']['next']))
    assert {n['operator'] for n in offered['gone']} == {'Operator 3', 'Operator 4'}, offered
    until('it may accept at once', lambda: 'may be accepted here at once' in refound(away).stdout)
    refound(away, 'accept', str(document))
    until('it follows', lambda: away.status()['hash'] == first.status()['hash'] and away.status()['epoch'] == 1)
    assert away.status()['mode'] == 'observing'
    with urllib.request.urlopen(first.url + '/v') as answer:
        assert away.url in answer.headers['Content-Security-Policy'], 'it holds its parts of accesses of before'
    proposal = away.ask('join')['proposal']
    approve(world, proposal, stay)
    in_epoch(world, 2, 4)
    until('it votes again', lambda: votes(away))
    for node in stay + [away]:
        for tx in final:
            until('it has everything', lambda n=node, t=tx: n.state_of(t) == 'final')
    world.settle(stay + [away])
    world.no_evidence()
    copy = world.dir / 'copy'
    second.command('backup', str(copy))
    for node in world.nodes[:3]:
        node.kill()
        node.start()
    world.settle(stay + [away])
    second.kill()
    shutil.rmtree(second.dir)
    assert 'verified' in second.command('restore', '--verify', str(copy)).stdout
    documents = json.loads(first.get('/v1/refounds?from=0')[1])['refounds']
    assert [d['citiz'] for d in documents] == ['refound'], documents
    assert json.loads(first.get('/v1/refounds?from=1')[1]) == {'refounds': []}


def case_refound_again(world):
    """Of those who founded the community anew all but one are lost before anything of it is final: it goes on alone, and one who comes back follows it over both."""
    for node in world.nodes:
        node.set('order', refound_after=0)
    world.start()
    first, second, *lost = world.nodes
    load = Load(world, number=10)
    final = load.complete()
    world.settle()
    for node in lost:
        node.kill()

    def document(name, *nodes):
        cards = [world.dir / f'{name}-card-{node.place}.json' for node in nodes]
        for node, card in zip(nodes, cards):
            card.write_text(refound(node, 'card').stdout)
        path = world.dir / f'{name}.json'
        path.write_text(refound(nodes[0], 'make', '--reason', f'The {name} time.', *map(str, cards)).stdout)
        return str(path)

    height = first.status()['height']
    both = document('first', first, second)
    refound(first, 'accept', both)
    second.kill()
    assert (first.status()['epoch'], first.status()['height']) == (1, height), 'nothing of it is final'
    alone = document('second', first)
    assert refound(first, 'accept', both, check=False).returncode, 'accepted once'
    refound(first, 'accept', alone)
    first.kill()
    first.start()
    load = Load(world, [first], number=10)
    final += load.complete()
    in_epoch(world, 2, 1)
    second.start()
    for path, epoch in (both, 1), (alone, 2):
        name = json.loads(second.command('--json', 'refound', 'look', path).stdout)['name']
        until('it is offered', lambda: any(o['name'] == name for o in json.loads(second.command('--json', 'refound').stdout)['offers']))
        refound(second, 'accept', path)
        assert second.status()['epoch'] == epoch
    until('it follows', lambda: second.status()['hash'] == first.status()['hash'])
    approve(world, second.ask('join')['proposal'], [first])
    until('both vote', lambda: votes(first) and votes(second) and second.status()['epoch'] == 3)
    for node in (first, second):
        for tx in final:
            until('it has everything', lambda n=node, t=tx: n.state_of(t) == 'final')
    world.no_evidence()
    copy = world.dir / 'copy'
    second.command('backup', str(copy))
    second.kill()
    shutil.rmtree(second.dir)
    assert 'verified' in second.command('restore', '--verify', str(copy)).stdout


def case_admission(world):
    """A community that was founded with admission asks strangers for a word or for work, and its nodes for neither."""
    for node in world.nodes:
        node.set('founding', admission=1)
    world.start()

    def refused():
        status, body = world.nodes[0].submit(world.transactions(1)[0])
        return status == 422 and json.loads(body)['error'] == 'work'
    until('transactions need a word or work', refused)
    until('nothing is left to decide', lambda: not world.nodes[0].status()['proposals'])
    newcomer = world.add_observer().start()
    until('it has caught up', lambda: newcomer.status()['height'] == world.nodes[0].status()['height'])
    proposal = newcomer.ask('join')['proposal']
    approve(world, proposal, world.nodes[:3])
    in_epoch(world, 1, 5)


def slot_members(world):
    return world.nodes[0].ask('why')['members']


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
        until('it sees that the other votes', lambda: Load(world, number=2).complete() and follower.get('/readyz')[1].startswith(b'twin'), every=1)
        assert follower.status()['mode'] == 'observing' and 'only one of the two may run' in follower.command('why').stdout.splitlines()[-1]
        assert node.ready() and node.status()['mode'] == 'signing'
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


def case_clock(world):
    """One node's clock is an hour fast, then an hour slow: the others go on and the node says so."""
    wrong = world.nodes[3]
    for node in world.nodes[:3]:
        node.start()
    for shift in '+1h', '-1h':
        wrong.environment = another_time(shift)
        before = len(wrong.log.read_text()) if wrong.log.exists() else 0
        wrong.start()
        load = Load(world, world.nodes[:3], number=30)
        load.complete()
        acknowledged(world, load)
        assert abs(world.nodes[0].status()['blockTime'] / 1000 - time.time()) < 1800, 'the chain runs ahead'
        until('it says that its clock is wrong', lambda: 'alarm=clock' in wrong.log.read_text()[before:])
        until('its host is told', lambda: 'clock is not that' in wrong.command('why').stdout)
        print(f'# {shift}: p50 {quantile(load.seconds, .5) * 1e3:.0f} ms, p99 {quantile(load.seconds, .99) * 1e3:.0f} ms')
        wrong.stop()
    wrong.environment = {}
    wrong.start()
    Load(world, world.nodes[:3], number=5).complete()
    until('its time is right again', lambda: abs(wrong.status()['time'] / 1000 - time.time()) < 60)


def case_disk_full(world):
    """Below the reserve nothing new is taken, votes go on, and the node says why."""
    node = world.nodes[0]
    node.set('disk', free_percent=100)
    for each in world.nodes:
        each.start()
    assert node.get('/readyz') == (503, b'disk-full\n')
    tx, = world.transactions(1)
    status, body = node.submit(tx)
    assert status == 507 and json.loads(body)['error'] == 'disk-full', (status, body)
    name = json.loads(world.nodes[1].submit(tx)[1])['id']
    world.nodes[1].becomes_final(name)
    node.becomes_final(name)
    assert 'almost full' in node.command('status').stdout
    refused(node, ['backup', str(world.dir / 'copy')], 'no room for a copy')
    assert not (world.dir / 'copy').exists() and not list(node.dir.glob('outgoing*')) and node.healthy()


def case_full_for_real(world):
    """A disk that is really full ends the process, and nothing is half written."""
    small = world.dir / 'small'
    small.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24m', 'none', str(small)], capture_output=True).returncode:
        raise Skip('no small disk can be mounted here')
    try:
        node = world.nodes[0]
        shutil.copytree(node.dir, small / 'node')
        node.dir = small / 'node'
        node.set('disk', free_percent=0)
        world.start()
        ballast = small / 'ballast'
        with open(ballast, 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        load = Load(world, world.nodes[1:], number=300)
        load.start()
        until('the node ends', lambda: node.process.poll() is not None)
        assert node.process.returncode == 1
        node.process = None
        refused(node, ['status'], 'its disk is full')
        ballast.unlink()
        refused(node, ['status'], 'to start it')
        node.start()
        acknowledged(world, load)
    finally:
        for node in world.nodes:
            if node.process:
                node.kill()
        subprocess.run(['umount', str(small)], check=True)


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


def case_observer(world):
    """Somebody who is no validator follows from the founding file alone."""
    world.start()
    load = Load(world, number=30)
    load.complete()
    node = world.add_observer().start()
    acknowledged(world, load)
    assert node.status()['mode'] == 'observing'
    until('it is told how to take part', lambda: 'citiz-node join' in node.command('why').stdout)
    wrong = node.command('exclude', world.nodes[0].status()['node'], check=False)
    assert wrong.returncode == 1 and 'this node follows' in wrong.stderr, wrong
    node.command('join')
    until('it is proposed', lambda: node.status()['proposals'])
    wrong = node.command('join', check=False)
    assert wrong.returncode == 1 and 'has asked already' in wrong.stderr, wrong
    until('its address has come round, and it keeps no ledger', lambda: 'not one of those who keep' in world.nodes[0].command(
        'exclude', node.status()['node'], check=False).stderr)
    tx, = world.transactions(1)
    name = json.loads(node.submit(tx)[1])['id']
    node.becomes_final(name)


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


def metrics(node):
    import urllib.request
    with urllib.request.urlopen(f'http://127.0.0.1:{node.metrics_port}/metrics') as answer:
        return answer.read().decode()


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


def case_stopped(world):
    """Told to stop, it answers who waits and leaves nothing behind; drained, it takes nothing new."""
    world.start()
    node = world.nodes[0]
    node.command('drain')
    tx, = world.transactions(1)
    assert node.submit(tx)[0] == 503 and node.get('/readyz')[1] == b'draining\n'
    waiting = http.client.HTTPConnection('127.0.0.1', node.port, timeout=PATIENCE)
    waiting.request('GET', f'/v1/tx/{"0" * 64}?wait=60')
    for _ in range(3):
        assert node.get('/v1/status')[0] == 200  # by now that one has been read, too
    assert node.stop() == 0
    assert waiting.getresponse().status == 503
    waiting.close()
    assert not (node.dir / 'admin.sock').exists()
    assert 'no node runs' in node.command('status', check=False).stderr


def case_systemd(world):
    """A socket that is handed over is served; systemd hears of start, life and end."""
    node = world.nodes[0]
    with socket.socket() as listening, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        listening.bind(('127.0.0.1', node.port))
        listening.listen(64)
        notify.bind(str(world.dir / 'notify'))
        notify.settimeout(PATIENCE)
        place = listening.fileno()
        node.process = subprocess.Popen(
            ['sh', '-c', f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" --folder "$1" run 3<&{place}', world.binary, str(node.dir)], pass_fds=[place],
            env={**os.environ, 'NOTIFY_SOCKET': str(world.dir / 'notify'), 'WATCHDOG_USEC': '10000000'}, stderr=open(node.log, 'a'))
        assert notify.recv(200) == b'READY=1'
        listening.close()
        until('it answers', node.healthy)
        assert re.fullmatch(rb'STATUS=\w+, \w+; block 0; 1 of 4 validators in reach, 1 vote; \d+ transactions wait', line := notify.recv(200)), line
        said = []
        while b'WATCHDOG=1' not in said:
            said.append(notify.recv(200))
        for other in world.nodes[1:]:
            other.start()
        while not re.match(rb'STATUS=ready, signing; block [1-9]\d*; 4 of 4 ', notify.recv(200)):
            pass
        assert node.stop() == 0
        while (last := notify.recv(200)) != b'STOPPING=1':
            assert last == b'WATCHDOG=1' or last.startswith(b'STATUS='), last


def linked(node, secret, user):
    """A node that was broken into puts links where root is to read, and to remove: none of them is followed."""
    (secret / 'citiz.db').write_text('precious')
    server = socket.socket(socket.AF_UNIX)
    (node.dir / 'admin.sock').rename(node.dir / 'true.sock')
    server.bind(str(node.dir / 'admin.sock'))
    os.chmod(node.dir / 'admin.sock', 0o666)
    server.listen()
    for whole in True, False:
        asked = subprocess.Popen([node.world.binary, '--folder', str(node.dir), 'backup', str(secret / 'stolen')], stderr=subprocess.PIPE, text=True)
        caller, _ = server.accept()
        place = node.dir / json.loads(caller.makefile().readline())['with']
        if whole:
            place.symlink_to(secret)
        else:
            place.mkdir()
            os.chown(place, user, user)
            (place / 'citiz.db').symlink_to(secret / 'citiz.db')
        caller.sendall(b'{"height":1}\n')
        caller.close()
        assert asked.wait() == 1, asked.stderr.read()
        assert (secret / 'citiz.db').read_text() == 'precious' and not (secret / 'stolen').exists() and not os.path.lexists(place)
    server.close()
    (node.dir / 'true.sock').rename(node.dir / 'admin.sock')
    (secret / 'citiz.db').unlink()


def case_booted(world):
    """The units as they are installed, under a systemd of their own: a caller starts the node, none is lost while it is killed or started again, one that hangs is replaced."""
    if os.geteuid() != 0 or not shutil.which('systemctl') or not shutil.which('nsenter') or not units.mounted():
        raise Skip('no systemd of its own can be had here')
    if os.environ.get('CITIZ_SANITIZED'):
        raise Skip('a sanitizer needs calls that the unit forbids')
    with World(world.binary, world.maker, n=1) as alone:
        systemd = units.Systemd(alone.dir, world.binary, alone.nodes[0].dir, {'WatchdogSec=30': 'WatchdogSec=15', 'RestartSec=5': 'RestartSec=1'})
        try:
            if not systemd.start():
                print('#', systemd.log.read_text()[-300:].replace('\n', '\n# '))
                raise Skip('systemd does not start in namespaces here')
            serves(systemd)
        except AssertionError:
            print('#', systemd.log.read_text().replace('\n', '\n# '))
            raise
        finally:
            systemd.stop()


def serves(systemd):
    """Started by its socket, as a user of its own; killed, restarted, stopped by the signal that lets nothing go on."""
    systemd.control('start', 'citiz-node.socket')
    assert systemd.shows('ActiveState') == 'inactive'
    assert systemd.ask('/healthz') == (200, b'ok\n')
    assert systemd.shows('ActiveState') == 'active'
    until('it says how it is', lambda: systemd.shows('StatusText').startswith('ready, signing; '))
    user = int(re.search(r'\nUid:\t\d+\t(\d+)', systemd.inside('cat', f'/proc/{systemd.shows("MainPID")}/status').stdout)[1])
    assert 61184 <= user <= 65519, user
    assert systemd.inside('stat', '-c', '%u %a', '/var/lib/private/citiz-node/node.key').stdout == f'{user} 600\n'
    why = systemd.inside('/run/bin/citiz-node', '--folder', '/var/lib/citiz-node', 'why')
    assert why.returncode == 0 and 'Nothing is wrong' in why.stdout, why
    for word in 'KILL', 'STOP':  # the second is seen by the watchdog
        before = systemd.shows('MainPID')
        systemd.control('kill', '--kill-whom=main', f'--signal={word}', 'citiz-node.service')
        assert systemd.ask('/healthz') == (200, b'ok\n'), word
        until('it is another process', lambda: systemd.shows('MainPID') not in ('0', before))
    assert int(systemd.shows('NRestarts')) >= 2
    answers, going = [], threading.Event()

    def ask():
        while not going.is_set():
            try:
                answers.append(systemd.ask('/healthz'))
            except (OSError, http.client.HTTPException) as error:
                answers.append(repr(error))
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(3):
            systemd.control('reset-failed', 'citiz-node.service')  # more starts in ten seconds than a machine makes
            systemd.control('restart', 'citiz-node.service')
    finally:
        going.set()
        asking.join()
    assert answers and set(answers) == {(200, b'ok\n')}, set(answers)
    node = '/run/bin/citiz-node', '--folder', '/var/lib/citiz-node'
    backup = systemd.inside(*node, 'backup', '/run/copy')
    assert backup.returncode == 0, backup
    systemd.control('stop', 'citiz-node.socket', 'citiz-node.service')
    assert (systemd.shows('ActiveState'), systemd.shows('Result')) == ('inactive', 'success')
    assert systemd.inside('find', '/var/lib/private/citiz-node', '-mindepth', '1', '-delete').returncode == 0
    restored = systemd.inside(*node, 'restore', '--verify', '/run/copy')  # by root, behind a folder that the node's user may not enter
    assert restored.returncode == 0 and 'verified' in restored.stdout, restored
    assert systemd.inside('stat', '-c', '%u %a', '/var/lib/private', '/var/lib/private/citiz-node/node.key').stdout == f'0 700\n{user} 600\n'
    systemd.control('start', 'citiz-node.socket')
    assert systemd.ask('/healthz') == (200, b'ok\n')


def race(folder, secret, user):
    """A process of a node that was broken into puts links to what is root's in the way of whatever root does there, until it is killed. Returns: its id"""
    parent = os.getpid()
    racer = os.fork()
    if racer:
        return racer
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    os.chdir(folder)
    while os.getppid() == parent:
        for name in 'copying', 'restoring':
            for way in (lambda: os.rename(name, name + '.away'), lambda: os.symlink(secret, name), lambda: os.unlink(name),
                        lambda: os.symlink(secret / 'citiz.db', name + '/node.key'), lambda: os.rename(name + '.away', name)):
                with contextlib.suppress(OSError):
                    way()
    os._exit(0)


def restored_by_root(node, user, secret, copy):
    """Root restores with no more than the node's own rights."""
    shutil.rmtree(node.dir)
    node.dir.mkdir(0o500)  # of which only root makes nothing
    os.chown(node.dir, user, user)
    refused(node, ['restore', '--verify', str(copy)], 'Permission denied')
    assert not list(node.dir.iterdir())
    node.dir.chmod(0o700)
    for name in 'citiz.db', 'node.key', 'citiz-node.conf', 'community.json':
        (secret / name).write_text('precious')
    racer = race(node.dir, secret, user)
    try:
        for _ in range(20):
            done = node.command('restore', '--verify', str(copy), check=False)
            assert {(p.name, p.read_text()) for p in secret.iterdir() if p.is_file()} == {
                (name, 'precious') for name in ('citiz.db', 'node.key', 'citiz-node.conf', 'community.json')}, done
            for folder, _, files in os.walk(node.dir):
                for name in files:
                    with contextlib.suppress(FileNotFoundError):
                        assert os.lstat(os.path.join(folder, name)).st_uid == user, (folder, name)
    finally:
        os.kill(racer, signal.SIGKILL)
        os.waitpid(racer, 0)
    for path in node.dir.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for path in [p for p in secret.iterdir() if p.is_file()]:
        path.unlink()


def case_other_user(world):
    """As under systemd: the node has a user of its own, who may write into its folder only; root types the commands."""
    if os.geteuid() != 0:
        raise Skip('only root can be another user')
    user, node, secret = 54321, world.nodes[0], world.dir / 'secret'
    secret.mkdir(0o700)
    world.dir.chmod(0o711)
    closed = 0o700 if subprocess.run(['unshare', '--mount', 'true']).returncode == 0 else 0o711  # as systemd's /var/lib/private
    for path in [node.dir, *node.dir.iterdir()]:
        os.chown(path, user, user)
    refused(node, ['run'], 'another user')
    refused(node, ['status'], 'systemctl start')
    binary = world.dir / 'citiz-node'  # where anybody may come
    shutil.copy(world.binary, binary)
    as_user = lambda *words: subprocess.run([binary, '--folder', str(node.dir), *words], user=user, group=user, extra_groups=[], capture_output=True, text=True)
    node.process = subprocess.Popen([binary, '--folder', str(node.dir), 'run'], user=user, group=user, extra_groups=[], stderr=open(node.log, 'a'))
    for other in world.nodes[1:]:
        other.start()
    until('it answers', node.healthy)
    Load(world, number=5).complete()
    copy = secret / 'copy'
    said = json.loads(node.command('--json', 'backup', str(copy)).stdout)
    assert said['backup'] == str(copy), said
    assert {(p.stat().st_uid, p.stat().st_mode & 0o777) for p in copy.iterdir()} == {(0, 0o600)}
    assert not list(node.dir.glob('outgoing*'))
    linked(node, secret, user)
    refused(node, ['backup', '/proc/nowhere'], '/proc/nowhere')
    other = as_user('backup', str(secret / 'mine'))
    assert other.returncode == 1 and str(secret) in other.stderr, other
    assert 'may not look' in subprocess.run([binary, '--folder', str(copy), 'status'], user=user, group=user, capture_output=True, text=True).stderr
    half = node.dir / 'outgoing-1234'  # a command was killed before it brought that out
    half.mkdir()
    os.chown(half, user, user)
    node.stop()
    for file in node.dir.iterdir():
        shutil.rmtree(file) if file.is_dir() and file != half else file.is_file() and file.unlink()
    restored_by_root(node, user, secret, copy)
    half.mkdir()
    os.chown(half, user, user)
    world.dir.chmod(closed)
    assert 'verified' in node.command('restore', '--verify', str(copy)).stdout
    assert {p.stat().st_uid for p in node.dir.iterdir()} == {user}
    world.dir.chmod(0o711)
    node.process = subprocess.Popen([binary, '--folder', str(node.dir), 'run'], user=user, group=user, extra_groups=[], stderr=open(node.log, 'a'))
    until('it follows', lambda: node.healthy() and node.status()['mode'] == 'observing')
    assert not half.exists()
    node.stop()
    shutil.rmtree(node.dir)
    node.dir.mkdir(0o700)
    os.chown(node.dir, user, user)
    world.dir.chmod(closed)
    node.command('setup', '--found', '--listen', f'127.0.0.1:{node.port}')
    node.command('found', str(node.dir / 'founder-card.json'))
    assert {p.stat().st_uid for p in node.dir.iterdir()} == {user}
    world.dir.chmod(0o711)
    node.process = subprocess.Popen([binary, '--folder', str(node.dir), 'run'], user=user, group=user, extra_groups=[], stderr=open(node.log, 'a'))
    until('it signs', lambda: node.healthy() and node.status()['mode'] == 'signing')


PROBES = [  # what differs between how two programs read one request; the proxy or the node refuses each of them
    b'GET /v1/status HTTP/1.1\r\n\r\n',
    b'GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: other\r\n\r\n',
    b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd',
    b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'GET /v1/status HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n',
    b'GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n',
    b'POST /v1/tx HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\nGET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
]


def probe(port, request):
    """The statuses that come back."""
    with socket.create_connection(('127.0.0.1', port)) as connection:
        connection.settimeout(20)
        connection.sendall(request)
        answer = b''
        try:
            while data := connection.recv(65536):
                answer += data
        except OSError:
            pass
    return [int(part[:3]) for part in answer.split(b'HTTP/1.1 ')[1:]]


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


def case_configured(world):
    """The configuration is strict, metrics stay on the loopback, files are the owner's alone."""
    node = world.nodes[0]
    assert all(p.stat().st_mode & 0o77 == 0 for p in [node.dir, *node.dir.iterdir()]), 'others may read'
    assert node.command('setup', '--found', check=False).returncode == 1, 'a folder is set up once'
    node.set('listen', metrics='0.0.0.0:0')
    run = node.command('run', check=False)
    assert run.returncode == 1 and 'loopback' in run.stderr, run.stderr
    node.set('listen', metrics='')
    node.set('limits', conections='5')
    run = node.command('run', check=False)
    assert run.returncode == 1 and 'no setting' in run.stderr, run.stderr
    other = world.add_observer()
    limits = json.loads(other.start().get('/limits')[1])
    assert limits['connections'] == 512 and limits['bodyBytes'] == 65536, limits
    assert other.get('/metrics')[0] == 404
    for language, words in (('fr-CA,fr;q=0.9,en;q=0.5', 'Ce nœud'), ('en', 'This node')):
        for path, asked in (('/', language), (f'/?lang={language[:2]}', 'de')):
            status, page = other.get(path, headers={'Accept-Language': asked})
            assert status == 200 and words in page.decode(), page
    assert other.request('HEAD', '/') == (200, b'')
    assert other.get('/nowhere') == (404, b'nothing is here\n')
    for language, words in (('fr-CA', 'Il n’y a rien à cette adresse'), ('en', 'There is nothing at this address')):
        status, page = other.get('/v1/no/where', headers={'Accept-Language': language})
        assert status == 404 and words in page.decode(), page


def refused(node, words, sentence):
    """The command says `sentence` and nothing of the database's own, and touches nothing."""
    before = {p: p.is_file() and p.read_bytes() for p in node.dir.rglob('*')} if node.dir.exists() else None
    wrong = node.command(*words, check=False)
    assert wrong.returncode == 1 and sentence in wrong.stderr and 'PRAGMA' not in wrong.stderr, (words, wrong)
    after = {p: p.is_file() and p.read_bytes() for p in node.dir.rglob('*')} if node.dir.exists() else None
    assert after == before, (words, after)
    return wrong.stderr


def damaged(copy, block):
    """What can be wrong with a copy that holds `block`, one thing after the other."""
    whole = {p: p.read_bytes() for p in copy.iterdir()}
    database, community = copy / 'citiz.db', copy / 'community.json'
    data = whole[database]
    for file, bad in ((database, data.replace(b'CREATE TABLE', b'CREATE TABEL', 1)), (database, data[:len(data) // 2]), (database, b''),
                      (database, data.replace(block[200:240], bytes(40))), (community, b'{}'), (community, whole[community][:-20])):
        assert bad != whole[file]
        file.write_bytes(bad)
        yield
        file.write_bytes(whole[file])


def case_mistaken(world):
    """What is refused leaves the folder as it was, so that the corrected command does: words of setup, cards, damaged copies."""
    node = Node(world, len(world.nodes))
    for words, sentence in (('--salt ZZZ', '--salt'), ('--url ftp://x', '--url'), ('--url https://x/path', '--url'), ('--url https://x?y', '--url'), ('--listen somewhere', 'ADDRESS:PORT'), ('--contact \x1b[2J', 'can be seen')):
        refused(node, ['setup', '--found', *words.split()], sentence)
        assert not node.dir.exists()
    assert str(node.dir) in refused(node, ['run'], 'There is no node')
    node.dir.mkdir()
    refused(node, ['setup', str(world.dir / 'nowhere.json')], 'nowhere.json')
    made = node.command('setup', '--found', '--salt', '0' * 64)
    assert f'citiz-node --folder {node.dir} found' in made.stdout, made
    refused(node, ['setup', '--found'], 'already')
    refused(node, ['run'], 'not founded')
    assert refused(node, ['found', 'nowhere.json'], 'nowhere.json').count('nowhere.json') == 1
    refused(node, ['found', str(node.dir / 'citiz-node.conf')], 'no founder')
    far = Node(world, len(world.nodes) + 2)
    told = far.command('setup', '--found', '--salt', '0' * 64, '--url', 'https://node.example.org/').stdout
    assert 'listens at 127.0.0.1:8650' in told and 'https://node.example.org,' in told, told
    refused(node, ['found', str(node.dir / 'founder-card.json'), str(far.dir / 'founder-card.json')], 'only its own computer reaches')
    here = Node(world, len(world.nodes) + 3)
    assert f'127.0.0.1:{here.port}' in here.command('setup', '--found', '--listen', f'127.0.0.1:{here.port}').stdout
    assert json.loads((here.dir / 'founder-card.json').read_text())['url'] == here.url
    card = node.dir / 'founder-card.json'
    odd = here.dir / 'founder-card.json'
    near = Node(world, len(world.nodes) + 4)
    near.command('setup', '--found', '--salt', '0' * 64)
    others = str(card), str(near.dir / 'founder-card.json')
    assert others[0] not in refused(node, ['found', str(odd), *others], f'{odd} was made for another founding')
    refused(node, ['found', str(odd), others[0]], 'different foundings')
    copied = world.dir / 'copied.json'
    copied.write_text(card.read_text())
    refused(node, ['found', str(copied), str(card)], 'one of them is enough')
    copied.write_text(json.dumps({**json.loads(card.read_text()), 'operator': 'Somebody'}))
    differ = refused(node, ['found', *others, str(copied)], 'and differ')
    assert str(copied) in differ and str(card) in differ, differ
    node.command('found', str(node.dir / 'founder-card.json'))
    refused(node, ['found', str(node.dir / 'founder-card.json')], 'already')
    conf = node.dir / 'citiz-node.conf'
    for url in 'ftp://x', 'https://x/path', 'https://x?y':
        settings = conf.read_text()
        node.set('node', url=url)
        refused(node, ['run'], '[node] url')
        conf.write_text(settings)
    assert f'citiz-node --folder {node.dir} run' in refused(node, ['status'], 'no node runs')

    world.start()
    Load(world, number=5).complete()
    told = Node(world, len(world.nodes) + 5).command('setup', str(world.nodes[0].dir / 'community.json')).stdout
    assert f'{world.dir / "node-10"} join' in told and 'only this computer reaches' in told, told
    copy, place = world.dir / 'copy', Node(world, len(world.nodes) + 1)
    world.nodes[0].command('backup', str(copy))
    (copy / 'SHA256SUMS').unlink()  # what is looked at beside the digests
    refused(place, ['restore', '--verify', str(world.dir)], 'no copy')
    for _ in damaged(copy, world.nodes[0].blocks()[0][2]):
        refused(place, ['restore', '--verify', str(copy)], 'damaged')
        assert not place.dir.exists()
    assert 'verified' in place.command('restore', '--verify', str(copy)).stdout
    assert sorted(p.name for p in place.dir.iterdir()) == sorted(p.name for p in copy.iterdir())
    refused(place, ['restore', '--verify', str(copy)], 'already')


COMMANDS = 'setup found run status why members invite join leave approve exclude refound backup restore drain'.split()


def case_commands(world):
    """Each command is named in the help, in French too; what it does not understand it says, and the settings file explains each setting."""
    node = world.nodes[0]
    text = node.command('--help').stdout
    helps = dict(re.findall(r'^  (\w+).*?  +(\S.*)$', text.split('Help Options')[0], re.M))
    assert sorted(helps) == sorted(COMMANDS), helps
    assert all(option in text for option in ('--verify', '--json', '--folder', '--reason')), text
    catalogue = pathlib.Path(__file__).parents[2] / 'po/fr.po'
    with open(world.dir / 'fr.mo', 'wb') as out:
        subprocess.run(['msgfmt', '-o', '-', str(catalogue)], check=True, stdout=out)
    with open(world.dir / 'fr.mo', 'rb') as file:
        french = gettext.GNUTranslations(file).gettext
    assert all(french(words) != words for words in helps.values()), [w for w in helps.values() if french(w) == w]
    for name in COMMANDS:
        wrong = node.command(name, *(['too', 'many'] * 70), check=False)
        assert wrong.returncode == 2 and wrong.stdout + wrong.stderr, name
    for name in ('status', 'why', 'members', 'drain', 'leave', 'join', 'refound'):
        silent = node.command(name, check=False)
        assert silent.returncode == 1 and 'no node runs' in silent.stderr, silent
    for words in (['exclude', '-Zq3vM-abcdef'], ['approve', '--J3vMabcdef', '--json'], ['exclude', '--json', '--', '-abcdef'], ['--json', 'exclude', '-help']):
        asked = node.command(*words, check=False)  # a name may begin with a dash
        assert asked.returncode == 1 and 'no node runs' in asked.stderr, asked
    assert node.command('exclude', '--json', check=False).returncode == 2
    assert node.command('status', '-abc', check=False).returncode == 2
    assert node.command('fly', check=False).returncode == 2
    written = (node.dir / 'citiz-node.conf').read_text().splitlines()
    for before, line in zip(written, written[1:]):
        assert not re.match(r'#?[a-z-]+=', line) or before.startswith('# '), f'{line} is not explained'
        if line == '[order]':
            break


def say(node, request):
    """A connection on which `request` was said."""
    connection = socket.create_connection(('127.0.0.1', node.port))
    connection.sendall(request.encode())
    return connection


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


def invite(node, *words):
    """The invitation as the node gives it, and the token in it."""
    made = json.loads(node.command('--json', 'invite', *words).stdout)
    code = base64.urlsafe_b64decode(made['code'] + '=' * (-len(made['code']) % 4))
    assert made['link'] == f'{node.url}/join#{made["code"]}' and made['uri'] == 'citiz:join?' + made['code'], made
    assert code[1:33].hex() == node.world.chain
    return made, code[-20:-4]


def refusal(answer):
    status, body = answer
    return status, json.loads(body).get('error')


def case_invited(world):
    """Who was invited is vouched for: as many as were meant, as long as was said, as often a day as is allowed; nobody else."""
    host, other = world.nodes[:2]
    host.set('limits', guest_transactions=3)
    for node in world.nodes:
        node.set('founding', admission=1)
    world.start()
    until('who is vouched for by nobody has to work', lambda: refusal(other.submit(world.transactions(1)[0])) == (422, 'work'), 120)
    made, token = invite(host, '--uses', '2', '--days', '1', '--name', 'Communauté d’essai')
    assert (made['name'], made['uses']) == ('Communauté d’essai', 2), made
    a, more, b, _, c, _ = world.transactions(3, host)
    assert refusal(host.vouch(a)) == (403, 'member')
    assert refusal(host.vouch(a, bytes(15) + b'1')) == (403, 'token')
    assert refusal(other.vouch(a, token)) == (422, 'sponsor')
    assert refusal(host.vouch(a[:-1], token)) == (400, 'format')
    assert refusal(host.vouch(more, token)) == (422, 'account'), 'an account that is not there yet'
    spoilt = bytearray(a)
    spoilt[-67] ^= 1  # of the citizen's signature, before the u16 and the 64 bytes of the sponsor's
    assert refusal(host.vouch(bytes(spoilt), token)) == (422, 'signature')
    status, vouched = host.vouch(a, token)
    assert status == 200 and vouched[:-64] == a[:-64] and vouched != a
    assert host.vouch(a, token) == (200, vouched), 'asked again, it is used once'
    name = json.loads(other.submit(vouched)[1])['id']
    for node in world.nodes:
        node.becomes_final(name)
    assert refusal(host.vouch(a, token))[0] == 422, 'it is on the ledger already'
    host.stop()
    host.start()
    until('it votes again', host.ready)
    assert host.vouch(more)[0] == 200, 'known from now on'
    assert refusal(host.vouch(more)) == (429, 'quota')
    assert host.vouch(b, token)[0] == 200
    assert refusal(host.vouch(c, token)) == (403, 'token'), 'for two'
    listed, = host.ask('invite --list')['invitations']
    assert (listed['id'], listed['used'], listed['uses'], listed['open']) == (made['id'], 2, 2, False), listed
    assert 'vouches for 2 citizens' in host.command('invite', '--list').stdout
    assert 'Citizens: 2 whom' in host.command('status').stdout
    made, token = invite(host)
    assert (made['name'], made['uses']) == ('Operator 1', 1), made
    host.command('invite', '--revoke', made['id'])
    assert refusal(host.vouch(c, token)) == (403, 'token')
    assert 'No invitation' in host.command('invite', '--revoke', made['id'], check=False).stderr
    wrong = host.command('invite', '--uses', '0', check=False)
    assert '--uses has to be' in wrong.stderr, wrong
    for name in ('Les\nCèdres', 'a' * 81, 'Cèdres\u200b\u202e'):
        wrong = host.command('invite', '--name', name, check=False)
        assert wrong.returncode and 'text that can be seen' in wrong.stderr, wrong
    for language, words in (('fr-CA', 'Ouvrir avec Citiz'), ('en', 'Open with Citiz')):
        with urllib.request.urlopen(urllib.request.Request(host.url + '/join', headers={'Accept-Language': language})) as answer:
            policy, page = answer.headers['Content-Security-Policy'], answer.read().decode()
        assert words in page and "default-src 'none'" in policy, page
        for name in ('style', 'script'):
            text = re.search(f'<{name}>(.*?)</{name}>', page, re.S)[1].encode()
            assert f"{name}-src 'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" in policy, policy


def case_watched(world):
    """Nodes and citizens sign the checkpoint; who signs another one, or is nobody, is not counted."""
    world.start()
    Load(world, number=3, wait=60).run()
    world.settle()
    node = world.nodes[0]
    addresses = sorted(n.url.removeprefix('http://') for n in world.nodes)
    for each in world.nodes:
        until('all nodes have signed it', lambda n=each: sorted(n.checkpoint()[1]) == addresses)
    text, _ = node.checkpoint()
    assert text.split('\n')[:2] == ['citiz/' + world.chain[:32], '3'], text
    note = world.watch(0, text)
    for number in (0, 0, 1):
        status, body = node.cosign(world.watch(number, text))
        assert status == 200, body
    assert json.loads(body) == {'cosignatures': 1, 'watchers': 2}, body
    assert len(node.checkpoint()[1]) == 6 and node.status()['watchers'] == 2
    assert node.cosign(node.get('/checkpoint')[1])[0] == 200, 'what it serves can be sent on'
    page = node.get('/')[1].decode()
    assert '24 hours: 2.' in page, page
    assert refusal(node.cosign(world.watch(9, text))) == (403, 'signature'), 'an account that is not there'
    assert refusal(node.cosign(world.watch(2, text, time.time() - 2 * 86400))) == (403, 'signature'), 'of another day'
    ahead = json.loads(node.get('/limits')[1])['cosignatureAheadSeconds']
    assert refusal(node.cosign(world.watch(2, text, time.time() + ahead + PATIENCE))) == (403, 'signature'), 'of a time that is to come'
    assert refusal(node.cosign(text)) == (403, 'signature')
    assert refusal(node.cosign(note.replace('A', 'B'))) in ((422, 'root'), (403, 'signature'), (400, 'format'))
    origin, size, root, _ = text.split('\n')
    other = base64.b64encode(bytes(32)).decode()
    for lines, answer in (((origin, '3', other), (422, 'root')), ((origin, '4', root), (409, 'size')), (('citiz/' + '0' * 32, '3', root), (404, 'origin'))):
        assert refusal(node.cosign(world.watch(2, '\n'.join(lines) + '\n'))) == answer, lines
    for bad in (b'', b'\xff', b'citiz', note.encode() + note.splitlines()[-1].encode().join([b'\n'] * 18), bytes(40000)):
        assert refusal(node.cosign(bad)) == (400, 'format'), bad
    assert node.status()['watchers'] == 2
    assert json.loads(node.get('/.well-known/citiz-node.json')[1])['witness'].startswith(addresses[0][:10])


def kill_one(node, gone_on):
    node.kill()
    gone_on()
    node.start()


def stop_one(node, gone_on):
    assert node.stop() == 0
    gone_on()
    node.start()


def pause_one(node, gone_on):
    node.signal(signal.SIGSTOP)
    gone_on()
    node.signal(signal.SIGCONT)


def cut_power(node, gone_on):
    for each in node.world.nodes:
        each.kill()
    for each in node.world.nodes:
        each.start(wait=False)
    gone_on()


def case_soak(world):
    """Round after round of load and of one thing that goes wrong: CITIZ_SOAK_ROUNDS of them, a few without."""
    rounds, draw, final, most = int(os.environ.get('CITIZ_SOAK_ROUNDS', 4)), random.Random(11), [], 0
    world.start()
    began = time.monotonic()
    for i in range(rounds):
        load = Load(world, number=60, wait=3)

        def gone_on():
            before = len(load.final)
            until('more becomes final, or the load is over', lambda: len(load.final) > before + 3 or not load.is_alive(), 300)
        load.start()
        draw.choice([kill_one, stop_one, pause_one, cut_power])(draw.choice(world.nodes), gone_on)
        load.join(600)
        assert not load.is_alive()
        for node in world.nodes:
            until('it votes again', node.ready, 120)
        world.settle(seconds=300)
        final += load.final
        resident, files = max(n.resident() for n in world.nodes), max(len(os.listdir(f'/proc/{n.process.pid}/fd')) for n in world.nodes)
        most = max(most, resident)
        assert resident < MEMORY * 96 << 20 and files < 200, (resident, files)
        if i % 50 == 49:
            print(f'# round {i + 1}, {time.monotonic() - began:.0f} s: {len(final)} final, {resident >> 20} MiB, {files} open files', flush=True)
    for name in final:
        assert all(node.state_of(name) == 'final' for node in world.nodes), name
    world.no_evidence()
    assert len(final) > rounds, len(final)
    print(f'# {rounds} rounds, {len(final)} final, at most {most >> 20} MiB a node')


def case_idle(world):
    """With nothing to do a node is small: 40 MiB."""
    world.start()
    Load(world, number=100, wait=60).run()
    world.settle(seconds=300)
    for node in world.nodes:
        assert node.resident() <= MEMORY * 40 << 20, node.resident()
    print('#', ', '.join(f'{node.resident() / (1 << 20):.1f} MiB' for node in world.nodes))


def main():
    binary, maker, name = sys.argv[1:4]
    case = globals()['case_' + name]
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
