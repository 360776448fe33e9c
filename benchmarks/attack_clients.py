"""Clients of a server that take little of the processor themselves, for `benchmarks.attacks`.

What the server sends is read, but parsed only where it is needed.
"""

import asyncio
import contextlib
import json
import random
import string
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from itertools import cycle
from typing import Any, NamedTuple, NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

RATE = 150.0  # messages a second on one socket: as many as the server accepts unless set
RETRY = 0.05  # seconds until a client tries again
REFUSED = (OSError, EOFError, WebSocketException)

N_ROWS = 10_000  # of the largest table
WORST_LAYERS = 8 * [128]  # of the largest network
WORST_POINTS = 200_000_000 // 116_226  # of its parameters, with two inputs and two classes

Client = Callable[[], Coroutine[Any, Any, None]]


class Target(NamedTuple):
    """The address of a server."""

    host: str
    port: int

    def socket(self, path: str) -> str:
        """Return the address of a socket."""
        return f"ws://{self.host}:{self.port}/{path}"


async def persist(client: Client) -> NoReturn:
    """Start a client again whenever it has ended: refused, closed by the server or done."""
    while True:
        with contextlib.suppress(*REFUSED):
            await client()
        await asyncio.sleep(RETRY)


@contextlib.asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run a coroutine until the block ends, and wait until it has ended, too."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def message(kind: str, **fields: Any) -> str:
    """Return a text message."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


ACK_ALL = message("ack", frame=10**9)  # a number above the last one acknowledges every frame
FULL_SPEED = message("speed", epochs_per_second=None)


def open_socket(url: str) -> connect:
    """Return a socket, to be awaited or entered."""
    return connect(url, proxy=None, compression=None, max_queue=None, max_size=None)


async def discard_messages(socket: ClientConnection) -> None:
    """Receive until the socket is closed."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in socket:
            pass


async def report(socket: ClientConnection, *kinds: str) -> Any:
    """Return the next report of one of these types."""
    async for content in socket:
        if isinstance(content, str) and (found := json.loads(content))["type"] in kinds:
            return found
    raise EOFError


async def flood(
    url: str,
    messages: Sequence[str],
    *,
    first: Sequence[str] = (),
    seconds: float = 0.0,
    rate: float = RATE,
) -> None:
    """Send the ``first`` messages at once, after some seconds the others at this rate, in turn."""
    loop = asyncio.get_running_loop()
    async with open_socket(url) as socket, in_background(discard_messages(socket)):
        for text in first:
            await socket.send(text)
        due = loop.time() + seconds
        for text in cycle(messages):
            await asyncio.sleep(due - loop.time())
            await socket.send(text)
            due = max(due + 1 / rate, loop.time())


async def request(target: Target, method: str, path: str, body: bytes = b"") -> bytes:
    """Make a request on a connection of its own, and return the answer with its headers."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
        f"Connection: close\r\nAccept-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(*target)
    try:
        writer.write(head.encode() + body)
        return await reader.read()
    finally:
        writer.close()


def table(columns: int) -> bytes:
    """Return a table of `N_ROWS` rows; each cell is a digit."""
    rng = random.Random(0)
    header = ",".join(f"c{column}" for column in range(columns))
    rows = (",".join(rng.choices(string.digits, k=columns)) for _ in range(N_ROWS))
    return "\n".join([header, *rows]).encode()


def worst_start(number: int) -> list[str]:
    """Return what starts a run of the largest network on as many points as allowed.

    The size of its mini-batches is 1, 64 or the whole training set, in turn.
    """
    n_train = WORST_POINTS - 2
    config = {
        "hidden": WORST_LAYERS,
        "n_train": n_train,
        "n_validation": 0,
        "n_test": 2,
        "epochs": 100_000,
        "batch_size": (1, 64, n_train)[number % 3],
    }
    return [FULL_SPEED, message("start", config=config)]
