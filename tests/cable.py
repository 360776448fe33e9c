"""A cable between a viewer and the server that a test can cut, silence and mend."""

import socket
import threading
from contextlib import suppress

from tests.viewer import Viewer


class Cable:
    """Carries TCP connections from a port of its own to the server's."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._whole = threading.Event()
        self._flowing = threading.Event()
        self._flowing.set()
        self._whole.set()
        self._run(self._accept)

    @property
    def url(self) -> str:
        return f"http://{self.netloc}"

    def viewer(self) -> Viewer:
        return Viewer(f"ws://{self.netloc}/ws")

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End every connection without a word, and let none come about."""
        self._whole.clear()
        self._end()

    def mend(self) -> None:
        self._whole.set()
        self._flowing.set()

    def silence(self) -> None:
        """Carry nothing more, in no direction, and tell nobody: connections stay half open."""
        self._flowing.clear()

    def close(self) -> None:
        self.cut()
        self.mend()
        with suppress(OSError):  # wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _run(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._whole.is_set():
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [near, far]
                self._run(self._carry, near, far)
                self._run(self._carry, far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _end(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()
