"""The way a run has come, which any part of can be gone again."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.mlp.engine import State
from app.training.checkpoints import Checkpoints
from app.training.courses import Courses
from app.training.orders import Orders
from app.training.record import Change

Place = tuple[int, int]  # epochs trained, and mini-batches of the next


class Trail:
    """Trains by the courses and orders of a run, from its checkpoints or from wherever it is."""

    def __init__(self, courses: Courses, orders: Orders) -> None:
        self._courses = courses
        self._orders = orders
        self.checkpoints = Checkpoints()

    @property
    def nbytes(self) -> int:
        """Bytes of checkpoints and of the orders at hand."""
        return self.checkpoints.nbytes + self._orders.nbytes

    def orders(self, epoch: int, epochs: int) -> NDArray[np.int64]:
        """The orders of ``epoch`` and those after it, at least one and at most so many, (E, N)."""
        return self._orders.span(epoch, epochs, self._courses.of(epoch).fed.train.n)

    def train(self, state: State, place: Place, goal: Place) -> None:
        """Train a state on from ``place`` to ``goal``, in as few pieces as may be."""
        (epoch, batch), (last_epoch, last_batch) = place, goal
        while (epoch, batch) < goal:
            course, until = self._courses.span(epoch)
            whole = min(until, last_epoch) - epoch  # epochs from the beginning of this one
            orders = self.orders(epoch, max(1, whole))
            last = len(orders) * course.batches_per_epoch if whole else last_batch
            course.train(state, orders, epoch, batch, last)
            epoch, batch = (epoch + len(orders), 0) if whole else goal

    def state_at(self, epoch: int, changes: Iterable[Change]) -> State:
        """The state when ``epoch`` had just been trained, trained again from a checkpoint."""
        start, state = self.checkpoints.before(epoch)
        place = (start, 0)
        for change in changes:
            if change.weights and place <= (change.epoch, change.batch) < (epoch, 0):
                self.train(state, place, (change.epoch, change.batch))
                place = (change.epoch, change.batch)
                edit(state, change)
        self.train(state, place, (epoch, 0))
        return state


def edit(state: State, change: Change) -> None:
    """Give weights their new values."""
    for place, value in change.weights:
        state.vectors[state.places[place]] = value
