from threading import Event

import numpy as np
import pytest

from mlp_live.data.points import Points
from mlp_live.data.table import Table, TableChoices, read_table
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.rendering.prediction_grid import STEPS
from mlp_live.study.results import Results
from mlp_live.study.runner import Trial, TrialStoppedError, run_trial, run_trials
from mlp_live.study.study import Study
from mlp_live.training.config import RunConfig
from mlp_live.training.history import Metrics
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

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
    for trial, result in run_trials(results.missing(), table, jobs):
        results.add(trial.cell, trial.repeat, result)
    return results


def test_every_run_is_the_run_that_its_configuration_makes():
    results = executed(STUDY)
    assert results.missing() == []
    for cell, repeat, result in results.runs():
        if result.status == "refused":
            continue
        run = Run(STUDY.config(cell, repeat))
        while not run.done:
            run.advance(run.batches_per_epoch)
        expected = [list(run.history[epoch]) for epoch in range(len(run.history))]
        assert result.metrics.tolist() == expected
        assert result.sets == ("train", "validation", "test")
        diverged = run.end.reason is EndReason.DIVERGED
        assert result.diverged_at == (run.end.epoch if diverged else None)
        assert (result.grid is None) == (repeat > 0)
        if result.grid is not None:
            assert np.array_equal(result.grid, PlaneView(run).prediction_grid(40))


def test_diverged_and_refused_runs_are_results():
    ends = {(cell.values, repeat): result for cell, repeat, result in executed(STUDY).runs()}
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
    results = [result for _, _, result in executed(study, table=table).runs()]
    assert {result.status for result in results} == {"finished"}
    assert {(result.n_test, result.n_shared) for result in results} == {(12, 60)}
    missing = [result for _, _, result in executed(study).runs()]
    assert {result.status for result in missing} == {"refused"}


def test_a_run_that_stops_early_ends_with_the_network_it_went_back_to():
    base = {"early_stopping": True, "patience": 3, "learning_rate": 2, "show_test": False}
    study = Study(base=base, axes=[{"field": "restore_best", "values": [True, False]}])
    restored, left = (result for _, _, result in executed(study).runs())
    assert restored.status == left.status == "finished"
    assert restored.metrics.tobytes() == left.metrics.tobytes()
    assert left.epoch == len(left.metrics) - 1 == restored.epoch + 3
    assert restored.last.validation_loss == np.nanmin(restored.metrics[:, VALIDATION_LOSS])
    assert restored.sets == ("train", "validation")
    assert not np.array_equal(restored.grid, left.grid)


def data(n_classes, n=60):
    """A table of three features, of classes around their own centers, or of their sum."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 3))
    features, labels = ("a", "b", "c"), np.arange(n) % max(n_classes, 1)
    X[:, 0] += 4 * labels
    y = labels if n_classes else X.sum(axis=1)
    return Points(X, y, tuple("pqr"[:n_classes]), features, "t")


def table_of(points):
    """A table that holds these points, under a digest."""
    return Table(points, TableChoices(), digest="0" * 16, dropped=0)


def several_trials(n_classes):
    base = {"dataset": "table", "table": "0" * 16, "epochs": 5}
    study = Study(base=base, axes=[{"field": "learning_rate", "values": [0.01, 0.1]}])
    return executed(study, table=table_of(data(n_classes)))


def test_three_classes_and_quantities_have_outcomes_like_any_other():
    for _, _, result in several_trials(3).runs():
        assert (result.status, result.score) == ("finished", "accuracy")
        assert result.grid.max() < 3 * STEPS
    for _, _, result in several_trials(0).runs():
        assert (result.status, result.score) == ("finished", "r2")
        assert np.nanmax(result.metrics[:, Metrics._fields.index("train_score")]) <= 1


def test_a_run_is_given_up_once_it_is_told_to_stop():
    class Impatient(Event):
        asked = 0

        def is_set(self):
            self.asked += 1
            return self.asked > 3

    stop = Impatient()
    with pytest.raises(TrialStoppedError):
        run_trial(Trial(0, 0, RunConfig(epochs=100_000)), None, stop)
    assert stop.asked == 4


def test_leaving_early_ends_all_threads():
    endless = Study(base={"epochs": 100_000}, axes=[{"field": "epochs", "values": [1, 100_000]}])
    for trial, _ in run_trials(Results(endless).missing(), None, jobs=2):
        assert trial.cell == 0
        break  # the other run would take half a minute
