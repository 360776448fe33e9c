"""The state of a training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.memory_layout import VECTORS

Vector = NDArray[np.float32]


@dataclass
class State:
    """Everything that training changes.

    vectors holds θ, the two slots of the optimizer and the gradient in the memory layout of the
    kernels. parameter_index, int64 (n_parameters,), is the position of each parameter in it. steps
    is the number of steps made.
    """

    vectors: Vector
    parameter_index: NDArray[np.int64]
    steps: int = 0

    @property
    def theta(self) -> Vector:
        """A copy of θ, float32 (n_parameters,), in the order of `Architecture.views`."""
        return self.vectors[self.parameter_index]

    @property
    def slots(self) -> Vector:
        """A copy of the slots of the optimizer, float32 (SLOTS, n_parameters)."""
        return self._rows[1:-1, self.parameter_index]

    @property
    def gradient(self) -> Vector:
        """A copy of the gradient of the last step, of loss plus penalty, float32 (n_parameters,).

        Before the first step it is zero.
        """
        gradient: Vector = self._rows[-1, self.parameter_index]
        return gradient

    @property
    def finite(self) -> bool:
        """Whether every parameter is finite. No later step can make it finite again."""
        return bool(np.isfinite(self.vectors[: len(self.vectors) // VECTORS]).all())

    @property
    def _rows(self) -> Vector:
        """The vectors as rows, a view."""
        return self.vectors.reshape(VECTORS, -1)

    def copy(self) -> "State":
        """Return an independent copy, which trains to the same bits."""
        return State(self.vectors.copy(), self.parameter_index, self.steps)
