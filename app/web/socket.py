"""The route of the live lab's socket, and what carries messages between any session and viewer."""

import asyncio
import contextlib
from time import monotonic

from aiolimiter import AsyncLimiter
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from app.live.hub import Hub
from app.live.session import Session
from app.live.study.session import StudySession

router = APIRouter()


@router.websocket("/ws")
async def live(socket: WebSocket) -> None:
    """Serve one viewer until it goes; its run goes with it."""
    await carry(socket, Session(socket.app.state.hub, socket.send_text, socket.send_bytes))


async def carry(socket: WebSocket, session: Session | StudySession) -> None:
    """Carry messages between a viewer and its session until the viewer goes."""
    await socket.accept()
    hub: Hub = socket.app.state.hub
    # What the two tasks raise when the viewer has gone is no error.
    with contextlib.suppress(WebSocketDisconnect):
        try:
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(session.serve())
                await _listen(socket, session, hub)
                serving.cancel()
        except* WebSocketDisconnect:
            pass


async def _listen(socket: WebSocket, session: Session | StudySession, hub: Hub) -> None:
    """Hand messages to the session until the viewer goes, within the limits of the settings."""
    limits = hub.settings
    limiter = AsyncLimiter(limits.max_messages_per_second, time_period=1.0)
    last_told = float("-inf")
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
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
