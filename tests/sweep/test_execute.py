import numpy as np
import pytest

from app.data.points import Points
from app.data.table import read_table
from app.sweep.execute import StoppedError, Task, execute, train
from app.sweep.results import Results
from app.sweep.study import Study
from app.training.config import RunConfig
from app.training.field import STEPS
from app.training.history import Metrics
from app.training.run import Run

VALIDATION_LOSS = Metrics._fields.index("validation_loss")
SMALL = {"epochs": 4, "n_train": 30, "n_test": 20}
STUDY = Study(
    base=SMALL,
    axes=[
        {"field": "batch_size", "values": [1, 10, 31]},
        {"field": "learning_rate", "values": [0.1, 1e37]},
    ],
    repeats=2,
)


def executed(study, jobs=2, table=None):
    results = Results(study)
    for task, outcome in execute(results.missing(), table, jobs):
        results.add(task.cell, task.repeat, outcome)
    return results


def test_every_run_is_the_run_that_its_configuration_makes():
    results = executed(STUDY)
    assert results.missing() == []
    for cell, repeat, outcome in results.runs():
        if outcome.status == "refused":
            continue
        run = Run(STUDY.config(cell, repeat))
        while not run.done:
            run.advance(run.batches_per_epoch)
        expected = [list(run.history[epoch]) for epoch in range(len(run.history))]
        assert outcome.metrics.tolist() == expected
        assert outcome.sets == ("train", "validation", "test")
        assert outcome.diverged_at == run.diverged_at
        assert (outcome.grid is None) == (repeat > 0)
        if outcome.grid is not None:
            assert np.array_equal(outcome.grid, run.grid(40))


def test_diverged_and_refused_runs_are_results():
    ends = {(cell.values, repeat): outcome for cell, repeat, outcome in executed(STUDY).runs()}
    assert len(ends) == 12
    wild = ends[(1, 1e37), 0]
    assert wild.status == "diverged"
    assert wild.diverged_at == len(wild.metrics)
    assert np.isfinite(wild.metrics).all()
    large = ends[(31, 0.1), 1]
    assert large.status == "refused"
    assert "31 is more than the 30 training points" in large.reason


def test_a_study_of_a_table():
    rows = "".join(f"{i % 10 + 20 * (i % 2)},{i % 7},{i % 2}\n" for i in range(60))
    table = read_table(f"a,b,label\n{rows}".encode())
    base = {"dataset": "table", "table": table.digest, "epochs": 5}
    study = Study(base=base, axes=[{"field": "learning_rate", "values": [0.1, 0.5]}])
    outcomes = [outcome for _, _, outcome in executed(study, table=table).runs()]
    assert {outcome.status for outcome in outcomes} == {"finished"}
    assert {(outcome.n_validation, outcome.n_test) for outcome in outcomes} == {(12, 12)}
    missing = [outcome for _, _, outcome in executed(study).runs()]
    assert {outcome.status for outcome in missing} == {"refused"}


def test_a_run_that_stops_early_ends_with_the_network_it_went_back_to():
    base = {"early_stopping": True, "patience": 3, "learning_rate": 2, "show_test": False}
    study = Study(base=base, axes=[{"field": "restore_best", "values": [True, False]}])
    restored, left = (outcome for _, _, outcome in executed(study).runs())
    assert restored.status == left.status == "finished"
    assert restored.metrics.tobytes() == left.metrics.tobytes()
    assert left.epoch == len(left.metrics) - 1 == restored.epoch + 3
    assert restored.last.validation_loss == np.nanmin(restored.metrics[:, VALIDATION_LOSS])
    assert restored.sets == ("train", "validation")
    assert not np.array_equal(restored.grid, left.grid)


def data(n_classes, n=60):
    """A table of three features, of classes around their own centres, or of their sum."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 3))
    features, labels = ("a", "b", "c"), np.arange(n) % max(n_classes, 1)
    X[:, 0] += 4 * labels
    y = labels if n_classes else X.sum(axis=1)
    return Points(X, y, tuple("pqr"[:n_classes]), features, "t")


class Told:
    """A table that holds these points, under a digest."""

    def __init__(self, points):
        self.points, self.digest = points, "0" * 16


def several_tasks(n_classes):
    base = {"dataset": "table", "table": "0" * 16, "epochs": 5}
    study = Study(base=base, axes=[{"field": "learning_rate", "values": [0.01, 0.1]}])
    return executed(study, table=Told(data(n_classes)))


def test_three_classes_and_quantities_have_outcomes_like_any_other():
    for _, _, outcome in several_tasks(3).runs():
        assert (outcome.status, outcome.score) == ("finished", "accuracy")
        assert outcome.grid.max() < 3 * STEPS
    for _, _, outcome in several_tasks(0).runs():
        assert (outcome.status, outcome.score) == ("finished", "r2")
        assert np.nanmax(outcome.metrics[:, Metrics._fields.index("train_score")]) <= 1


def test_a_run_is_given_up_once_it_is_told_to_stop():
    class Impatient:
        asked = 0

        def is_set(self):
            self.asked += 1
            return self.asked > 3

    stop = Impatient()
    with pytest.raises(StoppedError):
        train(Task(0, 0, RunConfig(epochs=100_000)), None, stop)
    assert stop.asked == 4


def test_leaving_early_ends_all_threads():
    endless = Study(base={"epochs": 100_000}, axes=[{"field": "epochs", "values": [1, 100_000]}])
    for task, _ in execute(Results(endless).missing(), None, jobs=2):
        assert task.cell == 0
        break  # the other run would take half a minute
