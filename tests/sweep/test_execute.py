import numpy as np
import pytest

from app.data.table import read_table
from app.sweep.execute import StoppedError, Task, execute, train
from app.sweep.results import Results
from app.sweep.study import Study
from app.training.config import RunConfig
from app.training.run import Run

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
        assert outcome.metrics.tolist() == [list(run.history[e]) for e in range(len(run.history))]
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
    assert {outcome.n_test for outcome in outcomes} == {18}
    missing = [outcome for _, _, outcome in executed(study).runs()]
    assert {outcome.status for outcome in missing} == {"refused"}


def test_a_run_is_given_up_once_it_is_told_to_stop():
    class Told:
        asked = 0

        def is_set(self):
            self.asked += 1
            return self.asked > 3

    stop = Told()
    with pytest.raises(StoppedError):
        train(Task(0, 0, RunConfig(epochs=100_000)), None, stop)
    assert stop.asked == 4


def test_leaving_early_ends_all_threads():
    endless = Study(base={"epochs": 100_000}, axes=[{"field": "epochs", "values": [1, 100_000]}])
    for task, _ in execute(Results(endless).missing(), None, jobs=2):
        assert task.cell == 0
        break  # the other run would take half a minute
