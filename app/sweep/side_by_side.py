"""One repeat of every cell, trained side by side, epoch by epoch, in slices of time."""

from collections.abc import Iterable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from app.sweep.outcome import GRID_SIZE, Outcome, prepare
from app.training.config import RunConfig
from app.training.field import summary
from app.training.history import Metrics
from app.training.loading import FindTable
from app.training.run import Run


class Recording:
    """What is seen of the runs: every epoch's metrics, and a field every so many epochs.

    ``metrics``, float64 (epochs + 1, cells, 6), NaN where a run has no such epoch; ``fields``, by
    epoch, uint8 (cells, GRID_SIZE, GRID_SIZE), see `summary`. Of each cell, int32 (cells,), the
    epoch that was ``diverged_at`` or ``stopped_at``, 0 while there is none, and the epoch whose
    network was then ``kept``.
    """

    def __init__(self, cells: int, epochs: int, every: int) -> None:
        self.metrics = np.full((epochs + 1, cells, len(Metrics._fields)), np.nan)
        self.fields: dict[int, NDArray[np.uint8]] = {}
        self.diverged_at, self.stopped_at, self.kept = np.zeros((3, cells), np.int32)
        self.epochs = epochs
        self.every = every

    def wants_fields(self, epoch: int) -> bool:
        """Whether the fields of this epoch are kept: the last epoch's always are."""
        return epoch % self.every == 0 or epoch == self.epochs

    def take(self, cell: int, epoch: int, run: Run) -> None:
        """Record what ``run`` has come to; of one that has diverged, its last field remains."""
        if run.epoch == epoch:
            self.metrics[epoch, cell] = run.history[epoch]
        self.diverged_at[cell] = run.diverged_at or 0
        self.stopped_at[cell] = run.stopped_at or 0
        self.kept[cell] = run.shown_epoch
        if self.wants_fields(epoch):
            self.fields[epoch][cell] = summary(run.grid(GRID_SIZE))


class SideBySide:
    """Runs that all complete an epoch before any begins the next but one.

    `work` may be called for several shares of the runs at a time, each on a thread of its own; when
    all have reached the epoch, `complete_epoch` moves on.
    """

    def __init__(
        self,
        configs: Iterable[RunConfig | None],
        find_table: FindTable,
        max_work: int,
        recording: Recording | None = None,
    ) -> None:
        self._configs = list(configs)
        self._find_table = find_table
        self._max_work = max_work
        self._recording = recording
        self.runs: list[Run | Outcome | None] = [None] * len(self._configs)
        self._reached = [-1] * len(self._configs)
        self.epoch = -1  # that all have completed; -1 while they are being made
        self._begin_epoch()

    @property
    def done(self) -> bool:
        """Whether no run has anything left to train."""
        return self.epoch >= 0 and all(not isinstance(r, Run) or r.done for r in self.runs)

    def work(self, share: int, shares: int, end: float, work_at_once: int) -> bool:
        """Bring this share of the runs to the next epoch; False if the time ended before.

        ``end`` is on perf_counter's clock, ``work_at_once`` the multiplications between two looks
        at it.
        """
        for cell in range(share, len(self.runs), shares):
            while self._reached[cell] <= self.epoch:
                if perf_counter() >= end:
                    return False
                self._advance(cell, work_at_once)
        return True

    def complete_epoch(self) -> None:
        """All runs have reached the epoch: it is complete, the next one begins."""
        self.epoch += 1
        self._begin_epoch()

    def outcomes(self, *, with_grid: bool) -> dict[int, Outcome]:
        """What came of every run that could be described, by cell, once all are done."""
        outcomes = {}
        for cell, run in enumerate(self.runs):
            if isinstance(run, Run):
                outcomes[cell] = Outcome.of(run, with_grid=with_grid)
            elif isinstance(run, Outcome):
                outcomes[cell] = run
        return outcomes

    def _begin_epoch(self) -> None:
        recording = self._recording
        if recording is not None and recording.wants_fields(self.epoch + 1):
            shape = (len(self.runs), GRID_SIZE, GRID_SIZE)
            recording.fields[self.epoch + 1] = np.full(shape, 128, np.uint8)  # the boundary's shade

    def _advance(self, cell: int, work_at_once: int) -> None:
        """Train one run on by a little; note where it has reached the epoch."""
        target, config, run = self.epoch + 1, self._configs[cell], self.runs[cell]
        if run is None and config is not None:
            run = self.runs[cell] = prepare(config, self._find_table, self._max_work)
        elif isinstance(run, Run) and not run.done and run.epoch < target:
            batch_work = run.architecture.n_parameters * run.config.batch_size
            run.advance(1 + work_at_once // batch_work)
        if not isinstance(run, Run):
            self._reached[cell] = target
        elif run.done or run.epoch == target:
            self._reached[cell] = target
            if self._recording is not None:
                self._recording.take(cell, target, run)
