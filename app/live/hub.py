"""What all sessions of a server share: worker threads, tables, studies, seats, and meters."""

from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

from app.data.store import TableStore
from app.live.meters import Meters
from app.live.seats import Seats
from app.live.study.shelf import Shelf
from app.live.turns import Turns
from app.live.workers import Workers
from app.settings import Settings

ROUND_SECONDS = 0.005  # in which every run that wants one is to have got its slice on a worker
LONGEST_SLICE = 0.010  # how long a run may keep a worker before others, and commands, get a turn
BRIEF = 0.001  # the event loop may be kept so long; on a worker a slice has no use for less
CROWD = 12  # so many slices at once leave each other less than they cost to be handed over
REFRESH_SECONDS = 1 / 60  # in which every viewer of a crowd is to have got a frame
FRAME_SECONDS = 0.0004  # that a frame of a small network takes, all that comes with it included
SHORTEST_TURN = 0.00003  # about an epoch of a small network

Result = TypeVar("Result")


class Hub:
    """Made once for each application; `close` ends its threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tables = TableStore(settings.max_tables)
        self.studies = Shelf(settings.max_studies)
        self.seats = Seats(settings.max_runs, settings.keep_seconds)
        # Slices of all runs queue here, those that a viewer waits for first, else first come, first
        # served, which is fair: a session has at most one slice under way.
        self._workers = Workers(settings.workers)
        self._turns = Turns()
        self.meters = Meters()
        self.meters.watch(
            runs=lambda: self.seats.held,
            waiting_runs=lambda: self.seats.waiting,
            run_bytes=lambda: self.seats.nbytes,
            studies=lambda: len(self.studies),
            slices_waiting=lambda: max(0, self._asked_for - settings.workers),
        )
        self._asked_for = 0  # slices, waiting or under way

    @property
    def slice_seconds(self) -> float:
        """How long a slice on a worker may take now: the shorter, the more of them there are."""
        share = ROUND_SECONDS * self.settings.workers / max(1, self._asked_for)
        return min(LONGEST_SLICE, max(BRIEF, share))

    @property
    def turn_seconds(self) -> float:
        """How long a slice on the event loop may train now: what all frames leave of a round."""
        share = REFRESH_SECONDS / max(1, self._asked_for)
        return max(SHORTEST_TURN, min(BRIEF, share - FRAME_SECONDS))

    @property
    def crowded(self) -> bool:
        """Whether slices that could be longer should be brief, and done on the event loop."""
        return self._asked_for >= CROWD

    async def on_worker(
        self, work: Callable[..., Result], *arguments: Any, urgent: bool = True
    ) -> Result:
        """What ``work`` returns, done on a worker thread and measured; see `Workers.run`.

        Work is ``urgent`` if someone waits to see what comes of it.
        """
        measured = self._measured(work, *arguments)
        self._asked_for += 1
        try:
            return await self._workers.run(measured, urgent=urgent)
        finally:
            self._asked_for -= 1

    async def in_turn(self, work: Callable[..., Result], *arguments: Any, urgent: bool) -> Result:
        """What ``work`` returns, done on the event loop and measured: at once, or in its turn.

        For what takes less than `BRIEF`: of a thread's time most would go into waiting for the GIL,
        and into being woken.
        """
        measured = self._measured(work, *arguments)
        self._asked_for += 1
        try:
            if not urgent:
                await self._turns.next()
            return measured()
        finally:
            self._asked_for -= 1

    def _measured(self, work: Callable[..., Result], *arguments: Any) -> Callable[[], Result]:
        asked = perf_counter()

        def measured() -> Result:
            begun = perf_counter()
            self.meters.waited.observe(begun - asked)
            try:
                return work(*arguments)
            finally:
                self.meters.worked.observe(perf_counter() - begun)

        return measured

    def close(self) -> None:
        """Wait for slices under way and end the threads."""
        self._workers.close()
