"""What a client gets when the application fails, and when the client itself has gone."""

import contextlib
import logging
import secrets

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)


class FailureMiddleware:
    """Answers an exception with an identifier that the log has, too.

    A client that ends the connection before its request is answered is no failure.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an ASGI connection."""
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            # A frame of a run takes a few microseconds less without the note.
            is_request = scope["type"] == "http"
            await self.app(scope, receive, send_and_note if is_request else send)
        except ClientDisconnect:
            return
        except Exception:
            if scope["type"] == "lifespan":
                raise
            identifier = secrets.token_hex(4)
            log.exception("error %s on %r", identifier, scope["path"])
            if scope["type"] == "websocket":
                with contextlib.suppress(Exception):  # it may be closed already
                    await send(
                        {"type": "websocket.close", "code": 1011, "reason": f"error {identifier}"}
                    )
            elif not has_begun:
                message = f"The server could not answer this request (error {identifier})."
                await JSONResponse({"message": message}, 500)(scope, receive, send)
