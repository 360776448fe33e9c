"""The architecture of a network, and the position of each parameter in the vector θ."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.activations import ACTIVATIONS, ActivationName
from mlp_live.nn.losses import LOSSES, LossName

Number = TypeVar("Number", bound=np.generic)

MAX_INPUTS = 8
MAX_HIDDEN_LAYERS = 8
MAX_UNITS = 128
MAX_OUTPUTS = 10


@dataclass(frozen=True)
class Architecture:
    """Layer sizes (n_x, n_h, ..., n_y), the activation of the hidden layers, and the loss.

    The output layer is linear. The softmax belongs to the cross-entropy losses.

    Raises ValueError if a size is out of range, or if the activation or the loss is unknown.
    """

    sizes: tuple[int, ...]
    activation: ActivationName = "tanh"
    loss: LossName = "cross_entropy"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", tuple(int(size) for size in self.sizes))
        if not 2 <= len(self.sizes) <= MAX_HIDDEN_LAYERS + 2:
            raise ValueError(
                f"sizes must list inputs, 0 to {MAX_HIDDEN_LAYERS} hidden layers and outputs, "
                f"not {len(self.sizes)} numbers"
            )
        limits = [MAX_INPUTS, *[MAX_UNITS] * (len(self.sizes) - 2), MAX_OUTPUTS]
        for size, limit in zip(self.sizes, limits, strict=True):
            if not 1 <= size <= limit:
                raise ValueError(f"a size in {self.sizes} must be from 1 to {limit}, not {size}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {ACTIVATIONS}, not {self.activation!r}")
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {LOSSES}, not {self.loss!r}")

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(n_in, n_out) of each layer, from the first hidden layer to the output layer."""
        return list(pairwise(self.sizes))

    @cached_property
    def n_parameters(self) -> int:
        """Length of θ."""
        return sum(n_out * (n_in + 1) for n_in, n_out in self.layers)

    def views(self, theta: NDArray[Number]) -> list[tuple[NDArray[Number], NDArray[Number]]]:
        """(W, b) of each layer as views on θ: W of shape (n_out, n_in), b of shape (n_out,).

        θ holds the layers one after the other: the rows of W, then b. Writing to a view changes θ.

        Raises ValueError unless θ has shape (n_parameters,).
        """
        if theta.shape != (self.n_parameters,):
            raise ValueError(f"θ must have shape ({self.n_parameters},), not {theta.shape}")
        views, start = [], 0
        for n_in, n_out in self.layers:
            end = start + n_out * n_in
            views.append((theta[start:end].reshape(n_out, n_in), theta[end : end + n_out]))
            start = end + n_out
        return views
