"""Every name that a configuration offers has a readable function, a compiled one and a title."""

from typing import Any

import numpy as np
import pytest

from mlp_live.engine.activations import ACCURACY
from mlp_live.engine.engine import Engine
from mlp_live.nn import activations, losses, network
from mlp_live.nn.activations import ACTIVATIONS
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import INITIALIZATIONS, initialize
from mlp_live.nn.losses import LOSSES
from mlp_live.nn.optimizers import OPTIMIZER_RULES, OPTIMIZERS, Optimizer
from mlp_live.nn.regularization import REGULARIZERS, Regularizer
from mlp_live.nn.schedules import SCHEDULES
from mlp_live.training.config.schema import config_fields
from tests.nn.problems import examples, orders

CHOICES: dict[str, tuple[str, ...]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "regularization": REGULARIZERS,
    "initialization": INITIALIZATIONS,
    "schedule": SCHEDULES,
}
COMPILED = [
    (kind, name)
    for kind in ("activation", "loss", "optimizer", "regularization")
    for name in CHOICES[kind]
]


@pytest.mark.parametrize("kind", CHOICES)
def test_every_name_has_a_title_in_the_form(kind: str) -> None:
    titles = config_fields()[kind].choices
    assert tuple(titles) == CHOICES[kind]
    assert all(titles.values())


def test_every_name_has_a_readable_function() -> None:
    assert tuple(activations.FUNCTIONS) == ACTIVATIONS == tuple(ACCURACY)
    assert tuple(losses.FUNCTIONS) == LOSSES
    assert tuple(OPTIMIZER_RULES) == OPTIMIZERS


def four_steps(kind: str, name: str) -> tuple[Any, Any]:
    """The change of θ in four steps, by the engine and by the readable network."""
    rng = np.random.default_rng(0)
    choice: Any = name
    architecture = Architecture(
        (2, 3, 2),
        activation=choice if kind == "activation" else "tanh",
        loss=choice if kind == "loss" else "cross_entropy",
    )
    optimizer = Optimizer(choice if kind == "optimizer" else "sgd", epsilon=0.5)
    regularizer = Regularizer(choice if kind == "regularization" else "none", 0.3)
    X, Y = examples(architecture, 12, rng)
    X, Y = X.astype(np.float32).astype(float), Y.astype(np.float32).astype(float)
    start = initialize(architecture, "normal", rng, std=1.0).astype(np.float32).astype(float)
    order = orders(12, 2, rng)
    engine, theta = Engine(architecture, optimizer, regularizer), start.copy()
    state, slots, steps = engine.init_state(start), network.zero_slots(start), 0
    engine.train(state, engine.pack(X, Y), order, np.full(2, 0.1), 6)
    for rows in order:
        steps = network.train_epoch(
            architecture, theta, slots, X, Y, rows, 6, 0.1, optimizer, regularizer, steps
        )
    return state.theta - start, theta - start


@pytest.mark.parametrize(("kind", "name"), COMPILED)
def test_every_name_has_a_compiled_function(kind: str, name: str) -> None:
    compiled, readable = four_steps(kind, name)
    # float32 against float64
    np.testing.assert_allclose(compiled, readable, atol=1e-5)


@pytest.mark.parametrize("kind", ["activation", "optimizer", "regularization"])
def test_no_two_names_are_the_same_function(kind: str) -> None:
    found = {four_steps(kind, name)[0].round(4).tobytes() for name in CHOICES[kind]}
    assert len(found) == len(CHOICES[kind])
