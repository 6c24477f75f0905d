"""A systemd of its own, which sees only the node's units: first of its processes in namespaces of their own. Only root can have one.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import http.client, os, pathlib, shutil, socket, subprocess, time

from proxies import GIVEN

BOOT = """set -e
echo $$ > {group}/cgroup.procs
exec unshare --mount --pid --fork --kill-child --cgroup --ipc --uts --mount-proc sh -ec '
  mount --make-rprivate /
  umount -l /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
  mount -t tmpfs none /var/lib
  cp -r {folder}/node /var/lib/citiz-node
  mount -t tmpfs none /run
  mkdir -p /run/systemd/system /run/bin
  cp {binary} /run/bin/citiz-node
  cp -r {units} /run/units
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=citiz SYSTEMD_UNIT_PATH=/run/units SYSTEMD_LOG_TARGET=console \\
    /lib/systemd/systemd --system --unit=basic.target --show-status=no'
"""
ALONE = '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\n'


def mounted():
    """Where the unified hierarchy is; None when this machine has none that may be changed."""
    for line in pathlib.Path('/proc/mounts').read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == 'cgroup2' and 'rw' in options.split(','):
            return pathlib.Path(place)
    return None


class Systemd:
    """`changes` are made to the unit's text: a test does not wait for half a minute."""

    def __init__(self, folder, binary, node, changes):
        self.folder, self.group, self.boot, self.log = folder, None, None, folder / 'systemd.log'
        units = folder / 'units'
        units.mkdir()
        for name in 'basic', 'sysinit', 'sockets', 'shutdown':
            (units / f'{name}.target').write_text(ALONE)
        text = (GIVEN / 'citiz-node.service.in').read_text()
        for old, new in {'@bindir@': '/run/bin', **changes}.items():
            assert old in text, old
            text = text.replace(old, new)
        (units / 'citiz-node.service').write_text(text)
        shutil.copy(GIVEN / 'citiz-node.socket', units)
        shutil.copytree(node, folder / 'node', ignore=shutil.ignore_patterns('*.sock'))
        (folder / 'boot.sh').write_text(BOOT.format(group=self.make_group(), folder=folder, binary=binary, units=units))

    def make_group(self):
        self.group = mounted() / f'citiz-trial-{os.getpid()}'
        self.group.mkdir()
        return self.group

    def start(self):
        """Returns: whether it runs; it ends at once where it cannot"""
        self.boot = subprocess.Popen(['sh', str(self.folder / 'boot.sh')], stdin=subprocess.DEVNULL, stdout=open(self.log, 'w'), stderr=subprocess.STDOUT)
        end = time.monotonic() + 240
        while self.boot.poll() is None:
            assert time.monotonic() < end, 'systemd neither starts nor ends'
            if self.first() and self.control('is-active', 'basic.target', check=False).stdout == 'active\n':
                return True
            time.sleep(0.1)
        return False

    def first(self):
        """The manager's own id, out here."""
        children = pathlib.Path(f'/proc/{self.boot.pid}/task/{self.boot.pid}/children').read_text().split()
        return children[0] if children else None

    def control(self, *words, check=True):
        return subprocess.run(['nsenter', '--target', self.first(), '--mount', '--pid', 'systemctl', *words], capture_output=True, text=True, check=check)

    def shows(self, what, unit='citiz-node.service'):
        return self.control('show', '--value', '--property', what, unit).stdout.strip()

    def ask(self, path):
        """Over the socket that nginx uses."""
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(240)
            caller.connect(f'/proc/{self.first()}/root/run/citiz-node.sock')
            connection = http.client.HTTPConnection('127.0.0.1')
            connection.sock = caller
            connection.request('GET', path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def inside(self, *words):
        return subprocess.run(['nsenter', '--target', self.first(), '--mount', '--pid', *words], capture_output=True, text=True)

    def stop(self):
        if self.boot:
            self.boot.kill()
            self.boot.wait()
        end = time.monotonic() + 60
        while self.group and self.group.exists() and time.monotonic() < end:
            for folder, _, _ in os.walk(self.group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    time.sleep(0.05)  # its last process is going
