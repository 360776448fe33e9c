"""The network of the practical, written to be read: one hidden layer, tanh, softmax, float64.

Row vectors everywhere, one example a row. With ``N`` examples, ``nx`` inputs, ``nh`` hidden units
and ``ny`` classes::

    htilde = X Whᵀ + bh        (N, nh)        Wh (nh, nx)   bh (1, nh)
    h      = tanh(htilde)      (N, nh)
    ytilde = h Wyᵀ + by        (N, ny)        Wy (ny, nh)   by (1, ny)
    yhat   = softmax(ytilde)   (N, ny)

``params``, ``outputs`` and ``grads`` are dictionaries of float64 arrays under these names. Targets
``Y`` are one-hot, shape ``(N, ny)``. Every function returns new arrays and does not change its
arguments.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Tensors: TypeAlias = dict[str, Array]


def init_params(
    nx: int, nh: int, ny: int, std: float = 0.3, seed: int | np.random.Generator = 0
) -> Tensors:
    """Draw weights and biases from the normal distribution of mean 0 and deviation ``std``.

    ``seed`` is a number or a generator. The parameters are drawn in the order Wh, bh, Wy, by. The
    task sheet sets ``std`` to 0.3. The worked solution behind the published figures divides by
    √0.3 instead, which is a ``std`` of 1.826.
    """
    rng = np.random.default_rng(seed)
    return {
        "Wh": rng.normal(0.0, std, (nh, nx)),
        "bh": rng.normal(0.0, std, (1, nh)),
        "Wy": rng.normal(0.0, std, (ny, nh)),
        "by": rng.normal(0.0, std, (1, ny)),
    }


def forward(params: Tensors, X: Array) -> tuple[Array, Tensors]:
    """Return the class probabilities ``Yhat`` (N, ny) for ``X`` (N, nx), and ``outputs``.

    ``outputs`` holds every intermediate result: ``X``, ``htilde``, ``h``, ``ytilde`` and ``yhat``.
    """
    htilde = X @ params["Wh"].T + params["bh"]
    h = np.tanh(htilde)
    ytilde = h @ params["Wy"].T + params["by"]
    yhat = softmax(ytilde)
    return yhat, {"X": X, "htilde": htilde, "h": h, "ytilde": ytilde, "yhat": yhat}


def backward(params: Tensors, outputs: Tensors, Y: Array) -> Tensors:
    """Return the gradient of the mean cross-entropy with respect to every parameter.

    Each gradient has the shape of its parameter. The division by the N examples of the batch
    happens once, at the output::

        ∇ytilde = (yhat - Y) / N                       (N, ny)
        ∇Wy = ∇ytildeᵀ h          ∇by = Σ ∇ytilde      (ny, nh), (1, ny)
        ∇htilde = (∇ytilde Wy) ⊙ (1 - h²)              (N, nh)
        ∇Wh = ∇htildeᵀ X          ∇bh = Σ ∇htilde      (nh, nx), (1, nh)
    """
    X, h, yhat = outputs["X"], outputs["h"], outputs["yhat"]
    ytilde_grad = (yhat - Y) / len(Y)
    htilde_grad = (ytilde_grad @ params["Wy"]) * (1.0 - h**2)
    return {
        "Wh": htilde_grad.T @ X,
        "bh": htilde_grad.sum(axis=0, keepdims=True),
        "Wy": ytilde_grad.T @ h,
        "by": ytilde_grad.sum(axis=0, keepdims=True),
    }


def sgd(params: Tensors, grads: Tensors, eta: float) -> Tensors:
    """Make one step of gradient descent, ``θ - eta ∇θ``, with the learning rate ``eta``."""
    return {name: value - eta * grads[name] for name, value in params.items()}


def loss_accuracy(ytilde: Array, Y: Array) -> tuple[float, float]:
    """Return mean cross-entropy (nats) and accuracy (percent) of the logits ``ytilde`` (N, ny).

    The loss of one example is computed from its logits, with the largest logit subtracted::

        ℓ = -Σᵢ yᵢ ytildeᵢ + log Σᵢ exp ytildeᵢ

    This form has no logarithm of a softmax that may have underflowed, so ℓ is not NaN for any
    finite logits. Accuracy is the share of examples whose argmax is right.
    """
    with np.errstate(over="ignore"):  # a difference above the largest float is inf
        largest = ytilde.max(axis=1)
        log_sum = np.log(np.exp(ytilde - largest[:, np.newaxis]).sum(axis=1))
        loss = ((largest - (Y * ytilde).sum(axis=1)) + log_sum).mean()
    right = ytilde.argmax(axis=1) == Y.argmax(axis=1)
    return float(loss), 100.0 * float(right.sum()) / len(Y)


def softmax(ytilde: Array) -> Array:
    """Return ``exp ytildeᵢ / Σⱼ exp ytildeⱼ`` along the last axis, in the shape of ``ytilde``.

    The largest logit is subtracted first. This does not change the result and prevents overflow.
    """
    with np.errstate(over="ignore"):
        exponentials = np.exp(ytilde - ytilde.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
