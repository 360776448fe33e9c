"""The socket of the live page, the request that ends a run, and what all sockets have in common."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, TypeVar

from aiolimiter import AsyncLimiter
from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect

from mlp_live.live.base_connection import BaseConnection
from mlp_live.live.channel import Channel, ConnectionLostError
from mlp_live.live.connection import Connection, TakenOverError
from mlp_live.live.server_context import ServerContext
from mlp_live.settings import Settings
from mlp_live.web.connections import ClientConnection

# The codes with which a browser closes the socket of a page that is closed, reloaded or left, and a
# program that is done. Any other code is a loss, also 1005: uvicorn reports it when a connection
# ends without a closing handshake.
CLOSED_ON_PURPOSE = (1000, 1001)
TAKEN_OVER = 4001
CLOSE_SECONDS = 1.0  # to wait for the closing handshake of a viewer that may be gone

Content = TypeVar("Content", str, bytes)

router = APIRouter()


@router.websocket("/ws")
async def live_socket(socket: WebSocket) -> None:
    """Serve one viewer until it leaves. Its run is discarded, or waits if the viewer was lost."""
    context: ServerContext = socket.app.state.context
    connection = Connection(context, channel_to(socket))
    if await serve_socket(socket, connection):
        connection.end()


@router.post("/runs/{token}/leave", status_code=204)
async def leave(request: Request, token: str) -> None:
    """End the run of this token, because its page is being closed.

    A browser that closes a page sometimes resets the socket, and the closing code does not arrive.
    """
    context: ServerContext = request.app.state.context
    context.sessions.leave(token)


def channel_to(socket: WebSocket) -> Channel:
    """The channel to the viewer on ``socket``."""
    return Channel(_sender(socket.send_text), _sender(socket.send_bytes))


def _sender(send: Callable[[Content], Awaitable[None]]) -> Callable[[Content], Awaitable[None]]:
    async def send_or_raise(content: Content) -> None:
        try:
            await send(content)
        # RuntimeError: uvicorn has closed the socket, because a ping was not answered.
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionLostError from error

    return send_or_raise


async def serve_socket(socket: WebSocket, connection: BaseConnection[Any]) -> bool:
    """Serve a viewer until it leaves or is lost; True if it left on purpose."""
    await socket.accept()
    context: ServerContext = socket.app.state.context
    client = _client(socket)
    code = None
    try:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(connection.serve())
            code = await _receive_messages(socket, connection, context.settings)
            serving.cancel()
    except* ConnectionLostError:  # sending has failed; the code is in what is left to receive
        while code is None:
            message = await socket.receive()
            code = message.get("code")
    except* TakenOverError:
        client.ended("taken over")
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await socket.close(TAKEN_OVER, "The page continues on another connection.")
    finally:
        client.seconds = connection.account.seconds
    has_left = code in CLOSED_ON_PURPOSE
    client.ended("left" if has_left else "lost")
    return has_left


def _client(socket: WebSocket) -> ClientConnection:
    """What the log will say of this socket. Another server than ours does not keep it."""
    client = socket.scope.get("state", {}).get("connection")
    return client if isinstance(client, ClientConnection) else ClientConnection(0, "-")


async def _receive_messages(
    socket: WebSocket, connection: BaseConnection[Any], settings: Settings
) -> int:
    """Pass messages to the connection, within the limits of the settings, until the viewer leaves.

    Returns the code that the socket was closed with.
    """
    rate = settings.max_messages_per_second
    limiter = AsyncLimiter(rate, time_period=1.0)
    last_warning = float("-inf")
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return int(message["code"])
        if not limiter.has_capacity() and monotonic() - last_warning > 1.0:
            last_warning = monotonic()
            warning = f"More than {rate} messages a second; the others wait."
            await connection.reject("too_many_messages", warning)
        # While this waits, nothing is read, so that the viewer's socket fills up.
        await limiter.acquire()
        text = message.get("text")
        if text is None:
            await connection.reject("malformed", "Messages are JSON in text, not binary.")
        elif len(text.encode()) > settings.max_message_bytes:
            warning = f"A message may have {settings.max_message_bytes} bytes at most."
            await connection.reject("too_large", warning)
        else:
            await connection.receive(text)
