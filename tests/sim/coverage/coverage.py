#!/usr/bin/env python3
"""How much of the step machine worlds go through: coverage.py PROGRAM OBJECTS ARGUMENT…. At least 95 of 100 lines, or it fails; what is missed is told.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, pathlib, shutil, subprocess, sys, tempfile

LEAST = 95.0


def lines_of(counts):
    """gcov's JSON: source → {line: times}, lines of one source added over objects."""
    found = {}
    for path in counts:
        for file in json.loads(subprocess.run(['gcov', '--json-format', '--stdout', path.name], cwd=path.parent, check=True, capture_output=True, text=True).stdout)['files']:
            if '/src/consensus/' in file['file']:
                lines = found.setdefault(pathlib.Path(file['file']).name, {})
                for line in file['lines']:
                    lines[line['line_number']] = lines.get(line['line_number'], 0) + line['count']
    return found


def main():
    program, objects, *arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, *arguments], env={**os.environ, 'GCOV_PREFIX': folder}, check=True)
        counts = list(pathlib.Path(folder).rglob('*.gcda'))
        for path in counts:
            shutil.copy(pathlib.Path(objects) / (path.stem + '.gcno'), path.parent)
        found = lines_of(counts)
    run = sum(times > 0 for lines in found.values() for times in lines.values())
    every = sum(len(lines) for lines in found.values())
    for name, lines in sorted(found.items()):
        missed = sorted(line for line, times in lines.items() if times == 0)
        print(f'{name}: {100 * (len(lines) - len(missed)) / len(lines):.1f} %' + (', not ' + ' '.join(map(str, missed)) if missed else ''))
    print(f'{run} of {every} lines, {100 * run / max(every, 1):.1f} %')
    return every == 0 or 100 * run / every < LEAST


sys.exit(main())
