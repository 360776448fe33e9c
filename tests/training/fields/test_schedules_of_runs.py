"""The learning rate that a run really trains with, measured from its parameters, epoch by epoch.

With plain SGD a step is Δθ = -η g. So η is the length of Δθ in units of -g, where `Peer` computes g
for the parameters before the step.
"""

from math import cos, exp, floor, pi
from typing import Any

import numpy as np
import pytest

from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from tests.training.fields.cases import choices
from tests.training.fields.peers import Array, Peer

N = 24
EPOCHS = 12  # T
RATE = 0.5  # η₀
DECAY, FACTOR, PERIOD = 0.3, 0.6, 5  # k, γ, p
CONSTANTS: dict[str, dict[str, Any]] = {
    "constant": {},
    "time": {"schedule_decay": DECAY},
    "step": {"schedule_factor": FACTOR, "schedule_period": PERIOD},
    "exponential": {"schedule_decay": DECAY},
    "cosine": {},
}
LEAST_GRADIENT = 0.08  # the length of g, in every epoch
# A step rounds each of the 27 parameters by at most 6e-8, together √27 · 6e-8 = 3e-7. In units of g
# these are 4e-6 at most; 2e-7 are measured. The smallest rate of all is 0.001.
TOLERANCE = 4e-6

RAMPS = [(0, 0), (3, 0), (0, 4), (3, 4), (5, 7)]  # epochs of warm-up and cool-down
EVERY_SCHEDULE = pytest.mark.parametrize("schedule", choices("schedule"))
EVERY_RAMP = pytest.mark.parametrize(("warm_up", "cool_down"), RAMPS)


def formula(
    schedule: str, t: int, warm_up: int = 0, cool_down: int = 0, eta: float = RATE
) -> float:
    """The rate of epoch t = 0, ..., T - 1, as docs/mathematics.md has it."""
    match schedule:
        case "constant":
            rate = eta
        case "time":
            rate = eta / (1 + DECAY * t)
        case "step":
            rate = eta * FACTOR ** floor(t / PERIOD)
        case "exponential":
            rate = eta * exp(-DECAY * t)
        case "cosine":
            rate = eta * (1 + cos(pi * t / EPOCHS)) / 2
    if t < warm_up:
        rate *= (t + 1) / (warm_up + 1)
    if EPOCHS - t <= cool_down:
        rate *= (EPOCHS - t) / (cool_down + 1)
    return rate


def config_of(
    schedule: str, warm_up: int = 0, cool_down: int = 0, batch_size: int = N
) -> RunConfig:
    """One batch an epoch, unless another batch size is given."""
    values: dict[str, Any] = {"schedule": schedule} | CONSTANTS[schedule]
    return RunConfig(
        dataset="rings",
        n_train=N,
        n_test=2,
        n_validation=0,
        hidden=(4,),
        epochs=EPOCHS,
        learning_rate=RATE,
        batch_size=batch_size,
        warm_up=warm_up,
        cool_down=cool_down,
        **values,
    )


def measured(peer: Peer, before: Array, after: Array, rows: Any = slice(None)) -> float:
    """The rate of one step with plain SGD on these rows of the training set."""
    g = peer.gradient(before, rows)
    step = np.subtract(after, before, dtype=np.float64)
    assert np.abs(before).max() < 2  # a float32 of this size is rounded by 6e-8 at most
    assert np.linalg.norm(g) > LEAST_GRADIENT
    rate = -float(step @ g / (g @ g))
    # The step has the direction of -g, apart from the rounding; 6e-8 are measured.
    np.testing.assert_allclose(step, -rate * g, rtol=0, atol=2e-7)
    return rate


