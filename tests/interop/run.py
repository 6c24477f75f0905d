#!/usr/bin/env python3
"""Installs the readers into the build folder and runs them: run.py MAKE-LINK MAKE-COMMITTEE SOURCE BUILD. SPDX-License-Identifier: AGPL-3.0-or-later"""
import glob
import json
import os
import shutil
import subprocess
import sys

SKIP = 77
FILES = ['package.json', 'ips-rules.cjs', 'check-summary.mjs', 'check-link.mjs', 'globals.mjs']


def skip(why):
    print('1..0 # SKIP ' + why)
    sys.exit(SKIP)


def install(source, work):
    os.makedirs(work, exist_ok=True)
    for name in FILES:
        shutil.copy(os.path.join(source, name), work)
    if shutil.which('node') is None or shutil.which('npm') is None:
        skip('node and npm are not installed')
    if os.path.exists(os.path.join(work, 'node_modules', 'kill-the-clipboard')):
        return
    try:
        fetched = subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'],
                                 cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=240, check=False).returncode == 0
    except subprocess.TimeoutExpired:  # no registry answers here
        fetched = False
    if not fetched:
        shutil.rmtree(os.path.join(work, 'node_modules'), ignore_errors=True)
        skip('the packages of package.json could not be fetched')


class Server:
    """One process of ours: its links while it runs."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.links = json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        shutil.rmtree(self.links.get('dir', ''), ignore_errors=True)
        return self.process.returncode


def check_links(server, work):
    links = os.path.join(work, 'links.json')
    with open(links, 'w', encoding='utf-8') as file:
        json.dump(server.links, file)
    return subprocess.run(['node', 'check-link.mjs', links], cwd=work, check=False).returncode


def main():
    program, committee, source, work = sys.argv[1:5]
    install(source, work)
    summaries, failed = [], 0
    data = os.environ['CITIZ_TEST_DATA']
    bundles = ['sample', os.path.join(data, 'viewer', 'lucie.json')] + sorted(glob.glob(os.path.join(data, 'ips', '*.json')))
    for bundle in bundles:
        out = os.path.join(work, 'summary-' + os.path.splitext(os.path.basename(bundle))[0] + '.json')
        server = Server(program, bundle, out)
        if bundle == bundles[0]:
            failed += check_links(server, work)
        failed += server.stop() != 0
        summaries += ['-' if bundle == 'sample' else bundle, out]
    # the same links when four nodes share the key between them: the one that is asked asks the others
    server = Server(committee, os.path.join(data, 'viewer', 'lucie.json'))
    failed += check_links(server, work)
    failed += server.stop() != 0
    failed += subprocess.run(['node', 'check-summary.mjs'] + summaries, cwd=work, check=False).returncode
    sys.exit(1 if failed else 0)


main()
