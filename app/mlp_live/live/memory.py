"""Gives freed memory back to the system."""

import asyncio
import ctypes
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from mlp_live.live.scheduling import Account, Scheduler

TRIM_SECONDS = 3.0  # after something was discarded; more may be discarded until then
REPEAT_SECONDS = 15.0  # until the next trim, where one was worth it
WORTHWHILE_BYTES = 8 * 1024**2


class MemoryTrimmer:
    """Asks the C library to give back what it keeps for later, a moment after a discard.

    After a study of 400 cells, glibc keeps 80 MB that nothing uses any more, and the runs that go
    on touch these pages again. A trim that gave back much is therefore repeated. It takes some
    milliseconds on a worker. Other C libraries are left alone.
    """

    def __init__(self, scheduler: Scheduler, repeat_seconds: float = REPEAT_SECONDS) -> None:
        self._scheduler = scheduler
        self._repeat_seconds = repeat_seconds
        self._account = Account()
        self._trim = _malloc_trim()
        self._timer: asyncio.TimerHandle | None = None
        self._trimming: asyncio.Task[None] | None = None

    def request(self) -> None:
        """Note that something was discarded. Called on the event loop."""
        self._trim_in(TRIM_SECONDS)

    def close(self) -> None:
        """Forget a request that is not carried out yet."""
        self._trim = None
        if self._timer is not None:
            self._timer.cancel()

    def _trim_in(self, seconds: float) -> None:
        """Trim after so many seconds, or before, if that was asked for already."""
        if self._trim is None:
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._start, self._trim)

    def _start(self, trim: Callable[[int], int]) -> None:
        self._timer = None
        self._trimming = asyncio.get_running_loop().create_task(self._run(trim))

    async def _run(self, trim: Callable[[int], int]) -> None:
        def given_back(_: float) -> int:
            before = _resident_bytes()
            trim(0)
            return before - _resident_bytes()

        if await self._scheduler.run(given_back, self._account) > WORTHWHILE_BYTES:
            self._trim_in(self._repeat_seconds)


def _malloc_trim() -> Callable[[int], int] | None:
    """The function of glibc, or None."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def _resident_bytes() -> int:
    """Memory of this process in bytes, on Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
