"""Nodes of a community on this computer, and the app beside them: community.py BIN-FOLDER N [citiz arguments…].
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, pathlib, secrets, signal, socket, subprocess, sys, tempfile, time, urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def is_french():
    """As the program reads it: the first of these that says anything."""
    return next((os.environ[name] for name in ('LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG') if os.environ.get(name)), '').startswith('fr')


def found(binary, folders):
    """Keys, cards, and the same founding file for all; a folder that was set up before goes on as it is (False)."""
    if (folders[0] / 'community.json').exists():
        return False
    salt = secrets.token_hex(32)
    operator = 'Nœud %d de cet ordinateur' if is_french() else 'Node %d on this computer'
    for i, folder in enumerate(folders):
        port = free_port()
        subprocess.run([binary, '--folder', folder, 'setup', '--found', '--salt', salt, '--url', f'http://127.0.0.1:{port}',
                        '--listen', f'127.0.0.1:{port}', '--operator', operator % (i + 1)], check=True, stdout=subprocess.DEVNULL)
    cards = [folder / 'founder-card.json' for folder in folders]
    for folder in folders:
        subprocess.run([binary, '--folder', folder, 'found', *cards], check=True, stdout=subprocess.DEVNULL)
    return True


def invite(binary, folder):
    """For the person at this computer, and whoever else tries it here."""
    name = 'Communauté de cet ordinateur' if is_french() else 'Community of this computer'
    made = subprocess.run([binary, '--folder', folder, '--json', 'invite', '--uses', '1000', '--days', '366', '--name', name],
                          check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


def say(english, french):
    print(french if is_french() else english, flush=True)


def wait_ready(folder):
    url = json.loads((folder / 'founder-card.json').read_text())['url']
    for _ in range(300):
        try:
            with urllib.request.urlopen(url + '/readyz') as answer:
                return url, answer.read().decode().strip()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f'the node of {folder} does not become ready')


def main():
    bins, count, arguments = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    kept = os.environ.get('CITIZ_COMMUNITY')
    top = pathlib.Path(kept).absolute() if kept else pathlib.Path(tempfile.mkdtemp(prefix='citiz-community-'))
    top.mkdir(exist_ok=True)
    folders = [top / f'node-{i + 1}' for i in range(count)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    new = found(bins / 'citiz-node', folders)
    running = [subprocess.Popen([bins / 'citiz-node', '--folder', folder, 'run'], stderr=open(folder / 'log', 'a')) for folder in folders]
    try:
        for folder in folders:
            url, state = wait_ready(folder)
            say(f'{url}  {state}', f'{url}  prêt' if state == 'ready' else f'{url}  {state}')
        say(f'Folders: {top}/node-1 … node-{count}; community file: {folders[0]}/community.json',
            f'Répertoires : {top}/node-1 … node-{count} ; fichier de la communauté : {folders[0]}/community.json')
        invitation = invite(bins / 'citiz-node', folders[0])
        say(f'Invitation: {invitation["link"]}', f'Invitation : {invitation["link"]}')
        screen = os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
        if arguments and not arguments[0].startswith('-'):  # a command
            subprocess.run([bins / 'citiz', *arguments])
        elif screen or arguments:
            subprocess.run([bins / 'citiz', *arguments, *([invitation['uri']] if new else [])])
        else:
            say('There is no screen here for the app; Ctrl+C stops the nodes.', 'Il n’y a pas d’écran ici pour Citiz ; Ctrl+C arrête les nœuds.')
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


if __name__ == '__main__':
    main()
