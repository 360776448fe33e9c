"""What came of one run of a study. A run that diverged or could not be made is an outcome too."""

from dataclasses import dataclass
from math import isnan
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from app.data.points import SET_NAMES
from app.data.table import Table
from app.training.config import RunConfig
from app.training.field import summary
from app.training.fields import ConfigError
from app.training.history import Metrics
from app.training.loading import FindTable
from app.training.run import Run

GRID_SIZE = 40  # the practical's: 40 × 40 over the plane

Status = Literal["finished", "diverged", "refused"]
SCORES = ("accuracy", "r2")  # in percent; the share of the variance that is explained


@dataclass(frozen=True, eq=False)
class Outcome:
    """How a run ended, with its metrics from epoch 0 on, float64 (epochs + 1, 6).

    The columns are those of `Metrics`; a refused run has no rows. ``epoch`` is the one whose
    network the run ended with: the last, unless early stopping went back to a better one. ``score``
    is one of `SCORES`. ``reason`` says in words why the run diverged, at the epoch after its last
    row, or why it was refused. ``n_validation`` and ``n_test`` are the sizes of these sets.
    ``grid``, uint8 (GRID_SIZE, GRID_SIZE), is the field at the end, see `summary`, where it was
    asked for.
    """

    status: Status
    metrics: NDArray[np.float64]
    epoch: int = 0
    score: str = "accuracy"
    reason: str = ""
    n_validation: int = 0
    n_test: int = 0
    grid: NDArray[np.uint8] | None = None

    @classmethod
    def of(cls, run: Run, *, with_grid: bool) -> Self:
        """The outcome of a run that is done."""
        return cls(
            status="finished" if run.diverged_at is None else "diverged",
            metrics=np.column_stack(list(run.history.since(0).values())),
            epoch=run.shown_epoch,
            score=run.dataset.score,
            reason=run.divergence,
            n_validation=len(run.dataset.validation),
            n_test=len(run.dataset.test),
            grid=summary(run.grid(GRID_SIZE)) if with_grid else None,
        )

    @classmethod
    def refused(cls, reason: str) -> Self:
        """The outcome of a run that could not be made."""
        return cls("refused", np.empty((0, len(Metrics._fields))), reason=reason)

    @property
    def last(self) -> Metrics:
        """The metrics of the network it ended with; raises IndexError for a refused run."""
        return Metrics(*self.metrics[self.epoch].tolist())

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that were looked at; none for a refused run."""
        if self.status == "refused":
            return ()
        first = Metrics(*self.metrics[0].tolist())
        return tuple(name for name in SET_NAMES if not isnan(getattr(first, f"{name}_score")))

    @property
    def diverged_at(self) -> int | None:
        """The epoch at whose end something was not finite; None if there was none."""
        return len(self.metrics) if self.status == "diverged" else None


def prepare(config: RunConfig, find_table: FindTable, max_work: int | None = None) -> Run | Outcome:
    """The run of ``config`` at epoch 0, see `Run`, or the outcome of its being refused."""
    try:
        return Run(config, find_table, max_work)
    except ConfigError as error:
        return Outcome.refused(error.problem.message)


def finder(table: Table | None) -> FindTable:
    """Finds the one table that a study has, if it has one."""
    return lambda digest: table if table is not None and table.digest == digest else None
