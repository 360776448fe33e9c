"""Every training field changes the training as its formula says: `Run` against `Peer`."""

from itertools import pairwise
from math import ceil, isfinite, isnan
from typing import Any

import numpy as np
import pytest

from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason, RunEnd
from tests.training.fields.cases import (
    CASES,
    CHANGES,
    LOSS_TOLERANCE,
    NETWORK,
    POINTS,
    TABLES,
    THETA_TOLERANCE,
    Case,
)
from tests.training.fields.peers import Peer

# The values of a case differ in some parameter by 300 times the tolerance or more.
DIFFERENCE = 300 * THETA_TOLERANCE


def start(config: RunConfig) -> tuple[Run, Peer]:
    run = Run(config, TABLES.get)
    return run, Peer(config, run.dataset)


def assert_agreement(run: Run, peer: Peer) -> None:
    """The present parameters agree, and so does the last entry of the history."""
    np.testing.assert_allclose(run.state_at().theta, peer.theta, rtol=0, atol=THETA_TOLERANCE)
    assert_losses_agree(run, peer, run.shown_epoch)


def assert_losses_agree(run: Run, peer: Peer, epoch: int) -> None:
    sets = run.dataset.train, run.dataset.validation
    expected = [peer.loss(peer.theta, *peer.prepared(one)) for one in sets if len(one)]
    metrics = run.history[epoch]
    found = [metrics.train_loss, metrics.validation_loss][: len(expected)]
    np.testing.assert_allclose(found, expected, rtol=LOSS_TOLERANCE, atol=LOSS_TOLERANCE)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_batch_by_batch_the_training_follows_the_formulas(case: Case) -> None:
    for config in case.configs:
        run, peer = start(config)
        assert_agreement(run, peer)
        for epoch in range(config.epochs):
            assert not run.done
            batches = 0
            while run.shown_epoch == epoch and not run.done:
                run.advance(1)
                batches += 1
            assert batches == ceil(len(peer.X) / config.batch_size) == run.batches_per_epoch
            peer.train_epoch(epoch)
            assert_agreement(run, peer)
        assert run.end == RunEnd(EndReason.COMPLETED, config.epochs)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_in_calls_of_several_epochs_the_training_follows_the_formulas(case: Case) -> None:
    for config in case.configs:
        run, peer = start(config)
        while not run.done:
            before = run.shown_epoch
            run.advance_epochs(3)
            for epoch in range(before, run.shown_epoch):
                peer.train_epoch(epoch)
                assert_losses_agree(run, peer, epoch + 1)
            assert_agreement(run, peer)
        assert run.end == RunEnd(EndReason.COMPLETED, config.epochs)
        assert len(run.history) == config.epochs + 1


@pytest.mark.parametrize("case", CASES, ids=str)
def test_past_epochs_are_those_of_the_formulas(case: Case) -> None:
    for config in case.configs:
        run, peer = start(config)
        while not run.done:
            run.advance_epochs(config.epochs)
        for epoch in range(config.epochs + 1):
            theta = run.state_at(epoch).theta
            np.testing.assert_allclose(theta, peer.theta, rtol=0, atol=THETA_TOLERANCE)
            if epoch < config.epochs:
                peer.train_epoch(epoch)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_values_of_a_case_can_be_told_apart(case: Case) -> None:
    """Otherwise a field that has no effect would pass the tests above."""
    assert len(set(case.values)) == len(case.values) >= 2
    paths = []
    for config in case.configs:
        _, peer = start(config)
        paths.append([peer.theta])
        for epoch in range(config.epochs):
            peer.train_epoch(epoch)
            paths[-1].append(peer.theta)
    for one, other in pairwise(paths):
        if one[0].shape == other[0].shape:
            differences = [np.abs(a - b).max() for a, b in zip(one, other, strict=False)]
            assert max(differences) > DIFFERENCE


CHANGING = [case for case in CASES if case.name in CHANGES]


@pytest.mark.parametrize("in_one_call", [False, True], ids=["in batches", "in one call"])
@pytest.mark.parametrize("batch", [0, 1])
@pytest.mark.parametrize("case", CHANGING, ids=str)
def test_a_change_on_the_way_is_trained_with_from_the_next_epoch_on(
    case: Case, batch: int, in_one_call: bool
) -> None:
    config = case.configs[0]
    run, peer = start(config)
    for _ in range(2):
        run.advance(run.batches_per_epoch)
    run.advance(batch)
    run.change({case.name: CHANGES[case.name]}, [])
    changed = config.model_copy(update={case.name: CHANGES[case.name]})
    assert run.config == changed
    since = 3 if batch and len(peer.X) > config.batch_size else 2
    while not run.done:
        if in_one_call:
            run.advance_epochs(config.epochs)
        else:
            run.advance(1)
    for epoch in range(config.epochs):
        peer.train_epoch(epoch, changed if epoch >= since else config)
        assert_losses_agree(run, peer, epoch + 1)
    assert_agreement(run, peer)


def test_only_the_naive_loss_is_nan_where_a_probability_underflows() -> None:
    wild: dict[str, Any] = POINTS | NETWORK | {"init_std": 60, "learning_rate": 0.01}
    stable, peer = start(RunConfig(**wild))
    logits = peer.logits(peer.theta, peer.X)[0]
    # In float32, exp is 0 below -104 and infinite above 89.
    assert logits.min() < -104 or logits.max() > 89
    assert stable.history[0].train_loss == pytest.approx(
        peer.loss(peer.theta, peer.X, peer.Y), rel=LOSS_TOLERANCE
    )
    naive, _ = start(RunConfig(loss="naive_cross_entropy", **wild))
    assert isnan(naive.history[0].train_loss)
    for run in (stable, naive):
        run.advance(run.batches_per_epoch)
    assert isfinite(stable.history[1].train_loss)
    assert naive.end is not None
    assert (naive.end.reason, naive.end.epoch) == (EndReason.DIVERGED, 1)
    assert len(naive.history) == 1


def test_the_initial_parameters_are_exactly_those_of_the_formulas() -> None:
    for case in CASES:
        if case.name in ("initialization", "init_std", "seed"):
            for config in case.configs:
                run, peer = start(config)
                # The engine has float32; the formula may be evaluated in another order.
                np.testing.assert_allclose(run.state_at().theta, peer.theta, rtol=2.0**-23)
