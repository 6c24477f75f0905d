"""The operator: settings, commands, invitations, what is told.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import base64, gettext, hashlib, json, pathlib, re, subprocess, time, urllib.request

from nodes import PATIENCE, Load, Node, until
from .steps import acknowledged, refused


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
    for words, sentence in (('--salt ZZZ', '--salt'), ('--url ftp://x', '--url'), ('--url https://x/path', '--url'), ('--url https://x?y', '--url'), ('--url http://192.168.1.20:8650', 'this computer alone reaches'), ('--listen somewhere', 'ADDRESS:PORT'), ('--contact \x1b[2J', 'can be seen')):
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
    third = Node(world, len(world.nodes) + 9)
    third.command('setup', '--found', '--salt', '1' * 64)
    refused(node, ['found', str(odd), others[0], str(third.dir / 'founder-card.json')], 'different foundings')
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
    catalogue = pathlib.Path(__file__).parents[3] / 'po/fr.po'
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
