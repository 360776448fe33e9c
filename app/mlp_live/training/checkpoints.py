"""Checkpoints of a run: states from which any epoch of it can be trained again."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.state import State

MAX_BYTES = 1024**2  # of a run, so that a hundred runs take a hundred megabytes
MIN_CHECKPOINTS = 8  # kept however large the network is


class Checkpoints:
    """The states at the start of every ``stride``-th epoch, of a run of ``epochs`` epochs.

    The stride doubles whenever the states would take more than ``max_bytes``. However long the run
    is, an epoch is reached by training at most one stride from a checkpoint.

    All states are rows of one array, which is given back to the system as a whole. The states of a
    study would be hundreds of thousands of objects, and would leave as many gaps in the memory.
    """

    def __init__(self, epochs: int, max_bytes: int = MAX_BYTES) -> None:
        self.stride = 1
        self._n_epochs = epochs
        self._max_bytes = max_bytes
        self._epochs: list[int] = []  # in ascending order
        self._steps: list[int] = []  # made until each of these epochs
        self._vectors: NDArray[np.float32] = np.empty((0, 0), np.float32)  # a row for each
        self._parameter_index: NDArray[np.int64] = np.empty(0, np.int64)

    @property
    def nbytes(self) -> int:
        """Memory in bytes of all checkpoints, also of those that are still to come."""
        return self._vectors.nbytes

    def is_due(self, epoch: int) -> bool:
        """Whether the state at the start of ``epoch`` should be added: it is the next one."""
        return epoch % self.stride == 0 and (not self._epochs or self._epochs[-1] < epoch)

    def add(self, epoch: int, state: State) -> None:
        """Keep a copy of ``state``, the one at the start of ``epoch``, which is due."""
        row = len(self._epochs)
        if row == len(self._vectors):
            if row == 0:
                self._allocate(state)
            else:
                self._double_stride()
                if not self.is_due(epoch):
                    return
                row = len(self._epochs)
        self._vectors[row] = state.vectors
        self._epochs.append(epoch)
        self._steps.append(state.steps)

    def before(self, epoch: int) -> tuple[int, State]:
        """The last checkpoint at or before ``epoch``: its epoch, and a copy of its state."""
        row = bisect_right(self._epochs, epoch) - 1
        vectors = self._vectors[row].copy()
        return self._epochs[row], State(vectors, self._parameter_index, self._steps[row])

    def discard_after(self, epoch: int) -> None:
        """Discard every checkpoint after ``epoch``."""
        kept = bisect_right(self._epochs, epoch)
        del self._epochs[kept:], self._steps[kept:]

    def _allocate(self, state: State) -> None:
        self._vectors = np.empty((self._capacity(state), len(state.vectors)), np.float32)
        self._parameter_index = state.parameter_index

    def _double_stride(self) -> None:
        self.stride *= 2
        kept = [row for row, epoch in enumerate(self._epochs) if epoch % self.stride == 0]
        self._vectors[: len(kept)] = self._vectors[kept]
        self._epochs = [self._epochs[row] for row in kept]
        self._steps = [self._steps[row] for row in kept]

    def _capacity(self, state: State) -> int:
        most = max(MIN_CHECKPOINTS, self._max_bytes // state.vectors.nbytes)
        return min(most, self._n_epochs + 1)  # one before training, and one after each epoch
