"""A second implementation of a run's training: float64 NumPy, written from docs/mathematics.md.

It shares no formula with the product. It takes three things from it: the points of the dataset,
which test_data_fields.py tests; the permutation of each epoch, which test_permutations.py tests;
and the convention that a seed has three streams, for the data, the weights and the permutations.
"""

from collections.abc import Callable
from itertools import pairwise
from math import cos, exp, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.dataset import Dataset, Examples
from mlp_live.training.config import RunConfig
from mlp_live.training.permutations import EpochPermutations

Array = NDArray[Any]

MEASURED = ("iris", "wine", "digits", "table")

INPUTS: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1**2,
    "x2_squared": lambda x1, x2: x2**2,
    "x1_x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: np.sin(x1),
    "sin_x2": lambda x1, x2: np.sin(x2),
}


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def gelu_u(z: Array) -> Array:
    return sqrt(2 / pi) * (z + 0.044715 * z**3)


# f and f′, both as functions of the pre-activation
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda z: (1 / np.cosh(z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "gelu": (
        lambda z: z * (1 + np.tanh(gelu_u(z))) / 2,
        lambda z: (
            (1 + np.tanh(gelu_u(z))) / 2
            + z * (1 / np.cosh(gelu_u(z))) ** 2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * z**2) / 2
        ),
    ),
    "linear": (lambda z: z, np.ones_like),
}


def streams(seed: int) -> tuple[np.random.SeedSequence, ...]:
    """The streams of a seed: data, weights, permutations."""
    data, weights, permutations = np.random.SeedSequence(seed).spawn(3)
    return data, weights, permutations


def layers(sizes: tuple[int, ...], theta: Any) -> list[tuple[Any, Any]]:
    """(W, b) of each layer: θ has the rows of W and then b, layer after layer."""
    found, at = [], 0
    for n_in, n_out in pairwise(sizes):
        W, b = theta[at : at + n_out * n_in], theta[at + n_out * n_in : at + n_out * (n_in + 1)]
        found.append((W.reshape(n_out, n_in), b))
        at += n_out * (n_in + 1)
    return found


def initial_parameters(config: RunConfig, sizes: tuple[int, ...]) -> Array:
    rng, parts = np.random.default_rng(streams(config.seed)[1]), []
    for n_in, n_out in pairwise(sizes):
        weights: Any = {
            "normal": lambda n: config.init_std * rng.standard_normal(n),
            "xavier": lambda n, m=n_in + n_out: sqrt(6 / m) * (2 * rng.random(n) - 1),
            "he": lambda n, m=n_in: sqrt(2 / m) * rng.standard_normal(n),
            "zeros": np.zeros,
        }[config.initialization]
        parts.append(weights(n_in * n_out))
        parts.append(weights(n_out) if config.initialization == "normal" else np.zeros(n_out))
    return np.concatenate(parts)


