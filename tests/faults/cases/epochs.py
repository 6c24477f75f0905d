"""From epoch to epoch: who comes, who goes, and what people begin anew.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import hashlib, json, random, re, shutil, struct, urllib.request

from nodes import Load, until
from .steps import acknowledged, approve, in_epoch, votes


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
