"""The machine under a node: its clock, its disk, who starts it and as whom.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import contextlib, http.client, json, os, re, shutil, signal, socket, subprocess, threading, time

import units
from nodes import PATIENCE, Load, Skip, World, another_time, quantile, until
from .steps import acknowledged, refused


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
        assert 'clock is not that' in wrong.command('status').stdout
        until('whoever looks at it is told', lambda: '<p class="state bad">This node answers, but its clock' in wrong.get('/')[1].decode())
        assert 'clock' not in world.nodes[0].command('status').stdout
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
            for folder, _, files, opened in os.fwalk(node.dir):  # by what is open: the racer puts other things under the names
                for name in files:
                    with contextlib.suppress(FileNotFoundError):
                        assert os.lstat(name, dir_fd=opened).st_uid == user, (folder, name)
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