def rate(config: RunConfig, epoch: int) -> float:
    """The learning rate of an epoch, counted from 0."""
    t, T, k = epoch, config.epochs, config.schedule_decay
    factor = {
        "constant": 1.0,
        "time": 1 / (1 + k * t),
        "step": config.schedule_factor ** (t // config.schedule_period),
        "exponential": exp(-k * t),
        "cosine": (1 + cos(pi * t / T)) / 2,
    }[config.schedule]
    warm = min(1.0, (t + 1) / (config.warm_up + 1))
    cool = min(1.0, (T - t) / (config.cool_down + 1))
    return config.learning_rate * factor * warm * cool


class Peer:
    """A network in training like `Run`, from the same points; ``theta`` is its present state."""

    def __init__(self, config: RunConfig, dataset: Dataset) -> None:
        self.config, self.dataset = config, dataset
        self.standardize = config.standardize == "on" or (
            config.standardize == "auto" and config.dataset in MEASURED
        )
        self.X, self.Y = self.prepared(dataset.train)
        self.sizes = (self.X.shape[1], *config.hidden, self.Y.shape[1])
        self.theta = initial_parameters(config, self.sizes)
        self.is_weight = np.concatenate(
            [np.repeat([1.0, 0.0], [n_in * n_out, n_out]) for n_in, n_out in pairwise(self.sizes)]
        )
        self.v, self.s, self.t = np.zeros_like(self.theta), np.zeros_like(self.theta), 0
        self.permutations = EpochPermutations(streams(config.seed)[2])

    def prepared(self, examples: Examples) -> tuple[Array, Array]:
        """Inputs and targets of a set."""
        X, train = self.inputs(examples.X), self.inputs(self.dataset.train.X)
        if self.standardize:
            X = (X - train.mean(axis=0)) / train.std(axis=0)
        n_classes = len(self.dataset.classes)
        if n_classes:
            return X, 1.0 * (examples.y[:, np.newaxis] == np.arange(n_classes))
        y = examples.y[:, np.newaxis]
        if self.standardize:
            y = (y - self.dataset.train.y.mean()) / self.dataset.train.y.std()
        return X, y

    def inputs(self, X: Array) -> Array:
        chosen = [INPUTS[name](X[:, 0], X[:, 1]) for name in self.config.inputs]
        return np.column_stack([*chosen, X[:, 2:]])

    def logits(self, theta: Array, X: Array) -> tuple[Array, list[Array], list[Array]]:
        """The logits, and for each layer its input and for each hidden layer f′."""
        f, slope = ACTIVATIONS[self.config.activation]
        *hidden, (V, c) = layers(self.sizes, theta)
        h, slopes = [X], []
        for W, b in hidden:
            z = h[-1] @ W.T + b
            h.append(f(z))
            slopes.append(slope(z))
        return h[-1] @ V.T + c, h, slopes

    def loss(self, theta: Array, X: Array, Y: Array) -> float:
        """The mean loss without penalty."""
        logits = self.logits(np.asarray(theta, np.float64), X)[0]
        if self.config.loss == "squared_error" or not self.dataset.classes:
            return float(((logits - Y) ** 2).sum(axis=1).mean() / 2)
        # At most a few hundred here: without overflow in float64, nothing has to be subtracted.
        return float((np.log(np.exp(logits).sum(axis=1)) - (Y * logits).sum(axis=1)).mean())

    def gradient(self, theta: Array, rows: Any = slice(None)) -> Array:
        """The gradient of the mean loss of some training examples, without penalty, at θ."""
        theta = np.asarray(theta, np.float64)
        X, Y = self.X[rows], self.Y[rows]
        logits, h, slopes = self.logits(theta, X)
        if self.config.loss == "squared_error" or not self.dataset.classes:
            Yhat = logits
        else:
            Yhat = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        D = (Yhat - Y) / len(X)
        parts = []
        for i, (W, _) in reversed([*enumerate(layers(self.sizes, theta))]):
            parts.append(np.concatenate([(D.T @ h[i]).ravel(), D.sum(axis=0)]))
            if i:
                D = (D @ W) * slopes[i - 1]
        return np.concatenate(parts[::-1])

    def train_epoch(self, epoch: int, config: RunConfig | None = None) -> None:
        """Train one epoch, with another configuration if one is given."""
        config, n = config or self.config, len(self.X)
        order = self.permutations.span(epoch, 1, n)[0]
        for first in range(0, n, config.batch_size):
            g = self.gradient(self.theta, order[first : first + config.batch_size])
            w = self.is_weight * self.theta
            penalty = {"none": 0 * w, "l1": np.sign(w), "l2": w}[config.regularization]
            self.step(config, g + config.regularization_rate * penalty, rate(config, epoch))

    def step(self, config: RunConfig, g: Array, eta: float) -> None:
        """One step of the optimizer."""
        mu, rho, b1, b2 = config.momentum, config.rho, config.beta1, config.beta2
        self.t += 1
        if config.optimizer in ("momentum", "nesterov"):
            self.v = mu * self.v + g
        elif config.optimizer == "adagrad":
            self.s = self.s + g**2
        elif config.optimizer == "rmsprop":
            self.s = rho * self.s + (1 - rho) * g**2
        elif config.optimizer == "adam":
            self.v = b1 * self.v + (1 - b1) * g
            self.s = b2 * self.s + (1 - b2) * g**2
        v, s, eps = self.v, self.s, config.epsilon
        direction: Callable[[], Array] = {
            "sgd": lambda: g,
            "momentum": lambda: v,
            "nesterov": lambda: g + mu * v,
            "adagrad": lambda: g / (np.sqrt(s) + eps),
            "rmsprop": lambda: g / (np.sqrt(s) + eps),
            "adam": lambda: v / (1 - b1**self.t) / (np.sqrt(s / (1 - b2**self.t)) + eps),
        }[config.optimizer]
        self.theta = self.theta - eta * direction()
