"""A run gives the same bits however it is sliced, changed, rewound or watched.

The module is long because its properties share the ways to train a run in slices.
"""

from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mlp_live.data.table import read_table
from mlp_live.nn.reference import backward, forward, init_params, loss_accuracy, sgd
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError, problems_of
from mlp_live.training.permutations import EpochPermutations
from mlp_live.training.phases import schedule_of
from mlp_live.training.record import Record
from mlp_live.training.replay import replay
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

SMALL = {"n_train": 23, "n_validation": 7, "n_test": 11, "epochs": 4, "show_test": True}


def trained(config, slices=None):
    run = Run(config)
    while not run.done:
        run.advance(next(slices) if slices else run.batches_per_epoch)
    return run


def diverged(run):
    return run.end is not None and run.end.reason is EndReason.DIVERGED


def orders_of(config):
    """The permutations of a run of ``config``."""
    return EpochPermutations(np.random.SeedSequence(config.seed).spawn(3)[2])


def numbers(run):
    table = run.history.since(0)
    return [table[name].tobytes() for name in table] + [PlaneView(run).prediction_grid(8).tobytes()]


@settings(deadline=None)
@given(st.integers(1, 23), st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(0, 99))
def test_slices_of_any_size_give_the_same_bits(batch_size, slices, seed):
    config = RunConfig(batch_size=batch_size, seed=seed, **SMALL)
    assert numbers(trained(config, cycle(slices))) == numbers(trained(config))


def whole(run):
    """All that training has made of a run."""
    theta = [
        run.state_at().theta.tobytes(),
        *(PlaneView(run).snapshot(8, e)["theta"].tobytes() for e in (0, run.progress.epoch)),
    ]
    return numbers(run), theta, run.progress, run.end, run.shown_epoch, run.last_batch.tolist()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "adam", "schedule": "cosine", "warm_up": 5, "regularization": "l2"},
        {"early_stopping": True, "patience": 3, "learning_rate": 0.5},
        {"early_stopping": True, "patience": 3, "learning_rate": 0.5, "restore_best": False},
        {"loss": "naive_cross_entropy", "learning_rate": 300.0},
        {"loss": "squared_error", "learning_rate": 30.0},
        {"dataset": "wave", "show_test": False},
        {"n_validation": 0},
    ],
)
@pytest.mark.parametrize("pieces", [[2], [1000], [3, 1, 7]])
def test_epochs_in_one_piece_give_the_same_bits(settings, pieces):
    config = RunConfig(**{**SMALL, "n_train": 400, "n_validation": 20, "epochs": 60, **settings})
    plain, run, pieces = trained(config), Run(config), cycle(pieces)
    while not run.done:
        run.advance_epochs(next(pieces))
    assert whole(run) == whole(plain)
    for epoch in range(0, run.progress.epoch + 1, 7):
        assert (
            PlaneView(run).prediction_grid(8, epoch).tobytes()
            == PlaneView(plain).prediction_grid(8, epoch).tobytes()
        )


def test_epochs_in_one_piece_end_where_a_change_begins():
    def make(advance):
        run = Run(RunConfig(**{**SMALL, "epochs": 30}))
        run.advance(1)
        run.change({"learning_rate": 0.4}, [(3, 0.5)])
        while not run.done:
            advance(run)
        return run

    assert whole(make(lambda run: run.advance_epochs(9))) == whole(
        make(lambda run: run.advance(run.batches_per_epoch))
    )


def test_a_table_without_validation_points_goes_on_the_same_in_any_pieces():
    def rows(sets):
        lines = [f"{i % 7},{i % 5},{'ab'[i % 2]},{sets[i % len(sets)]}" for i in range(40)]
        return read_table("\n".join(["x1,x2,label,split", *lines]).encode())

    tables = [rows(["train", "train", "validation"]), rows(["train"])]
    config = RunConfig(dataset="table", table=tables[0].digest, epochs=30)
    runs = [Run(config, {table.digest: table for table in tables}.get) for _ in range(2)]
    for run, pieces in zip(runs, (1, 9), strict=True):
        run.advance(run.batches_per_epoch)
        run.change({"table": tables[1].digest}, [])
        while not run.done:
            run.advance_epochs(pieces)
    assert whole(runs[0]) == whole(runs[1])
    assert not diverged(runs[0])


def test_seed_decides_data_weights_and_order_each_by_itself():
    first, again, other = (Run(RunConfig(seed=seed, **SMALL)) for seed in (1, 1, 2))
    assert np.array_equal(first.dataset.train.X, again.dataset.train.X)
    assert not np.array_equal(first.dataset.train.X, other.dataset.train.X)
    wider = Run(RunConfig(seed=1, hidden=20, **SMALL))
    assert np.array_equal(first.dataset.train.X, wider.dataset.train.X)


