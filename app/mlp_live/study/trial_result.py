"""The result of one run of a study, also if it diverged or was refused."""

from dataclasses import dataclass
from math import isnan
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.points import SET_NAMES
from mlp_live.data.registry import GENERATED
from mlp_live.data.table import Table
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.rendering.prediction_grid import argmax_grid
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.history import Metrics
from mlp_live.training.loading import FindTable
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

CHECKPOINT_BYTES = 64 * 1024  # of a run: it goes back only to restore its best epoch
GRID_SIZE = 40  # 40 × 40 cells over the plane, as in the practical course

Status = Literal["finished", "diverged", "refused"]
SCORES = ("accuracy", "r2")  # accuracy in percent; R², the fraction of variance explained


@dataclass(frozen=True, eq=False)
class TrialResult:
    """How a run ended, and its metrics from epoch 0 on, float64 (epochs + 1, 6).

    The columns of ``metrics`` are those of `Metrics`; a refused run has no rows. ``epoch`` is the
    epoch of the final network: the last one, or the best one if early stopping restored it.
    ``score`` is one of `SCORES`. ``reason`` says why the run diverged (in the epoch after its last
    row) or was refused. ``n_test`` is the size of the test set. ``n_shared`` is the number of rows
    from which runs with other seeds take their test sets, too: 0 for generated data, all rows of a
    table that is split at random, the test set of a table that has its own split. ``grid``, uint8
    (GRID_SIZE, GRID_SIZE), is the final prediction grid, see `argmax_grid`, or None.
    """

    status: Status
    metrics: NDArray[np.float64]
    epoch: int = 0
    score: str = "accuracy"
    reason: str = ""
    n_test: int = 0
    n_shared: int = 0
    grid: NDArray[np.uint8] | None = None

    @classmethod
    def of(cls, run: Run, *, with_grid: bool) -> Self:
        """The result of a run that is over. It shares the metrics of the run."""
        diverged = run.end is not None and run.end.reason is EndReason.DIVERGED
        return cls(
            status="diverged" if diverged else "finished",
            metrics=run.history.table(),
            epoch=run.shown_epoch,
            score=run.dataset.score,
            reason=run.end.message if run.end else "",
            n_test=len(run.dataset.test),
            n_shared=_count_shared(run),
            grid=final_grid(run) if with_grid else None,
        )

    @classmethod
    def refused(cls, reason: str) -> Self:
        """The result of a run whose configuration was refused, for ``reason``."""
        return cls("refused", np.empty((0, len(Metrics._fields))), reason=reason)

    @property
    def last(self) -> Metrics:
        """The metrics of the final network. Raises IndexError for a refused run."""
        return Metrics(*self.metrics[self.epoch].tolist())

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that were evaluated; empty for a refused run."""
        if self.status == "refused":
            return ()
        first = Metrics(*self.metrics[0].tolist())
        return tuple(name for name in SET_NAMES if not isnan(getattr(first, f"{name}_score")))

    @property
    def diverged_at(self) -> int | None:
        """The epoch in which the run diverged, or None."""
        return len(self.metrics) if self.status == "diverged" else None


def _count_shared(run: Run) -> int:
    """See `TrialResult`."""
    if run.config.dataset in GENERATED:
        return 0
    own_split = run.config.dataset == "table" and run.dataset.has_own_split
    return len(run.dataset.test) if own_split else run.dataset.n


def prepare_run(
    config: RunConfig, find_table: FindTable, max_work: int | None = None
) -> Run | TrialResult:
    """The run of ``config`` at epoch 0, or the result of a refused run."""
    try:
        return Run(config, find_table, max_work, CHECKPOINT_BYTES)
    except ConfigError as error:
        return TrialResult.refused(error.problem.message)


def table_finder(table: Table | None) -> FindTable:
    """A function that finds the table of a study, if it has one, by its digest."""
    return lambda digest: table if table is not None and table.digest == digest else None


def final_grid(run: Run) -> NDArray[np.uint8]:
    """The prediction grid of the current network, uint8 (GRID_SIZE, GRID_SIZE)."""
    return argmax_grid(PlaneView(run).prediction_grid(GRID_SIZE))
