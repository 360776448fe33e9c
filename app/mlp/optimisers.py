"""Optimisers: how θ moves, given the gradient g. First in readable NumPy, then compiled.

All work on the whole parameter vector and need at most two more vectors of its length, the slots,
zero at the start. η is the learning rate, t the number of this step, counted from 1; squares and
roots are taken element by element.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp.lanes import LANES, compiled, load, sqrt, store

Array = NDArray[np.floating[Any]]

OPTIMISERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
"""Names of the optimisers; compiled code knows them by their position."""

SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM = range(len(OPTIMISERS))

SLOTS = 2


@dataclass(frozen=True)
class Optimiser:
    """The rule and its constants; a rule ignores the constants that are not its own.

    momentum: μ of momentum and nesterov. decay: ρ of rmsprop. beta1, beta2: of adam. epsilon: ε of
    the last three, which keeps the division finite where the gradient has been zero.

    Raises ValueError for an unknown name or a constant out of range.
    """

    name: str = "sgd"
    momentum: float = 0.9
    decay: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        if self.name not in OPTIMISERS:
            raise ValueError(f"optimiser must be one of {OPTIMISERS}, not {self.name!r}")
        for constant in ("momentum", "decay", "beta1", "beta2"):
            if not 0 <= getattr(self, constant) < 1:
                raise ValueError(
                    f"{constant} must be at least 0 and below 1, not {getattr(self, constant)}"
                )
        if not 1e-12 <= self.epsilon <= 1:
            raise ValueError(f"epsilon must be from 1e-12 to 1, not {self.epsilon}")


def step(optimiser: Optimiser, theta: Array, slots: Array, g: Array, eta: float, t: int) -> None:
    """Move θ, and update the slots (shape (2, P)), in place.

    sgd       θ ← θ - η g
    momentum  v ← μ v + g;            θ ← θ - η v                 Polyak 1964; μ = 0.9
    nesterov  v ← μ v + g;            θ ← θ - η (g + μ v)         Sutskever et al. 2013
    adagrad   s ← s + g²;             θ ← θ - η g / (√s + ε)      Duchi, Hazan and Singer 2011
    rmsprop   s ← ρ s + (1 - ρ) g²;   θ ← θ - η g / (√s + ε)      Tieleman and Hinton 2012; ρ = 0.9
    adam      m ← β₁ m + (1 - β₁) g;  s ← β₂ s + (1 - β₂) g²;     Kingma and Ba 2015, algorithm 1
              θ ← θ - η m̂ / (√ŝ + ε), m̂ = m / (1 - β₁ᵗ), ŝ = s / (1 - β₂ᵗ)
                                      β₁ = 0.9, β₂ = 0.999, ε = 1e-8

    Nesterov's method of 1983 is taken in the form in which the gradient is needed at θ itself;
    rmsprop is from lecture 6e of their course. ε is 1e-8 for all three.
    """
    v, s = slots
    match optimiser.name:
        case "sgd":
            theta -= eta * g
        case "momentum":
            v[:] = optimiser.momentum * v + g
            theta -= eta * v
        case "nesterov":
            v[:] = optimiser.momentum * v + g
            theta -= eta * (g + optimiser.momentum * v)
        case "adagrad":
            s += g * g
            theta -= eta * g / (np.sqrt(s) + optimiser.epsilon)
        case "rmsprop":
            s[:] = optimiser.decay * s + (1 - optimiser.decay) * g * g
            theta -= eta * g / (np.sqrt(s) + optimiser.epsilon)
        case "adam":
            v[:] = optimiser.beta1 * v + (1 - optimiser.beta1) * g
            s[:] = optimiser.beta2 * s + (1 - optimiser.beta2) * g * g
            mean, square = v / (1 - optimiser.beta1**t), s / (1 - optimiser.beta2**t)
            theta -= eta * mean / (np.sqrt(square) + optimiser.epsilon)


@compiled
def step_lanes(rule: Any, vectors: Any, size: int, eta: float, t: int) -> None:
    """As `step`.

    `vectors` holds θ, the two slots and g, each of the given size, one after the other.
    """
    if rule.optimiser == SGD:
        for at in range(0, size, LANES):
            store(vectors, at, load(vectors, at) - eta * load(vectors, 3 * size + at))
    elif rule.optimiser == MOMENTUM or rule.optimiser == NESTEROV:
        momentum_lanes(rule, vectors, size, eta)
    elif rule.optimiser == ADAM:
        adam_lanes(rule, vectors, size, eta, t)
    else:
        square_lanes(rule, vectors, size, eta)


@compiled
def momentum_lanes(rule: Any, vectors: Any, size: int, eta: float) -> None:
    """One step of momentum or nesterov."""
    for at in range(0, size, LANES):
        theta, g = load(vectors, at), load(vectors, 3 * size + at)
        v = rule.momentum * load(vectors, size + at) + g
        store(vectors, size + at, v)
        move = v
        if rule.optimiser == NESTEROV:
            move = g + rule.momentum * v
        store(vectors, at, theta - eta * move)


@compiled
def square_lanes(rule: Any, vectors: Any, size: int, eta: float) -> None:
    """One step of adagrad or rmsprop, which differ in how much of the old squares they keep."""
    keep, add = 1.0, 1.0
    if rule.optimiser == RMSPROP:
        keep, add = rule.decay, 1 - rule.decay
    for at in range(0, size, LANES):
        theta, g = load(vectors, at), load(vectors, 3 * size + at)
        s = keep * load(vectors, 2 * size + at) + add * (g * g)
        store(vectors, 2 * size + at, s)
        store(vectors, at, theta - eta * g / (sqrt(s) + rule.epsilon))


@compiled
def adam_lanes(rule: Any, vectors: Any, size: int, eta: float, t: int) -> None:
    """One step of adam."""
    mean_scale, square_scale = 1 / (1 - rule.beta1**t), 1 / (1 - rule.beta2**t)
    for at in range(0, size, LANES):
        theta, g = load(vectors, at), load(vectors, 3 * size + at)
        v = rule.beta1 * load(vectors, size + at) + (1 - rule.beta1) * g
        s = rule.beta2 * load(vectors, 2 * size + at) + (1 - rule.beta2) * (g * g)
        store(vectors, size + at, v)
        store(vectors, 2 * size + at, s)
        root = sqrt(square_scale * s) + rule.epsilon
        store(vectors, at, theta - eta * (mean_scale * v / root))