def test_an_epoch_is_one_step_for_each_batch_of_a_permutation():
    config = RunConfig(batch_size=10, **SMALL)
    run = Run(config)
    init_seed = np.random.SeedSequence(config.seed).spawn(3)[1]
    params = init_params(2, 10, 2, 0.3, np.random.default_rng(init_seed))
    X, Y = run.dataset.train.X, np.eye(2)[run.dataset.train.y]
    orders = orders_of(config).span(0, 2, 23)
    order = orders[0]
    assert sorted(order) == list(range(23))
    assert order.tolist() != orders[1].tolist()
    for rows in (order[:10], order[10:20], order[20:]):
        params = sgd(params, backward(params, forward(params, X[rows])[1], Y[rows]), 0.03)
    assert run.batches_per_epoch == 3
    run.advance(3)
    loss, accuracy = loss_accuracy(forward(params, X)[1]["ytilde"], Y)
    # float32 against float64: three steps and a mean over 23 points lose a few of 24 bits.
    assert run.history[1].train_loss == pytest.approx(loss, rel=1e-5)
    assert run.history[1].train_score == accuracy


def test_training_learns_the_rings():
    run = trained(RunConfig(init_std=1.826, batch_size=10, learning_rate=0.1, show_test=True))
    assert run.progress.epoch == 150
    assert len(run.history) == 151
    assert run.history[150].train_loss < 0.2 < 0.6 < run.history[0].train_loss
    assert run.history[150].test_score >= 90


def test_large_rates_blow_up_the_loss_but_give_no_nan():
    run = trained(RunConfig(batch_size=1, learning_rate=5, init_std=1.826))
    assert not diverged(run)
    losses = run.history.since(0)["train_loss"]
    assert np.isfinite(losses).all()
    assert losses.max() > 1


def test_divergence_ends_the_run_and_keeps_the_history():
    run = trained(RunConfig(batch_size=1, learning_rate=1e307, show_test=True))
    assert run.end.epoch == run.progress.epoch + 1
    assert len(run.history) == run.progress.epoch + 1
    table = run.history.since(0)
    assert all(np.isfinite(values).all() for values in table.values())
    assert np.isfinite(run.state_at().theta).all()
    assert "parameters are no longer finite" in run.end.message
    progress = run.progress
    run.advance(100)
    run.advance_epochs(100)
    assert run.progress == progress


def test_grid_is_the_second_class_over_the_plane():
    run = trained(RunConfig(init_std=1.826, learning_rate=0.1))
    grid = PlaneView(run).prediction_grid(40)
    assert grid.shape == (40, 40)
    assert grid[20, 20] > 200  # the inner ring
    assert grid[0, 0] < 50


def test_batch_larger_than_the_training_set_is_refused():
    with pytest.raises(ConfigError) as caught:
        Run(RunConfig(batch_size=201))
    assert caught.value.problem.field == "batch_size"
    assert "use 200" in caught.value.problem.message


def test_runs_on_a_table():
    rng = np.random.default_rng(0)
    rows = [f"{label + 0.1 * rng.normal()},{rng.normal()},{label}" for label in [0, 1] * 50]
    table = read_table("\n".join(["a,b,label", *rows]).encode())
    config = RunConfig(dataset="table", table=table.digest, epochs=30, learning_rate=0.5)
    run = Run(config, {table.digest: table}.get)
    assert [len(part) for part in (run.dataset.train, run.dataset.validation)] == [60, 20]
    while not run.done:
        run.advance(1000)
    assert run.evaluate("test").accuracy == 100


def test_missing_table_is_told():
    with pytest.raises(ConfigError) as caught:
        Run(RunConfig(dataset="table", table="0123456789abcdef"))
    assert caught.value.problem.field == "table"


def test_the_naive_loss_diverges_where_the_stable_one_does_not():
    wild = {"batch_size": 1, "learning_rate": 5, "init_std": 1.826}
    assert not diverged(trained(RunConfig(**wild)))
    naive = trained(RunConfig(loss="naive_cross_entropy", **wild))
    assert diverged(naive)
    assert "underflows to 0" in naive.end.message
    assert "in float64 at 710 or 746" in naive.end.message


@pytest.mark.parametrize("in_one_call", [True, False])
def test_divergence_after_a_change_of_weights_undoes_the_change_too(in_one_call):
    run = Run(RunConfig(loss="naive_cross_entropy", epochs=9))
    run.advance_epochs(3)
    at_start = run.state_at().theta
    run.change({}, [(index, 1e6 * (-1) ** index) for index in range(len(at_start))])
    while not run.done:
        run.advance_epochs(6) if in_one_call else run.advance(run.batches_per_epoch)
    assert diverged(run)
    assert run.progress.epoch == 3
    assert (run.state_at().theta == at_start).all()
    assert (run.state_at(3).theta == at_start).all()


