"""HTTP/1.1 as uvicorn speaks it, with deadlines for the client."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from mlp_live.live.budgets import BODY_READ_BYTES, READ_BYTES
from mlp_live.web.connections import Idle
from mlp_live.web.edge import CLIENT_LOG, EdgeConfig, PiecewiseReading, close_at_once

HEADER, BODY = "header", "body"
WAITING_FOR = {h11.IDLE: HEADER, h11.SEND_BODY: BODY}  # by the state of the client


class HttpProtocol(H11Protocol, PiecewiseReading):
    """A connection that is closed if its client takes too long to send a request.

    The time for the next request begins when the client has taken the response, however slowly. If
    it takes nothing for a while, the connection is closed as well.

    It is idle while the server waits for the client: for the header or the body of a request, or
    for it to read the response.
    """

    def __init__(
        self,
        config: EdgeConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = CLIENT_LOG
        self._registry = config.connections
        self._seconds = {HEADER: config.deadlines.header, BODY: config.deadlines.body}
        self._unread_seconds = config.deadlines.unread
        self._deadline: asyncio.TimerHandle | None = None
        self._phase: tuple[str | None, object] = (None, None)
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._connection = self._registry.add(transport)
        self._update()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(exc)
        self._cancel_deadline()
        self._registry.remove(self.transport)
        if self._connection.reason:  # the server has closed it
            self._connection.write_log()

    def data_received(self, data: bytes) -> None:
        """Handle a part of a request."""
        super().data_received(data)
        self._update()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._update()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        if self._phase[0] is None:
            self._wait_for_reading()

    def resume_writing(self) -> None:
        """Continue with the response."""
        super().resume_writing()
        if self._phase[0] is None and not self.transport.is_closing():
            self._cancel_deadline()
            self._registry.set_active(self.transport)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to the WebSocket protocol."""
        self._upgraded = True
        self._cancel_deadline()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, unless a response was begun already."""
        self._connection.ended("not a valid request")
        if self.cycle is not None and not self.cycle.response_complete:
            # The header was valid, so the application may be answering. Nobody waits for it now.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        close_at_once(self.transport)

    def close(self, reason: str) -> None:
        """Close the connection at once. No client is there that would read the reason."""
        close_at_once(self.transport)

    def shutdown(self) -> None:
        """Close the connection after the present response, because the server ends."""
        if not self.transport.is_closing():
            super().shutdown()

    def _expire(self, reason: str) -> None:
        self._connection.ended(reason)
        close_at_once(self.transport)

    def _update(self) -> None:
        """Set the deadline that the state of the connection asks for."""
        if self._upgraded:
            return
        if self.transport.is_closing():  # the client has yet to read the rest
            self._wait_for_reading()
            return
        waiting_for = WAITING_FOR.get(self.conn.their_state)
        if (waiting_for, self.cycle) == self._phase:
            return
        self._phase = waiting_for, self.cycle
        self._cancel_deadline()
        if waiting_for is None and not self.flow.write_paused:
            self._registry.set_active(self.transport)
        elif waiting_for is None or (waiting_for == HEADER and self._unread):
            self._wait_for_reading()
        else:
            self._wait_for_request(waiting_for)

    @property
    def _unread(self) -> int:
        """Bytes of the response that the client's system has not taken yet."""
        return self.transport.get_write_buffer_size()

    def _wait_for_request(self, waiting_for: str) -> None:
        self._registry.set_idle(self.transport, Idle.REQUEST)
        names = [name for name, _ in self.headers or ()]
        has_length = waiting_for == BODY and b"content-length" in names
        self.read_bytes = BODY_READ_BYTES if has_length else READ_BYTES
        seconds = self._seconds[waiting_for]
        reason = f"{waiting_for} incomplete after {seconds:g} s"
        self._deadline = self.loop.call_later(seconds, self._expire, reason)

    def _wait_for_reading(self) -> None:
        self._cancel_deadline()
        self._registry.set_idle(self.transport, Idle.RESPONSE)
        self._look_later(self._unread, self.loop.time())

    def _look_later(self, unread: int, since: float) -> None:
        """Look again at what is unread: ``unread`` bytes, of which none were taken ``since``."""
        due = since + self._unread_seconds - self.loop.time()
        seconds = min(due, self._seconds[HEADER])
        self._deadline = self.loop.call_later(seconds, self._look, unread, since)

    def _look(self, before: int, since: float) -> None:
        now, unread = self.loop.time(), self._unread
        if unread == 0 and self._phase[0] == HEADER and not self.transport.is_closing():
            self._wait_for_request(HEADER)
        elif unread < before:
            self._look_later(unread, now)
        elif now >= since + self._unread_seconds:
            self._expire(f"response unread for {self._unread_seconds:g} s")
        else:
            self._look_later(unread, since)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
