"""The results of a study: which runs are done, what each cell comes to, and which is best."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from app.sweep.execute import Task
from app.sweep.interval import Interval, of_mean, of_share
from app.sweep.outcome import Outcome
from app.sweep.study import Cell, Study
from app.training.history import Metrics

TEST_SCORE = Metrics._fields.index("test_score")
GOOD_ACCURACY = 90.0  # percent, of the test set
WARNING = (
    "Chosen on the test set: after looking at it so often, its accuracy flatters the winner. An "
    "honest figure takes points that had no part in the choice; there is no validation split here."
)


class Statistic(NamedTuple):
    """Mean and sample standard deviation over the runs that have a value, and how many have.

    The mean is None where no run has one, the deviation where fewer than two have.
    """

    mean: float | None
    std: float | None
    n: int


class Summary(NamedTuple):
    """One cell over its repeats: how many runs ended how, and a `Statistic` for each measure."""

    finished: int
    diverged: list[int]  # the epoch of each that did
    refused: int
    reason: str  # of the first that did not finish
    measures: dict[str, Statistic]


class Best(NamedTuple):
    """The cell with the highest mean test accuracy, in percent, with its 95 % interval."""

    cell: int
    mean: float
    interval: Interval


def _epochs_to_good(outcome: Outcome) -> float | None:
    reached = np.flatnonzero(outcome.metrics[:, TEST_SCORE] >= GOOD_ACCURACY)
    return float(reached[0]) if len(reached) else None


# What is told of a run that finished; those that diverged are counted and not averaged.
MEASURES: dict[str, Callable[[Outcome], float | None]] = {
    "test_accuracy": lambda outcome: outcome.last.test_score,
    "train_accuracy": lambda outcome: outcome.last.train_score,
    "test_loss": lambda outcome: outcome.last.test_loss,
    "train_loss": lambda outcome: outcome.last.train_loss,
    "epochs_to_90": _epochs_to_good,
    "gap": lambda outcome: outcome.last.train_score - outcome.last.test_score,
}


class Results:
    """The outcomes of a study so far, each in its place, whatever the order they came in."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._outcomes: dict[tuple[int, int], Outcome] = {
            (cell.index, repeat): Outcome.refused(cell.problem)
            for cell in study.cells
            if cell.config is None
            for repeat in range(study.repeats)
        }

    def add(self, cell: int, repeat: int, outcome: Outcome) -> None:
        """Put an outcome in its place."""
        self._outcomes[cell, repeat] = outcome

    def missing(self) -> list[Task]:
        """The runs that are not done: first repeats first, as the page shows them."""
        return [
            Task(cell.index, repeat, config)
            for repeat in range(self.study.repeats)
            for cell in self.study.cells
            if (cell.index, repeat) not in self._outcomes
            and (config := self.study.config(cell, repeat)) is not None
        ]

    def runs(self) -> Iterator[tuple[Cell, int, Outcome]]:
        """What is done, cell by cell and repeat by repeat."""
        for cell in self.study.cells:
            for repeat, outcome in self.of(cell).items():
                yield cell, repeat, outcome

    def of(self, cell: Cell) -> dict[int, Outcome]:
        """What is done of one cell, by repeat."""
        repeats = range(self.study.repeats)
        found = ((repeat, self._outcomes.get((cell.index, repeat))) for repeat in repeats)
        return {repeat: outcome for repeat, outcome in found if outcome is not None}

    def summary(self, cell: Cell) -> Summary:
        """What a cell comes to over the repeats that are done."""
        outcomes = list(self.of(cell).values())
        finished = [outcome for outcome in outcomes if outcome.status == "finished"]
        return Summary(
            finished=len(finished),
            diverged=[at for outcome in outcomes if (at := outcome.diverged_at) is not None],
            refused=sum(outcome.status == "refused" for outcome in outcomes),
            reason=next((outcome.reason for outcome in outcomes if outcome.reason), ""),
            measures={
                name: statistic([measure(outcome) for outcome in finished])
                for name, measure in MEASURES.items()
            },
        )

    def best(self) -> Best | None:
        """The cell that tests best, the first of equals; None while no run has finished.

        Its interval is Student's over the repeats, or, of a single run, Wilson's over the test set.
        """
        candidates = [
            (statistic.mean, cell, statistic)
            for cell in self.study.cells
            if (statistic := self.summary(cell).measures["test_accuracy"]).mean is not None
        ]
        if not candidates:
            return None
        mean, cell, found = max(candidates, key=lambda candidate: candidate[0])
        if found.std is not None:
            interval = of_mean(mean, found.std, found.n)
        else:
            outcome = next(o for o in self.of(cell).values() if o.status == "finished")
            interval = of_share(mean, outcome.n_test)
        return Best(cell.index, mean, interval)


def statistic(values: list[float | None]) -> Statistic:
    """Mean and sample standard deviation of those that are there."""
    there = np.array([value for value in values if value is not None])
    return Statistic(
        mean=float(there.mean()) if len(there) else None,
        std=float(there.std(ddof=1)) if len(there) > 1 else None,
        n=len(there),
    )
