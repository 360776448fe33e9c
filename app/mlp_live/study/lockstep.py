"""Trains one repeat of every cell in lockstep, epoch by epoch, in slices of time."""

from collections.abc import Iterable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.reference import Array
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.rendering.prediction_grid import argmax_grid
from mlp_live.study.trial_result import GRID_SIZE, TrialResult, prepare_run
from mlp_live.training.config import RunConfig
from mlp_live.training.history import History, Metrics
from mlp_live.training.loading import FindTable
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason


class StudyRecorder:
    """Has the metrics of every epoch, and records prediction grids every ``every`` epochs.

    The metrics are those of the runs, which are not copied. ``grids`` maps an epoch to prediction
    grids, uint8 (cells, GRID_SIZE, GRID_SIZE), see `argmax_grid`. For each cell, int32 (cells,):
    ``diverged_at`` and ``stopped_at``, the epoch in which its run diverged or was stopped early, or
    0, and ``shown_epoch``, the epoch of its current network.
    """

    def __init__(self, cells: int, epochs: int, every: int) -> None:
        self._histories: dict[int, History] = {}  # by cell
        self.cells = cells
        self.grids: dict[int, NDArray[np.uint8]] = {}
        self.diverged_at, self.stopped_at, self.shown_epoch = np.zeros((3, cells), np.int32)
        self.epochs = epochs
        self.every = every

    def metrics(self, since: int, epoch: int) -> Array:
        """The metrics from epoch ``since`` to ``epoch``, float64 (epochs, cells, 6).

        They are NaN where a run has no such epoch.
        """
        epochs = max(0, epoch + 1 - since)
        metrics = np.full((epochs, self.cells, len(Metrics._fields)), np.nan)
        for cell, history in self._histories.items():
            known = history.between(since, epoch)
            metrics[: len(known), cell] = known
        return metrics

    def begin_epoch(self, epoch: int) -> None:
        """Allocate the grids of ``epoch``, the one after the last; there may be none."""
        if epoch <= self.epochs and self.keeps_grids(epoch):
            shape = (self.cells, GRID_SIZE, GRID_SIZE)
            self.grids[epoch] = np.full(shape, 128, np.uint8)  # the boundary's shade

    def keeps_grids(self, epoch: int) -> bool:
        """Whether the prediction grids of ``epoch`` are kept; the last ones always are."""
        return epoch % self.every == 0 or epoch == self.epochs

    def record(self, cell: int, epoch: int, run: Run, plane: PlaneView) -> None:
        """Record ``run`` at ``epoch``; a diverged run keeps its last prediction grid."""
        self._histories[cell] = run.history
        if run.end is not None and run.end.reason is EndReason.DIVERGED:
            self.diverged_at[cell] = run.end.epoch
        if run.end is not None and run.end.reason is EndReason.EARLY_STOPPED:
            self.stopped_at[cell] = run.end.epoch
        self.shown_epoch[cell] = run.shown_epoch
        if self.keeps_grids(epoch):
            self.grids[epoch][cell] = argmax_grid(plane.prediction_grid(GRID_SIZE))


class LockstepRunner:
    """Trains runs in lockstep: all complete an epoch before the next one begins.

    `work` may be called for different shares of the runs at the same time, each on its own thread.
    When all of these calls have returned True, `complete_epoch` starts the next epoch.
    """

    def __init__(
        self,
        configs: Iterable[RunConfig | None],
        find_table: FindTable,
        max_work: int,
        recorder: StudyRecorder | None = None,
    ) -> None:
        self._configs = list(configs)
        self._find_table = find_table
        self._max_work = max_work
        self._recorder = recorder
        self._planes: dict[int, PlaneView] = {}  # of the recorded runs, by cell
        self.runs: list[Run | TrialResult | None] = [None] * len(self._configs)
        self._reached = [-1] * len(self._configs)
        self.epoch = -1  # the last one that all runs completed; -1 while they are being prepared
        self._begin_epoch()

    @property
    def done(self) -> bool:
        """Whether all runs are over."""
        return self.epoch >= 0 and all(not isinstance(r, Run) or r.done for r in self.runs)

    def work(self, share: int, shares: int, end: float, work_at_once: int) -> bool:
        """Train every ``shares``-th run, from ``share`` on, to the next epoch.

        Returns False if the time was over first. ``end`` is that time, on the clock of
        perf_counter; ``work_at_once`` is the number of multiplications between two checks of it.
        """
        for cell in range(share, len(self.runs), shares):
            while self._reached[cell] <= self.epoch:
                if perf_counter() >= end:
                    return False
                self._advance(cell, work_at_once)
        return True

    def complete_epoch(self) -> None:
        """Start the next epoch. All runs must have completed the current one."""
        self.epoch += 1
        self._begin_epoch()

    def results(self, *, with_grid: bool) -> dict[int, TrialResult]:
        """The result of every run by cell, once all are done. It replaces the run."""
        results = {}
        for cell, run in enumerate(self.runs):
            result = TrialResult.of(run, with_grid=with_grid) if isinstance(run, Run) else run
            if result is not None:
                self.runs[cell] = results[cell] = result
                self._planes.pop(cell, None)
        return results

    def _begin_epoch(self) -> None:
        if self._recorder is not None:
            self._recorder.begin_epoch(self.epoch + 1)

    def _advance(self, cell: int, work_at_once: int) -> None:
        """Train one run a little further, or prepare it; note when it has reached the epoch."""
        target, config, run = self.epoch + 1, self._configs[cell], self.runs[cell]
        if run is None and config is not None:
            run = self.runs[cell] = prepare_run(config, self._find_table, self._max_work)
        elif isinstance(run, Run) and not run.done and run.progress.epoch < target:
            batch_work = run.engine.architecture.n_parameters * run.config.batch_size
            run.advance(1 + work_at_once // batch_work)
        if not isinstance(run, Run):
            self._reached[cell] = target
        elif run.done or run.progress.epoch == target:
            self._reached[cell] = target
            if self._recorder is not None:
                plane = self._planes.get(cell)
                if plane is None:
                    plane = self._planes[cell] = PlaneView(run)
                self._recorder.record(cell, target, run, plane)
