"""A scheduler on a fake clock: work moves the clock on by what it would take."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from mlp_live.engine.interruption import interruption_point
from mlp_live.live.scheduling import (
    Account,
    Scheduler,
)
from mlp_live.live.telemetry import Telemetry

Result = TypeVar("Result")


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Scene:
    """A scheduler whose single worker can be held up."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.telemetry = Telemetry()
        self.scheduler = Scheduler(1, self.telemetry, self.clock, self.clock)
        self.release = threading.Event()
        self.order: list[Any] = []

    def note(self, name: object) -> Callable[[float], None]:
        """Work that notes its name."""
        return lambda _: self.order.append(name)

    def ask(self, work: Any, account: Account | None = None, **options: Any) -> Any:
        """Ask the scheduler for work, in an account of its own unless one is given."""
        return self.scheduler.run(work, account or Account(), **options)

    async def hold_up(self) -> "asyncio.Task[Any]":
        """Keep the worker busy until `release` is set; returns when it is."""
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(_: float) -> None:
            loop.call_soon_threadsafe(begun.set)
            self.release.wait()

        task = asyncio.create_task(self.ask(work))
        await begun.wait()
        return task


@contextmanager
def scene() -> Iterator[Scene]:
    scene = Scene()
    try:
        yield scene
    finally:
        scene.release.set()
        scene.scheduler.close()


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine, from another thread: this one may have an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def submitted(*works: Coroutine[Any, Any, Result]) -> "list[asyncio.Task[Result]]":
    """Tasks that have all asked the scheduler for something, in this order."""
    tasks = [asyncio.create_task(work) for work in works]
    await asyncio.sleep(0)
    return tasks


def paid(s: Scene, seconds: float, name: object = None) -> Callable[[float], None]:
    """Work that takes so much processor time, and notes its name."""

    def work(_: float) -> None:
        s.order.append(name)
        s.clock.advance(seconds)

    return work


def in_pieces(s: Scene, name: object, pieces: int, seconds: float) -> Callable[[float], object]:
    """Work that takes so many pieces with interruption points between; it returns its name."""

    def work(_: float) -> object:
        for piece in range(pieces):
            if piece:
                interruption_point()
            s.order.append(name)
            s.clock.advance(seconds)
        return name

    return work


async def repeat(s: Scene, account: Account, work: Any, times: int, **options: Any) -> None:
    for _ in range(times):
        await s.ask(work, account, **options)


def known() -> Account:
    """An account that has used some time before, and is no newcomer."""
    account = Account()
    account.charge(1.0)
    account.credit = 0.0
    return account
