"""The history of a run: loss and score on each set, before training and after each epoch."""

from array import array
from collections.abc import Sequence
from math import isfinite, isnan, nan
from typing import NamedTuple

import numpy as np

from mlp_live.nn.reference import Array


class Metrics(NamedTuple):
    """Mean loss and score on each set; NaN for a set that is empty or not evaluated.

    The score is the accuracy in percent, or R² for regression.
    """

    train_loss: float
    train_score: float
    validation_loss: float = nan
    validation_score: float = nan
    test_loss: float = nan
    test_score: float = nan

    def known(self, score: str) -> dict[str, float]:
        """The metrics that are not NaN, by name; “score” in a name is replaced by ``score``."""
        return {
            name.replace("score", score): value
            for name, value in self._asdict().items()
            if not isnan(value)
        }

    def finite(self, sets: Sequence[str]) -> bool:
        """Whether the losses on these sets are finite."""
        return all(isfinite(getattr(self, f"{name}_loss")) for name in sets)


BYTES_PER_EPOCH = 8 * len(Metrics._fields)


class History:
    """Metrics by epoch; epoch 0 is the untrained network. `BYTES_PER_EPOCH` bytes an epoch."""

    def __init__(self, sets: Sequence[str]) -> None:
        self.sets = tuple(sets)  # names of the sets that are evaluated after every epoch
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._values) // len(Metrics._fields)

    def __getitem__(self, epoch: int) -> Metrics:
        if not 0 <= epoch < len(self):
            raise IndexError(f"epoch {epoch} of a history of {len(self)}")
        width = len(Metrics._fields)
        return Metrics(*self._values[epoch * width : (epoch + 1) * width])

    @property
    def nbytes(self) -> int:
        """Memory in bytes of all metrics."""
        return len(self._values) * self._values.itemsize

    def append(self, metrics: Metrics) -> None:
        """Add the metrics of the next epoch."""
        self._values.extend(metrics)

    def extend(self, metrics: Array) -> None:
        """Add the metrics of the next E epochs, float64 (E, 6)."""
        self._values.frombytes(metrics.tobytes())

    def truncate(self, epochs: int) -> None:
        """Keep only the first ``epochs`` entries."""
        del self._values[epochs * len(Metrics._fields) :]

    def table(self) -> Array:
        """All metrics, float64 (epochs, 6), not copied: nothing can be added while it is used."""
        return np.frombuffer(self._values).reshape(-1, len(Metrics._fields))

    def between(self, first: int, last: int) -> Array:
        """A copy of the metrics of the epochs ``first`` to ``last``, those that there are."""
        width = len(Metrics._fields)
        return np.array(self._values[first * width : (last + 1) * width]).reshape(-1, width)

    def since(self, epoch: int, names: Sequence[str] = Metrics._fields) -> dict[str, Array]:
        """The metrics ``names`` from ``epoch`` on: a copy of each, float64 (epochs,)."""
        width = len(Metrics._fields)
        table = np.array(self._values[epoch * width :]).reshape(-1, width)
        return {name: table[:, Metrics._fields.index(name)].copy() for name in names}
