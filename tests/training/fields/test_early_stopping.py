"""When early stopping ends a run, and with which parameters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason, RunEnd
from tests.training.fields.cases import LOSS_TOLERANCE, NETWORK, POINTS, about
from tests.training.fields.peers import Peer

EPOCHS = 60
NOISY: dict[str, Any] = POINTS | NETWORK | {"epochs": EPOCHS, "seed": 2}  # the loss rises and falls


def trained(in_one_call: bool, **values: Any) -> Run:
    run = Run(RunConfig(**NOISY | values))
    while not run.done:
        if in_one_call:
            run.advance_epochs(EPOCHS)
        else:
            run.advance(1)
    return run


@pytest.fixture(scope="module")
def unstopped() -> Run:
    """The run without early stopping."""
    return trained(in_one_call=False)


@pytest.fixture(scope="module")
def losses(unstopped: Run) -> Sequence[float]:
    """Its validation losses, from epoch 0 on."""
    values: list[float] = unstopped.history.since(0)["validation_loss"].tolist()
    return values


def end_of(losses: Sequence[float], patience: int, min_delta: float) -> RunEnd:
    """The end of a run with these losses: after `patience` epochs in a row without improvement."""
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], start=1):
        best, waited = (loss, 0) if loss < best - min_delta else (best, waited + 1)
        if waited == patience:
            return RunEnd(EndReason.EARLY_STOPPED, epoch)
    return RunEnd(EndReason.COMPLETED, len(losses) - 1)


def test_the_validation_losses_are_those_of_the_formulas(unstopped: Run, losses: Any) -> None:
    peer = Peer(unstopped.config, unstopped.dataset)
    for epoch, loss in enumerate(losses):
        expected = peer.loss(peer.theta, *peer.prepared(unstopped.dataset.validation))
        # The rounding errors of 60 epochs have added up.
        assert loss == pytest.approx(expected, rel=10 * LOSS_TOLERANCE)
        peer.train_epoch(epoch)


@about("early_stopping")
@pytest.mark.parametrize("in_one_call", [False, True])
def test_only_with_early_stopping_does_the_run_end_before_its_last_epoch(in_one_call: bool) -> None:
    without = trained(in_one_call, seed=0)
    assert without.end == RunEnd(EndReason.COMPLETED, EPOCHS)
    losses: Any = without.history.since(0)["validation_loss"].tolist()
    stopped = trained(in_one_call, seed=0, early_stopping=True)
    assert stopped.end == end_of(losses, 20, 0.0) == RunEnd(EndReason.EARLY_STOPPED, 49)


@about("patience")
@pytest.mark.parametrize("in_one_call", [False, True])
@pytest.mark.parametrize(
    ("patience", "epoch"), [(1, 4), (2, 13), (3, 17), (5, 19), (6, 26), (7, 27), (8, 60)]
)
def test_the_run_ends_after_as_many_epochs_without_improvement_as_patience_says(
    losses: Any, patience: int, epoch: int, in_one_call: bool
) -> None:
    run = trained(in_one_call, early_stopping=True, patience=patience)
    assert run.end == end_of(losses, patience, 0.0)
    assert run.end.epoch == epoch  # so each of these values can be told apart
    assert run.history.since(0)["validation_loss"].tolist() == losses[: epoch + 1]


@about("min_delta")
@pytest.mark.parametrize("in_one_call", [False, True])
@pytest.mark.parametrize(("min_delta", "epoch"), [(0.0, 19), (0.03, 16), (0.1, 12), (0.2, 5)])
def test_only_a_decrease_by_more_than_min_delta_is_an_improvement(
    losses: Any, min_delta: float, epoch: int, in_one_call: bool
) -> None:
    values = {"patience": 5, "min_delta": min_delta, "restore_best": False}
    run = trained(in_one_call, early_stopping=True, **values)
    assert run.end == end_of(losses, 5, min_delta)
    assert run.end.epoch == epoch


@about("restore_best")
@pytest.mark.parametrize("in_one_call", [False, True])
@pytest.mark.parametrize("patience", [1, 2, 5])
def test_the_parameters_of_the_best_epoch_are_restored_if_that_is_wanted(
    unstopped: Run, losses: Any, patience: int, in_one_call: bool
) -> None:
    stopping = {"early_stopping": True, "patience": patience}
    restored = trained(in_one_call, **stopping, restore_best=True)
    kept = trained(in_one_call, **stopping, restore_best=False)
    end = end_of(losses, patience, 0.0)
    best = int(np.argmin(losses[: end.epoch + 1]))
    assert best == end.epoch - patience  # the last improvement, since min_delta is 0
    assert restored.end == kept.end == end
    assert (restored.shown_epoch, kept.shown_epoch) == (best, end.epoch)
    assert restored.state_at().theta.tolist() == unstopped.state_at(best).theta.tolist()
    assert kept.state_at().theta.tolist() == unstopped.state_at(end.epoch).theta.tolist()
