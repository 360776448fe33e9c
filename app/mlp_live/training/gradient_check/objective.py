"""The function that training minimizes, loss plus penalty, and where it has kinks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.activations import ActivationName
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.network import Outputs, backward, forward, loss_accuracy
from mlp_live.nn.regularization import Regularizer, penalty

KINKED: tuple[ActivationName, ...] = ("relu", "leaky_relu")
"""The activations with a kink at 0. Their h is above 0 exactly where their pre-activation is."""


class Objective(NamedTuple):
    """Loss plus penalty over the examples X (m, n_x), Y (m, n_y), as a function of θ, float64."""

    architecture: Architecture
    X: Array
    Y: Array
    regularizer: Regularizer

    def __call__(self, theta: Array) -> float:
        """Return loss plus penalty at θ."""
        return self.value(theta, self.outputs(theta))

    def outputs(self, theta: Array) -> Outputs:
        """Return the outputs of every layer at θ."""
        return forward(self.architecture, theta, self.X)[1]

    def value(self, theta: Array, outputs: Outputs) -> float:
        """Return loss plus penalty at θ, given the outputs at θ."""
        loss, _ = loss_accuracy(self.architecture, outputs, self.Y)
        return loss + penalty(self.regularizer, self.architecture, theta)[0]

    def gradient(self, theta: Array) -> Array:
        """Return the gradient by backpropagation: one forward and one backward pass."""
        gradient = backward(self.architecture, theta, self.outputs(theta), self.Y)
        return gradient + penalty(self.regularizer, self.architecture, theta)[1]

    def underflows(self, theta: Array) -> bool:
        """Whether the naive softmax is so small that it has lost digits; its logarithm has, too."""
        Yhat, _ = forward(self.architecture, theta, self.X)
        naive = self.architecture.loss == "naive_cross_entropy"
        return naive and bool((Yhat < np.finfo(np.float64).tiny).any())

    def sides(self, outputs: Outputs) -> NDArray[np.bool_]:
        """Return on which side of its kink each unit is, for each example, shape (m, units).

        It is empty if the activation has no kink.
        """
        hidden = outputs.h[1:-1] if self.architecture.activation in KINKED else []
        return np.concatenate([np.empty((len(self.X), 0), bool), *[h > 0 for h in hidden]], axis=1)

    def weight_kinks(self) -> NDArray[np.bool_]:
        """Return which parameters have a kink at 0 themselves, shape (P,): the weights under L1."""
        one = Regularizer(self.regularizer.name, 1.0 if self.regularizer.rate else 0.0)
        ones = np.ones(self.architecture.n_parameters)
        kinks: NDArray[np.bool_] = penalty(one, self.architecture, ones)[1] != 0
        return kinks & (self.regularizer.name == "l1")
