"""A dataset prepared for the engine, and the engine's results turned into metrics."""

from math import nan

import numpy as np

from mlp_live.data.dataset import Dataset, Examples
from mlp_live.engine.engine import Engine
from mlp_live.engine.examples import PackedExamples
from mlp_live.engine.state import State
from mlp_live.nn.metrics import r2_of, varies
from mlp_live.nn.reference import Array
from mlp_live.training.history import Metrics

NOT_EVALUATED = (nan, nan)  # loss and accuracy on a set that is empty or hidden


class PreparedData:
    """A dataset, packed for an engine.

    ``with_test`` is whether the test set may be evaluated while the network trains.
    """

    def __init__(self, dataset: Dataset, engine: Engine, *, with_test: bool) -> None:
        self.dataset = dataset
        self.train = self.pack(dataset.train, engine)
        validation = self._pack_or_none(dataset.validation, engine)
        test = self._pack_or_none(dataset.test, engine) if with_test else None
        self.evaluated = {"train": self.train, "validation": validation, "test": test}
        sets = (dataset.train, dataset.validation, dataset.test)
        self._variances = [float(one.y.var()) if len(one) else nan for one in sets]

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that `evaluate` evaluates."""
        return tuple(name for name, packed in self.evaluated.items() if packed is not None)

    @property
    def nbytes(self) -> int:
        """Memory in bytes of the points, both as loaded and as packed."""
        sets = (self.dataset.train, self.dataset.validation, self.dataset.test)
        packed = filter(None, self.evaluated.values())
        return sum(one.X.nbytes + one.y.nbytes for one in sets) + sum(
            one.X.nbytes + one.Y.nbytes for one in packed
        )

    def pack(self, examples: Examples, engine: Engine) -> PackedExamples:
        """Pack one or more examples for the engine."""
        return engine.pack(self.dataset.feature_map(examples.X), self.dataset.targets(examples.y))

    def evaluate(self, engine: Engine, state: State) -> Metrics:
        """Loss and score of the network on each set in `sets`."""
        found = [
            NOT_EVALUATED if packed is None else engine.evaluate(state, packed)
            for packed in self.evaluated.values()
        ]
        metrics = np.array(found).reshape(1, -1)
        self.score(metrics)
        return Metrics(*metrics[0].tolist())

    def score(self, metrics: Array) -> None:
        """Convert the engine's metrics, float64 (E, 6), to those of `Metrics`, in place.

        For regression the accuracy on each set is replaced by R².
        """
        if not self.dataset.is_regression:
            return
        scale = self.dataset.target_scale
        columns = zip(metrics.T[::2], metrics.T[1::2], self._variances, strict=True)
        for loss, score, variance in columns:
            # The loss is half the mean squared error, in units of the target's scale. In those of
            # the targets it may underflow to 0, although it is not.
            unit = scale**2 if varies(variance) else 1.0
            score[:] = r2_of(2.0 * loss * unit, variance)

    def _pack_or_none(self, examples: Examples, engine: Engine) -> PackedExamples | None:
        return self.pack(examples, engine) if len(examples) else None
