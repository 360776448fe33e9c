"""All TCP connections of the server: how many may be open or idle, and one log line for each."""

import asyncio
import logging
from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from typing import Any

from mlp_live.live.budgets import TokenBucket

log = logging.getLogger(__name__)


class Idle(IntEnum):
    """What the server waits for on an idle connection, in the order in which they make room."""

    REQUEST = 0  # the first one, the next one or the rest of one
    SOCKET = 1  # anything to do on a WebSocket
    RESPONSE = 2  # that the client reads its response


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


class IdleOfAddress:
    """The idle connections of one address."""

    def __init__(self) -> None:
        # The keys of the dictionaries are ordered: longest idle first.
        self._waiting: dict[Idle, dict[ClientConnection, asyncio.BaseTransport]] = {
            waits_for: {} for waits_for in Idle
        }

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(
        self, connection: ClientConnection, transport: asyncio.BaseTransport, waits_for: Idle
    ) -> None:
        """Add a connection as the last one, unless the same was awaited on it already."""
        if connection not in self._waiting[waits_for]:
            self.remove(connection)
            self._waiting[waits_for][connection] = transport

    def remove(self, connection: ClientConnection) -> None:
        """Forget a connection, if it is there."""
        for connections in self._waiting.values():
            connections.pop(connection, None)

    def first_to_close(
        self, newest: ClientConnection
    ) -> tuple[ClientConnection, asyncio.BaseTransport]:
        """The connection that makes room for the newest one; that one itself if it is alone."""
        oldest = [next(iter(some.items())) for some in self._waiting.values() if some]
        return next((pair for pair in oldest if pair[0] is not newest), oldest[0])


class Connections:
    """The open connections of a server.

    A connection is idle while the server waits for its client: for a request, for the rest of one,
    for anything to do on a WebSocket, or for it to read its response. Of each address, ``max_idle``
    idle connections are kept. In all, ``capacity`` connections are kept. Beyond that, one is
    closed, so that the newest is served: the one that has waited longest for a request; without
    any, the WebSocket that has been idle for longest, and at last a response that is not read.
    Every protocol has a method ``close`` that ends its connection at once; it takes the reason, to
    tell the client.
    """

    def __init__(self, max_idle: int, capacity: int) -> None:
        self._max_idle = max_idle
        self._capacity = capacity
        self._open: dict[asyncio.BaseTransport, ClientConnection] = {}
        self._idle: dict[str, IdleOfAddress] = {}
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
        self.set_idle(transport, Idle.REQUEST)
        if len(self._open) > self._capacity:
            if self._warnings.take():
                log.warning("idle connections are closed: descriptors allow %d", self._capacity)
            most = max(self._idle.values(), key=len)
            self._close_one(most, connection, "no descriptors left")
        return connection

    def get(self, transport: asyncio.BaseTransport) -> ClientConnection:
        """The connection on a transport, whichever protocol it has."""
        return self._open[transport]

    def set_idle(self, transport: asyncio.BaseTransport, waits_for: Idle) -> None:
        """The server waits for the client from now on. Does nothing if it does so already."""
        connection = self._open.get(transport)
        if connection is None:
            return
        idle = self._idle.setdefault(connection.address, IdleOfAddress())
        idle.add(connection, transport, waits_for)
        if len(idle) > self._max_idle:
            self._close_one(idle, connection, "too many idle connections")

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
        idle = self._idle.get(connection.address)
        if idle is not None:
            idle.remove(connection)
            if not len(idle):
                del self._idle[connection.address]

    def _close_one(self, idle: IdleOfAddress, newest: ClientConnection, reason: str) -> None:
        connection, transport = idle.first_to_close(newest)
        self.remove(transport)
        connection.ended(reason)
        protocol: Any = transport.get_protocol()
        protocol.close(reason)