def test_schedule_sets_the_rate_of_each_epoch():
    calm = RunConfig(warm_up=1, cool_down=3, **SMALL)
    rates = [schedule_of(calm).rate(epoch, 4, calm.learning_rate) for epoch in range(4)]
    assert rates == pytest.approx([0.015, 0.0225, 0.015, 0.0075], rel=1e-12)
    assert numbers(trained(calm)) != numbers(trained(RunConfig(**SMALL)))


@pytest.mark.parametrize(
    "choices",
    [
        {"hidden": "8,8,4", "optimizer": "adam", "learning_rate": 0.01, "schedule": "cosine"},
        {"activation": "relu", "initialization": "he", "regularization": "l2"},
        {"activation": "gelu", "loss": "squared_error", "optimizer": "nesterov"},
        {"activation": "sigmoid", "optimizer": "rmsprop", "learning_rate": 0.01, "init_std": 1},
        {"activation": "leaky_relu", "optimizer": "adagrad", "learning_rate": 0.1},
        {"initialization": "xavier", "optimizer": "momentum", "regularization": "l1"},
    ],
    ids=lambda choices: " ".join(map(str, choices.values())),
)
def test_every_choice_reaches_the_engine_and_learns(choices):
    run = trained(RunConfig.model_validate({"learning_rate": 0.1, **choices}))
    assert run.history[150].train_score > 85


def test_without_hidden_layer_or_bends_the_rings_stay_mixed():
    for choices in ({"hidden": ""}, {"activation": "linear", "hidden": "10,10"}):
        run = trained(RunConfig.model_validate(choices | {"learning_rate": 0.1}))
        assert run.history[150].train_score < 70
        # A straight boundary: along any line through the plane the answer only rises or falls.
        steps = np.sign(np.diff(PlaneView(run).prediction_grid(40).astype(int), axis=1))
        assert (np.ptp(steps, axis=1) <= 1).all()


def test_zero_weights_stay_symmetric_for_ever():
    run = trained(RunConfig(initialization="zeros", learning_rate=0.5))
    (W, b), (V, _) = run.engine.architecture.views(run.state_at().theta)
    assert np.ptp(W, axis=0).max() == np.ptp(b) == np.ptp(V, axis=1).max() == 0


