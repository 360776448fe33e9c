"""Checkpoints of a run: states from which any epoch of it can be trained again."""

from mlp_live.engine.state import State

MAX_BYTES = 1024**2  # for one run, so that a hundred runs take a hundred megabytes
MIN_CHECKPOINTS = 8  # kept however large the network is


class Checkpoints:
    """The states at the start of every ``stride``-th epoch.

    The stride doubles whenever the states would take more than `MAX_BYTES`. However long the run
    is, an epoch is reached by training at most one stride from a checkpoint.
    """

    def __init__(self) -> None:
        self.stride = 1
        self._states: dict[int, State] = {}
        self._state_bytes = 0  # of each

    @property
    def nbytes(self) -> int:
        """Memory in bytes of all checkpoints."""
        return len(self._states) * self._state_bytes

    def capacity(self, state: State) -> int:
        """Bytes that all checkpoints of states like this one may take."""
        return max(MAX_BYTES, MIN_CHECKPOINTS * state.vectors.nbytes)

    def is_due(self, epoch: int) -> bool:
        """Whether the state at the start of ``epoch`` should be added."""
        return epoch % self.stride == 0 and epoch not in self._states

    def add(self, epoch: int, state: State) -> None:
        """Keep ``state``, the one at the start of ``epoch``."""
        self._states[epoch] = state
        self._state_bytes = state.vectors.nbytes
        if len(self._states) * self._state_bytes > self.capacity(state):
            self.stride *= 2
            self._states = {e: s for e, s in self._states.items() if e % self.stride == 0}

    def before(self, epoch: int) -> tuple[int, State]:
        """The last checkpoint at or before ``epoch``: its epoch, and a copy of its state."""
        last = max(e for e in self._states if e <= epoch)
        return last, self._states[last].copy()

    def discard_after(self, epoch: int) -> None:
        """Discard every checkpoint after ``epoch``."""
        self._states = {e: s for e, s in self._states.items() if e <= epoch}
