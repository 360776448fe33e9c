"""What viewers feel of attacks beside them: ``python -m benchmarks.fair --attack pings``.

A viewer at 60 epochs a second and one at full speed watch the default run with a display of 60 Hz.
New pages come again and again, each for its first frame, and /health is polled. Beside them
`benchmarks.attacks` go to the documented limits, from a process of their own.
"""

import asyncio
import contextlib
import multiprocessing
import resource
import statistics
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Annotated, NamedTuple, Self
from urllib.parse import urlsplit

import psutil
import typer
from websockets.asyncio.client import connect

from benchmarks.attack_clients import REFUSED, Target, in_background
from benchmarks.attacks import ATTACKS, run_attack
from benchmarks.serving import Served, serving
from benchmarks.viewers import START, TIMEOUT, Arrivals, frame_number, poll_health, watch

DISPLAY = 1 / 60  # seconds between two frames of a viewer's display
PACED = 60.0  # epochs a second
SETTLING = 5.0  # seconds for viewers, and for an attack, before anything is measured
PREPARING = 300.0  # seconds for the preparation of an attack
CLOSE_TIMEOUT = 1.0  # seconds for the closing handshake of a new page
RETRY = 0.1  # seconds until a viewer that was refused tries again
PAGE_PERIOD = 0.25  # seconds between a new page and the next one
SAMPLE_PERIOD = 0.25  # seconds between two looks at memory and descriptors
DESCRIPTORS = 1024  # that the server may open, as from a login shell
LOOPBACK, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # addresses of the attack and of others


@dataclass
class Viewers:
    """What the viewers of a server see. Seconds are infinite where they were refused."""

    url: str
    address: str
    paced: Arrivals = field(default_factory=lambda: Arrivals([]))
    full_speed: Arrivals = field(default_factory=lambda: Arrivals([]))
    health: list[float] = field(default_factory=list)  # seconds until each answer
    first_frames: list[float] = field(default_factory=list)  # seconds until that of a new page

    @property
    def socket(self) -> str:
        """The address of the socket of the live page."""
        return self.url.replace("http", "ws") + "ws"

    async def watch(self) -> None:
        """Watch until cancelled."""
        await asyncio.gather(
            self._keep_watching(PACED, self.paced), self._keep_watching(None, self.full_speed)
        )

    async def probe(self) -> None:
        """Open pages and request /health until cancelled."""
        await asyncio.gather(self._open_pages(), poll_health(self.url, self.health, self.address))

    async def _keep_watching(self, speed: float | None, arrivals: Arrivals) -> None:
        while True:
            with contextlib.suppress(*REFUSED):
                await watch(self.socket, speed, arrivals, display=DISPLAY, address=self.address)
            await asyncio.sleep(RETRY)

    async def _open_pages(self) -> None:
        while True:
            opened, seconds = perf_counter(), inf
            try:
                async with asyncio.timeout(TIMEOUT), self._page() as socket:
                    await socket.send(START)
                    async for message in socket:
                        if isinstance(message, bytes) and frame_number(message) is not None:
                            seconds = perf_counter() - opened
                            break
            except REFUSED:
                pass
            except asyncio.CancelledError:
                seconds = min(seconds, perf_counter() - opened)
                raise
            finally:
                self.first_frames.append(seconds)
            await asyncio.sleep(PAGE_PERIOD)

    def _page(self) -> connect:
        return connect(
            self.socket,
            proxy=None,
            compression=None,
            open_timeout=None,
            close_timeout=CLOSE_TIMEOUT,
            local_addr=(self.address, 0),
        )


class Usage(NamedTuple):
    """What a server uses; nothing if it has ended."""

    resident: float  # bytes
    descriptors: int

    @classmethod
    def of(cls, process: psutil.Process) -> Self:
        """Return what the process uses now."""
        try:
            return cls(process.memory_info().rss, process.num_fds())
        except psutil.Error:
            return cls(0, 0)


async def sample(process: psutil.Process, samples: list[Usage]) -> None:
    """Add what the server uses, again and again."""
    while True:
        samples.append(Usage.of(process))
        await asyncio.sleep(SAMPLE_PERIOD)


class Frames(NamedTuple):
    """The frames of a viewer."""

    rate: float  # a second
    gap: float  # the most seconds between two of them

    @classmethod
    def of(cls, arrivals: Arrivals, begin: float, end: float) -> Self:
        """Return those that arrived from begin to end."""
        gaps = arrivals.gaps(begin, end)
        return cls((len(gaps) - 1) / (end - begin), max(gaps))