@EVERY_RAMP
@EVERY_SCHEDULE
def test_every_epoch_has_the_rate_of_the_formula(
    schedule: str, warm_up: int, cool_down: int
) -> None:
    run = Run(config_of(schedule, warm_up, cool_down))
    peer = Peer(run.config, run.dataset)
    for epoch in range(EPOCHS):
        before = run.state_at().theta
        run.advance(1)
        rate = measured(peer, before, run.state_at().theta)
        assert rate == pytest.approx(formula(schedule, epoch, warm_up, cool_down), abs=TOLERANCE)
    assert run.done
    for epoch in range(EPOCHS):  # trained again from a checkpoint
        rate = measured(peer, run.state_at(epoch).theta, run.state_at(epoch + 1).theta)
        assert rate == pytest.approx(formula(schedule, epoch, warm_up, cool_down), abs=TOLERANCE)


@EVERY_RAMP
@EVERY_SCHEDULE
def test_so_it_has_in_one_call_of_several_epochs(
    schedule: str, warm_up: int, cool_down: int
) -> None:
    config = config_of(schedule, warm_up, cool_down)

    def after(epochs: int, at: int) -> Array:
        """The parameters after some epochs: one call until the epoch ``at``, another from there."""
        run = Run(config)
        for goal in (min(at, epochs), epochs):
            if goal > run.shown_epoch:
                run.advance_epochs(goal - run.shown_epoch)
            assert run.shown_epoch == goal
        return run.state_at().theta

    peer = Peer(config, Run(config).dataset)
    for at in (0, 5):
        thetas = [after(epochs, at) for epochs in range(EPOCHS + 1)]
        for epoch in range(EPOCHS):
            rate = measured(peer, thetas[epoch], thetas[epoch + 1])
            expected = formula(schedule, epoch, warm_up, cool_down)
            assert rate == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("at", [0, 1, 6, 11])
@EVERY_SCHEDULE
def test_a_change_between_epochs_applies_from_the_next_epoch_on(schedule: str, at: int) -> None:
    run = Run(config_of("constant", warm_up=2))
    peer = Peer(run.config, run.dataset)
    for epoch in range(EPOCHS):
        if epoch == at:
            run.change({"schedule": schedule, "learning_rate": 0.4} | CONSTANTS[schedule], [])
            run.change({"warm_up": 1, "cool_down": 3}, [])
        before = run.state_at().theta
        run.advance(1)
        # The epochs count from the start of the run, not from the change.
        changed = formula(schedule, epoch, warm_up=1, cool_down=3, eta=0.4)
        expected = formula("constant", epoch, warm_up=2) if epoch < at else changed
        rate = measured(peer, before, run.state_at().theta)
        assert rate == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("at", [1, 6])
@EVERY_SCHEDULE
def test_a_change_applies_in_one_call_of_several_epochs(schedule: str, at: int) -> None:
    def after(epochs: int) -> Array:
        run = Run(config_of("constant", cool_down=2))
        run.advance_epochs(at)
        run.change({"schedule": schedule, "warm_up": 9, "cool_down": 0} | CONSTANTS[schedule], [])
        if epochs > at:
            run.advance_epochs(epochs - at)
        assert run.shown_epoch == epochs
        return run.state_at().theta

    run = Run(config_of("constant"))
    peer = Peer(run.config, run.dataset)
    thetas = [after(epochs) for epochs in range(at, EPOCHS + 1)]
    for i, epoch in enumerate(range(at, EPOCHS)):
        rate = measured(peer, thetas[i], thetas[i + 1])
        assert rate == pytest.approx(formula(schedule, epoch, warm_up=9), abs=TOLERANCE)


@EVERY_SCHEDULE
def test_a_change_within_an_epoch_leaves_the_rest_of_that_epoch_as_it_was(schedule: str) -> None:
    run = Run(config_of("constant", batch_size=10))
    peer = Peer(run.config, run.dataset)
    for epoch in range(4):
        order = peer.permutations.span(epoch, 1, N)[0]
        for batch in range(run.batches_per_epoch):
            if (epoch, batch) == (2, 1):
                run.change({"schedule": schedule} | CONSTANTS[schedule], [])
            before = run.state_at().theta
            run.advance(1)
            rows = order[10 * batch : 10 * batch + 10]
            expected = formula(schedule, epoch) if epoch == 3 else RATE
            rate = measured(peer, before, run.state_at().theta, rows)
            assert rate == pytest.approx(expected, abs=TOLERANCE)