def test_work_is_refused_by_the_size_of_the_table_too():
    table = read_table(b"a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    config = RunConfig(dataset="table", table=table.digest)
    with pytest.raises(ConfigError, match="2 training points"):
        Run(config, {table.digest: table}.get)


def changed(config, changes):
    """A run with changes {(epoch, batch): (settings, weights)} made on the way."""
    run = Run(config)
    while not run.done:
        if run.progress in changes:
            run.change(*changes[run.progress])
        run.advance(1)
    return run


CHANGES = {
    (0, 0): ({"learning_rate": 0.5}, []),
    (1, 2): ({"batch_size": 7}, [(3, 1.5)]),
    (2, 0): ({}, [(0, -2.0), (51, 0.25)]),
    (2, 3): ({"momentum": 0.5, "learning_rate": 0.1}, []),
}
LONG = RunConfig(n_train=23, n_test=11, epochs=7, optimizer="momentum")


@pytest.mark.parametrize("config", [RunConfig(**SMALL), LONG], ids=["sgd", "momentum"])
def test_every_epoch_can_be_seen_again_to_the_bit(config):
    run = Run(config)
    seen = [PlaneView(run).prediction_grid(8)]
    while not run.done:
        run.advance(run.batches_per_epoch)
        seen.append(PlaneView(run).prediction_grid(8))
    for epoch, grid in enumerate(seen):
        assert np.array_equal(PlaneView(run).prediction_grid(8, epoch), grid)


def test_checkpoints_stay_few_and_every_epoch_in_reach():
    run = Run(RunConfig(n_train=4, n_test=2, epochs=3000, hidden=(64,), batch_size=4))
    early = None
    while not run.done:
        run.advance(1)
        if run.progress.epoch == 1234:
            early = PlaneView(run).prediction_grid(8)
    assert run._trainer.checkpoints.stride > 1
    assert np.array_equal(PlaneView(run).prediction_grid(8, 1234), early)


@pytest.mark.parametrize("back_to", [0, 1, 3, 6])
def test_going_on_from_a_past_epoch_repeats_the_history(back_to):
    run, straight = changed(LONG, CHANGES), changed(LONG, CHANGES)
    changes = [change for change in run.changes if change.epoch >= back_to]
    run.rewind(back_to)
    assert run.progress.epoch == back_to
    assert len(run.history) == back_to + 1
    while not run.done:
        for change in changes:
            if run.progress == (change.epoch, change.batch):
                run.change(change.config, change.weights)
        run.advance(1)
    assert numbers(run) == numbers(straight)


def test_changes_move_the_run_and_its_record_repeats_it_to_the_bit():
    run = changed(LONG, CHANGES)
    assert numbers(run) != numbers(trained(LONG))
    record = Record.model_validate_json(run.record.model_dump_json())
    again = Run(record.config)
    assert list(replay(again, record.events)) == list(range(1, 8))
    assert numbers(again) == numbers(run)
    assert again.record == run.record == record


@pytest.mark.parametrize(
    ("values", "weights", "field"),
    [
        ({"hidden": "3"}, [], "hidden"),
        ({"learning_rate": -1}, [], "learning_rate"),
        ({"batch_size": 24}, [], "batch_size"),
        ({"beta1": 0.5}, [], "beta1"),
        ({}, [(52, 1.0)], "hidden"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(values, weights, field):
    run = Run(LONG)
    run.advance(1)
    with pytest.raises((ValidationError, ConfigError)) as caught:
        run.change(values, weights)
    error = caught.value
    assert isinstance(error, ValidationError | ConfigError)
    problems = [error.problem] if isinstance(error, ConfigError) else problems_of(error)
    assert [problem.field for problem in problems] == [field]
    while not run.done:
        run.advance(1)
    assert run.changes == []
    assert numbers(run) == numbers(trained(LONG))


def test_the_last_batch_has_the_rows_that_were_trained_last():
    config = RunConfig(**SMALL, batch_size=7)
    slow, fast = Run(config), Run(config)
    n = config.n_train
    for epoch in range(4):
        order = orders_of(config).span(epoch, 1, n)[0].tolist()
        for start in range(0, n, 7):
            slow.advance(1)
            assert slow.last_batch.tolist() == order[start : start + 7]
    fast.advance_epochs(4)
    assert fast.last_batch.tolist() == order[start:]


@pytest.mark.parametrize("epoch", [-1, 3])
def test_there_is_no_return_to_an_epoch_that_was_not_trained(epoch):
    run = Run(RunConfig(**SMALL))
    run.advance_epochs(2)
    with pytest.raises(IndexError, match=f"epoch {epoch} of a run at 2"):
        run.rewind(epoch)
    assert not run.record.events


def test_no_epoch_is_trained_if_none_is_asked_for():
    run = Run(RunConfig(**SMALL))
    run.advance_epochs(0)
    assert (run.progress, len(run.history)) == ((0, 0), 1)


def test_a_past_epoch_is_trained_again_across_blocks_of_permutations_and_changes():
    """With few checkpoints, and one permutation in a block, it takes several calls."""
    run = Run(RunConfig(n_train=5000, n_test=2, epochs=24, batch_size=2500), checkpoint_bytes=1)
    seen = []
    while not run.done:
        seen.append(run.state_at().theta.tobytes())
        if run.progress.epoch == 5:
            run.change({"learning_rate": 0.9}, [])
        run.advance(run.batches_per_epoch)
    assert run._trainer.checkpoints.stride > 2
    assert [run.state_at(epoch).theta.tobytes() for epoch in range(24)] == seen


def test_the_bytes_of_a_run_are_those_of_all_that_it_keeps():
    config = RunConfig(n_train=64, n_validation=10, n_test=10, epochs=30)
    run = Run(config)
    estimate = run.final_nbytes
    while not run.done:
        run.advance_epochs(7)
    vectors, points = run.state_at().vectors.nbytes, 84 * (2 + 1) * 8
    packed = sum(
        one.X.nbytes + one.Y.nbytes for one in run._phases.first.data.evaluated.values() if one
    )
    permutations = 8192 // 64 * 64 * 8
    assert run.nbytes == 2 * vectors + 31 * 48 + 31 * vectors + permutations + points + packed
    assert run.nbytes == estimate


def test_one_call_trains_as_many_epochs_as_its_limits_allow():
    small = Run(RunConfig(n_train=5000, n_validation=10, n_test=10))
    work = small.engine.architecture.n_parameters * 5020
    nbytes = small.state_at().vectors.nbytes
    assert nbytes * (20_000_000 // work) < 4 * 1024**2  # here time is the limit
    assert small._trainer.epochs_per_call(small.state_at(), 0) == 1 + 20_000_000 // work
    wide = Run(RunConfig(n_train=2, n_validation=0, n_test=2, batch_size=1, hidden=(128, 128)))
    nbytes = wide.state_at().vectors.nbytes
    assert wide._trainer.epochs_per_call(wide.state_at(), 0) == 1 + 4 * 1024**2 // nbytes
