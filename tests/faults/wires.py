"""What is between nodes: their links pass through here, and can be cut and mended.
SPDX-License-Identifier: AGPL-3.0-or-later"""
import os, pathlib, re, socket, threading


def owner_of(port, processes):
    """The place of the process that has this local TCP port open."""
    inodes = {line.split()[9] for line in pathlib.Path('/proc/net/tcp').read_text().splitlines()[1:]
              if int(line.split()[1].split(':')[1], 16) == port}
    for place, pid in processes.items():
        for entry in pathlib.Path(f'/proc/{pid}/fd').iterdir():
            try:
                held = re.fullmatch(r'socket:\[(\d+)\]', os.readlink(entry))
            except OSError:
                continue
            if held and held[1] in inodes:
                return place
    return None


class Wires:
    """Stands before each node of `world`; where a call goes is told by its port, whom it comes from by the process that made it."""

    def __init__(self, world):
        self.world, self.lock, self.sides, self.open = world, threading.Lock(), None, []
        self.listeners = {}

    def before(self, node):
        """An address that leads to `node`."""
        listener = socket.create_server(('127.0.0.1', 0))
        self.listeners[node.place] = listener
        threading.Thread(target=self.listen, args=(listener, node), daemon=True).start()
        return f'http://127.0.0.1:{listener.getsockname()[1]}'

    def crosses(self, a, b):
        return self.sides is not None and (a in self.sides) != (b in self.sides)

    def listen(self, listener, node):
        while True:
            try:
                caller, address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(caller, address[1], node), daemon=True).start()

    def carry(self, caller, port, node):
        processes = {n.place: n.process.pid for n in self.world.nodes if n.process}
        come_from = owner_of(port, processes)
        try:
            called = socket.create_connection(('127.0.0.1', node.port))
        except OSError:
            caller.close()
            return
        with self.lock:
            refused = self.crosses(come_from, node.place)
            self.open.append((come_from, node.place, caller, called))
        if refused:
            self.hang_up(caller, called)
        back = threading.Thread(target=self.pump, args=(called, caller), daemon=True)
        back.start()
        self.pump(caller, called)
        back.join()
        caller.close()
        called.close()

    @staticmethod
    def hang_up(*ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def pump(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        self.hang_up(source, target)

    def cut(self, *places):
        """Nothing passes between `places` and the others any more."""
        with self.lock:
            self.sides = set(places)
            for a, b, *ends in self.open:
                if self.crosses(a, b):
                    self.hang_up(*ends)

    def mend(self):
        with self.lock:
            self.sides = None

    def close(self):
        for listener in self.listeners.values():
            listener.close()
