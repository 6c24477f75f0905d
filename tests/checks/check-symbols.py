"""No name is defined in two of the static libraries: which of the two is taken would hang on the order of linking: check-symbols.py LIBRARY…
SPDX-License-Identifier: AGPL-3.0-or-later"""
import collections, os, shutil, subprocess, sys

if not shutil.which('nm'):
    sys.exit(77)
homes, failed = collections.defaultdict(set), False
for library in sys.argv[1:]:
    listed = subprocess.run(['nm', '--extern-only', '--defined-only', '--format=posix', library], capture_output=True, text=True, check=True).stdout
    names = {words[0] for line in listed.splitlines() if len(words := line.split()) > 1 and words[1] not in 'VWu' and not words[0].startswith('__')}
    if not names:
        print(f'{library} defines nothing')
        failed = True
    for name in names:
        homes[name].add(os.path.basename(library))
for name, libraries in sorted(homes.items()):
    if len(libraries) > 1:
        print(f'{name} is defined in {" and ".join(sorted(libraries))}')
        failed = True
sys.exit(failed)
