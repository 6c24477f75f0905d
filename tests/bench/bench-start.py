#!/usr/bin/env python3
"""Cold start to a window on the screen, beside an empty libadwaita window in the same run: bench-start.py CITIZ BARE.
Rounds alternate; the medians and their ratio are printed. SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, re, statistics, subprocess, sys, tempfile, time

ROUNDS = 9


def windows(pattern):
    tree = subprocess.run(['xwininfo', '-root', '-tree'], capture_output=True, text=True).stdout
    return re.findall(r'(0x[0-9a-f]+) "' + pattern + '"', tree)


def viewable(pattern):
    return any('IsViewable' in subprocess.run(['xwininfo', '-id', w], capture_output=True, text=True).stdout for w in windows(pattern))


def start(command, title):
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not viewable(title):
            if process.poll() is not None or time.perf_counter() - began > 20:
                raise SystemExit(f'{command[0]} showed no window')
            time.sleep(0.002)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def main():
    citiz, bare = sys.argv[1:3]
    ours, raw = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            raw.append(start([bare], 'Bare'))
            ours.append(start([citiz, '--folder', os.path.join(folder, 'none')], 'Citiz'))
    ours, raw = ours[1:], raw[1:]  # the first of each only warms the disk's cache
    a, b = statistics.median(ours), statistics.median(raw)
    print(f'cold start: {a * 1000:.0f} ms (from {min(ours) * 1000:.0f} to {max(ours) * 1000:.0f}), bare window {b * 1000:.0f} ms, '
          f'ratio {a / b:.2f} (goal 1.5)')


if __name__ == '__main__':
    main()
