"""The backward pass is right for every activation and loss, and the check can tell."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from mlp_live.nn.activations import ACTIVATIONS, ActivationName
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from mlp_live.nn.losses import LOSSES, LossName
from mlp_live.nn.regularization import REGULARIZERS, Regularizer, RegularizerName
from mlp_live.training.gradient_check import GradientCheck, check_gradient, gradient_cost
from tests.nn.problems import examples


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
@pytest.mark.parametrize("hidden", [(), (10,), (8, 5, 8)])
def test_every_activation_with_every_loss(
    activation: ActivationName,
    loss: LossName,
    regularizer: RegularizerName,
    hidden: tuple[int, ...],
) -> None:
    architecture = Architecture((2, *hidden, 3), activation, loss)
    rng = np.random.default_rng(0)
    X, Y = examples(architecture, 20, rng)
    # with this seed no ReLU switches and no weight changes sign within the difference quotient
    theta = initialize(architecture, "normal", rng, std=0.5)
    assert check_gradient(architecture, theta, X, Y, Regularizer(regularizer, 0.01)).worst < 1e-6


def test_a_wrong_component_is_noticed() -> None:
    gradient = np.array([1.0, 0.5, 0.02])
    assert GradientCheck(gradient, gradient * [1, 1, 1.01]).worst == pytest.approx(0.01, rel=0.01)
    assert GradientCheck(gradient, gradient).worst == 0
    assert GradientCheck(np.zeros(3), np.zeros(3)).worst == 0


def test_the_cost_is_measured_with_the_clock_it_is_given() -> None:
    architecture = Architecture((2, 3, 2))
    rng = np.random.default_rng(1)
    X, Y = examples(architecture, 5, rng)
    ticks: Iterator[int] = itertools.count()
    theta = initialize(architecture, "normal", rng)
    cost = gradient_cost(architecture, theta, X, Y, lambda: float(next(ticks)), rounds=3)
    assert cost.naive == cost.backpropagation == cost.ratio == 1
