"""Why and where a run ends, and that it ends alike however it is cut into calls."""

import numpy as np
import pytest

from mlp_live.engine.engine import Engine
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.record import Record
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason, RunEnd

SMALL = {"n_train": 40, "n_validation": 10, "n_test": 10, "epochs": 60, "show_test": True}
# The squared error of growing outputs overflows while every parameter is still finite.
LOSS = {"loss": "squared_error", "activation": "relu", "learning_rate": 3.0}
# Each step multiplies every weight by 1 - 10⁴ · 100, so that the weights themselves overflow.
PARAMETERS = {
    "batch_size": 40,
    "learning_rate": 1e4,
    "regularization": "l2",
    "regularization_rate": 100.0,
}
DIVERGING = {
    "the loss is no longer finite": LOSS,
    "the parameters are no longer finite": PARAMETERS,
    "underflows to 0": {"loss": "naive_cross_entropy", "batch_size": 1, "learning_rate": 3.0},
}
STOPPING = {"early_stopping": True, "patience": 3, "learning_rate": 0.5, "init_std": 1.826}


def trained(config, advance):
    run = Run(config)
    while not run.done:
        advance(run)
    return run


def by_batches(run):
    run.advance(1)


def in_one_call(run):
    run.advance_epochs(1000)


def all_of(run):
    """Everything that can be seen of a run but its record, to the bit."""
    epochs = (None, 0, run.progress.epoch // 2, run.progress.epoch)
    return (
        [values.tobytes() for values in run.history.since(0).values()],
        [run.state_at(epoch).theta.tobytes() for epoch in epochs],
        PlaneView(run).prediction_grid(8).tobytes(),
        (run.progress, run.end, run.shown_epoch, run.done, run.changes),
        run.last_batch.tolist(),
    )


@pytest.mark.parametrize("reason", DIVERGING)
def test_divergence_within_one_call_is_that_of_single_batches(reason):
    config = RunConfig(**SMALL, **DIVERGING[reason])
    slow, fast = trained(config, by_batches), trained(config, in_one_call)
    assert all_of(fast) == all_of(slow)
    assert fast.end.reason is EndReason.DIVERGED
    assert reason in fast.end.message
    assert fast.end.epoch == fast.progress.epoch + 1 == len(fast.history) > 2
    assert np.isfinite(fast.state_at().theta).all()
    assert len(fast.last_batch) == config.batch_size


@pytest.mark.parametrize("reason", DIVERGING)
@pytest.mark.parametrize("epochs_before", [0, 1])
def test_a_call_whose_first_epoch_diverges_ends_the_run(reason, epochs_before):
    config = RunConfig(**SMALL, **DIVERGING[reason])
    end = trained(config, by_batches).end

    def up_to_the_end(run):
        left = end.epoch - 1 - run.progress.epoch
        run.advance_epochs(left if left > 1 + epochs_before else 1000)

    run = trained(config, up_to_the_end)
    assert run.end == end
    assert all_of(run) == all_of(trained(config, by_batches))


def test_divergence_in_the_first_epoch_leaves_the_initial_network():
    config = RunConfig(**SMALL, batch_size=1, learning_rate=1e37)
    slow, fast = trained(config, by_batches), trained(config, in_one_call)
    assert all_of(fast) == all_of(slow)
    assert (fast.progress.epoch, fast.end.epoch, len(fast.history)) == (0, 1, 1)
    assert fast.state_at().theta.tobytes() == Run(config).state_at().theta.tobytes()


@pytest.mark.parametrize("reason", DIVERGING)
def test_an_epoch_that_diverges_is_trained_once(reason, monkeypatch):
    trained_from = []
    original = Engine.train_epochs

    def counting(engine, state, *arguments):
        trained_from.append(state.steps)
        return original(engine, state, *arguments)

    monkeypatch.setattr(Engine, "train_epochs", counting)
    monkeypatch.setattr(Engine, "train", None)  # is not called at all
    run = trained(RunConfig(**SMALL, **DIVERGING[reason]), in_one_call)
    assert run.end.reason is EndReason.DIVERGED
    assert trained_from == [0]


def test_early_stopping_comes_before_a_later_divergence():
    diverging = RunConfig(**SMALL, **LOSS)
    stopping = RunConfig(**SMALL, **LOSS, early_stopping=True, patience=1)
    assert trained(diverging, in_one_call).end.reason is EndReason.DIVERGED
    slow, fast = trained(stopping, by_batches), trained(stopping, in_one_call)
    assert fast.end.reason is EndReason.EARLY_STOPPED
    assert all_of(fast) == all_of(slow)


@pytest.mark.parametrize("restore_best", [True, False])
@pytest.mark.parametrize("advance", [by_batches, in_one_call])
def test_early_stopping_may_come_with_the_last_epoch(restore_best, advance):
    config = RunConfig(**SMALL, **STOPPING, restore_best=restore_best)
    stopped = trained(config, by_batches)
    assert stopped.end.reason is EndReason.EARLY_STOPPED
    last = RunConfig(
        **(SMALL | {"epochs": stopped.end.epoch}), **STOPPING, restore_best=restore_best
    )
    run = trained(last, advance)
    assert run.end == stopped.end
    assert run.shown_epoch == (run.end.epoch - 3 if restore_best else run.end.epoch)
    assert run.state_at().theta.tobytes() == stopped.state_at().theta.tobytes()


@pytest.mark.parametrize("advance", [by_batches, in_one_call])
def test_the_epoch_that_early_stopping_restores_is_the_one_that_was_trained(advance):
    config = RunConfig(**SMALL, **STOPPING)
    run = trained(config, advance)
    best = run.shown_epoch
    assert best == run.end.epoch - 3
    assert run.state_at().theta.tobytes() == run.state_at(best).theta.tobytes()
    assert run.evaluate("validation").epoch == best
    assert run.evaluate("validation").loss == run.history[best].validation_loss
    # The epochs after the best one can be seen again, too.
    plain = trained(config.model_copy(update={"restore_best": False}), advance)
    assert run.state_at(run.end.epoch).theta.tobytes() == plain.state_at().theta.tobytes()


def test_a_completed_run_goes_back_to_its_last_epoch_and_is_still_over():
    run = trained(RunConfig(**SMALL), in_one_call)
    before = all_of(run)
    run.rewind(60)
    assert run.end == RunEnd(EndReason.COMPLETED, 60)
    run.advance(1)
    run.advance_epochs(10)
    assert all_of(run) == before


@pytest.mark.parametrize("advance", [by_batches, in_one_call])
def test_going_back_to_where_early_stopping_ended_the_run_trains_one_more_epoch(advance):
    run = trained(RunConfig(**SMALL, **STOPPING), in_one_call)
    stopped = run.end.epoch
    run.rewind(stopped)
    assert (run.end, run.shown_epoch) == (None, stopped)
    run.advance_epochs(1)
    assert run.progress.epoch == stopped + 1
    plain = Run(RunConfig(**SMALL, **(STOPPING | {"early_stopping": False, "patience": 20})))
    while plain.progress.epoch < stopped + 1:
        plain.advance(1)
    assert run.history[stopped + 1] == plain.history[stopped + 1]


def test_going_back_from_a_divergence_leads_to_it_again():
    run = trained(RunConfig(**SMALL, **PARAMETERS), in_one_call)
    before = all_of(run)
    run.rewind(run.progress.epoch)
    assert run.end is None
    while not run.done:
        run.advance(1)
    assert all_of(run) == before


def test_weights_changed_within_an_epoch_that_diverges_are_undone_with_it():
    run = Run(RunConfig(**SMALL, batch_size=1, learning_rate=1e37))
    start = run.state_at().theta.tobytes()
    run.advance(1)
    run.change({}, [(0, 0.25)])
    while not run.done:
        run.advance(1)
    assert run.state_at().theta.tobytes() == start
    assert [change.batch for change in run.changes] == [1]


def test_the_record_is_a_model_that_json_brings_back():
    run = Run(RunConfig(**(SMALL | {"show_test": False})))
    assert run.record == Record(config=run.config)
    run.advance(3)
    run.change({"learning_rate": 0.5}, [(3, 1.5)])
    before = run.record
    run.evaluate("test")
    assert (before.test_used, run.record.test_used) == (False, True)
    assert Record.model_validate_json(run.record.model_dump_json()) == run.record
    run.rewind(0)
    assert run.changes == []
    assert run.record.test_used  # going back does not make anyone forget
    assert len(before.events) == 1  # a record that was taken does not change
