"""All TCP connections of the server: how many may be open or idle, and one log line for each."""

import asyncio
import logging
from dataclasses import dataclass
from itertools import count
from typing import Any

from mlp_live.live.budgets import TokenBucket

log = logging.getLogger(__name__)


@dataclass(eq=False)
class ClientConnection:
    """A TCP connection, and what the log says of it when it has ended.

    ``bytes_in`` counts everything that was received, ``bytes_out`` the content of the messages that
    were sent on a WebSocket, ``seconds`` the processor time that was spent on its viewer, if that
    is measured.
    """

    id: int
    address: str
    kind: str = "http"
    path: str = "-"
    messages: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float | None = None
    reason: str = ""

    def ended(self, reason: str) -> None:
        """Remember why the connection ends. The first reason counts; others follow from it."""
        self.reason = self.reason or reason

    def write_log(self) -> None:
        """Write the line of this connection, once it is over."""
        seconds = "-" if self.seconds is None else f"{self.seconds:.3f}"
        log.info(
            f"connection={self.kind} id={self.id} address={self.address} path={self.path} "
            f"messages={self.messages} bytes_in={self.bytes_in} bytes_out={self.bytes_out} "
            f'seconds={seconds} reason="{self.reason or "lost"}"'
        )


class Connections:
    """The open connections of a server.

    A connection is idle while the server waits for its client: for a request, for the rest of one,
    or for anything to do on a WebSocket. Of each address, ``max_idle`` idle connections are kept.
    In all, ``capacity`` connections are kept. Beyond that, the connection that has been idle for
    longest is closed, so that the newest one is served. Every protocol has a method ``close`` that
    ends its connection at once; it takes the reason, to tell the client.
    """

    def __init__(self, max_idle: int, capacity: int) -> None:
        self._max_idle = max_idle
        self._capacity = capacity
        self._open: dict[asyncio.BaseTransport, ClientConnection] = {}
        # By address. The keys of the inner dictionaries are ordered: longest idle first.
        self._idle: dict[str, dict[ClientConnection, asyncio.BaseTransport]] = {}
        self._ids = count(1)
        self._warnings = TokenBucket(rate=1 / 60, burst=1)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, transport: asyncio.BaseTransport) -> ClientConnection:
        """Add a new connection, which is idle. It may be closed at once if no other is idle."""
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else "-"
        connection = ClientConnection(next(self._ids), address)
        self._open[transport] = connection
        self.set_idle(transport)
        if len(self._open) > self._capacity:
            if self._warnings.take():
                log.warning("idle connections are closed: descriptors allow %d", self._capacity)
            most = max(self._idle.values(), key=len)
            self._close_oldest(most, "no descriptors left")
        return connection

    def get(self, transport: asyncio.BaseTransport) -> ClientConnection:
        """The connection on a transport, whichever protocol it has."""
        return self._open[transport]

    def set_idle(self, transport: asyncio.BaseTransport) -> None:
        """The server waits for the client from now on. Does nothing if it does so already."""
        connection = self._open.get(transport)
        if connection is None:
            return
        idle = self._idle.setdefault(connection.address, {})
        idle.setdefault(connection, transport)
        if len(idle) > self._max_idle:
            self._close_oldest(idle, "too many idle connections")

    def set_active(self, transport: asyncio.BaseTransport) -> None:
        """The server works for the client from now on."""
        connection = self._open.get(transport)
        if connection is not None:
            self._remove_idle(connection)

    def remove(self, transport: asyncio.BaseTransport) -> None:
        """The connection is closed, or will be within the iteration of the event loop."""
        connection = self._open.pop(transport, None)
        if connection is not None:
            self._remove_idle(connection)

    def _remove_idle(self, connection: ClientConnection) -> None:
        idle = self._idle.get(connection.address, {})
        idle.pop(connection, None)
        if not idle:
            self._idle.pop(connection.address, None)

    def _close_oldest(
        self, idle: dict[ClientConnection, asyncio.BaseTransport], reason: str
    ) -> None:
        connection, transport = next(iter(idle.items()))
        self.remove(transport)
        connection.ended(reason)
        protocol: Any = transport.get_protocol()
        protocol.close(reason)