@dataclass(frozen=True)
class Result:
    """What was measured beside one attack."""

    paced: Frames
    full_speed: Frames
    health: list[float]
    first_frames: list[float]
    before: float  # bytes resident
    during: float  # the most
    after: float
    descriptors: int  # the most
    tracebacks: int  # in the server's log

    @property
    def missed(self) -> list[str]:
        """The targets that were missed."""
        targets = {
            "paced rate": self.paced.rate >= 20,
            "paced gap": self.paced.gap <= 0.5,
            "full-speed rate": self.full_speed.rate >= 10,
            "/health": max(self.health) < 0.25,
            "first frame": max(self.first_frames) < 1,
            "memory": 0 < self.after <= 1.2 * self.before,
            "tracebacks": self.tracebacks == 0,
        }
        return [name for name, reached in targets.items() if not reached]

    def columns(self) -> list[str]:
        """The columns of `HEADER`, without names."""
        ninety_ninth = sorted(self.health)[int(0.99 * (len(self.health) - 1))]
        median = statistics.median(self.first_frames)
        return [
            f"{self.paced.rate:.1f} / {1e3 * self.paced.gap:.0f}",
            f"{self.full_speed.rate:.1f} / {1e3 * self.full_speed.gap:.0f}",
            f"{1e3 * ninety_ninth:.0f} / {1e3 * max(self.health):.0f}",
            f"{1e3 * median:.0f} / {1e3 * max(self.first_frames):.0f}",
            f"{self.before / 1e6:.0f} / {self.during / 1e6:.0f} / {self.after / 1e6:.0f}",
            str(self.descriptors),
            str(self.tracebacks),
            f"missed: {', '.join(self.missed)}" if self.missed else "reached",
        ]


HEADER = {  # the columns and their widths
    "attack": 17,
    "version": 8,
    "paced /s, ms": 13,
    "full /s, ms": 13,
    "/health ms": 13,
    "first frame ms": 15,
    "MB resident": 19,
    "descriptors": 12,
    "tracebacks": 11,
    "targets": 0,
}


def print_line(columns: list[str]) -> None:
    """Print columns below each other."""
    cells = (column.ljust(width) for column, width in zip(columns, HEADER.values(), strict=True))
    print(" ".join(cells).rstrip(), flush=True)


async def measure(
    server: Served, log: Path, attack: str, address: str, seconds: float, settle: float
) -> Result:
    """Measure viewers at ``address`` beside an attack, and memory ``settle`` seconds later."""
    process = psutil.Process(server.pid)
    viewers, samples = Viewers(server.url, address), list[Usage]()
    async with in_background(viewers.watch()), in_background(sample(process, samples)):
        async with in_background(viewers.probe()):
            await asyncio.sleep(SETTLING)
            before = Usage.of(process).resident
            async with attacking(server, attack):
                await asyncio.sleep(SETTLING)
                begin = perf_counter()
                viewers.health.clear()
                viewers.first_frames.clear()
                await asyncio.sleep(seconds)
                end = perf_counter()
        await asyncio.sleep(settle)
        after = Usage.of(process).resident
    return Result(
        Frames.of(viewers.paced, begin, end),
        Frames.of(viewers.full_speed, begin, end),
        viewers.health,
        viewers.first_frames,
        before,
        max(used.resident for used in samples),
        after,
        max(used.descriptors for used in samples),
        log.read_text(errors="replace").count("Traceback (most recent call last)"),
    )


@contextlib.asynccontextmanager
async def attacking(server: Served, attack: str) -> AsyncIterator[None]:
    """Attack a server from another process until the block ends."""
    address = urlsplit(server.url)
    assert address.port is not None
    processes = multiprocessing.get_context("spawn")
    ready = processes.Event()
    target = Target(LOOPBACK, address.port)
    attacker = processes.Process(target=run_attack, args=(attack, target, ready), daemon=True)
    attacker.start()
    try:
        async with asyncio.timeout(PREPARING):
            while attacker.is_alive() and not ready.is_set():
                await asyncio.sleep(RETRY)
        yield
        assert attack == "nobody" or attacker.is_alive(), "the attack has failed"
    finally:
        attacker.terminate()
        await asyncio.to_thread(attacker.join)


def _known(names: list[str]) -> list[str]:
    if unknown := set(names) - set(ATTACKS):
        problem = f"there is no {', '.join(unknown)}; the names are {', '.join(ATTACKS)}."
        raise typer.BadParameter(problem)
    return names


def main(
    attack: Annotated[
        list[str], typer.Option(help="Name of an attack; repeat for several.", callback=_known)
    ] = list(ATTACKS),  # noqa: B006
    seconds: Annotated[float, typer.Option(help="Seconds to measure beside each attack.")] = 20.0,
    settle: Annotated[
        float,
        typer.Option(help="Seconds after an attack until memory is looked at; lost runs wait 60."),
    ] = 70.0,
    before: Annotated[
        Path | None,
        typer.Option(help="Checkout of another version, with an environment in .venv."),
    ] = None,
    viewers_from: Annotated[
        str | None, typer.Option(help="Address of the viewers, instead of that of the attack.")
    ] = None,
) -> None:
    """Measure viewers of a server alone, then beside each attack."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))
    versions = {"before": before, "now": None} if before is not None else {"now": None}
    print_line(list(HEADER))
    for name in dict.fromkeys(["nobody", *attack]):
        address = viewers_from or (ELSEWHERE if name.startswith("idle") else LOOPBACK)
        for version, checkout in versions.items():
            with (
                tempfile.NamedTemporaryFile("w", suffix=".log") as log,
                serving(checkout, log) as server,
            ):
                result = asyncio.run(
                    measure(server, Path(log.name), name, address, seconds, settle)
                )
            print_line([name, version, *result.columns()])


if __name__ == "__main__":
    typer.run(main)
