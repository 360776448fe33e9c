"""The trainer: trains a state from one epoch and batch of a run to another."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.engine import EpochResults
from mlp_live.engine.state import State
from mlp_live.training.checkpoints import Checkpoints
from mlp_live.training.events import ConfigChange, Progress
from mlp_live.training.permutations import EpochPermutations
from mlp_live.training.phases import Phases

MAX_CALL_WORK = 20_000_000  # multiplications in one compiled call: a few milliseconds
MAX_CALL_BYTES = 4 * 1024**2  # bytes of the states that one compiled call keeps


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

    def batch_rows(self, epoch: int, batch: int) -> NDArray[np.int64]:
        """The rows of the training set in mini-batch ``batch`` of ``epoch``; -1 is the last one."""
        phase, order = self._phases.at(epoch), self.orders(epoch, 1)[0]
        start = batch % phase.batches_per_epoch * phase.config.batch_size
        rows: NDArray[np.int64] = order[start : start + phase.config.batch_size]
        return rows

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

    def epochs_per_call(self, state: State, epoch: int) -> int:
        """How many epochs from ``epoch`` on one compiled call may train, by time and memory."""
        phase = self._phases.at(epoch)
        work = phase.engine.architecture.n_parameters * phase.data.dataset.n
        return 1 + min(MAX_CALL_WORK // work, MAX_CALL_BYTES // state.vectors.nbytes)

    def train_epochs(self, state: State, epoch: int, epochs: int) -> EpochResults:
        """Train a state for at most ``epochs`` whole epochs of one phase; evaluate each."""
        orders = self.orders(epoch, epochs)
        return self._phases.at(epoch).train_epochs(state, orders, epoch)

    def state_at(self, epoch: int, changes: Iterable[ConfigChange]) -> State:
        """The state at the end of ``epoch``, trained again from the nearest checkpoint before."""
        start, state = self.checkpoints.before(epoch)
        progress, goal = Progress(start), Progress(epoch)
        for change in changes:
            if change.weights and progress <= change.progress < goal:
                self.train(state, progress, change.progress)
                progress = change.progress
                set_weights(state, change)
        self.train(state, progress, goal)
        return state


def set_weights(state: State, change: ConfigChange) -> None:
    """Set the parameters that ``change`` gives new values."""
    for index, value in change.weights:
        state.vectors[state.parameter_index[index]] = value
