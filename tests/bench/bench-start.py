#!/usr/bin/env python3
"""Start to first frame, beside an empty libadwaita window in the same run: bench-start.py CITIZ BARE.
Two starts of Citiz: the first run and the locked record. A frame is there when a pixel of the empty screen has changed; time of the processor
is read at that moment, it tells more than the clock on a busy machine. Rounds alternate; medians. First as a desktop starts a program, GL
looked for (in software, without a card) by both alike; then without GL, where the bare window is cheapest; then with programs and libraries
dropped from the disk's cache before each start (as far as nothing else keeps them mapped).
SPDX-License-Identifier: AGPL-3.0-or-later"""
import ctypes, os, re, statistics, subprocess, sys, tempfile, time

ROUNDS, ROUNDS_MORE = 11, 5
PIXEL = 640, 300  # a window's place is the screen's corner: no window manager here


class Screen:
    """One pixel of the display, read without a process of its own that would slow what is measured."""

    def __init__(self):
        self.x = ctypes.CDLL('libX11.so.6')
        for name, result in ('XOpenDisplay', ctypes.c_void_p), ('XDefaultRootWindow', ctypes.c_ulong), ('XGetImage', ctypes.c_void_p), \
                            ('XGetPixel', ctypes.c_ulong):
            getattr(self.x, name).restype = result
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(None))
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))

    def lit(self):
        image = ctypes.c_void_p(self.x.XGetImage(self.display, self.root, *PIXEL, 1, 1, ctypes.c_ulong(0xffffff), 2))
        colour = self.x.XGetPixel(image, 0, 0)
        self.x.XDestroyImage(image)
        return colour & 0xffffff != 0


def processor_time(pid):
    """Seconds, all threads together."""
    threads = f'/proc/{pid}/task'
    return sum(int(open(f'{threads}/{thread}/schedstat').read().split()[0]) for thread in os.listdir(threads)) / 1e9


def start(screen, command):
    """Seconds on the clock and of the processor, from the start to the first frame."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not screen.lit():
            if process.poll() is not None or time.perf_counter() - began > 20:
                raise SystemExit(f'{command[0]} showed no window')
            time.sleep(0.001)
        return time.perf_counter() - began, processor_time(process.pid)
    finally:
        process.terminate()
        process.wait()
        while screen.lit():
            time.sleep(0.001)


def forget(programs):
    """Drops the programs and their libraries from the disk's cache."""
    files = set(programs)
    for program in programs:
        files.update(re.findall(r'(/\S+) \(0x', subprocess.run(['ldd', program], capture_output=True, text=True).stdout))
    for path in files:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def measure(screen, commands, rounds, before=lambda: None):
    found = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before()
            found[name].append(start(screen, command))
    return {name: [statistics.median(column) for column in zip(*times)] for name, times in found.items()}


def tell(title, medians):
    raw = medians['bare window']
    print(f'{title}: bare window {raw[0] * 1000:.0f} ms (processor {raw[1] * 1000:.0f} ms)')
    for name, (clock, processor) in medians.items():
        if name != 'bare window':
            print(f'  {name} {clock * 1000:.0f} ms, ratio {clock / raw[0]:.2f} (goal 1.5); '
                  f'processor {processor * 1000:.0f} ms, ratio {processor / raw[1]:.2f}')


def main():
    citiz, bare = sys.argv[1:3]
    os.environ.pop('GDK_DEBUG', None)
    os.environ['LIBGL_ALWAYS_SOFTWARE'] = '1'
    screen = Screen()
    with tempfile.TemporaryDirectory() as folder:
        locked, secret = os.path.join(folder, 'locked'), os.path.join(folder, 'secret')
        with open(secret, 'w') as file:
            file.write('a bench and a window\n')
        subprocess.run([citiz, 'vault', 'create', '--force', '--vault', locked, '--passphrase-file', secret], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        commands = {'bare window': [bare], 'first run': [citiz, '--folder', os.path.join(folder, 'none')],
                    'locked record': [citiz, '--folder', locked]}
        measure(screen, commands, 1)  # only warms the disk's cache
        tell('warm disk', measure(screen, commands, ROUNDS))
        os.environ['GDK_DEBUG'] = 'gl-disable'
        tell('warm disk, no GL', measure(screen, commands, ROUNDS_MORE))
        del os.environ['GDK_DEBUG']
        tell('cold disk', measure(screen, commands, ROUNDS_MORE, lambda: forget([citiz, bare])))


if __name__ == '__main__':
    main()
