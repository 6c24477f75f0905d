#!/usr/bin/env python3
"""The walls of the house, held up by tests: check.py NAME, run from anywhere.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import pathlib, re, shutil, subprocess, sys

TOP = pathlib.Path(__file__).resolve().parents[2]
LAYERS = ['core', 'crypto', 'wire', 'ledger', 'consensus', 'sim', 'record', 'insight', 'consent', 'store', 'importers', 'net', 'sync', 'node', 'app', 'ui']
PURE = ['wire', 'ledger', 'consensus', 'sim', 'record', 'insight', 'consent']
ENVIRONMENT = ['src/core/citiz-env.c', 'src/crypto/']
BANNED = [  # pattern, why, where it is allowed
    (r'\b(g_get_real_time|g_date_time_new_now\w*|time|gettimeofday|clock_gettime)\s*\(', 'wall-clock time comes from CitizEnv',
     ENVIRONMENT),
    (r'\b(g_random_\w+|rand|random|srand|randombytes_\w+|getrandom)\s*\(', 'randomness comes from CitizEnv or crypto', ENVIRONMENT),
    (r'\b(strcpy|strcat|sprintf|vsprintf|gets|alloca|strtok)\s*\(', 'unbounded or unsafe', []),
    (r'\bg_usleep\s*\(|\bsleep\s*\(', 'nothing waits by sleeping', []),
    (r'\bsystem\s*\(|\bpopen\s*\(', 'no shell', []),
]
IO_HEADERS = r'#include\s*[<"](gio/|libsoup|sqlite3|gtk|adwaita|sys/socket|unistd|fcntl|stdio)'


def sources(*suffixes):
    return sorted(p for p in (TOP / 'src').rglob('*') if p.suffix in suffixes)


def name(path):
    return path.relative_to(TOP).as_posix()


def without_comments(text):
    keep_lines = lambda m: '\n' * m.group(0).count('\n')
    text = re.sub(r'/\*.*?\*/', keep_lines, text, flags=re.S)
    return re.sub(r'//[^\n]*', '', text)


def check_layers():
    """A layer includes only itself and those below; pure layers include no I/O; ui never reaches past app."""
    for path in sources('.c', '.h'):
        layer = path.relative_to(TOP / 'src').parts[0]
        if layer == 'main.c':  # on top of them all
            continue
        if layer not in LAYERS:
            yield f'{name(path)}: src/{layer} is not a layer'
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if m := re.match(r'#include "(\w+)/', line):
                other = m.group(1)
                if other in LAYERS and LAYERS.index(other) > LAYERS.index(layer):
                    yield f'{name(path)}:{number}: {layer} must not use {other}'
                if other == 'sim' and layer != 'sim':
                    yield f'{name(path)}:{number}: sim is for tests only'
                if layer == 'ui' and other in ('store', 'net', 'sync', 'node', 'ledger', 'wire', 'importers'):
                    yield f'{name(path)}:{number}: ui must not use {other}'
            if layer in PURE and re.match(IO_HEADERS, line):
                yield f'{name(path)}:{number}: {layer} is pure: {line.strip()}'


def check_banned():
    for path in sources('.c', '.h'):
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            for pattern, why, allowed in BANNED:
                if re.search(pattern, line) and not any(name(path).startswith(a) for a in allowed):
                    yield f'{name(path)}:{number}: {why}: {line.strip()}'


def check_size():
    tests = sorted(p for p in (TOP / 'tests').rglob('*') if p.suffix in ('.c', '.h', '.py', '.js', '.mjs'))
    for path in sources('.c') + tests:
        lines = len(path.read_text().splitlines())
        if lines > 800:
            yield f'{name(path)}: {lines} lines, split it by {"verb" if path not in tests else "what it tries"}'
    core = sum(len(path.read_text().splitlines()) for path in sources('.c', '.h') if 'consensus' in path.relative_to(TOP / 'src').parts)
    if core > 2500:  # what has to be right is what one person can read in a day
        yield f'src/consensus: {core} lines'


def check_format():
    files = [p for d in ('src', 'tests') for p in (TOP / d).rglob('*.[ch]')]
    run = subprocess.run(['clang-format', '--dry-run', '--Werror', *map(str, files)], capture_output=True, text=True)
    if run.returncode:
        yield from (line for line in run.stderr.splitlines() if 'error:' in line)


def check_licence():
    for path in sources('.c', '.h'):
        if 'SPDX-License-Identifier: AGPL-3.0-or-later' not in '\n'.join(path.read_text().splitlines()[:5]):
            yield f'{name(path)}: no licence line'


def check_design():
    for layer in LAYERS:
        folder = TOP / 'src' / layer
        if folder.is_dir():
            design = folder / 'DESIGN.md'
            if not design.exists():
                yield f'src/{layer}: no DESIGN.md'
                continue
            text = design.read_text()
            for path in sorted(folder.glob('*.c')):
                if path.stem not in text and path.name not in text:
                    yield f'src/{layer}/DESIGN.md says nothing of {path.name}'


def check_words():
    """po/fr.po is complete and knows every string of the sources; French typography holds."""
    listing = subprocess.run([TOP / 'build-aux/list-translatable'], capture_output=True, text=True, check=True).stdout
    pot = subprocess.run(['xgettext', '--files-from=-', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
                          '--keyword=NC_:1c,2', '--keyword=g_dngettext:2,3', '-o', '-'], input=listing, cwd=TOP, capture_output=True, text=True, check=True).stdout
    merged = subprocess.run(['msgmerge', '--quiet', '--no-fuzzy-matching', '-o', '-', 'po/fr.po', '-'], input=pot, cwd=TOP,
                            capture_output=True, text=True, check=True).stdout
    for flag, what in (('--untranslated', 'not translated'), ('--only-fuzzy', 'fuzzy'), ('--only-obsolete', 'not used any more')):
        found = subprocess.run(['msgattrib', '--no-location', flag, '-'], input=merged, capture_output=True, text=True, check=True).stdout
        for msgid in re.findall(r'^(?:#~ )?msgid "(.+)"', found, flags=re.M):
            yield f'po/fr.po: {what}: {msgid}'
    french = False
    for number, line in enumerate((TOP / 'po/fr.po').read_text().splitlines(), 1):
        french = line.startswith('msgstr') or (french and line.startswith('"'))
        if re.search('[\x00-\x1f\x7f-\x9f]', line):
            yield f'po/fr.po:{number}: a character that nobody can read: {line!r}'
        if not french or number < 16:  # the header is for programs
            continue
        if english := re.search(r'\b(DIR|FILE|FOLDER|NAME|TEXT|CARD|NODE|PROPOSAL|ACCESS)\b', line):
            yield f'po/fr.po:{number}: {english[0]} stands for something: in French, too'
        if re.search('[^\u00a0\u202f"&\\\\][?!;](?=[ "\\\\]|$)', line) or re.search('[^\u00a0\u202f]:(?=[ "]|$)', line):
            yield f'po/fr.po:{number}: no-break space before : ; ! ?: {line}'
        if re.search('« | »', line):
            yield f'po/fr.po:{number}: no-break space inside « »: {line}'
        if re.search(r"\w'\w", line):
            yield f'po/fr.po:{number}: typographic apostrophe: {line}'


def check_hygiene():
    files = subprocess.run(['git', 'ls-files'], cwd=TOP, capture_output=True, text=True).stdout.split('\n')
    words = re.compile(r'\b(TO' + r'DO|FIX' + r'ME|X' + r'XX|HA' + r'CK)\b')
    for file in filter(None, files):
        path = TOP / file
        if path.suffix in ('.png', '.pdf', '.zip', '.xml', '.json', '.tsv', '.txt', '.svg', '.po') or not path.is_file() or file == 'COPYING':
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if words.search(line):
                yield f'{file}:{number}: unfinished: {line.strip()}'


def check_node_without_gtk(library):
    out = subprocess.run(['readelf', '-d', library], capture_output=True, text=True, check=True).stdout
    if re.search(r'libgtk|libadwaita', out):
        yield f'{library} depends on GTK'


def main():
    check, args = globals()['check_' + sys.argv[1].replace('-', '_')], sys.argv[2:]
    tool = {'format': 'clang-format', 'words': 'xgettext'}.get(sys.argv[1])
    if tool and not shutil.which(tool):
        print(f'{tool} is not installed')
        return 77
    faults = list(check(*args))
    print('\n'.join(faults[:100]))
    if len(faults) > 100:
        print(f'… and {len(faults) - 100} more')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
