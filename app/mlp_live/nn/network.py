"""The multilayer perceptron in readable NumPy, float64: any depth, any activation, any loss.

The functions generalize those of `mlp_live.nn.reference`; with one hidden layer of tanh units they
compute the same. The tests compare the compiled engine with them. X has one example a row; a batch
has m examples; P is the number of parameters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn import activations, losses
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.optimizers import SLOTS, Optimizer, step
from mlp_live.nn.regularization import Regularizer, penalty


@dataclass(frozen=True)
class Outputs:
    """What the backward pass needs of a forward pass.

    h: the activations of each layer, from h[0] = X (m, n_x) to h[-1], the logits ỹ (m, n_y).
    slopes: f'(h̃) of each hidden layer, of the shape of its activations.
    """

    h: list[Array]
    slopes: list[Array]


def forward(architecture: Architecture, theta: Array, X: Array) -> tuple[Array, Outputs]:
    """Return the predictions Ŷ (m, n_y) for X (m, n_x), and the outputs of every layer.

    Each layer computes h̃ = h Wᵀ + b, then h = f(h̃). The last layer is linear, ỹ = h Wᵀ + b; Ŷ
    follows from ỹ as in `losses.prediction`.
    """
    outputs = hidden_outputs(architecture, theta, X)
    W, b = architecture.views(theta)[-1]
    outputs.h.append(outputs.h[-1] @ W.T + b)
    return losses.prediction(architecture.loss, outputs.h[-1]), outputs


def hidden_outputs(architecture: Architecture, theta: Array, X: Array) -> Outputs:
    """Return the outputs of every layer but the last for X (m, n_x)."""
    activation = activations.FUNCTIONS[architecture.activation]
    h, slopes = [X], []
    for W, b in architecture.views(theta)[:-1]:
        value, slope = activation(h[-1] @ W.T + b)
        h.append(value)
        slopes.append(slope)
    return Outputs(h, slopes)


def backward(architecture: Architecture, theta: Array, outputs: Outputs, Y: Array) -> Array:
    """Return the gradient of the loss with respect to θ, shape (P,), for the targets Y (m, n_y).

    At the output ∇ỹ = (ŷ - y) / m. Then, from the last layer to the first, with δ the gradient with
    respect to the layer's pre-activations: ∇W = δᵀ h and ∇b = Σ δ over the batch, where h is the
    layer's input; the layer below has δ ← (δ W) ⊙ f'(h̃).
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
    """Return the mean loss, and the share of rows whose argmax is right, in percent.

    With a single output the accuracy is NaN.
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
    optimizer: Optimizer | None = None,
    regularizer: Regularizer | None = None,
    steps: int = 0,
) -> int:
    """Train one epoch over the rows of X (N, n_x) and Y (N, n_y) in the given order, int64 (N,).

    θ, shape (P,), and the slots, shape (2, P), are updated in place. The last batch is smaller
    where batch_size does not divide N. `steps` is the number of steps made before; the new number
    is returned.
    """
    optimizer, regularizer = optimizer or Optimizer(), regularizer or Regularizer()
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        _, outputs = forward(architecture, theta, X[rows])
        gradient = backward(architecture, theta, outputs, Y[rows])
        gradient += penalty(regularizer, architecture, theta)[1]
        steps += 1
        step(optimizer, theta, slots, gradient, learning_rate, steps)
    return steps


def zero_slots(theta: Array) -> Array:
    """Return the slots of an optimizer before its first step, shape (2, P)."""
    return np.zeros((SLOTS, *theta.shape))
