"""Independent implementations of the optimizers, and a problem to compare them on."""

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn import network
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from tests.nn.problems import examples

Array = NDArray[np.floating[Any]]
Gradient = Callable[[Array], Array]

# At ten times this rate rmsprop is unstable here: a rounding error grows fourfold in each step.
RATE = 0.001
STEPS = 50
EPSILON = 1e-8

ARCHITECTURE = Architecture((2, 10, 3))
RNG = np.random.default_rng(0)
X, Y = examples(ARCHITECTURE, 40, RNG)
THETA = initialize(ARCHITECTURE, "normal", RNG)


def batch_gradient(theta: Array) -> Array:
    """The gradient of the loss over all examples."""
    _, outputs = network.forward(ARCHITECTURE, theta, X)
    return network.backward(ARCHITECTURE, theta, outputs, Y)


def published(name: str, theta: Array, gradient: Gradient) -> Array:
    """The rules with their constants as the papers print them, one parameter at a time."""
    theta = theta.copy()
    memory = [{"v": 0.0, "s": 0.0} for _ in theta]
    for t in range(1, STEPS + 1):
        for i, (g, m) in enumerate(zip(gradient(theta), memory, strict=True)):
            if name == "sgd":
                theta[i] -= RATE * g
            elif name == "momentum":
                m["v"] = 0.9 * m["v"] + g
                theta[i] -= RATE * m["v"]
            elif name == "nesterov":
                m["v"] = 0.9 * m["v"] + g
                theta[i] -= RATE * (g + 0.9 * m["v"])
            elif name == "adagrad":
                m["s"] += g**2
                theta[i] -= RATE * g / (m["s"] ** 0.5 + EPSILON)
            elif name == "rmsprop":
                m["s"] = 0.9 * m["s"] + 0.1 * g**2
                theta[i] -= RATE * g / (m["s"] ** 0.5 + EPSILON)
            elif name == "adam":
                m["v"] = 0.9 * m["v"] + 0.1 * g
                m["s"] = 0.999 * m["s"] + 0.001 * g**2
                v, s = m["v"] / (1 - 0.9**t), m["s"] / (1 - 0.999**t)
                theta[i] -= RATE * v / (s**0.5 + EPSILON)
    return theta


def pytorch(name: str, theta: Array, gradient: Gradient) -> Array:
    """PyTorch's own optimizer, given the same gradients."""
    import torch

    parameter = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    optimizer = {
        "sgd": lambda: torch.optim.SGD([parameter], RATE),
        "momentum": lambda: torch.optim.SGD([parameter], RATE, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD([parameter], RATE, momentum=0.9, nesterov=True),
        "adagrad": lambda: torch.optim.Adagrad([parameter], RATE, eps=EPSILON),
        "rmsprop": lambda: torch.optim.RMSprop([parameter], RATE, alpha=0.9, eps=EPSILON),
        "adam": lambda: torch.optim.Adam([parameter], RATE, eps=EPSILON),
    }[name]()
    for _ in range(STEPS):
        parameter.grad = torch.from_numpy(gradient(parameter.detach().numpy()))
        optimizer.step()
    return np.array(parameter.detach().numpy())


ORACLES = [published, pytorch] if importlib.util.find_spec("torch") else [published]
