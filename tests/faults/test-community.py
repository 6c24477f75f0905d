"""A citizen's app as a process joins real nodes: test-community.py NODE CITIZ MAKER CASE.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import base64, hashlib, hmac, json, os, pathlib, re, shutil, signal, subprocess, sys, threading, time

from nodes import Load, Skip, World, another_time, until
from wires import Wires


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def unbase64(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


class App:
    """One record, and the program's command line on it."""

    def __init__(self, world, binary, name='record'):
        self.binary, self.dir = binary, world.dir / name
        self.passphrase = world.dir / 'passphrase'
        self.passphrase.write_text('une longue phrase de passe pour essayer\n')
        if not self.dir.exists():
            self.run('vault', 'create', '--force')

    def copy(self, world, name):
        """The same record once more, as after the restoring of a backup on a second computer."""
        shutil.copytree(self.dir, world.dir / name)
        return App(world, self.binary, name)

    def words(self, *words):
        return [self.binary, '--json', '--vault', str(self.dir), '--passphrase-file', str(self.passphrase), *words]

    def run(self, *words, code=0):
        done = subprocess.run(self.words(*words), capture_output=True, text=True, env={**os.environ, 'LANGUAGE': 'en'}, timeout=170)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def begin(self, *words):
        return subprocess.Popen(self.words(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def status(self):
        return self.run('community', 'status')

    def press(self, shift=None):
        """By a clock that is wrong by so much, perhaps: the access, and what was said beside it."""
        done = subprocess.run(self.words('emergency'), capture_output=True, text=True, timeout=170,
                              env={**os.environ, 'LANGUAGE': 'en', **(another_time(shift) if shift else {})})
        assert done.returncode == 0, (shift, done.returncode, done.stderr)
        return json.loads(done.stdout), done.stderr

    def wait(self, what, condition):
        return until(what, lambda: (lambda view: view if condition(view) else None)(self.status()), 150, 0.5)


def invite(node, *words):
    return json.loads(node.command('--json', 'invite', '--name', 'Les Cèdres', *words).stdout)


def whole(view):
    assert not any(node['doubted'] for node in view.get('nodes', ())), view
    return view['state'] == 'even' and view['level'] == 2 and view['registered'] and view['waiting'] == 0


def same_words(world, app, made):
    """The citizen's six words are the host's: of each command, and of both pages in each language."""
    host, said = world.nodes[0], {}
    for language in ('en', 'fr'):
        environment = {**os.environ, 'LANGUAGE': language, 'LC_ALL': 'C.UTF-8'}
        ask = lambda *words: subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout
        words = said[language] = json.loads(ask(*app.words('community', 'status')))['fingerprint']
        assert len(words.split()) == 6, words
        for page in ('/', '/join'):
            text = host.get(page, headers={'Accept-Language': language})[1].decode()
            assert f': <b>{words}</b>' in text.replace('\u00a0', ' ') and '(null)' not in text, (page, text)
        for command in ('status', 'invite'):
            assert words in ask(host.world.binary, '--folder', str(host.dir), command), (command, words)
    assert said['en'] != said['fr'] and made['words'] in said.values()


def case_joined(world, app):
    """Join by link, follow to level 2, be there after weeks away, leave and come back; the personal ledger's head is committed."""
    for node in world.nodes:  # strangers' transactions without a word fill the blocks
        node.set('founding', admission=0)
    world.start()
    load = Load(world, number=60)
    load.start()
    load.join()
    made = invite(world.nodes[0])
    app.run('emergency')
    view = app.run('community', 'join', '--yes', made['link'])
    view = view if whole(view) and view['committedHeight'] else app.wait('joined', lambda v: whole(v) and v['committedHeight'])
    assert view['name'] == 'Les Cèdres' and view['validators'] == 4 and view['mayFail'] == view['mayLie'] == 1, view
    assert sorted(n['url'] for n in view['nodes']) == sorted(n.url for n in world.nodes), view
    before = view['committedHeight']
    same_words(world, app, made)
    load = Load(world, number=300)
    load.start()
    load.join()
    app.run('emergency')
    view = app.wait('even again', lambda v: whole(v) and v['height'] == v['nodeHeight'] >= len(world.nodes[0].blocks()))
    view = app.wait('committed', lambda v: v['committedHeight'] == v['personalHeight'])
    assert view['committedHeight'] >= before
    assert app.run('verify')['verified']
    assert app.run('community', 'leave') == {'name': None}
    assert app.status() == {'name': None} and not (app.dir / 'community').exists()
    assert app.run('verify')['verified']
    app.run('community', 'join', '--yes', made['code'])
    app.wait('back', whole)


def case_refused(world, app):
    """What is no invitation, one that is used up, nodes that are away: a sentence each, and nothing is kept."""
    world.start()
    link = invite(world.nodes[0], '--uses', '1')['link']
    for text, sentence in (('bonjour', 'not an invitation'), (link[:-9], 'missing'), (link + ' and so on', 'missing')):
        assert sentence in app.run('community', 'join', '--yes', text, code=1), text
    other = App(world, app.binary, 'other')
    for answer, code in (('', 1), ('n\n', 1), ('y\n', 0)):  # the words are shown before, and nothing is joined without a yes
        done = subprocess.run(other.words('community', 'join', link), input=answer, capture_output=True, text=True, timeout=170,
                              env={**os.environ, 'LANGUAGE': 'en'})
        shown = re.match(r'Les Cèdres \((.*)\)\n', done.stderr)
        assert done.returncode == code and shown and 'the same six words' in done.stderr, done
        assert other.status()['name'] == (None if code else 'Les Cèdres')
    assert other.status()['fingerprint'] == shown[1]
    assert 'does not take this invitation' in app.run('community', 'join', '--yes', link, code=1)
    assert other.run('community', 'join', '--yes', link)['name'] == 'Les Cèdres'
    assert 'nothing to prove' in other.run('community', 'evidence', str(world.dir / 'evidence.json'), code=1)
    said = subprocess.run([word for word in other.words('community', 'join', '--yes', link) if word != '--json'], capture_output=True, text=True,
                          env={**os.environ, 'LANGUAGE': 'en'})
    assert said.stdout.startswith('You belong to Les Cèdres now.\n'), said
    link = invite(world.nodes[1])['link']
    for node in world.nodes:
        node.kill()
    assert 'No node of this community answers' in app.run('community', 'join', '--yes', link, code=1)
    assert app.status() == {'name': None}
    assert 'no community' in app.run('community', 'leave', code=1)


def start_quietly(world):
    """Founded, and nothing of the nodes' own waits any more: what waits from now on is the app's."""
    world.start()
    until('transactions need a word', lambda: world.nodes[0].submit(world.transactions(1)[0])[0] == 422, 240)
    until('nothing is left to decide', lambda: not any(n.status()['proposals'] for n in world.nodes), 240)
    world.settle()


def case_killed(world, app):
    """Killed while the community stands still: what was said is in the outbox, and final once it goes on."""
    start_quietly(world)
    made = invite(world.nodes[0])
    for node in world.nodes[2:]:
        node.signal(signal.SIGSTOP)
    joining = app.begin('community', 'join', '--yes', made['uri'])
    until('the registration is with the nodes', lambda: any(n.status()['waiting'] for n in world.nodes[:2]), 120)
    joining.kill()
    joining.communicate()
    for node in world.nodes[2:]:
        node.signal(signal.SIGCONT)
    app.wait('registered', lambda v: v['registered'] and whole(v))


def case_alone(world, app):
    """Nodes go and come: the app says so, and misses nothing."""
    world.start()
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    world.nodes[3].kill()
    app.wait('one is missing', lambda v: v['state'] == 'even' and v['missing'] == 1)
    for node in world.nodes[:3]:
        node.kill()
    view = app.wait('alone', lambda v: v['state'] == 'alone')
    assert view['height'] == view['nodeHeight'] > 0
    for node in world.nodes:
        node.start(wait=False)
    app.wait('even', whole)


def case_epochs(world, app):
    """Validators come and go, and transactions need a node's word: who was away follows through the epochs and is heard in the newest."""
    for node in world.nodes:
        node.set('founding', admission=1)
    world.start()
    until('transactions need a word', lambda: world.nodes[0].submit(world.transactions(1)[0])[0] == 422, 120)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    fifth = world.add_observer().start()
    until('it has caught up', lambda: fifth.status()['height'] == world.nodes[0].status()['height'] > 0, 120)
    proposal = fifth.ask('join')['proposal']
    for node in world.nodes[:3]:
        until('it is asked', lambda n=node: n.status()['epoch'] or n.status()['changing']
              or any(p['id'] == proposal for p in n.status()['proposals']), 120)
        node.command('approve', proposal[:12], check=False)
    for node in world.nodes:
        until('the next epoch has begun', lambda n=node: n.status()['epoch'] == 1, 150)
    until('its address is known', lambda: any(m['url'] == fifth.url for m in world.nodes[0].status()['members']), 120)
    view = app.wait('the fifth is seen', lambda v: whole(v) and v['validators'] == 5)
    assert view['mayFail'] == view['mayLie'] == 1, view
    record = world.dir / 'record.json'
    record.write_text(json.dumps({'resourceType': 'AllergyIntolerance', 'code': {'text': 'Arachides'}, 'patient': {'display': 'Lucie'}}))
    app.run('import', str(record))
    app.wait('it is heard in the new epoch', lambda v: whole(v) and v['committedHeight'] == v['personalHeight'])
    assert app.run('verify')['verified']


def case_shared(world, app):
    """An access over the nodes: killed in the middle of giving it, shown as not ready, given by the next press; ended, and erased by all."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    for node in world.nodes[2:]:
        node.signal(signal.SIGSTOP)
    giving = app.begin('emergency')
    until('the grant is with the nodes', lambda: any(n.status()['waiting'] for n in world.nodes[:2]), 120)
    giving.kill()
    giving.communicate()
    given, = app.run('grants')
    assert given['state'] == 'active' and given['nodes']['state'] == 'sending' and given['nodes']['holding'] == 0, given
    for node in world.nodes[2:]:
        node.signal(signal.SIGCONT)
    access = app.run('emergency')
    assert access['grant'] == given['grant'] and access['link'] == given['link'], access
    assert access['nodes']['state'] != 'sending' and access['nodes']['holding'] >= access['nodes']['needed'] == 3, access
    assert any(access['link'].startswith(node.url) for node in world.nodes), access
    ended = app.run('revoke', access['grant'])
    assert ended['state'] in ('revoked', 'ending'), ended
    after = until('all have erased their part', lambda: (lambda one: one if one['nodes']['erased'] == 4 else None)(app.run('grants')[0]), 150, 0.5)
    assert after['state'] == 'revoked' and 'link' not in after, after
    assert json.loads(world.nodes[1].get('/v1/grants/' + access['grant'])[1])['state'] == 'revoked'
    for node in world.nodes[2:]:
        node.kill()
    alone = app.run('emergency')  # what is told is what opens, not what was tried before
    assert 'nodes' not in alone and not any(alone['link'].startswith(node.url) for node in world.nodes), alone
    assert {one['grant']: one['state'] for one in app.run('grants')}[alone['grant']] == 'active'


def guess(node, locator):
    """A wrong proof of a spoken code: how many tries are left; None when nothing is left to try."""
    body = json.dumps({'proof': base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip('=')})
    status, answer = node.request('POST', '/v1/codes/' + locator, body, {'Content-Type': 'application/json'})
    assert status == 401, (status, answer)
    return json.loads(answer)['remainingAttempts']


def case_clock(world, app):
    """The computer's clock is wrong, by whatever: the access opens at once and for 24 hours, there is one, and the person is told to set the clock."""
    another_time('')
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    for shift, said in ('+1h', '60 minutes ahead'), ('-1h', '60 minutes behind'), ('+100s', None), ('-9m', '9 minutes behind'), ('+13h', '13 hours ahead'), \
                       ('-50h', '2 days behind'), ('+50h', '2 days ahead'):
        then = time.time()
        access, told = app.press(shift)
        assert (said in told) if said else 'clock' not in told, (shift, told)
        for node in world.nodes:
            asked = json.loads(node.get('/v1/grants/' + access['grant'])[1])
            assert asked['state'] == 'active' and then - 300 < asked['notBefore'] / 1000 <= time.time(), (shift, asked, then)
            assert then - 180 < asked['expires'] / 1000 - 86400 < time.time() + 180, (shift, asked, then)
        for again in shift, None:
            assert app.press(again)[0]['grant'] == access['grant'], (shift, again)
        assert [one['grant'] for one in app.run('grants') if one['state'] not in ('revoked', 'ending')] == [access['grant']], shift
        app.run('revoke', access['grant'])


def case_guessed(world, app):
    """Fifty wrong words at once for one secret are five tries on each node, two of them before it was killed; then nothing is left to guess."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    patient = world.dir / 'patient.json'
    patient.write_text(json.dumps({'resourceType': 'Patient', 'birthDate': '1961-03-07', 'name': [{'family': 'B.', 'given': ['Lucie']}]}))
    app.run('import', str(patient))
    access = app.run('emergency')
    locator = access['code'].replace(' ', '').replace('-', '')[:3]
    assert access['nodes']['holding'] == 4, access
    killed = world.nodes[1]
    assert [guess(killed, locator) for _ in range(2)] == [4, 3]
    killed.kill()
    killed.start()
    for node in world.nodes:
        left = []
        threads = [threading.Thread(target=lambda: left.append(guess(node, locator))) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(left) == 50 and sorted(n for n in left if n) == ([1, 2] if node is killed else [1, 2, 3, 4]), left
    killed.kill()
    killed.start()
    assert guess(killed, locator) == 0


def found_anew(world, stay, epoch=1):
    """By those who are left, from their newest block."""
    cards = []
    for node in stay:
        cards.append(world.dir / f'card-{node.place}')
        cards[-1].write_text(node.command('refound', 'card').stdout)
    document = world.dir / 'refound.json'
    document.write_text(stay[0].command('refound', 'make', '--reason', 'Two hosts have closed.', *map(str, cards)).stdout)
    for node in stay:
        node.command('refound', 'accept', str(document))
    for node in stay:
        until('the new epoch goes on', lambda n=node: n.status()['epoch'] == epoch and n.status()['mode'] == 'signing')


def case_refound(world, app):
    """Two of four nodes are lost for good and the others found the community anew: the app says so, and goes on once its person agrees; who joins later is asked, too."""
    start_quietly(world)
    link = invite(world.nodes[0])['link']
    app.run('community', 'join', '--yes', link)
    app.wait('joined', whole)
    for node in world.nodes[2:]:
        node.kill()
    stay = world.nodes[:2]
    for node in stay:
        node.kill()
        node.set('order', refound_after=0)
        node.start()
    world.settle(stay)
    found_anew(world, stay)
    asked = app.wait('it asks', lambda view: view['refound'])
    height = asked['height']
    assert not any(n['doubted'] for n in asked['nodes']), asked
    view = app.status()
    assert view['refound'] == asked['refound'] and view['height'] == height, 'nobody has accepted'
    assert 'nothing of that name' in app.run('community', 'accept', '0' * 12, code=1)
    shown = subprocess.run([app.binary, '--vault', str(app.dir), '--passphrase-file', str(app.passphrase), 'community', 'status'],
                           capture_output=True, text=True, env={**os.environ, 'LANGUAGE': 'en'}).stdout
    assert 'Two hosts have closed.' in shown and 'Operator 3' in shown and asked['refound'] in shown, shown
    app.run('community', 'refuse', asked['refound'])
    for _ in range(2):  # remembered, and not asked again
        view = app.wait('it knows of it', lambda v: v['refound'])
        assert view['refused'] and view['refound'] == asked['refound'] and view['height'] == height, view
    assert 'nothing of that name' in app.run('community', 'refuse', '0' * 12, code=1)
    app.run('community', 'accept', asked['refound'])
    view = app.wait('it follows', lambda v: whole(v) and v['refound'] is None and v['height'] == v['nodeHeight'] > height)
    assert view['validators'] == 2, view
    app.run('emergency')
    app.wait('it is heard', lambda v: whole(v) and v['committedHeight'] == v['personalHeight'])
    assert app.run('verify')['verified']
    other = App(world, app.binary, 'other')
    made = invite(stay[0])
    assert made['founding'] == asked['refound'], 'the invitation leads to another founding'
    assert made['founding'] in stay[0].command('invite').stdout
    done = subprocess.run([word for word in other.words('community', 'join', '--yes', made['link']) if word != '--json'], capture_output=True, text=True,
                          env={**os.environ, 'LANGUAGE': 'en'})
    assert 'You belong' not in done.stdout.split('\n')[0] and 'was founded anew' in done.stdout.split('\n')[0], done  # nothing can be written yet
    assert 'Two hosts have closed.' in done.stdout and made['founding'] in done.stdout and 'nothing of yours' not in done.stdout, done
    asked = other.wait('it asks', lambda view: view['refound'])
    other.run('community', 'accept', asked['refound'])
    other.wait('it follows', lambda v: whole(v) and v['height'] == v['nodeHeight'])
    stay[1].kill()
    stay[0].kill()
    stay[0].start()
    found_anew(world, stay[:1], 2)
    made, third = invite(stay[0]), App(world, app.binary, 'third')
    third.run('community', 'join', '--yes', made['link'])
    for place in range(2):  # it is asked about each founding, the first one first, and the host has told both
        asked = third.wait('it asks', lambda view: view['refound'])['refound']
        assert asked == made['founding'].split(', ')[place], (asked, made['founding'])
        third.run('community', 'accept', asked)
    third.wait('it follows', lambda v: whole(v) and v['height'] == v['nodeHeight'])


def state_of(node, grant):
    return json.loads(node.get('/v1/grants/' + grant)[1])['state']


def case_revoked(world, app):
    """Revoked while two of four nodes are gone, and founded anew by the others: both obey, restarted or not, and the end becomes final without the dead."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    access = app.run('emergency')
    assert access['nodes']['holding'] == 4, access
    doctor, stay = Doctor(access['link']), world.nodes[:2]

    def obeyed():
        for node in stay:
            assert state_of(node, access['grant']) == 'revoked', node.place
            status, answer = doctor.ask(node)
            assert status != 200 and 'share' not in answer, (status, answer)

    for node in world.nodes[2:]:
        node.kill()
    assert app.run('revoke', access['grant'])['state'] == 'ending'
    until('both are told', lambda: all(state_of(node, access['grant']) == 'revoked' for node in stay))
    for node in stay:
        node.kill()
        node.set('order', refound_after=0)
        node.start()
    until('both have the newest block', lambda: len({node.status()['hash'] for node in stay}) == 1)
    obeyed()
    found_anew(world, stay)
    obeyed()
    for node in stay:
        node.kill()
        node.start()
    obeyed()
    asked = app.wait('it asks', lambda view: view['refound'])
    app.run('community', 'accept', asked['refound'])
    app.wait('the end is final', lambda view: whole(view) and view['refound'] is None)
    after, = app.run('grants')
    assert after['state'] == 'revoked' and 'link' not in after, after
    obeyed()


class Doctor:
    """Who holds the link, with as much of the page's arithmetic as asking needs. The note is sealed with nothing: nodes do not read it."""

    def __init__(self, link):
        payload = json.loads(unbase64(link.split('shlink:/')[1]))
        self.grant, self.secret = bytes.fromhex(payload['_citiz']['g']), unbase64(payload['url'].rsplit('/', 1)[1])
        self.nodes = [unbase64(name) for name, _ in payload['_citiz']['n']]
        self.note = b'\1' + os.urandom(100)

    def derive(self, info):
        key = hmac.digest(self.grant, self.secret, 'sha256')
        return hmac.digest(key, info + b'\1', 'sha256')

    def reveal(self, k):
        a = self.derive(b'citiz/open/v1')
        for _ in range(k):
            a = hashlib.sha256(a).digest()
        return a

    def ask(self, node, use=1):
        """Its answer to an opening that the ledger does not make final: 202 until it sees that it stands still."""
        state = json.loads(node.get('/v1/grants/' + self.grant.hex())[1])
        name = next(n for n in self.nodes if n == node.key()[:16])
        body = {'use': use, 'a': base64url(self.reveal(state['max'] - use)), 'note': base64url(self.note),
                'token': base64url(self.derive(b'citiz/token/v1' + name))}
        status, answer = node.request('POST', f'/v1/grants/{self.grant.hex()}/stalled', json.dumps(body), {'Content-Type': 'application/json'})
        answer = json.loads(answer)
        if status == 200 and 'share' in answer:
            made = hashlib.sha256(b'citiz/share' + self.grant + bytes([answer['index']]) + unbase64(answer['share']) + unbase64(answer['salt']))
            assert made.hexdigest() == state['commitments'][answer['index'] - 1], answer
        return status, answer

    def used(self, node):
        return json.loads(node.get('/v1/grants/' + self.grant.hex())[1])['used']


def case_stalled(world, app):
    """No node hears enough others: they open an emergency access without the ledger, killed or not, and the ledger learns of it once."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    access = app.run('emergency')
    assert access['nodes']['holding'] == 4, access
    doctor = Doctor(access['link'])
    world.wires.cut(0, 1)
    given, began = {}, time.monotonic()

    def all_gave():
        for node in world.nodes:
            if node.place in given:
                continue
            status, answer = doctor.ask(node)
            assert status == 202 or (status == 200 and 'share' in answer), (status, answer)
            if status == 200:
                given[node.place] = answer['receipt']
                if node.place in (1, 2):  # in the middle: told, and gone before anything else
                    node.kill()
                    node.start()
        return len(given) == 4

    until('all have given their share', all_gave, 150, 0.5)
    assert time.monotonic() - began > 9.5, 'given before the ledger stood still for ten seconds'
    for node in world.nodes:
        assert doctor.ask(node)[1]['receipt'] == given[node.place], 'what was given is on disk'
        assert doctor.used(node) == 0
    told = until('the citizen is told', lambda: app.run('accesses'), 150, 0.5)
    assert len(told) == 1 and told[0]['stalled'] and 'tx' not in told[0], told
    world.wires.mend()
    until('the ledger has it', lambda: all(doctor.used(n) == 1 for n in world.nodes), 150, 0.2)
    told = until('and so has the app', lambda: [one for one in app.run('accesses') if 'tx' in one], 150, 0.5)
    assert len(told) == 1 and told[0]['stalled'] and len(app.run('accesses')) == 1, told
    world.settle()
    assert all(doctor.used(n) == 1 for n in world.nodes)


def case_copied(world, app):
    """Two copies of one record: a number that both took, an end that both asked for, accesses of the other; each is told once, and both go on."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    settled = lambda view: whole(view) and view['committedHeight'] == view['personalHeight']
    app.wait('joined', whole)
    first = app.run('emergency')['grant']
    app.wait('nothing waits', settled)
    other = app.copy(world, 'copy')
    summary = pathlib.Path(__file__).parent.parent / 'data/ips/IPS_IG-bundle-01.json'

    def down(running=False):
        for node in world.nodes:
            node.start() if running else node.kill()

    def stands(one, grant, **wanted):
        """What @one says of @grant, in the end."""
        until(f'{one.dir.name} says {wanted} of {grant}', lambda: any(
            entry['grant'] == grant and all(entry.get(key, False) == value for key, value in wanted.items()) for entry in one.run('grants')), 150, 0.5)

    def told(one):
        return [alarm['kind'] for alarm in one.status()['alarms']].count('copy')

    down()  # the second ends an access; the first enters something: the head of its own ledger takes the same number
    assert other.run('revoke', first)['state'] == 'ending'
    app.run('import', str(summary))
    down(running=True)
    app.wait('its head is committed', settled)
    other.wait('it has another number', whole)
    stands(other, first, state='revoked', endedByCopy=False)
    stands(app, first, state='revoked', endedByCopy=True)
    assert told(other) == told(app) == 1

    second = other.run('emergency')['grant']
    stands(app, second, state='active', copied=True)
    down()  # the first ends what the second gave, which ends it meanwhile
    assert app.run('revoke', second)['state'] == 'ending'
    down(running=True)
    assert other.run('revoke', second)['state'] == 'revoked'
    app.wait('nothing is on its way', whole)
    stands(app, second, state='revoked', copied=True, endedByCopy=True)
    stands(other, second, state='revoked', endedByCopy=False)

    third = app.run('emergency')['grant']
    stands(other, third, state='active', copied=True)
    assert other.run('revoke', third)['state'] == 'revoked'  # by who did not give it
    stands(app, third, state='revoked', endedByCopy=True)
    other.run('import', str(summary))
    for one in (app, other):
        one.wait('its own ledger goes on', settled)
        assert one.run('verify')['verified'] and told(one) == 1


def said_of(app):
    """What a person reads on the screen of a press: the link, and how it stands."""
    words = [word for word in app.words('emergency') if word != '--json']
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, 'LANGUAGE': 'en'}, timeout=170)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def case_voiceless(world, app):
    """All nodes answer and too few are heard: one press, one access, which opens here and is not offered to nodes that write nothing down; later they have it."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    world.wires.cut(0, 1)
    until('each node hears too few', lambda: all(node.status()['voting'] < 3 for node in world.nodes))
    access = app.run('emergency')
    assert 'nodes' not in access and not any(access['link'].startswith(node.url) for node in world.nodes), access
    given, = app.run('grants')
    assert given['grant'] == access['grant'] and given['link'] == access['link'], given
    shown, told = said_of(app)
    assert access['link'] in shown and 'did not take' in told and 'citiz revoke' not in told and 'before open nothing' not in told, told
    world.wires.mend()
    until('the nodes hear each other', lambda: all(node.status()['voting'] == 4 for node in world.nodes))
    app.run('revoke', access['grant'])
    app.wait('nothing waits', whole)
    assert app.run('emergency')['nodes']['holding'] >= 3


def case_elsewhere(world, app):
    """An access that another copy of the record has ended is not shown as open; of one whose nodes are gone nobody says that it is ready."""
    start_quietly(world)
    app.run('community', 'join', '--yes', invite(world.nodes[0])['link'])
    app.wait('joined', whole)
    first = app.run('emergency')
    other = app.copy(world, 'copy')
    assert other.run('revoke', first['grant'])['state'] == 'revoked'
    second = app.run('emergency')
    assert second['grant'] != first['grant'] and second['nodes']['state'] != 'sending', second
    app.wait('nothing waits', whole)
    for node in world.nodes[2:]:
        node.kill()
    shown, told = said_of(app)
    assert 'Link: ' in shown and 'Too few nodes answer' in told and 'Ready' not in told, told


def main():
    node, citiz, maker, name = sys.argv[1:5]
    case = globals()['case_' + name]
    print('TAP version 13\n1..1')
    with World(node, maker, admission=1, wires=Wires if name in ('stalled', 'voiceless') else None) as world:
        try:
            case(world, App(world, citiz))
        except Skip as skip:
            print(f'ok 1 - {name} # SKIP {skip}')
            return
    print(f'ok 1 - {case.__doc__.splitlines()[0]}')


if __name__ == '__main__':
    main()
