"""The service's exposure is 1.5 at most, and its program needs no desktop library: check-unit.py BINARY UNIT.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import re, shutil, subprocess, sys

binary, unit = sys.argv[1:3]
print('TAP version 13\n1..2')
needed = re.findall(r'\(NEEDED\).*\[(.*)\]', subprocess.run(['readelf', '-d', binary], capture_output=True, text=True, check=True).stdout)
desktop = [name for name in needed if re.match(r'lib(gtk|gdk|adwaita|pango|cairo|graphene|X11|wayland)', name)]
print(f'{"not " if desktop or not needed else ""}ok 1 - no desktop library # {desktop}')
if not shutil.which('systemd-analyze'):
    print('ok 2 - exposure # SKIP no systemd-analyze here')
    sys.exit()
run = subprocess.run(['systemd-analyze', 'security', '--offline=true', '--threshold=15', '--no-pager', unit], capture_output=True, text=True)
level = re.search(r'exposure level for [^:]*: ([0-9.]+)', run.stdout)
print(f'# {level.group(0) if level else run.stderr}')
print(f'{"" if level and float(level.group(1)) <= 1.5 else "not "}ok 2 - exposure')
