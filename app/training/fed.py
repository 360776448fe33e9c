"""The sets of a dataset as the engine takes them, and what it makes of them."""

from math import nan

from app.data.dataset import Dataset, Examples
from app.mlp.engine import Engine, Samples, State
from app.mlp.metrics import r2_of
from app.training.history import Metrics


class Fed:
    """A dataset, made ready for an engine.

    ``with_test`` is whether the test set may be looked at while the network learns.
    """

    def __init__(self, dataset: Dataset, engine: Engine, *, with_test: bool) -> None:
        self.dataset = dataset
        self.train = self.samples(dataset.train, engine)
        self._validation = self._watched(dataset.validation, engine)
        self._test = self._watched(dataset.test, engine) if with_test else None

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that `measure` looks at."""
        there = {"train": self.train, "validation": self._validation, "test": self._test}
        return tuple(name for name, samples in there.items() if samples is not None)

    @property
    def nbytes(self) -> int:
        """Bytes of the points, as they are and as the engine takes them."""
        data, fed = self.dataset, (self.train, self._validation, self._test)
        own = sum(
            part.X.nbytes + part.y.nbytes for part in (data.train, data.validation, data.test)
        )
        return own + sum(samples.X.nbytes + samples.Y.nbytes for samples in fed if samples)

    def samples(self, examples: Examples, engine: Engine) -> Samples:
        """Some examples, at least one, as the engine takes them."""
        return engine.samples(self.dataset.inputs(examples.X), self.dataset.targets(examples.y))

    def measure(self, engine: Engine, state: State) -> Metrics:
        """Loss and score of the network on each set."""
        return Metrics(
            *self._on(self.train, self.dataset.train, engine, state),
            *self._on(self._validation, self.dataset.validation, engine, state),
            *self._on(self._test, self.dataset.test, engine, state),
        )

    def _watched(self, examples: Examples, engine: Engine) -> Samples | None:
        return self.samples(examples, engine) if len(examples) else None

    def _on(
        self, samples: Samples | None, examples: Examples, engine: Engine, state: State
    ) -> tuple[float, float]:
        if samples is None:
            return nan, nan
        loss, accuracy = engine.evaluate(state, samples)
        if not self.dataset.is_regression:
            return loss, accuracy
        # The loss is half the mean of the squared errors, in units of the target's scale.
        mean_square = 2.0 * loss * self.dataset.target_scale**2
        return loss, r2_of(mean_square, float(examples.y.var()))
