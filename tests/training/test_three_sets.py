"""What is learned from, what is chosen by, and what nobody looks at before the end."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.data.points import TEST
from mlp_live.data.table import Table, read_table
from mlp_live.protocol.documents import encode_dataset, encode_frame
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training import loading
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.replay import replay
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason, RunEnd

SMALL = {"n_train": 30, "n_validation": 20, "n_test": 20}
EARLY = {"early_stopping": True, "learning_rate": 0.5, "init_std": 1.826, "epochs": 2000}


def trained(config, *given):
    run = Run(config, *given)
    while not run.done:
        run.advance(run.batches_per_epoch)
    return run


def table(rows, header="a,b,label"):
    return read_table("\n".join([header, *rows]).encode())


def with_test_labels_permuted(monkeypatch):
    original = loading.load_points

    def permuted(*arguments):
        points = original(*arguments)
        y = points.y.copy()
        mine = points.sets == TEST
        y[mine] = np.roll(y[mine], 1)
        assert (y != points.y).any()
        return replace(points, y=y)

    monkeypatch.setattr(loading, "load_points", permuted)


@pytest.mark.parametrize("early", [{}, {**EARLY, "epochs": 60, "patience": 5}])
def test_the_test_set_has_no_influence_before_it_is_asked_for(monkeypatch, early):
    config = RunConfig(**SMALL, **({"epochs": 10} | early))

    def everything_shown():
        run = trained(config)
        plane = PlaneView(run)
        frame = encode_frame(run, plane, 1, since_epoch=0, grid_size=20)
        return run, [
            encode_dataset(run, plane),
            frame,
            run.state_at().theta.tobytes(),
            run.shown_epoch,
        ]

    run, shown = everything_shown()
    with_test_labels_permuted(monkeypatch)
    other, shown_too = everything_shown()
    assert shown == shown_too
    assert not run.record.test_used
    assert run.evaluate("validation") == other.evaluate("validation")
    assert not run.record.test_used
    assert run.evaluate("test") != other.evaluate("test")
    assert run.record.test_used


def test_the_test_curve_is_one_switch_away():
    hidden, shown = (trained(RunConfig(**SMALL, epochs=5, show_test=on)) for on in (False, True))
    assert np.isnan(hidden.history[5].test_loss)
    assert shown.history[5].test_loss == hidden.evaluate("test").loss
    assert shown.history[5].test_score == hidden.evaluate("test").accuracy
    assert hidden.history[5][:4] == shown.history[5][:4]
    assert shown.record.test_used
    assert hidden.record.test_used  # by the evaluation above


@pytest.mark.parametrize("advance", [Run.advance, Run.advance_epochs])
@pytest.mark.parametrize("seed", range(8))
def test_showing_the_test_set_changes_neither_the_training_nor_its_end(seed, advance):
    """With many test points, the naive loss may be infinite there before it is in training."""
    data = {"n_train": 10, "n_validation": 0, "n_test": 3000, "noise": 0.5}
    naive = {"loss": "naive_cross_entropy", "batch_size": 1, "learning_rate": 2.0}
    config = RunConfig(**data, **naive, init_std=1.826, epochs=60, seed=seed)
    runs = [Run(config), Run(config.model_copy(update={"show_test": True}))]
    for run in runs:
        while not run.done:
            advance(run, 10)
    hidden, shown = runs
    assert shown.end == hidden.end
    assert shown.state_at().theta.tobytes() == hidden.state_at().theta.tobytes()
    assert shown.history.table()[:, :4].tobytes() == hidden.history.table()[:, :4].tobytes()


@given(st.integers(1, 40), st.sampled_from([0.0, 0.001, 0.05]), st.integers(0, 50))
def test_early_stopping_restores_the_best_epoch_exactly(patience, min_delta, seed):
    config = RunConfig(**SMALL, **EARLY, patience=patience, min_delta=min_delta, seed=seed)
    run = trained(config)
    losses = run.history.since(0)["validation_loss"]
    improved, waited = 0, None
    for epoch, loss in enumerate(losses):  # the rule, written out once more
        if loss < losses[improved] - min_delta:
            improved = epoch
        if epoch - improved >= patience:
            waited = epoch
            break
    best = int(np.argmin(losses))
    if waited is None:
        assert run.end == RunEnd(EndReason.COMPLETED, 2000)
        assert run.shown_epoch == run.progress.epoch == 2000
        return
    assert run.end == RunEnd(EndReason.EARLY_STOPPED, waited)
    assert len(losses) == waited + 1
    assert run.shown_epoch == best
    plain = Run(RunConfig(**SMALL, **(EARLY | {"early_stopping": False}), seed=seed))
    while plain.progress.epoch < best:
        plain.advance(plain.batches_per_epoch)
    assert run.state_at().theta.tobytes() == plain.state_at().theta.tobytes()
    assert run.evaluate("test") == plain.evaluate("test")


def test_the_best_need_not_be_restored():
    restored = trained(RunConfig(**SMALL, **EARLY, patience=3))
    last = trained(RunConfig(**SMALL, **EARLY, patience=3, restore_best=False))
    assert last.shown_epoch == last.progress.epoch == restored.progress.epoch
    assert last.shown_epoch > restored.shown_epoch
    assert last.state_at().theta.tobytes() != restored.state_at().theta.tobytes()
    assert (
        PlaneView(restored).prediction_grid(10, last.progress.epoch).tobytes()
        == PlaneView(last).prediction_grid(10).tobytes()
    )


def test_going_on_from_an_earlier_epoch_stops_where_it_stopped_before():
    run = trained(RunConfig(**SMALL, **EARLY, patience=10))
    theta, end, best = run.state_at().theta.tobytes(), run.end, run.shown_epoch
    run.rewind(best // 2)
    assert not run.done
    while not run.done:
        run.advance(run.batches_per_epoch)
    assert (run.end, run.shown_epoch, run.state_at().theta.tobytes()) == (end, best, theta)


def test_early_stopping_needs_a_validation_set():
    with pytest.raises(ConfigError) as caught:
        Run(RunConfig(n_validation=0, early_stopping=True))
    assert caught.value.problem.field == "early_stopping"


def test_an_empty_test_set_cannot_be_evaluated():
    with pytest.raises(ConfigError) as caught:
        Run(RunConfig(n_validation=0)).evaluate("validation")
    assert caught.value.problem.field == "n_validation"


def quadrants(n=80, seed=0, flipped=False):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 2))
    names = np.where((X[:, 0] * X[:, 1] > 0) != flipped, "same", "other")
    sets = np.where(np.arange(n) % 5 < 4, "train", "test")
    rows = zip(X[:, 0], X[:, 1], sets, names, strict=True)
    return table((f"{a:.4f},{b:.4f},{s},{name}" for a, b, s, name in rows), "a,b,split,label")


def find(*tables: Table):
    return {one.digest: one for one in tables}.get


def test_a_table_that_changes_mid_run_is_trained_on_from_the_next_epoch():
    first, second = quadrants(), quadrants(120, 1, flipped=True)
    config = RunConfig(dataset="table", table=first.digest, epochs=12, learning_rate=0.3)
    run = Run(config, find(first, second))
    while run.progress.epoch < 5:
        run.advance(run.batches_per_epoch)
    inputs = run.dataset.feature_map
    run.advance(3)
    change = run.change({"table": second.digest}, [])
    assert len(run.dataset.train) == 96
    assert run.dataset.feature_map is inputs  # else the weights would mean something else
    while not run.done:
        run.advance(run.batches_per_epoch)
    unchanged = trained(config, find(first))
    losses, others = run.history.since(0), unchanged.history.since(0)
    assert losses["train_loss"][:7].tolist() == others["train_loss"][:7].tolist()
    assert losses["train_loss"][7] != others["train_loss"][7]
    assert sorted(run._trainer.orders(11, 1)[0]) == list(range(96))
    again = Run(config, find(first, second))
    assert list(replay(again, [change])) == list(range(1, 13))
    assert again.state_at().theta.tobytes() == run.state_at().theta.tobytes()
    assert (
        PlaneView(again).prediction_grid(10, 9).tobytes()
        == PlaneView(run).prediction_grid(10, 9).tobytes()
    )
    run.rewind(4)
    assert len(run.dataset.train) == 64


def test_a_table_of_another_kind_is_refused_mid_run():
    first = quadrants()
    other = table(["1,2,p", "3,4,q"] * 10)
    run = Run(RunConfig(dataset="table", table=first.digest), find(first, other))
    for digest, reason in [(other.digest, "columns or classes differ"), ("0" * 16, "not on")]:
        with pytest.raises(ConfigError) as caught:
            run.change({"table": digest}, [])
        assert caught.value.problem.field == "table"
        assert reason in caught.value.problem.message
    assert not run.changes
    with pytest.raises(ConfigError):
        Run(RunConfig()).change({"table": first.digest}, [])


def test_the_tables_that_a_run_has_used_are_limited_in_bytes():
    features = [f"f{i}" for i in range(8)]
    rows = [[*(i * j % 97 for j in range(1, 9)), i % 2] for i in range(3_000)]

    def numbered(i):
        content = [",".join([*features, "label"])]
        content += [",".join(map(str, [i, *row[1:]])) for row in rows]
        return read_table("\n".join(content).encode())

    tables, most = [numbered(0)], 32 * 1024**2
    run = Run(
        RunConfig(dataset="table", table=tables[0].digest),
        lambda digest: next((one for one in tables if one.digest == digest), None),
    )

    def change_often():
        for i in range(1, 200):
            tables.append(numbered(i))
            run.change({"table": tables[-1].digest}, [])
            assert run._phases.nbytes <= most

    with pytest.raises(ConfigError, match="changed too often in this run; start a new run"):
        change_often()
    assert run._phases.nbytes + run._phases.last.data.nbytes > most  # one more
