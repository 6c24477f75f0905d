"""Four nodes agree, whoever falls, hangs, lags or is cut off.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, random, re, signal, sys, threading, time

import wires
from nodes import PATIENCE, Load, quantile, until
from .steps import MEMORY, acknowledged, approve, in_epoch, slot_members, say


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
