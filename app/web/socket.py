"""The route of the live lab's socket, and what carries messages between any session and viewer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from aiolimiter import AsyncLimiter
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from app.live.hub import Hub
from app.live.session import Session, TakenOverError
from app.live.study.session import StudySession

# What a browser says when its page is closed, reloaded or left, and a program when it is done. All
# else is a loss: also 1005, which uvicorn reports when a connection ends without a word.
GOOD_BYES = (1000, 1001)
TAKEN_OVER = 4001
PATIENCE = 1.0  # seconds for the last word to a viewer that may not be there any more

Content = TypeVar("Content", str, bytes)

router = APIRouter()


@router.websocket("/ws")
async def live(socket: WebSocket) -> None:
    """Serve one viewer until it goes; its run goes with it, or waits if the viewer was lost."""
    hub: Hub = socket.app.state.hub
    session = Session(hub, sender(socket.send_text), sender(socket.send_bytes))
    if await carry(socket, session):
        session.end()


def sender(send: Callable[[Content], Awaitable[None]]) -> Callable[[Content], Awaitable[None]]:
    """``send``, which raises WebSocketDisconnect however it finds out that the viewer has gone."""

    async def send_or_raise(content: Content) -> None:
        try:
            await send(content)
        except (
            RuntimeError
        ) as error:  # uvicorn has closed by itself, for want of an answer to a ping
            raise WebSocketDisconnect(1006) from error

    return send_or_raise


async def carry(socket: WebSocket, session: Session | StudySession) -> bool:
    """Carry messages between a viewer and its session until the viewer goes; whether for good."""
    await socket.accept()
    hub: Hub = socket.app.state.hub
    code = None
    try:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(session.serve())
            code = await _listen(socket, session, hub)
            serving.cancel()
    except* WebSocketDisconnect:  # sending found out first; only reading tells how it ended
        while code is None:
            message = await socket.receive()
            code = message.get("code")
    except* TakenOverError:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await socket.close(TAKEN_OVER, "The page goes on over another connection.")
    return code in GOOD_BYES


async def _listen(socket: WebSocket, session: Session | StudySession, hub: Hub) -> int:
    """Hand messages to the session, within the limits of the settings, until the viewer goes.

    Returns the code that the socket was closed with.
    """
    limits = hub.settings
    limiter = AsyncLimiter(limits.max_messages_per_second, time_period=1.0)
    last_told = float("-inf")
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return int(message["code"])
        if not limiter.has_capacity() and monotonic() - last_told > 1.0:
            last_told = monotonic()
            rate = limits.max_messages_per_second
            why = f"More than {rate} messages a second; the others wait."
            await session.reject("too_many_messages", why)
        await limiter.acquire()  # meanwhile the sender finds its line full
        text = message.get("text")
        if text is None:
            await session.reject("malformed", "Messages are JSON in text, not binary.")
        elif len(text.encode()) > limits.max_message_bytes:
            why = f"A message may have {limits.max_message_bytes} bytes at most."
            await session.reject("too_large", why)
        else:
            await session.receive(text)
