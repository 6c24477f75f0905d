"""A headless desktop for the end-to-end tests: a display, a session bus, the accessibility bus, notices, and a person's hands and eyes.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import json, os, pathlib, shutil, signal, subprocess, sys, tempfile, time, warnings

import gi
warnings.simplefilter('ignore')
gi.require_version('Atspi', '2.0')

HERE = pathlib.Path(__file__).resolve().parent
NEEDED = ['Xvfb', 'dbus-daemon', 'dbus-send', 'xdotool', 'openbox']
LAUNCHERS = ['/usr/libexec/at-spi-bus-launcher', '/usr/lib/at-spi2-core/at-spi-bus-launcher']
TOPS = ('frame', 'dialog', 'window', 'application', 'alert', 'file chooser')


def missing():
    tools = [tool for tool in NEEDED if not shutil.which(tool)]
    return tools + ([] if any(map(os.path.exists, LAUNCHERS)) else ['at-spi2-core'])


class Desktop:
    """with Desktop() as desk: every process it starts ends with it, by process id."""

    def __init__(self, size='1280x860', prefix='citiz-desk-'):
        self.size, self.width, self.processes = size, int(size.split('x')[0]), []
        self.patience = 240  # seconds: ends what hangs, judges nothing
        self.home = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
        self.hidden = set()  # names of the panels behind: GTK before 4.10 does not tell which page of a stack is in front

    def start(self, *command, stderr=subprocess.DEVNULL, env=None, **more):
        process = subprocess.Popen(command, env=env or self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, **more)
        self.processes.append(process)
        return process

    def end(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.remove(process)

    def __enter__(self):
        run = self.home / 'run'
        run.mkdir(mode=0o700)
        settings = self.home / 'config' / 'gtk-4.0' / 'settings.ini'
        settings.parent.mkdir(parents=True)
        settings.write_text('[Settings]\ngtk-font-name=Cantarell 11\n')  # as on the desktop Citiz is made for, whatever this machine has
        read, write = os.pipe()
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(('DBUS_', 'WAYLAND_', 'XDG_', 'LC_', 'LANG'))}
        self.env.update(HOME=str(self.home), XDG_RUNTIME_DIR=str(run), XDG_DATA_HOME=str(self.home / 'data'), XDG_CONFIG_HOME=str(self.home / 'config'),
                        XDG_CACHE_HOME=str(self.home / 'cache'), GDK_BACKEND='x11', GSK_RENDERER='cairo', LIBGL_ALWAYS_SOFTWARE='1', GTK_A11Y='atspi',
                        GSETTINGS_BACKEND='memory', GTK_USE_PORTAL='0', GIO_USE_VFS='local', LC_ALL='C.UTF-8', XDG_DATA_DIRS='/usr/local/share:/usr/share')
        self.start('Xvfb', '-displayfd', str(write), '-screen', '0', self.size + 'x24', '-nolisten', 'tcp', pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            self.env['DISPLAY'] = ':' + pipe.readline().strip()
        self.env['DBUS_SESSION_BUS_ADDRESS'] = f'unix:path={run}/bus'
        self.start('dbus-daemon', '--session', '--nofork', '--nopidfile', '--address=' + self.env['DBUS_SESSION_BUS_ADDRESS'])
        self.wait(lambda: (run / 'bus').exists(), 'the session bus')
        self.start(next(filter(os.path.exists, LAUNCHERS)), '--launch-immediately')
        self.wait(lambda: self.owned('org.a11y.Bus'), 'the accessibility bus')
        self.manager = self.start('openbox')
        self.wait(lambda: self.asked('get_desktop'), 'the window manager')
        self.heard = self.home / 'notices'
        self.start('/usr/bin/python3', str(HERE / 'notices.py'), str(self.heard))
        self.wait(self.heard.exists, 'the notices of the desktop')
        os.environ.update(self.env)
        from gi.repository import Atspi
        self.atspi = Atspi
        return self

    def __exit__(self, *_):
        for process in reversed(list(self.processes)):
            self.end(process)
        shutil.rmtree(self.home, ignore_errors=True)

    def owned(self, name):
        said = subprocess.run(['dbus-send', '--session', '--dest=org.freedesktop.DBus', '--type=method_call', '--print-reply', '/org/freedesktop/DBus',
                               'org.freedesktop.DBus.NameHasOwner', f'string:{name}'], env=self.env, stdout=subprocess.PIPE, text=True).stdout
        return 'boolean true' in said

    def notices(self):
        """What was sent to the desktop so far: [summary, body]."""
        return [json.loads(line) for line in self.heard.read_text().splitlines()]

    def wait(self, test, what, every=0.1):
        end = time.monotonic() + self.patience
        while True:
            found = test()
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError(f'waited in vain for {what}')
            time.sleep(every)

    # --- eyes ---

    def seen(self, node):
        """GTK before 4.10 sets SHOWING on windows alone: VISIBLE, and with a size (pages of a stack have none of their own)."""
        if not node.get_state_set().contains(self.atspi.StateType.VISIBLE):
            return False
        if not node.get_component_iface():
            return True
        box = self.atspi.Component.get_extents(node, self.atspi.CoordType.WINDOW)
        return box.width > 0 and box.height > 0 and 0 < box.x + box.width and box.x < self.width

    def behind(self, node):
        return node.get_name() in self.hidden and self.role(node) == 'panel'

    def walk(self, node=None, depth=0, hidden=False):
        """Every object that can be seen, or all of them, parents first."""
        try:
            if node is None:
                desktop = self.atspi.get_desktop(0)
                tops = [desktop.get_child_at_index(i) for i in range(desktop.get_child_count())]
                children = [top for top in tops if top is not None and top.get_name() == 'citiz']
            else:
                if depth > 1 and not hidden and (self.behind(node) or not self.seen(node)):
                    return
                yield node
                children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
        except Exception:
            return
        for child in children:
            if child is not None and depth < 90:
                yield from self.walk(child, depth + 1, hidden)

    def text(self, node):
        try:
            if node.get_text_iface():
                return self.atspi.Text.get_text(node, 0, self.atspi.Text.get_character_count(node))
        except Exception:
            pass
        return ''

    def label(self, node):
        try:
            return node.get_name() or self.text(node)
        except Exception:
            return ''

    def role(self, node):
        try:
            return node.get_role_name()
        except Exception:
            return ''

    def texts(self):
        return [label for label in map(self.label, self.walk()) if label]

    def tree(self):
        return '\n'.join(f'{self.role(node)} {self.label(node)!r}' for node in self.walk())

    @staticmethod
    def same(label, text, exact):
        """A button with an access key has its words twice in its name, once with the underscore."""
        plain = label.replace('_', '')
        return plain in (text, f'{text} {text}') if exact else text in plain

    def look(self, text, role=None, exact=True, within=None):
        for node in self.walk(within):
            if self.same(self.label(node), text, exact) and (role is None or self.role(node) == role):
                return node
        return None

    def find(self, text, role=None, exact=True, within=None):
        """The first object seen with that name or text, waited for."""
        return self.wait(lambda: self.look(text, role, exact, within), f'{role or "something"} called {text!r}')

    def shows(self, *texts, within=None):
        wanted = set(texts)
        for node in self.walk(within):
            label = self.label(node)
            wanted = {text for text in wanted if text not in label}
            if not wanted:
                return True
        return False

    def see(self, *texts, within=None):
        def look():
            return self.shows(*texts, within=within)
        self.wait(look, f'the words {texts!r}')

    def gone(self, text):
        self.wait(lambda: not self.shows(text), f'{text!r} to go')

    def picture(self, path):
        subprocess.run(['import', '-window', 'root', str(path)], env=self.env, check=True)

    # --- hands ---

    def actions(self, node):
        try:
            if node.get_action_iface():
                return [self.atspi.Action.get_action_name(node, i) for i in range(self.atspi.Action.get_n_actions(node))]
        except Exception:
            pass
        return []

    def do(self, node, action):
        actions = self.actions(node)
        assert action in actions, f'{action} is not among {actions}'
        self.atspi.Action.do_action(node, actions.index(action))

    def press(self, text, role=None, exact=True, within=None):
        """Presses what has that name and can be pressed now, or the nearest parent that can."""
        def pressed(node):
            for action in self.actions(node):
                if action in ('click', 'activate', 'press', 'toggle') and node.get_state_set().contains(self.atspi.StateType.SENSITIVE):
                    self.do(node, action)
                    return True
            return False

        def attempt():
            for node in self.walk(within):
                if self.same(self.label(node), text, exact) and (role is None or self.role(node) == role):
                    parent = node.get_parent()
                    if pressed(node) or self.role(node) == 'label' and parent and pressed(parent):
                        return True
            return False
        self.wait(attempt, f'{text!r} to take a press')

    def fill(self, label, text, within=None):
        node = self.find(label, within=within)
        for field in self.walk(node, 2):
            try:
                if field.get_editable_text_iface():
                    self.atspi.EditableText.set_text_contents(field, text)
                    return
            except Exception:
                continue
        raise AssertionError(f'no text field at {label!r}')

    def tool(self, *words):
        return subprocess.run(['xdotool', *words], env=self.env, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def asked(self, *words):
        """What xdotool answers, nothing when it cannot."""
        return subprocess.run(['xdotool', *words], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()

    def in_front(self):
        if self.manager.poll() is not None:  # it was seen to die under load; without one, windows have neither title nor focus
            self.manager = self.start('openbox')
        return self.asked('getactivewindow', 'getwindowname')

    def keys(self, *keys):
        self.tool('key', '--clearmodifiers', *keys)

    def type(self, text):
        self.tool('type', '--delay', '12', '--', text)

    def chooser(self, title, path):
        """Answers the file chooser of that title, which takes a path from the keyboard."""
        self.wait(lambda: self.in_front() == title, f'the window {title!r}')
        time.sleep(0.5)
        if path.exists():
            self.type('/')
            time.sleep(0.3)
        self.keys('ctrl+a')
        self.type(str(path))
        time.sleep(0.3)
        self.keys('Return')
        self.wait(lambda: self.in_front() != title, 'the chooser to close')
