"""A headless desktop for the end-to-end tests: a display, a session bus, the accessibility bus, and a person's hands and eyes.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, pathlib, shutil, subprocess, tempfile, time, warnings

import gi
warnings.simplefilter('ignore')
gi.require_version('Atspi', '2.0')

NEEDED = ['Xvfb', 'dbus-daemon', 'xdotool']


def missing():
    return [tool for tool in NEEDED if not shutil.which(tool)]


class Desktop:
    """with Desktop() as desk: every process it starts ends with it, by process id."""

    def __init__(self, size='1280x860'):
        self.size, self.processes = size, []
        self.home = pathlib.Path(tempfile.mkdtemp(prefix='citiz-desk-'))

    def start(self, *command, **more):
        process = subprocess.Popen(command, env=self.env, stdout=subprocess.DEVNULL, stderr=more.pop('stderr', subprocess.DEVNULL), **more)
        self.processes.append(process)
        return process

    def __enter__(self):
        run = self.home / 'run'
        run.mkdir(mode=0o700)
        read, write = os.pipe()
        self.env = dict(os.environ, HOME=str(self.home), XDG_RUNTIME_DIR=str(run), XDG_DATA_HOME=str(self.home / 'data'), GDK_BACKEND='x11',
                        GSK_RENDERER='cairo', LIBGL_ALWAYS_SOFTWARE='1', GTK_A11Y='atspi', GSETTINGS_BACKEND='memory', NO_AT_BRIDGE='0')
        self.start('Xvfb', '-displayfd', str(write), '-screen', '0', self.size + 'x24', '-nolisten', 'tcp', pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            self.env['DISPLAY'] = ':' + pipe.readline().strip()
        self.env['DBUS_SESSION_BUS_ADDRESS'] = f'unix:path={run}/bus'
        self.start('dbus-daemon', '--session', '--nofork', '--address=' + self.env['DBUS_SESSION_BUS_ADDRESS'])
        self.wait(lambda: (run / 'bus').exists(), 'the session bus')
        for launcher in ('/usr/libexec/at-spi-bus-launcher', '/usr/lib/at-spi2-core/at-spi-bus-launcher'):
            if os.path.exists(launcher):
                self.start(launcher, '--launch-immediately')
                break
        if shutil.which('openbox'):
            self.start('openbox')
        os.environ.update(self.env)
        from gi.repository import Atspi
        self.atspi = Atspi
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    @staticmethod
    def wait(test, what, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = test()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f'waited in vain for {what}')

    def walk(self, node=None, depth=0):
        """Every accessible object, its parents before it."""
        if node is None:
            node = self.atspi.get_desktop(0)
        yield node
        if depth > 60:
            return
        try:
            count = node.get_child_count()
        except Exception:
            return
        for i in range(count):
            try:
                child = node.get_child_at_index(i)
            except Exception:
                continue
            if child is not None:
                yield from self.walk(child, depth + 1)

    def text(self, node):
        try:
            if node.get_text_iface():
                return self.atspi.Text.get_text(node, 0, self.atspi.Text.get_character_count(node))
        except Exception:
            pass
        return ''

    def name(self, node):
        try:
            return node.get_name() or ''
        except Exception:
            return ''

    def visible(self, node):
        """GTK before 4.10 sets SHOWING on windows alone: visible all the way up, and with a size."""
        try:
            box = self.atspi.Component.get_extents(node, self.atspi.CoordType.WINDOW)
            if box.width <= 0 or box.height <= 0:
                return False
            while node is not None and node.get_role_name() not in ('frame', 'dialog', 'window', 'application'):
                if not node.get_state_set().contains(self.atspi.StateType.VISIBLE):
                    return False
                node = node.get_parent()
            return True
        except Exception:
            return False

    def find(self, text, role=None, seconds=20, exact=True):
        """The first visible object of that name (or text), waited for."""
        def look():
            for node in self.walk():
                label = self.name(node) or self.text(node)
                if (label == text if exact else text in label) and (role is None or node.get_role_name() == role) and self.visible(node):
                    return node
            return None
        return self.wait(look, f'{role or "something"} called {text!r}', seconds)

    def shows(self, text):
        return any(text in (self.name(node) or self.text(node)) and self.visible(node) for node in self.walk())

    def see(self, text, seconds=20):
        self.wait(lambda: self.shows(text), f'the words {text!r}', seconds)

    def press(self, text, role=None, exact=True):
        """Presses what has that name: its own action, or that of the nearest parent that has one."""
        node = self.find(text, role, exact=exact)
        for _ in range(6):
            if node is None or node.get_role_name() in ('frame', 'application'):
                break
            actions = [self.atspi.Action.get_action_name(node, i) for i in range(self.atspi.Action.get_n_actions(node) if node.get_action_iface() else 0)]
            for action in actions:
                if action in ('click', 'activate', 'press', 'toggle') or '.' in action:
                    self.atspi.Action.do_action(node, actions.index(action))
                    return
            node = node.get_parent()
        raise AssertionError(f'nothing takes a press at {text!r}')

    def fill(self, label, text):
        node = self.find(label)
        for field in self.walk(node):
            try:
                if field.get_editable_text_iface():
                    self.atspi.EditableText.set_text_contents(field, text)
                    return
            except Exception:
                continue
        raise AssertionError(f'no text field at {label!r}')

    def keys(self, *keys):
        subprocess.run(['xdotool', 'key', '--clearmodifiers', *keys], env=self.env, check=True)

    def type(self, text):
        subprocess.run(['xdotool', 'type', '--delay', '20', '--', text], env=self.env, check=True)

    def tree(self):
        return '\n'.join(f'{node.get_role_name()} {self.name(node)!r} {self.text(node)!r}' for node in self.walk() if self.visible(node))
