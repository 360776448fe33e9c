"""WebSockets as uvicorn speaks them, with a limit for frames that are not messages."""

import asyncio
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from mlp_live.live.budgets import (
    ACTIVE_SECONDS,
    CLOSE_SECONDS,
    CONTROL_FRAMES_AT_ONCE,
    CONTROL_FRAMES_PER_SECOND,
    MAX_FRAGMENTS,
    TokenBucket,
)
from mlp_live.web.connections import Idle
from mlp_live.web.edge import CLIENT_LOG, EdgeConfig, PiecewiseReading, close_at_once

CONTROL = (Opcode.PING, Opcode.PONG)


class BoundedServerProtocol(ServerProtocol):
    """Parses frames, and fails the connection if too many of them are not whole messages.

    Messages in one frame are not counted here: nothing more is read while one of them waits.
    """

    def __init__(self, max_size: int, fragments_per_second: float) -> None:
        super().__init__(max_size=max_size, logger=CLIENT_LOG)
        self._control = TokenBucket(CONTROL_FRAMES_PER_SECOND, CONTROL_FRAMES_AT_ONCE)
        self._fragments = TokenBucket(fragments_per_second, fragments_per_second)
        self._in_message = 0  # fragments of the present message

    def recv_frame(self, frame: Frame) -> None:
        """Take a frame, or fail with code 1008."""
        reason = self._refuse(frame)
        if reason is None:
            super().recv_frame(frame)
        else:
            self.fail(CloseCode.POLICY_VIOLATION, reason)
            self.parser_exc = PermissionError(reason)

    def _refuse(self, frame: Frame) -> str | None:
        """Why the frame is refused; None if it is not."""
        if frame.opcode in CONTROL:
            return None if self._control.take() else "too many control frames"
        if frame.opcode is Opcode.CLOSE or (frame.fin and frame.opcode is not Opcode.CONT):
            return None
        self._in_message = self._in_message + 1 if frame.opcode is Opcode.CONT else 1
        if self._in_message > MAX_FRAGMENTS:
            return "too many fragments in a message"
        return None if self._fragments.take() else "too many fragments"


class WebSocketProtocol(WebSocketsSansIOProtocol, PiecewiseReading):
    """A WebSocket whose frames are bounded, and which the log describes in one line.

    It is idle unless a document was sent on it in the last minute; only the viewer of a run or a
    study is sent documents. The application finds the `ClientConnection` in the state of the scope.
    """

    def __init__(
        self,
        config: EdgeConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = BoundedServerProtocol(config.ws_max_size, config.fragments_per_second)
        self._registry = config.connections
        self._last_document = 0.0
        self._activity: asyncio.TimerHandle | None = None
        self._served = False  # whether a task of the application serves the socket
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the connection from the HTTP protocol."""
        super().connection_made(transport)
        self._connection = self._registry.get(transport)
        self._connection.kind = "websocket"
        self._registry.set_idle(self.transport, Idle.SOCKET)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application, and free what the connection holds."""
        super().connection_lost(exc)
        if self._activity is not None:
            self._activity.cancel()
        self._registry.remove(self.transport)
        self._lost = True
        self._write_log_at_the_end()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done with the socket."""
        super().on_task_complete(task)
        self._served = False
        self._write_log_at_the_end()

    def _write_log_at_the_end(self) -> None:
        if self._lost and not self._served:
            self._connection.write_log()

    def data_received(self, data: bytes) -> None:
        """Handle a part of a frame, or a few frames."""
        super().data_received(data)
        if not self.handshake_initiated:  # the websockets package has refused the header
            self._connection.ended("bad handshake")
            self.transport.write(b"".join(self.conn.data_to_send()))
            close_at_once(self.transport)

    def handle_connect(self, event: Request) -> None:
        """Hand the socket to the application. Nothing is read until it has accepted."""
        self.transport.pause_reading()
        super().handle_connect(event)
        if self.close_sent:
            self._connection.ended("bad handshake")
            return
        self._served = True
        self._connection.path = event.path.partition("?")[0][:100]
        self.scope["state"]["connection"] = self._connection

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the application."""
        await super().send(message)
        if message["type"] == "websocket.send":
            document = message.get("bytes")
            self._connection.bytes_out += len(document or message.get("text") or "")
            if document is not None:
                self._set_active()
        elif message["type"] == "websocket.accept":
            self.transport.resume_reading()
        elif message["type"] == "websocket.close":
            self._connection.ended(message.get("reason") or "closed by the server")
        elif message["type"] == "websocket.http.response.start":
            self._connection.ended("refused")
            # uvicorn would take the refusal for an error of the application, and log it.
            self.handshake_complete = True

    def _set_active(self) -> None:
        self._last_document = self.loop.time()
        if self._activity is None:
            self._registry.set_active(self.transport)
            self._activity = self.loop.call_later(ACTIVE_SECONDS, self._check_activity)

    def _check_activity(self) -> None:
        """Count the socket as idle if no document was sent for a while."""
        due = self._last_document + ACTIVE_SECONDS
        if due > self.loop.time():
            self._activity = self.loop.call_at(due, self._check_activity)
        else:
            self._activity = None
            self._registry.set_idle(self.transport, Idle.SOCKET)

    def send_receive_event_to_app(self) -> None:
        """Hand a message to the application, or fail with code 1007 if it is not UTF-8."""
        self._connection.messages += 1
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.fail(CloseCode.INVALID_DATA, "a text message is not UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Tell the client which rule it has broken, and wait a moment for it to close."""
        if self.close_sent:  # what is still received is discarded
            return
        close = self.conn.close_sent
        assert close is not None
        self._connection.ended(close.reason)
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": close.code, "reason": close.reason}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        self.close_sent = True
        self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def close(self, reason: str) -> None:
        """Close the socket at once, with code 1013: the client may try again later."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.conn.fail(CloseCode.TRY_AGAIN_LATER, reason)
            self.queue.put_nowait(
                {"type": "websocket.disconnect", "code": CloseCode.TRY_AGAIN_LATER}
            )
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        close_at_once(self.transport)

    def shutdown(self) -> None:
        """Close the socket, because the server ends."""
        self._connection.ended("server shutdown")
        if not self.transport.is_closing():
            super().shutdown()
