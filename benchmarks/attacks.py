"""Attacks on a server, each at its documented limits, for `benchmarks.fair`.

An attack is a function that prepares what it needs and returns its clients. They all live in one
process, see `run_attack`. A client that is refused, closed or slowed down goes on.
"""

import asyncio
import contextlib
import json
import resource
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import chain, count, cycle
from multiprocessing.synchronize import Event

from websockets.asyncio.client import ClientConnection

from benchmarks.attack_clients import (
    ACK_ALL,
    FULL_SPEED,
    RATE,
    Client,
    Target,
    discard_messages,
    flood,
    in_background,
    message,
    open_socket,
    persist,
    report,
    request,
    table,
    worst_start,
)

DISPLAY_RATE = 40.0  # acknowledgements a second of a viewer
BYTE_PERIOD = 1.0  # seconds between two bytes of a slow request, and until an idle client is back
N_COLUMNS = 64  # of the largest table
N_WEIGHTS, N_CHANGES = 100, 1000  # weights of the largest change, changes of one run
EXPORTED_CELLS, EXPORTED_EPOCHS = 400, 1000  # 22 MB as JSON; halved until the server accepts it
SECONDS_TRAINED = 4.0  # before a viewer seeks


def run_attack(name: str, target: Target, ready: Event) -> None:
    """Attack until the process is ended; ``ready`` is set once the attack is prepared."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_attack(name, target, ready))


async def _attack(name: str, target: Target, ready: Event) -> None:
    clients = await ATTACKS[name](target)
    ready.set()
    await asyncio.gather(*(persist(client) for client in clients))


async def nobody(target: Target) -> Sequence[Client]:
    """Nobody attacks."""
    return []


async def impossible_study(target: Target) -> Sequence[Client]:
    """Four sockets ask for studies of 400 cells, none of which can be run."""
    values = ",".join(f".{value}" for value in range(10, 30))
    axes = [{"field": name, "values": values} for name in ("momentum", "rho")]
    study = message("start", study={"axes": axes})
    return 4 * [partial(flood, target.socket("study/ws"), [study])]


async def many_seeds(target: Target) -> Sequence[Client]:
    """Four sockets ask for studies with an axis of 1,500 seeds."""
    study = message("start", study={"axes": [{"field": "seed", "values": list(range(1500))}]})
    return 4 * [partial(flood, target.socket("study/ws"), [study])]


async def flipping_views(target: Target) -> Sequence[Client]:
    """Four sockets exchange the axes of a run of 10,000 points with eight features."""
    answer = await request(target, "POST", "/tables", table(9))
    digest = json.loads(answer.split(b"\r\n\r\n", 1)[1])["table"]
    config = {"dataset": "table", "table": digest, "show_test": True, "epochs": 100_000}
    first = [FULL_SPEED, message("start", config=config)]
    views = [message("view", axes=axes) for axes in ([0, 1], [1, 0])]
    messages = [*views, *views, ACK_ALL]
    return 4 * [partial(flood, target.socket("ws"), messages, first=first)]


async def attach(target: Target) -> Sequence[Client]:
    """Four runs with as many large changes as allowed are taken over by one socket after another.

    A run that the server has discarded meanwhile is asked for nevertheless.
    """
    runs = await asyncio.gather(*(_changed_run(target) for _ in range(4)))
    return [partial(_take_over, target, token, socket) for token, socket in runs]


async def _changed_run(target: Target) -> tuple[str, ClientConnection]:
    socket = await open_socket(target.socket("ws"))
    await socket.send(message("reset", config={"hidden": [20]}))
    token = (await report(socket, "ready"))["run"]
    for number in range(N_CHANGES):
        weights = [[index, (number + index) / 1234] for index in range(N_WEIGHTS)]
        await socket.send(message("update_config", weights=weights))
        if (await report(socket, "config_changed", "error"))["type"] == "error":
            break
        await asyncio.sleep(1 / RATE)
    return token, socket


async def _take_over(target: Target, token: str, socket: ClientConnection) -> None:
    attach = message("attach", run=token, branch=0, epochs=0)
    while True:
        before, socket = socket, await open_socket(target.socket("ws"))
        try:
            await socket.send(attach)
            await report(socket, "attached", "error")
        finally:
            before.transport.abort()  # its run has another socket, or waits for one


async def exports(target: Target) -> Sequence[Client]:
    """Eight clients download the results of a large study as JSON."""
    socket = await open_socket(target.socket("study/ws"))
    epochs = EXPORTED_EPOCHS
    small = {"n_train": 2, "n_validation": 0, "n_test": 2, "batch_size": 2, "hidden": [1]}
    while True:
        base = small | {"epochs": epochs}
        axis = {"field": "seed", "values": list(range(EXPORTED_CELLS))}
        await socket.send(message("start", study={"base": base, "axes": [axis]}))
        answer = await report(socket, "started", "error")
        if answer["type"] == "started":
            break
        epochs //= 2
    await report(socket, "summary")

    async def download() -> None:
        while True:
            await request(target, "GET", f"/study/{answer['token']}/study.json")

    return [partial(discard_messages, socket), *8 * [download]]


async def study_memory(target: Target) -> Sequence[Client]:
    """Three sockets ask for studies of 300 cells, one of 100,000 epochs and the others short."""
    values = ",".join(map(str, [*range(1, 300), 100_000]))
    study = message("start", study={"axes": [{"field": "epochs", "values": values}]})

    async def start_again_and_again() -> None:
        async with open_socket(target.socket("study/ws")) as socket:
            while True:
                await socket.send(study)
                await report(socket, "started", "error")
                await asyncio.sleep(1 / RATE)

    return 3 * [start_again_and_again]


async def uploads(target: Target) -> Sequence[Client]:
    """Forty clients upload tables as large as allowed, each another one."""
    content, numbers = table(N_COLUMNS), count()

    async def upload() -> None:
        while True:
            await request(target, "POST", "/tables", b"%d" % next(numbers) + content)

    return 40 * [upload]


async def pings(target: Target) -> Sequence[Client]:
    """Four sockets send empty pings as fast as the server takes them."""
    handshake = (
        f"GET /ws HTTP/1.1\r\nHost: {target.host}:{target.port}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()
    frames = 1000 * b"\x89\x80\0\0\0\0"  # final, ping; masked, no bytes; a mask of zeros

    async def ping() -> None:
        reader, writer = await asyncio.open_connection(*target)
        try:
            writer.write(handshake)
            await reader.readuntil(b"\r\n\r\n")
            async with in_background(_discard_bytes(reader)):
                while True:
                    writer.write(frames)
                    await writer.drain()
                    await asyncio.sleep(0)  # the others' turn, even if the server takes everything
        finally:
            writer.close()

    return 4 * [ping]


async def _discard_bytes(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(2**16):
            pass


async def idle(target: Target, connections: int) -> Sequence[Client]:
    """Many connections send nothing; every third one sends a byte a second."""

    async def wait(slow: bool) -> None:
        reader, writer = await asyncio.open_connection(*target)
        try:
            for byte in chain(b"GET / HTTP/1.1\r\nX-Slow: ", cycle(b"a")) if slow else ():
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(BYTE_PERIOD)
            await reader.read()
        finally:
            writer.close()
            await asyncio.sleep(BYTE_PERIOD)

    return [partial(wait, number % 3 == 0) for number in range(connections)]


async def pages(target: Target) -> Sequence[Client]:
    """Eight clients request the live page and the study page in turn."""

    async def read() -> None:
        for path in cycle(["/", "/study"]):
            await request(target, "GET", path)

    return 8 * [read]


async def worst_runs(target: Target, runs: int, *, fine: bool = False) -> Sequence[Client]:
    """Runs as large as allowed at full speed, with the finest pictures if ``fine``."""
    view = [message("view", grid_size=200)] if fine else []
    watch = partial(flood, target.socket("ws"), [ACK_ALL], rate=DISPLAY_RATE)
    return [partial(watch, first=[*view, *worst_start(number)]) for number in range(runs)]


async def seek(target: Target) -> Sequence[Client]:
    """Four runs as large as allowed are trained for some seconds; then past epochs are shown."""
    messages = [text for epoch in range(4) for text in (message("seek", epoch=epoch), ACK_ALL)]
    train = partial(flood, target.socket("ws"), messages, seconds=SECONDS_TRAINED)
    return [partial(train, first=worst_start(number)) for number in range(4)]


async def malformed(target: Target) -> Sequence[Client]:
    """Sixteen sockets send what is no command, or a command that cannot be carried out."""
    wrong = {"hidden": [0], "epochs": -1, "noise": 2, "dataset": "?", "batch_size": "x"}
    messages = [
        "{",
        4000 * "[" + 4000 * "]",
        '"' + 8000 * "a" + '"',
        message("?"),
        message("start", config=wrong),
        message("start", config={f"field_{number}": number for number in range(300)}),
        message("start", study={"base": wrong, "axes": []}),
        message("update_config", config={"foo": 1}, weights=[[-1, 0]]),
        message("view", axes=[0, 99], held=9 * [1e300]),
        message("attach", run="?", branch=-1, epochs=0),
    ]
    first = [message("reset", config={})]
    sockets = 8 * [target.socket("ws"), target.socket("study/ws")]
    return [partial(flood, socket, messages, first=first) for socket in sockets]


ATTACKS: dict[str, Callable[[Target], Awaitable[Sequence[Client]]]] = {
    "nobody": nobody,
    "impossible study": impossible_study,
    "many seeds": many_seeds,
    "flipping views": flipping_views,
    "attach": attach,
    "exports": exports,
    "study memory": study_memory,
    "uploads": uploads,
    "pings": pings,
    "idle 600": partial(idle, connections=600),
    "idle 2000": partial(idle, connections=2000),
    "pages": pages,
    "malformed": malformed,
    "worst runs 4": partial(worst_runs, runs=4),
    "worst runs 16": partial(worst_runs, runs=16),
    "fine views": partial(worst_runs, runs=4, fine=True),
    "seek": seek,
}
