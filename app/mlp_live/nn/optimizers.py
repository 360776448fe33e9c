"""Optimizers: how the parameters θ follow the gradient g.

Each update rule is one function, written once. It uses + - * / and `np.sqrt` element by element, so
NumPy applies it to whole float64 arrays, and the compiled engine to eight float32 numbers at a
time. To add an optimizer, write its function here and add it to `OptimizerName` and
`OPTIMIZER_RULES`. The configuration, the form, the command line and the compiled engine are derived
from these two.

A rule takes θ; two slots v and s of the shape of θ, which start at zero; g; the learning rate η;
two factors that are the same for all parameters in this step (`scales`); and the constants c, which
are those of `Optimizer`. It returns the new θ, v and s. A rule returns unused slots unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from mlp_live.nn.arrays import Array

OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
OPTIMIZERS: tuple[OptimizerName, ...] = get_args(OptimizerName)
"""All names, in the order by which the compiled engine numbers them."""

SLOTS = 2
"""How many vectors of the length of θ a rule may keep from step to step."""


def sgd(theta: Any, v: Any, s: Any, g: Any, eta: float, scales: Any, c: Any) -> Any:
    """θ ← θ - η g."""
    return theta - eta * g, v, s


def momentum(theta: Any, v: Any, s: Any, g: Any, eta: float, scales: Any, c: Any) -> Any:
    """v ← μ v + g; θ ← θ - η v. Polyak 1964."""
    v = c.momentum * v + g
    return theta - eta * v, v, s


def nesterov(theta: Any, v: Any, s: Any, g: Any, eta: float, scales: Any, c: Any) -> Any:
    """v ← μ v + g; θ ← θ - η (g + μ v). Sutskever et al. 2013, with the gradient taken at θ."""
    v = c.momentum * v + g
    return theta - eta * (g + c.momentum * v), v, s


def adagrad(theta: Any, v: Any, s: Any, g: Any, eta: float, scales: Any, c: Any) -> Any:
    """s ← s + g²; θ ← θ - η g / (√s + ε). Duchi, Hazan and Singer 2011."""
    s = c.squares_kept * s + c.squares_added * (g * g)  # both factors are 1
    return theta - eta * g / (np.sqrt(s) + c.epsilon), v, s


def rmsprop(theta: Any, v: Any, s: Any, g: Any, eta: float, scales: Any, c: Any) -> Any:
    """s ← ρ s + (1 - ρ) g²; θ ← θ - η g / (√s + ε). Tieleman and Hinton 2012, lecture 6e."""
    s = c.squares_kept * s + c.squares_added * (g * g)  # ρ and 1 - ρ
    return theta - eta * g / (np.sqrt(s) + c.epsilon), v, s


def adam(theta: Any, v: Any, s: Any, g: Any, eta: float, scales: Any, c: Any) -> Any:
    """v ← β₁ v + (1 - β₁) g; s ← β₂ s + (1 - β₂) g²; θ ← θ - η v̂ / (√ŝ + ε).

    v̂ = v / (1 - β₁ᵗ) and ŝ = s / (1 - β₂ᵗ) in step t. Kingma and Ba 2015, algorithm 1.
    """
    v_scale, s_scale = scales
    v = c.beta1 * v + (1 - c.beta1) * g
    s = c.beta2 * s + (1 - c.beta2) * (g * g)
    return theta - eta * (v_scale * v / (np.sqrt(s_scale * s) + c.epsilon)), v, s


def unit_scales(t: int, c: Any) -> tuple[float, float]:
    """Return the scales of a rule that does not use them."""
    return 1.0, 1.0


def bias_corrections(t: int, c: Any) -> tuple[float, float]:
    """Return the scales of Adam in step t, counted from 1: 1 / (1 - β₁ᵗ) and 1 / (1 - β₂ᵗ)."""
    return 1 / (1 - c.beta1**t), 1 / (1 - c.beta2**t)


class OptimizerRule(NamedTuple):
    """One optimizer."""

    update: Callable[..., Any]
    """The update rule, as described above."""

    title: str
    """Its name in the form."""

    constants: tuple[str, ...] = ()
    """The fields of `Optimizer` that it uses."""

    scales: Callable[[int, Any], tuple[float, float]] = unit_scales
    """Returns its scales in step t, given t and the constants."""


OPTIMIZER_RULES: dict[OptimizerName, OptimizerRule] = {
    "sgd": OptimizerRule(sgd, "SGD"),
    "momentum": OptimizerRule(momentum, "momentum", ("momentum",)),
    "nesterov": OptimizerRule(nesterov, "Nesterov", ("momentum",)),
    "adagrad": OptimizerRule(adagrad, "AdaGrad", ("epsilon",)),
    "rmsprop": OptimizerRule(rmsprop, "RMSProp", ("decay", "epsilon")),
    "adam": OptimizerRule(adam, "Adam", ("beta1", "beta2", "epsilon"), bias_corrections),
}
"""The optimizer of each name."""


@dataclass(frozen=True)
class Optimizer:
    """The name of an update rule, and the constants of all rules.

    momentum: μ of momentum and nesterov. decay: ρ of rmsprop. beta1, beta2: β₁ and β₂ of adam.
    epsilon: ε of adagrad, rmsprop and adam; it prevents a division by zero where every gradient so
    far was zero.

    Raises ValueError if the name is unknown or a constant is out of range.
    """

    name: OptimizerName = "sgd"
    momentum: float = 0.9
    decay: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        if self.name not in OPTIMIZERS:
            raise ValueError(f"optimizer must be one of {OPTIMIZERS}, not {self.name!r}")
        for constant in ("momentum", "decay", "beta1", "beta2"):
            if not 0 <= getattr(self, constant) < 1:
                raise ValueError(
                    f"{constant} must be at least 0 and below 1, not {getattr(self, constant)}"
                )
        if not 1e-12 <= self.epsilon <= 1:
            raise ValueError(f"epsilon must be from 1e-12 to 1, not {self.epsilon}")

    @property
    def squares_kept(self) -> float:
        """The factor of s in the update of s: ρ for rmsprop, 1 for adagrad."""
        return self.decay if self.name == "rmsprop" else 1.0

    @property
    def squares_added(self) -> float:
        """The factor of g² in the update of s: 1 - ρ for rmsprop, 1 for adagrad."""
        return 1 - self.decay if self.name == "rmsprop" else 1.0


def step(optimizer: Optimizer, theta: Array, slots: Array, g: Array, eta: float, t: int) -> None:
    """Make step t, counted from 1: update θ, shape (P,), and the slots, shape (2, P), in place.

    g is the gradient, shape (P,), and eta the learning rate.
    """
    rule = OPTIMIZER_RULES[optimizer.name]
    scales = rule.scales(t, optimizer)
    theta[:], slots[0], slots[1] = rule.update(theta, *slots, g, eta, scales, optimizer)
