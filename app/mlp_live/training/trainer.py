"""The trainer: trains a state from one epoch and batch of a run to another."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.engine import EpochResults
from mlp_live.engine.state import State
from mlp_live.training.checkpoints import Checkpoints
from mlp_live.training.permutations import EpochPermutations
from mlp_live.training.phases import Phases
from mlp_live.training.record import ConfigChange


class Progress(NamedTuple):
    """How far a run has come: completed epochs, and mini-batches of the current epoch."""

    epoch: int
    batch: int = 0


class Trainer:
    """Trains states with the phases and permutations of one run."""

    def __init__(
        self, phases: Phases, permutations: EpochPermutations, checkpoints: Checkpoints
    ) -> None:
        self._phases = phases
        self._permutations = permutations
        self.checkpoints = checkpoints

    @property
    def nbytes(self) -> int:
        """Memory in bytes of the checkpoints and permutations."""
        return self.checkpoints.nbytes + self._permutations.nbytes

    def orders(self, epoch: int, epochs: int) -> NDArray[np.int64]:
        """Permutations for the epochs from ``epoch`` on, int64 (E, N) with 1 <= E <= epochs."""
        return self._permutations.span(epoch, epochs, self._phases.at(epoch).data.train.n)

    def train(self, state: State, start: Progress, goal: Progress) -> None:
        """Train a state from ``start`` to ``goal``, with as few calls of the engine as possible."""
        epoch, batch = start
        while (epoch, batch) < goal:
            phase, until = self._phases.span(epoch)
            whole = min(until, goal.epoch) - epoch  # epochs, this one included
            orders = self.orders(epoch, max(1, whole))
            last = len(orders) * phase.batches_per_epoch if whole else goal.batch
            phase.train(state, orders, epoch, batch, last)
            epoch, batch = (epoch + len(orders), 0) if whole else goal

    def train_epochs(self, state: State, epoch: int, epochs: int) -> EpochResults:
        """Train a state for at most ``epochs`` whole epochs of one phase; evaluate each."""
        orders = self.orders(epoch, epochs)
        return self._phases.at(epoch).train_epochs(state, orders, epoch)

    def state_at(self, epoch: int, changes: Iterable[ConfigChange]) -> State:
        """The state at the end of ``epoch``, trained again from the nearest checkpoint before."""
        start, state = self.checkpoints.before(epoch)
        progress, goal = Progress(start), Progress(epoch)
        for change in changes:
            at = Progress(change.epoch, change.batch)
            if change.weights and progress <= at < goal:
                self.train(state, progress, at)
                progress = at
                set_weights(state, change)
        self.train(state, progress, goal)
        return state


def set_weights(state: State, change: ConfigChange) -> None:
    """Set the parameters that ``change`` gives new values."""
    for index, value in change.weights:
        state.vectors[state.parameter_index[index]] = value
