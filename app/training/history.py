"""The history of a run: loss and accuracy on both sets, at the start and after every epoch."""

from array import array
from typing import NamedTuple

import numpy as np

from app.mlp.reference import Array


class Metrics(NamedTuple):
    """Mean cross-entropy (nats) and accuracy (percent) on the training and the test set."""

    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float


class History:
    """Metrics by epoch; epoch 0 is the untrained network. 32 bytes an epoch."""

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

    def truncate(self, epochs: int) -> None:
        """Forget all but the first ``epochs`` epochs."""
        del self._values[epochs * len(Metrics._fields) :]

    def since(self, epoch: int) -> dict[str, Array]:
        """Each metric from ``epoch`` on, float64 (epochs,), copied."""
        width = len(Metrics._fields)
        table = np.array(self._values[epoch * width :]).reshape(-1, width)
        return {name: table[:, i].copy() for i, name in enumerate(Metrics._fields)}
