"""The sets of a dataset as the engine takes them, and what it makes of them."""

from math import nan

import numpy as np

from app.data.dataset import Dataset, Examples
from app.mlp.engine import Engine, Samples, State
from app.mlp.metrics import r2_of
from app.mlp.reference import Array
from app.training.history import Metrics

UNSEEN = (nan, nan)  # loss and accuracy on a set that is not looked at


class Fed:
    """A dataset, made ready for an engine.

    ``with_test`` is whether the test set may be looked at while the network learns.
    """

    def __init__(self, dataset: Dataset, engine: Engine, *, with_test: bool) -> None:
        self.dataset = dataset
        self.train = self.samples(dataset.train, engine)
        validation = self._watched(dataset.validation, engine)
        test = self._watched(dataset.test, engine) if with_test else None
        self.watched = {"train": self.train, "validation": validation, "test": test}
        sets = (dataset.train, dataset.validation, dataset.test)
        self._variances = [float(one.y.var()) if len(one) else nan for one in sets]

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that `measure` looks at."""
        return tuple(name for name, samples in self.watched.items() if samples is not None)

    @property
    def nbytes(self) -> int:
        """Bytes of the points, as they are and as the engine takes them."""
        data = self.dataset
        own = sum(
            part.X.nbytes + part.y.nbytes for part in (data.train, data.validation, data.test)
        )
        fed = filter(None, self.watched.values())
        return own + sum(samples.X.nbytes + samples.Y.nbytes for samples in fed)

    def samples(self, examples: Examples, engine: Engine) -> Samples:
        """Some examples, at least one, as the engine takes them."""
        return engine.samples(self.dataset.inputs(examples.X), self.dataset.targets(examples.y))

    def measure(self, engine: Engine, state: State) -> Metrics:
        """Loss and score of the network on each set."""
        found = [
            UNSEEN if samples is None else engine.evaluate(state, samples)
            for samples in self.watched.values()
        ]
        return Metrics(*self.scored(np.array([found]).reshape(1, -1))[0].tolist())

    def scored(self, measured: Array) -> Array:
        """Metrics (E, 6) from loss and accuracy on each set, (E, 6), as the engine gives them."""
        if self.dataset.is_regression:
            scale = self.dataset.target_scale
            for loss, score, variance in zip(
                measured.T[::2], measured.T[1::2], self._variances, strict=True
            ):
                # The loss is half the mean of the squared errors, in units of the target's scale.
                score[:] = r2_of(2.0 * loss * scale**2, variance)
        return measured

    def _watched(self, examples: Examples, engine: Engine) -> Samples | None:
        return self.samples(examples, engine) if len(examples) else None
