"""How often the confidence interval of a study covers the accuracy on new data.

Tables are simulated, and a study of one cell is really trained on each. New rows of the same kind
tell the true accuracy of its networks. The tests do this for a few tables. By hand, for many:

    python -m tests.study.simulated_tables 150
"""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from mlp_live.data.points import TEST, TRAIN, VALIDATION, Points
from mlp_live.data.registry import SHAPES
from mlp_live.data.table import Table, TableChoices
from mlp_live.study.confidence import Interval, mean_interval
from mlp_live.study.results import Results
from mlp_live.study.study import Study
from mlp_live.study.trial_result import TrialResult, table_finder
from mlp_live.training.run import Run

DIGEST = "0" * 16
NEW_ROWS = 5000


class Problem(NamedTuple):
    """A shape with noise, the rows of a table of it, and how networks are trained on it."""

    shape: str
    noise: float
    rows: int
    config: dict[str, Any]


# From networks that are all wrong about the same rows to networks that differ a lot.
PROBLEMS = {
    "Gaussians": Problem("gaussians", 0.5, 200, {"hidden": [8], "epochs": 20}),
    "easy": Problem("gaussians", 0.3, 200, {"hidden": [8], "epochs": 20}),
    "moons": Problem(
        "moons", 0.35, 200, {"hidden": [10], "epochs": 100, "batch_size": 10, "learning_rate": 0.3}
    ),
    "overfitted": Problem(
        "gaussians", 0.8, 60, {"hidden": [16], "epochs": 300, "batch_size": 5, "learning_rate": 0.3}
    ),
    "spirals": Problem("spirals", 0.25, 300, {"hidden": [16], "epochs": 150, "learning_rate": 0.3}),
}


class Trained(NamedTuple):
    """The accuracies of the repeats on their test sets and on new data, and the results."""

    tested: np.ndarray
    true: np.ndarray
    results: Results

    def interval(self, repeats: int) -> Interval:
        """The interval that the study gives after so many repeats."""
        first = Results(self.results.study)
        for cell, repeat, result in self.results.runs():
            if repeat < repeats:
                first.add(cell.index, repeat, result)
        return first.best().test.interval

    def students(self, repeats: int) -> Interval:
        """Student's interval, which knows only how the repeats differ."""
        tested = self.tested[:repeats]
        return mean_interval(tested.mean(), tested.std(ddof=1), repeats, 0, 100)


def covers(interval: Interval, value: float) -> bool:
    """Whether the value is in the interval."""
    return interval.low <= value <= interval.high


def trained_studies(
    problem: Problem, own_split: bool, repeats: int, tables: int, seed: int
) -> Iterator[Trained]:
    """A study of each of so many simulated tables. With ``own_split`` a table has its own split."""
    rng = np.random.default_rng(seed)
    n_classes = 3 if problem.shape == "spirals" else 2

    def sample(n):
        labels = rng.integers(0, n_classes, n)
        return SHAPES[problem.shape].sample(labels, n_classes, problem.noise, rng), labels

    X_new, y_new = sample(NEW_ROWS)
    sets = np.full(problem.rows, TRAIN, np.int8)
    sets[: problem.rows // 5], sets[problem.rows // 5 : 2 * problem.rows // 5] = TEST, VALIDATION
    base = {"dataset": "table", "table": DIGEST, **problem.config}
    for number in range(tables):
        X, y = sample(problem.rows)
        points = Points(
            X, y, tuple("abc"[:n_classes]), ("x", "y"), "t", sets if own_split else None
        )
        find_table = table_finder(Table(points, TableChoices(), digest=DIGEST, dropped=0))
        axes = [{"field": "seed", "values": [1000 * number]}]
        results = Results(Study(base=base, axes=axes, repeats=repeats))
        tested, true = np.empty((2, repeats))
        for trial in results.missing():
            run = Run(trial.config, find_table)
            while not run.done:
                run.advance_epochs(1000)
            results.add(0, trial.repeat, TrialResult.of(run, with_grid=False))
            Yhat = run.engine.predict(run.state_at(), run.dataset.feature_map(X_new))
            tested[trial.repeat] = run.history[run.shown_epoch].test_score
            true[trial.repeat] = 100 * (Yhat.argmax(axis=1) == y_new).mean()
        yield Trained(tested, true, results)


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    print(f"Share of {tables} tables whose interval covers the mean accuracy on new data, in %.")
    print("In brackets: Student's interval over the repeats alone.")
    for name, problem in PROBLEMS.items():
        for own_split in (False, True):
            studies = list(trained_studies(problem, own_split, 50, tables, seed=1))
            print(f"{name}, {'own split' if own_split else 'split at random'}:", end="")
            for repeats in (2, 8, 32, 50):
                ours, students = 100 * np.mean(
                    [
                        (
                            covers(study.interval(repeats), study.true.mean()),
                            covers(study.students(repeats), study.true.mean()),
                        )
                        for study in studies
                    ],
                    axis=0,
                )
                print(f"  {repeats}: {ours:.1f} ({students:.1f})", end="")
            print(flush=True)


if __name__ == "__main__":
    main()
