"""A TCP proxy between a client and the server that a test can cut, stall and restore."""

import socket
import threading
from contextlib import suppress

from tests.ws_client import Client


class TcpProxy:
    """Passes TCP connections on from a port of its own to the server's."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()  # no connection begins while all are ended
        self._accepting = True
        self._forwarding = threading.Event()
        self._forwarding.set()
        self._refusing_sockets = False
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.netloc}"

    def connect(self) -> Client:
        return Client(f"ws://{self.netloc}/ws")

    def cut(self) -> None:
        """End every connection without a closing handshake, and refuse new ones."""
        with self._lock:
            self._accepting = False
            self._end()

    def cut_sockets(self) -> None:
        """End every connection in the same way. Refuse new sockets; forward HTTP requests."""
        with self._lock:
            self._refusing_sockets = True
            self._end()

    def stall(self) -> None:
        """Forward nothing more, in either direction; connections stay open."""
        self._forwarding.clear()

    def restore(self) -> None:
        """Accept and forward again."""
        self._refusing_sockets = False
        self._accepting = True
        self._forwarding.set()

    def close(self) -> None:
        self.cut()
        self._forwarding.set()
        with suppress(OSError):  # wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                with self._lock:
                    self._begin(near)

    def _begin(self, near: socket.socket) -> None:
        if not self._accepting:
            near.close()
            return
        self._sockets.append(near)
        far = socket.create_connection(("127.0.0.1", self._server_port))
        self._sockets.append(far)
        for source, target in ((near, far), (far, near)):
            thread = threading.Thread(target=self._forward, args=(source, target))
            self._threads.append(thread)
            thread.start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._refusing_sockets and data.startswith(b"GET /ws "):
                    break
                self._forwarding.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _end(self) -> None:
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._sockets.clear()
