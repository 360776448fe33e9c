"""The multilayer perceptron in readable NumPy, float64: any depth, any activation, any loss.

The practical's functions, generalised: with one hidden layer of tanh units they are the
practical's, name by name. Slow and plain; the compiled engine computes the same and is held to
this. One example a row, m examples a batch.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp import activations, losses
from app.mlp.architecture import Architecture
from app.mlp.optimisers import SLOTS, Optimiser, step
from app.mlp.regularisation import Regulariser, penalty

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Outputs:
    """What a forward pass leaves for the backward pass.

    h: the activations of each layer, h[0] = X (m, n_x), ..., h[-1] the logits ỹ (m, n_y).
    slopes: f'(h̃) of each hidden layer, shaped like its activations.
    """

    h: list[Array]
    slopes: list[Array]


def forward(architecture: Architecture, theta: Array, X: Array) -> tuple[Array, Outputs]:
    """Answer Ŷ (m, n_y) for X (m, n_x), and the outputs on the way.

    h̃ = h Wᵀ + b, then h = f(h̃), layer by layer; the last layer stays linear and ŷ = softmax(ỹ).
    """
    outputs = hidden_outputs(architecture, theta, X)
    W, b = architecture.views(theta)[-1]
    outputs.h.append(outputs.h[-1] @ W.T + b)
    return losses.prediction(architecture.loss, outputs.h[-1]), outputs


def hidden_outputs(architecture: Architecture, theta: Array, X: Array) -> Outputs:
    """The outputs for X (m, n_x) up to the last hidden layer, in the precision of θ and X."""
    activation = activations.FUNCTIONS[architecture.activation]
    h, slopes = [X], []
    for W, b in architecture.views(theta)[:-1]:
        value, slope = activation(h[-1] @ W.T + b)
        h.append(value)
        slopes.append(slope)
    return Outputs(h, slopes)


def backward(architecture: Architecture, theta: Array, outputs: Outputs, Y: Array) -> Array:
    """Gradient of the batch's loss by θ, shape (n_parameters,), for the targets Y (m, n_y).

    From ∇ỹ = ŷ - y (batch mean), layer by layer downwards:
    ∇W = ∇h̃ᵀ h,  ∇b = Σ ∇h̃ over the batch,  and for the layer below ∇h̃ ← (∇h̃ W) ⊙ f'(h̃).
    """
    gradient = np.empty_like(theta)
    _, delta = losses.FUNCTIONS[architecture.loss](outputs.h[-1], Y)
    layers = list(zip(architecture.views(theta), architecture.views(gradient), strict=True))
    for layer in reversed(range(len(layers))):
        (W, _), (gW, gb) = layers[layer]
        gW[:] = delta.T @ outputs.h[layer]
        gb[:] = delta.sum(axis=0)
        if layer:
            delta = (delta @ W) * outputs.slopes[layer - 1]
    return gradient


def loss_accuracy(architecture: Architecture, outputs: Outputs, Y: Array) -> tuple[float, float]:
    """Mean loss over the rows, and the share of rows whose argmax is right, in percent.

    For a single output there is nothing to choose from and the accuracy is NaN.
    """
    logits = outputs.h[-1]
    loss, _ = losses.FUNCTIONS[architecture.loss](logits, Y)
    if logits.shape[1] == 1:
        return loss, np.nan
    return loss, float(100 * (logits.argmax(axis=1) == Y.argmax(axis=1)).mean())


def train_epoch(
    architecture: Architecture,
    theta: Array,
    slots: Array,
    X: Array,
    Y: Array,
    order: NDArray[np.int64],
    batch_size: int,
    learning_rate: float,
    optimiser: Optimiser | None = None,
    regulariser: Regulariser | None = None,
    steps: int = 0,
) -> int:
    """One epoch over the rows in the given order; θ and the slots (2, P) are updated in place.

    The last batch takes what is left. `steps` counts the steps made before; the new count is
    returned.
    """
    optimiser, regulariser = optimiser or Optimiser(), regulariser or Regulariser()
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        _, outputs = forward(architecture, theta, X[rows])
        gradient = backward(architecture, theta, outputs, Y[rows])
        gradient += penalty(regulariser, architecture, theta)[1]
        steps += 1
        step(optimiser, theta, slots, gradient, learning_rate, steps)
    return steps


def zero_slots(theta: Array) -> Array:
    """The optimiser's slots at the start, shape (2, P)."""
    return np.zeros((SLOTS, *theta.shape))
