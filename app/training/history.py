"""The history of a run: loss and score on each set, at the start and after every epoch."""

from array import array
from collections.abc import Sequence
from math import isfinite, isnan, nan
from typing import NamedTuple

import numpy as np

from app.mlp.reference import Array


class Metrics(NamedTuple):
    """Mean loss and score on each set; NaN for a set that is empty or is not to be looked at.

    The score is the accuracy in percent, or, of a regression, R².
    """

    train_loss: float
    train_score: float
    validation_loss: float = nan
    validation_score: float = nan
    test_loss: float = nan
    test_score: float = nan

    def known(self, score: str) -> dict[str, float]:
        """The metrics that there are, by name; ``score`` is what the score is to be called."""
        return {
            name.replace("score", score): value
            for name, value in self._asdict().items()
            if not isnan(value)
        }

    def finite(self, sets: Sequence[str]) -> bool:
        """Whether the losses on these sets are finite."""
        return all(isfinite(getattr(self, f"{name}_loss")) for name in sets)


class History:
    """Metrics by epoch; epoch 0 is the untrained network. 48 bytes an epoch."""

    def __init__(self) -> None:
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
        """Bytes of all metrics."""
        return len(self._values) * self._values.itemsize

    def append(self, metrics: Metrics) -> None:
        """Record the epoch that comes next."""
        self._values.extend(metrics)

    def extend(self, metrics: Array) -> None:
        """Record the epochs that come next: metrics (E, 6)."""
        self._values.frombytes(metrics.tobytes())

    def truncate(self, epochs: int) -> None:
        """Forget all but the first ``epochs`` epochs."""
        del self._values[epochs * len(Metrics._fields) :]

    def since(self, epoch: int, names: Sequence[str] = Metrics._fields) -> dict[str, Array]:
        """The metrics of these names from ``epoch`` on, float64 (epochs,), copied."""
        width = len(Metrics._fields)
        table = np.array(self._values[epoch * width :]).reshape(-1, width)
        return {name: table[:, Metrics._fields.index(name)].copy() for name in names}
