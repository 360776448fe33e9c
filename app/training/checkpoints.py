"""Checkpoints of a run: states from which any epoch of it can be trained again."""

from app.mlp.engine import State

MAX_BYTES = 1024**2  # of one run; a class of a hundred then fits into a hundred megabytes
LEAST = 8  # however large the network


class Checkpoints:
    """States at the beginning of every ``stride``-th epoch.

    The stride doubles whenever the states would fill more than `MAX_BYTES`: whatever the length of
    a run, an epoch is at most one stride of training away from a state that is kept.
    """

    def __init__(self) -> None:
        self.stride = 1
        self._states: dict[int, State] = {}
        self._state_bytes = 0  # of each

    @property
    def nbytes(self) -> int:
        """Bytes of all states."""
        return len(self._states) * self._state_bytes

    def wants(self, epoch: int) -> bool:
        """Whether the state that ``epoch`` begins with should be added."""
        return epoch % self.stride == 0 and epoch not in self._states

    def add(self, epoch: int, state: State) -> None:
        """Keep the state that ``epoch`` begins with."""
        self._states[epoch] = state
        self._state_bytes = state.vectors.nbytes
        capacity = max(LEAST, MAX_BYTES // self._state_bytes)
        if len(self._states) > capacity:
            self.stride *= 2
            self._states = {e: s for e, s in self._states.items() if e % self.stride == 0}

    def before(self, epoch: int) -> tuple[int, State]:
        """The last checkpoint not after ``epoch``: its epoch, and a copy of its state."""
        last = max(e for e in self._states if e <= epoch)
        return last, self._states[last].copy()

    def forget_after(self, epoch: int) -> None:
        """Drop what lies beyond ``epoch``, which is about to become another story."""
        self._states = {e: s for e, s in self._states.items() if e <= epoch}
