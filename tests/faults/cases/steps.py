"""What many cases do.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, socket

from nodes import until

MEMORY = 8 if os.environ.get('CITIZ_SANITIZED') else 1  # what a sanitizer adds to a node's memory, at most


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


def slot_members(world):
    return world.nodes[0].ask('why')['members']


def metrics(node):
    import urllib.request
    with urllib.request.urlopen(f'http://127.0.0.1:{node.metrics_port}/metrics') as answer:
        return answer.read().decode()


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


def refused(node, words, sentence):
    """The command says `sentence` and nothing of the database's own, and touches nothing."""
    before = {p: p.is_file() and p.read_bytes() for p in node.dir.rglob('*')} if node.dir.exists() else None
    wrong = node.command(*words, check=False)
    assert wrong.returncode == 1 and sentence in wrong.stderr and 'PRAGMA' not in wrong.stderr, (words, wrong)
    after = {p: p.is_file() and p.read_bytes() for p in node.dir.rglob('*')} if node.dir.exists() else None
    assert after == before, (words, after)
    return wrong.stderr


def say(node, request):
    """A connection on which `request` was said."""
    connection = socket.create_connection(('127.0.0.1', node.port))
    connection.sendall(request.encode())
    return connection
