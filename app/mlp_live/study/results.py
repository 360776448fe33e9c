"""The results of a study: completed runs, a summary of each cell, and the best cell."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from mlp_live.data.points import SET_NAMES
from mlp_live.study.confidence import (
    NEW_DATA,
    SEEDS,
    THIS_NETWORK,
    Interval,
    accuracy_interval,
    mean_interval,
    proportion_interval,
)
from mlp_live.study.runner import Trial
from mlp_live.study.study import Cell, Study
from mlp_live.study.trial_result import SCORES, TrialResult
from mlp_live.training.history import Metrics

GOOD_ACCURACY = 90.0  # percent
WARNING = (
    "This cell was chosen by its test score, which is therefore too optimistic. For an unbiased "
    "estimate with a confidence interval, choose by a validation set; this study has none."
)


class Statistic(NamedTuple):
    """Mean, sample standard deviation and number of the runs that have a value.

    The mean is None without any value, the deviation with fewer than two. Either is None if it is
    beyond the range of float64.
    """

    mean: float | None
    std: float | None
    n: int


class Summary(NamedTuple):
    """The repeats of one cell: how its runs ended, and a `Statistic` for each measure.

    ``score`` is one of `SCORES`, or None if all runs were refused.
    """

    finished: int
    diverged: list[int]  # the epoch of each run that diverged
    refused: int
    reason: str  # of the first run that did not finish
    score: str | None
    measures: dict[str, Statistic]


class SetScore(NamedTuple):
    """The mean score of a cell on one set, and its 95 % confidence interval, if it has one.

    ``covers`` says in words what the interval covers; it is empty without an interval.
    """

    set: str
    mean: float
    interval: Interval | None = None
    covers: str = ""


class Best(NamedTuple):
    """The best cell: by its mean score on the validation set, or else on the test set.

    ``chosen`` is the score it was chosen by. It has no interval, because the best of several scores
    is partly luck. ``test`` is its score on the test set, or None if the cell was chosen by it or
    the test set was not evaluated. ``warning`` says that the score is biased, if it is.
    """

    cell: int
    score: str
    chosen: SetScore
    test: SetScore | None
    warning: str

    def to_dict(self) -> dict[str, Any]:
        """The best cell for JSON."""
        test = None if self.test is None else self.test._asdict()
        return {**self._asdict(), "chosen": self.chosen._asdict(), "test": test}


def _evaluation_set(result: TrialResult) -> str:
    """The set for generalization: the test set, or the validation set if it was not evaluated."""
    return "test" if "test" in result.sets else "validation"


def _epochs_to_good(result: TrialResult) -> float | None:
    if result.score != "accuracy":
        return None
    column = Metrics._fields.index(f"{_evaluation_set(result)}_score")
    reached = np.flatnonzero(result.metrics[:, column] >= GOOD_ACCURACY)
    return float(reached[0]) if len(reached) else None


def _gap(result: TrialResult) -> float:
    return result.last.train_score - float(getattr(result.last, f"{_evaluation_set(result)}_score"))


def _last(name: str) -> Callable[[TrialResult], float]:
    return lambda result: float(getattr(result.last, name))


# The measures of a finished run; None or NaN if it has no value. Runs that diverged are counted but
# not averaged.
MEASURES: dict[str, Callable[[TrialResult], float | None]] = {
    **{name: _last(name) for name in ("test_score", "validation_score", "train_score")},
    **{name: _last(name) for name in ("test_loss", "validation_loss", "train_loss")},
    "epochs_to_90": _epochs_to_good,
    "gap": _gap,
}


class Results:
    """The results of a study so far, in the order of its cells, however they arrive."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._results: dict[tuple[int, int], TrialResult] = {
            (cell.index, repeat): TrialResult.refused(cell.problem)
            for cell in study.cells
            if cell.config is None
            for repeat in range(study.repeats)
        }
        self._measured: dict[tuple[int, int], dict[str, float | None]] = {}
        self._summaries: dict[int, tuple[int, Summary]] = {}  # by cell, with its number of results
        self._scores: set[str] = set()
        self._sets: set[str] = set()

    def copy(self) -> "Results":
        """The results so far; those that are added later are not in it."""
        copied = Results.__new__(Results)
        copied.study = self.study
        copied._results = dict(self._results)
        copied._measured, copied._summaries = dict(self._measured), dict(self._summaries)
        copied._scores, copied._sets = set(self._scores), set(self._sets)
        return copied

    def add(self, cell: int, repeat: int, result: TrialResult) -> None:
        """Add the result of one run."""
        self._results[cell, repeat] = result
        self._measured.pop((cell, repeat), None)
        self._summaries.pop(cell, None)
        if result.status != "refused":
            self._scores.add(result.score)
            self._sets.update(result.sets)

    def missing(self) -> list[Trial]:
        """The trials without a result: all first repeats, then all second ones, and so on."""
        return [
            Trial(cell.index, repeat, config)
            for repeat in range(self.study.repeats)
            for cell in self.study.cells
            if (cell.index, repeat) not in self._results
            and (config := self.study.config(cell, repeat)) is not None
        ]

    def runs(self) -> Iterator[tuple[Cell, int, TrialResult]]:
        """The results so far, by cell and repeat."""
        for cell in self.study.cells:
            for repeat, result in self.of(cell).items():
                yield cell, repeat, result

    def of(self, cell: Cell) -> dict[int, TrialResult]:
        """The results of one cell so far, by repeat."""
        repeats = range(self.study.repeats)
        found = ((repeat, self._results.get((cell.index, repeat))) for repeat in repeats)
        return {repeat: result for repeat, result in found if result is not None}

    def summary(self, cell: Cell) -> Summary:
        """The summary of a cell over its results so far."""
        found = self.of(cell)
        known, summary = self._summaries.get(cell.index, (-1, None))
        if summary is None or known != len(found):
            summary = self._summarize(cell, found)
            self._summaries[cell.index] = len(found), summary
        return summary

    def _summarize(self, cell: Cell, found: dict[int, TrialResult]) -> Summary:
        results = list(found.values())
        measured = [
            self._measure(cell, repeat, result)
            for repeat, result in found.items()
            if result.status == "finished"
        ]
        return Summary(
            finished=len(measured),
            diverged=[at for result in results if (at := result.diverged_at) is not None],
            refused=sum(result.status == "refused" for result in results),
            reason=next((result.reason for result in results if result.reason), ""),
            score=next((r.score for r in results if r.status != "refused"), None),
            measures={name: statistic([values[name] for values in measured]) for name in MEASURES},
        )

    def _measure(self, cell: Cell, repeat: int, result: TrialResult) -> dict[str, float | None]:
        """The measures of one run; they are kept."""
        key = cell.index, repeat
        if key not in self._measured:
            self._measured[key] = {name: measure(result) for name, measure in MEASURES.items()}
        return self._measured[key]

    @property
    def scores(self) -> list[str]:
        """Those of `SCORES` that the results so far have."""
        return [score for score in SCORES if score in self._scores]

    @property
    def sets(self) -> list[str]:
        """Names of the sets that were evaluated by some run so far."""
        return [name for name in SET_NAMES if name in self._sets]

    def best(self) -> Best | None:
        """The cell with the best score, the first of equal ones; see `Best`.

        If some cells have a validation set, only these are compared. None if no run has finished,
        or if the cells have different kinds of scores.
        """
        for name in ("validation", "test"):
            means = {
                cell.index: mean
                for cell in self.study.cells
                if (mean := self.summary(cell).measures[f"{name}_score"].mean) is not None
            }
            if not means:
                continue
            scores = {self.summary(self.study.cells[index]).score for index in means}
            if len(scores) > 1:
                return None
            index = max(means, key=lambda candidate: means[candidate])
            score, test = str(scores.pop()), self._test_score(self.study.cells[index])
            if name == "validation":
                return Best(index, score, SetScore(name, means[index]), test, "")
            if len(self.study.cells) == 1 and test is not None:  # there was no choice
                return Best(index, score, test, None, "")
            return Best(index, score, SetScore(name, means[index]), None, WARNING)
        return None

    def _test_score(self, cell: Cell) -> SetScore | None:
        """The mean score of a cell on the test set; None if that is empty or was not evaluated."""
        found = self.summary(cell).measures["test_score"]
        if found.mean is None:
            return None
        result = next(r for r in self.of(cell).values() if r.status == "finished")
        interval, covers = _interval(found.mean, found.std, found.n, result)
        if interval is None or not all(map(math.isfinite, interval)):
            return SetScore("test", found.mean)
        return SetScore("test", found.mean, interval, covers)


def statistic(values: list[float | None]) -> Statistic:
    """The `Statistic` of the values that are finite."""
    known = np.array([value for value in values if value is not None and math.isfinite(value)])
    with np.errstate(over="ignore", invalid="ignore"):
        return Statistic(
            mean=_finite_or_none(known.mean()) if len(known) else None,
            std=_finite_or_none(known.std(ddof=1)) if len(known) > 1 else None,
            n=len(known),
        )


def _finite_or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _interval(
    mean: float, std: float | None, n: int, result: TrialResult
) -> tuple[Interval | None, str]:
    """The interval of a mean test score of ``n`` runs like ``result``, and what it covers.

    The R² of a single run has none, nor has a score whose deviation is beyond float64.
    """
    if result.score == "accuracy" and n == 1:
        return proportion_interval(mean, result.n_test), THIS_NETWORK
    if std is None:
        return None, ""
    if result.score == "accuracy":
        return accuracy_interval(mean, std, n, result.n_test, result.n_shared), NEW_DATA
    return mean_interval(mean, std, n, -math.inf, 1.0), SEEDS if result.n_shared else NEW_DATA
