"""The history of a run: loss and score on each set, before training and after each epoch."""

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np

from mlp_live.nn.reference import Array


class Metrics(NamedTuple):
    """Mean loss and score on each set; NaN for a set that is empty or not evaluated.

    The loss on a set that the network does not learn from may be infinite or NaN, too.
    The score is the accuracy in percent, or R² for regression.
    """

    train_loss: float
    train_score: float
    validation_loss: float = nan
    validation_score: float = nan
    test_loss: float = nan
    test_score: float = nan

    def of(self, sets: Sequence[str], score: str) -> dict[str, float]:
        """The metrics on ``sets`` by name; “score” in a name is replaced by ``score``."""
        return {
            name.replace("score", score): value
            for name, value in self._asdict().items()
            if name.split("_")[0] in sets
        }


WIDTH = len(Metrics._fields)
BYTES_PER_EPOCH = 8 * WIDTH


class History:
    """Metrics by epoch; epoch 0 is the untrained network. `BYTES_PER_EPOCH` bytes an epoch.

    Memory for all ``epochs`` is reserved at once. The system provides it as it is filled.
    """

    def __init__(self, sets: Sequence[str], epochs: int) -> None:
        self.sets = tuple(sets)  # names of the sets that are evaluated after every epoch
        self._values = np.empty((epochs + 1, WIDTH))
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, epoch: int) -> Metrics:
        if not 0 <= epoch < len(self):
            raise IndexError(f"epoch {epoch} of a history of {len(self)}")
        return Metrics(*self._values[epoch].tolist())

    @property
    def nbytes(self) -> int:
        """Memory in bytes of all metrics so far."""
        return self.table().nbytes

    def append(self, metrics: Metrics) -> None:
        """Add the metrics of the next epoch."""
        self._values[self._length] = metrics
        self._length += 1

    def extend(self, metrics: Array) -> None:
        """Add the metrics of the next E epochs, float64 (E, 6)."""
        self._values[self._length : self._length + len(metrics)] = metrics
        self._length += len(metrics)

    def truncate(self, epochs: int) -> None:
        """Keep only the first ``epochs`` entries."""
        self._length = min(self._length, epochs)

    def table(self) -> Array:
        """All metrics so far, float64 (epochs, 6): a view, not a copy."""
        return self._values[: self._length]

    def between(self, first: int, last: int) -> Array:
        """A copy of the metrics of the epochs ``first`` to ``last``, those that there are."""
        return self.table()[first : last + 1].copy()

    def since(self, epoch: int, names: Sequence[str] = Metrics._fields) -> dict[str, Array]:
        """The metrics ``names`` from ``epoch`` on: a copy of each, float64 (epochs,)."""
        table = self.table()[epoch:]
        return {name: table[:, Metrics._fields.index(name)].copy() for name in names}
