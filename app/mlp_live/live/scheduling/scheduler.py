"""The scheduler: every piece of computing of a server is asked for here."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import TypeVar

from mlp_live.live.scheduling.account import Account, Stop, Urgency
from mlp_live.live.scheduling.loop_queue import LoopQueue
from mlp_live.live.scheduling.tuning import (
    BRIEF_SECONDS,
    CROWD_SIZE,
    DISPLAY_REFRESH_SECONDS,
    FRAME_SECONDS,
    MAX_SLICE_SECONDS,
    MIN_TURN_SECONDS,
    WORKER_ROUND_SECONDS,
)
from mlp_live.live.scheduling.workers import Workers
from mlp_live.live.telemetry import Telemetry

Result = TypeVar("Result")
Work = Callable[[float], Result]  # takes the seconds that it may use, if it can use any number


class Scheduler:
    """Decides where a piece of work is done, when, and how long it may take.

    Brief work is done on the event loop, because handing it to a thread would take longer than the
    work. Everything else is done on threads, ``workers`` at a time, which are shared by virtual
    time, see `Workers`. Whatever is done is charged to the account of its connection. The constants
    are in `tuning`.
    """

    def __init__(
        self,
        workers: int,
        telemetry: Telemetry,
        clock: Callable[[], float] = perf_counter,
        processor_time: Callable[[], float] = thread_time,
    ) -> None:
        self._n_workers = workers
        self._workers = Workers(workers, processor_time)
        self._loop_queue = LoopQueue()
        self._telemetry = telemetry
        self._clock = clock
        self._active = 0  # pieces of work, waiting or being done

    @property
    def waiting(self) -> int:
        """Pieces of work that wait because every worker is busy."""
        return max(0, self._active - self._n_workers)

    async def run(
        self,
        work: Work[Result],
        account: Account,
        *,
        cost: float | None = None,
        urgency: Urgency = Urgency.NORMAL,
        elastic: bool = False,
        stop: Stop | None = None,
    ) -> Result:
        """Return or raise what ``work`` returns or raises.

        ``cost`` is the measured time of the work in seconds, None if it is not known. The work is
        called with a number of seconds. Work that is ``elastic``, such as training at full speed,
        uses as many as it gets, so that it goes to a worker unless there is a crowd; its cost is
        what it takes beside them.

        When the caller is cancelled, work that has begun is asked to ``stop`` and waited for.
        Raises `WorkStoppedError` if it was asked by somebody else, or if the scheduler is closed.
        """
        if cost is None or cost >= BRIEF_SECONDS or (elastic and self._active < CROWD_SIZE):
            return await self._on_worker(work, account, self._slice_seconds(), urgency, stop)
        seconds, submitted = self._turn_seconds(), self._clock()
        self._active += 1
        try:
            if urgency is not Urgency.HIGH:
                await self._loop_queue.next()
            begun = self._clock()  # nearly that of the processor, and quicker to read
            try:
                return self._measure(work, seconds, submitted)
            finally:
                account.charge(self._clock() - begun)
        finally:
            self._active -= 1

    async def run_all(self, works: Sequence[Work[Result]], account: Account) -> list[Result]:
        """The results of several pieces of work of one caller, done on workers at the same time.

        When the caller is cancelled, they may end at any interruption point.
        """
        seconds = self._slice_seconds()
        # With exceptions among the results, all of them are waited for, also after a cancellation.
        results = await asyncio.gather(
            *(
                self._on_worker(work, account, seconds, Urgency.NORMAL, Stop(allowed=True))
                for work in works
            ),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return results  # type: ignore[return-value]

    def close(self) -> None:
        """Wait for the work that is being done, and end the threads."""
        self._workers.close()

    def _slice_seconds(self) -> float:
        """How long work on a worker may take: the shorter, the more there is of it."""
        share = WORKER_ROUND_SECONDS * self._n_workers / max(1, self._active)
        return min(MAX_SLICE_SECONDS, max(BRIEF_SECONDS, share))

    def _turn_seconds(self) -> float:
        """How long work on the event loop may train: its share of what the frames leave over."""
        share = DISPLAY_REFRESH_SECONDS / max(1, self._active)
        return max(MIN_TURN_SECONDS, min(BRIEF_SECONDS, share - FRAME_SECONDS))

    async def _on_worker(
        self,
        work: Work[Result],
        account: Account,
        seconds: float,
        urgency: Urgency,
        stop: Stop | None = None,
    ) -> Result:
        measured = partial(self._measure, work, seconds, self._clock())
        self._active += 1
        try:
            return await self._workers.run(measured, account, seconds, urgency=urgency, stop=stop)
        finally:
            self._active -= 1

    def _measure(self, work: Work[Result], seconds: float, submitted: float) -> Result:
        """Do the work, and count how long it waited and took."""
        started = self._clock()
        self._telemetry.slice_wait_seconds.observe(started - submitted)
        try:
            return work(seconds)
        finally:
            self._telemetry.slice_seconds.observe(self._clock() - started)
