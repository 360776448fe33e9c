"""Checkpoints of a run: states from which any epoch of it can be trained again."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.state import State

MAX_BYTES = 1024**2  # of a run, so that a hundred runs take a hundred megabytes
MIN_CHECKPOINTS = 8  # kept however large the network is
BLOCK_BYTES = 1024**2  # of one array; more only if a single state is larger


class Checkpoints:
    """The states at the start of every ``stride``-th epoch, of a run of ``epochs`` epochs.

    The stride doubles whenever the states would take more than ``max_bytes``. However long the run
    is, an epoch is reached by training at most one stride from a checkpoint.

    The states are rows of a few arrays. A study would otherwise have hundreds of thousands of small
    objects, which leave gaps in memory. An array has at most ``BLOCK_BYTES``, or one state if that
    is larger: once glibc has freed a large piece of memory, it does not give pieces up to that size
    back to the system at once.
    """

    def __init__(self, epochs: int, max_bytes: int = MAX_BYTES) -> None:
        self.stride = 1
        self._n_epochs = epochs
        self._max_bytes = max_bytes
        self._epochs: list[int] = []  # in ascending order
        self._steps: list[int] = []  # made until each of these epochs
        self._capacity = 0  # states that are kept at most; 0 until the first one is added
        self._state_bytes = 0
        self._block_rows = 1
        self._blocks: list[NDArray[np.float32]] = []
        self._parameter_index: NDArray[np.int64] = np.empty(0, np.int64)

    @property
    def nbytes(self) -> int:
        """Memory in bytes that the checkpoints take at most, with those that are still to come."""
        return self._capacity * self._state_bytes

    def is_due(self, epoch: int) -> bool:
        """Whether the state at the start of ``epoch`` should be added: it is the next one."""
        return epoch % self.stride == 0 and (not self._epochs or self._epochs[-1] < epoch)

    def add(self, epoch: int, state: State) -> None:
        """Keep a copy of ``state``, the one at the start of ``epoch``, which is due."""
        if not self._capacity:
            self._prepare(state)
        if len(self._epochs) == self._capacity:
            self._double_stride()
            if not self.is_due(epoch):
                return
        row = len(self._epochs)
        if row == len(self._blocks) * self._block_rows:
            rows = min(self._block_rows, self._capacity - row)
            self._blocks.append(np.empty((rows, len(state.vectors)), np.float32))
        self._row(row)[:] = state.vectors
        self._epochs.append(epoch)
        self._steps.append(state.steps)

    def before(self, epoch: int) -> tuple[int, State]:
        """The last checkpoint at or before ``epoch``: its epoch, and a copy of its state."""
        row = bisect_right(self._epochs, epoch) - 1
        vectors = self._row(row).copy()
        return self._epochs[row], State(vectors, self._parameter_index, self._steps[row])

    def discard_after(self, epoch: int) -> None:
        """Discard every checkpoint after ``epoch``."""
        self._keep(range(bisect_right(self._epochs, epoch)))

    def _prepare(self, state: State) -> None:
        self._state_bytes = state.vectors.nbytes
        most = max(MIN_CHECKPOINTS, self._max_bytes // self._state_bytes)
        self._capacity = min(most, self._n_epochs + 1)  # one before training, one after each epoch
        self._block_rows = max(1, BLOCK_BYTES // self._state_bytes)
        self._parameter_index = state.parameter_index

    def _row(self, row: int) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._blocks[row // self._block_rows][row % self._block_rows]
        return vectors

    def _double_stride(self) -> None:
        self.stride *= 2
        self._keep([row for row, epoch in enumerate(self._epochs) if epoch % self.stride == 0])

    def _keep(self, rows: Sequence[int]) -> None:
        """Keep only these rows, in ascending order, and free blocks that are no longer needed."""
        for target, row in enumerate(rows):
            if target != row:
                self._row(target)[:] = self._row(row)
        self._epochs = [self._epochs[row] for row in rows]
        self._steps = [self._steps[row] for row in rows]
        del self._blocks[-(-len(rows) // self._block_rows) :]
