"""The service's exposure is 1.5 at most, it starts the program where it is installed, and that needs no desktop library: check-unit.py BINARY UNIT BIN-FOLDER.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import re, shutil, subprocess, sys

binary, unit, bins = sys.argv[1:4]
print('TAP version 13\n1..3')
needed = re.findall(r'\(NEEDED\).*\[(.*)\]', subprocess.run(['readelf', '-d', binary], capture_output=True, text=True, check=True).stdout)
desktop = [name for name in needed if re.match(r'lib(gtk|gdk|adwaita|pango|cairo|graphene|X11|wayland)', name)]
print(f'{"not " if desktop or not needed else ""}ok 1 - no desktop library # {desktop}')
with open(unit) as file:
    starts = f'\nExecStart={bins}/citiz-node run\n' in file.read()
print(f'{"" if starts else "not "}ok 2 - it starts {bins}/citiz-node')
if not shutil.which('systemd-analyze'):
    print('ok 3 - exposure # SKIP no systemd-analyze here')
    sys.exit()
run = subprocess.run(['systemd-analyze', 'security', '--offline=true', '--threshold=15', '--no-pager', unit], capture_output=True, text=True)
level = re.search(r'exposure level for [^:]*: ([0-9.]+)', run.stdout)
print(f'# {level.group(0) if level else run.stderr}')
print(f'{"" if level and float(level.group(1)) <= 1.5 else "not "}ok 3 - exposure')
