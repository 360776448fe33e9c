"""The results of a study: which runs are done, what each cell comes to, and which is best."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from app.data.points import SET_NAMES
from app.sweep.execute import Task
from app.sweep.interval import Interval, of_mean, of_share
from app.sweep.outcome import SCORES, Outcome
from app.sweep.study import Cell, Study
from app.training.history import Metrics

GOOD_ACCURACY = 90.0  # percent
BOUNDS = {"accuracy": (0.0, 100.0), "r2": (-math.inf, 1.0)}
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
    """One cell over its repeats: how many runs ended how, and a `Statistic` for each measure.

    ``score`` tells what the scores are, one of `SCORES`; it is None where no run was made.
    """

    finished: int
    diverged: list[int]  # the epoch of each that did
    refused: int
    reason: str  # of the first that did not finish
    score: str | None
    measures: dict[str, Statistic]


class Verdict(NamedTuple):
    """A cell's mean score on one set and its 95 % interval, where one can be told."""

    set: str
    mean: float
    interval: Interval | None


class Best(NamedTuple):
    """The best cell: by its mean score on the validation set, or, without one, on the test set.

    ``test`` is what it is worth on the test set, where that had no part in the choice and was
    looked at; ``warning`` says what the choice does to the figure, where it does.
    """

    cell: int
    score: str
    chosen: Verdict
    test: Verdict | None
    warning: str

    @property
    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        test = None if self.test is None else self.test._asdict()
        return {**self._asdict(), "chosen": self.chosen._asdict(), "test": test}


def _held_out(outcome: Outcome) -> str:
    """The set that tells how the run does on what it has not learnt from."""
    return "test" if "test" in outcome.sets else "validation"


def _epochs_to_good(outcome: Outcome) -> float | None:
    if outcome.score != "accuracy":
        return None
    column = Metrics._fields.index(f"{_held_out(outcome)}_score")
    reached = np.flatnonzero(outcome.metrics[:, column] >= GOOD_ACCURACY)
    return float(reached[0]) if len(reached) else None


def _gap(outcome: Outcome) -> float:
    return outcome.last.train_score - float(getattr(outcome.last, f"{_held_out(outcome)}_score"))


def _last(name: str) -> Callable[[Outcome], float]:
    return lambda outcome: float(getattr(outcome.last, name))


# What is told of a run that finished; those that diverged are counted and not averaged. None, or
# not a number, is what a run has no value for.
MEASURES: dict[str, Callable[[Outcome], float | None]] = {
    **{name: _last(name) for name in ("test_score", "validation_score", "train_score")},
    **{name: _last(name) for name in ("test_loss", "validation_loss", "train_loss")},
    "epochs_to_90": _epochs_to_good,
    "gap": _gap,
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
            score=next((o.score for o in outcomes if o.status != "refused"), None),
            measures={
                name: statistic([measure(outcome) for outcome in finished])
                for name, measure in MEASURES.items()
            },
        )

    @property
    def scores(self) -> list[str]:
        """What the scores of the runs so far are, of `SCORES`."""
        found = {outcome.score for _, _, outcome in self.runs() if outcome.status != "refused"}
        return [score for score in SCORES if score in found]

    @property
    def sets(self) -> list[str]:
        """Names of the sets that some run so far has looked at."""
        found = {name for _, _, outcome in self.runs() for name in outcome.sets}
        return [name for name in SET_NAMES if name in found]

    def best(self) -> Best | None:
        """The cell that does best, the first of equals; see `Best`.

        Where some cells have a validation set, it is one of these. None while no run has finished,
        and where accuracies would have to be compared with R².
        """
        for name in ("validation", "test"):
            verdicts = {
                cell.index: verdict
                for cell in self.study.cells
                if (verdict := self._verdict(cell, name)) is not None
            }
            if not verdicts:
                continue
            scores = {self.summary(self.study.cells[cell]).score for cell in verdicts}
            if len(scores) > 1:
                return None
            cell = max(verdicts, key=lambda candidate: verdicts[candidate].mean)
            by_test = name == "test"
            return Best(
                cell=cell,
                score=str(scores.pop()),
                chosen=verdicts[cell],
                test=None if by_test else self._verdict(self.study.cells[cell], "test"),
                warning=WARNING if by_test else "",
            )
        return None

    def _verdict(self, cell: Cell, name: str) -> Verdict | None:
        """A cell's mean score on a set; None if the set is empty or was not looked at.

        Its interval is Student's over the repeats, or, of a single run's accuracy, Wilson's over
        the set; a single R² has none.
        """
        mean, std, n = self.summary(cell).measures[f"{name}_score"]
        if mean is None:
            return None
        outcome = next(o for o in self.of(cell).values() if o.status == "finished")
        if std is not None:
            return Verdict(name, mean, of_mean(mean, std, n, *BOUNDS[outcome.score]))
        if outcome.score != "accuracy":
            return Verdict(name, mean, None)
        trials = outcome.n_test if name == "test" else outcome.n_validation
        return Verdict(name, mean, of_share(mean, trials))


def statistic(values: list[float | None]) -> Statistic:
    """Mean and sample standard deviation of those that are there."""
    there = np.array([value for value in values if value is not None and not math.isnan(value)])
    return Statistic(
        mean=float(there.mean()) if len(there) else None,
        std=float(there.std(ddof=1)) if len(there) > 1 else None,
        n=len(there),
    )
