"""What the protocols of the server share: its connections, limits and deadlines."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import uvicorn

from mlp_live.live.budgets import BODY_SECONDS, HEADER_SECONDS, READ_BYTES, UNREAD_SECONDS
from mlp_live.web.connections import ClientConnection, Connections

# The logger of single connections. On its own, uvicorn warns of every request that is not HTTP.
# What a client does wrong is not for the log; an error of the application is.
CLIENT_LOG = logging.getLogger("uvicorn.error.clients")


@dataclass(frozen=True)
class Deadlines:
    """Seconds that a client may take to send the header and the body of a request.

    ``unread`` are those in which it may read nothing of a response.
    """

    header: float = HEADER_SECONDS
    body: float = BODY_SECONDS
    unread: float = UNREAD_SECONDS


class EdgeConfig(uvicorn.Config):
    """The configuration of uvicorn, with what `HttpProtocol` and `WebSocketProtocol` need."""

    def __init__(
        self,
        app: Any,
        *,
        connections: Connections,
        fragments_per_second: float,
        deadlines: Deadlines | None = None,
        **options: Any,
    ) -> None:
        super().__init__(app, **options)
        self.connections = connections
        self.fragments_per_second = fragments_per_second
        self.deadlines = deadlines or Deadlines()


class PiecewiseReading(asyncio.BufferedProtocol):
    """Reads a few bytes in each iteration of the event loop.

    asyncio would read 256 kB. Parsing so much, if it is made of tiny frames, would take a second,
    in which the other connections wait. What is not read yet fills the client's socket.
    """

    _connection: ClientConnection
    _buffer = bytearray()
    read_bytes = READ_BYTES

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return where asyncio puts what it reads next."""
        if len(self._buffer) != self.read_bytes:
            self._buffer = bytearray(self.read_bytes)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Count what asyncio has read, and pass it on."""
        self._connection.bytes_in += nbytes
        self.data_received(bytes(self._buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Handle data. The protocol of uvicorn does it."""
        raise NotImplementedError


def close_at_once(transport: asyncio.Transport) -> None:
    """Close a transport, and do not wait for a client that does not read what was sent to it."""
    transport.close()
    if transport.get_write_buffer_size():
        transport.abort()
