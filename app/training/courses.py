"""The courses of a run, one after the other: what it trains by and on, as it was changed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from app.data.dataset import Dataset
from app.mlp.architecture import Architecture
from app.mlp.engine import Engine
from app.training.config import RunConfig
from app.training.course import Course
from app.training.fed import Fed
from app.training.fields import ConfigError
from app.training.record import Change, retuned

MAX_CHANGED_POINTS = 500_000  # in all the tables that a run has gone through: some 30 MB


class Courses:
    """The course that a run began with, and one more for each change of its settings.

    ``load`` gives the dataset of a configuration, or raises `ConfigError`.
    """

    def __init__(
        self,
        config: RunConfig,
        architecture: Architecture,
        dataset: Dataset,
        load: Callable[[RunConfig], Dataset],
    ) -> None:
        """Raises `ConfigError` if a batch is larger than the training set."""
        self._architecture = architecture
        self._load = load
        fed = Fed(dataset, Engine(architecture), with_test=config.show_test)
        self._feds = {config.table: fed}
        self._courses = [Course(0, config, architecture, fed)]

    @property
    def first(self) -> Course:
        """The course that the run began with."""
        return self._courses[0]

    @property
    def last(self) -> Course:
        """The course with all changes."""
        return self._courses[-1]

    @property
    def nbytes(self) -> int:
        """Bytes of all the points at hand."""
        return sum(fed.nbytes for fed in self._feds.values())

    def of(self, epoch: int) -> Course:
        """The course of an epoch, counted from 0."""
        return self.span(epoch)[0]

    def span(self, epoch: int) -> tuple[Course, int]:
        """The course of an epoch, and the epoch before which it ends, if only its run's last."""
        for course, following in pairwise(self._courses):
            if course.since <= epoch < following.since:
                return course, following.since
        return self.last, max(self.last.config.epochs, epoch + 1)

    def add(self, change: Change) -> None:
        """Begin a course for what ``change`` changes of the settings, if anything.

        It begins with the next epoch that does. Raises pydantic's ValidationError or `ConfigError`
        for what cannot be, and adds nothing.
        """
        if change.config:
            since = change.epoch if change.batch == 0 else change.epoch + 1
            config = retuned(self.last.config, change.config)
            course = Course(since, config, self._architecture, self._fed(config))
            self._courses = [c for c in self._courses if c.since < since] + [course]

    def restart(self, changes: list[Change]) -> None:
        """Forget all changes but these."""
        del self._courses[1:]
        for change in changes:
            self.add(change)
        in_use = {course.config.table for course in self._courses}
        self._feds = {table: fed for table, fed in self._feds.items() if table in in_use}

    def _fed(self, config: RunConfig) -> Fed:
        """The data of ``config``: at hand already, or a table of the same kind fed likewise."""
        if config.table in self._feds:
            return self._feds[config.table]
        if config.dataset != "table":
            raise ConfigError("table", "the run has other data; press Start to train on it.")
        first, dataset = self.first.fed.dataset, self._load(config)
        if (dataset.features, dataset.classes) != (first.features, first.classes):
            raise ConfigError("table", "it has other columns or classes than the run; start anew.")
        if sum(fed.dataset.n for fed in self._feds.values()) + dataset.n > MAX_CHANGED_POINTS:
            raise ConfigError("table", "the points have changed too often in this run; start anew.")
        likewise = replace(
            dataset,
            plane=first.plane,
            inputs=first.inputs,
            target_centre=first.target_centre,
            target_scale=first.target_scale,
        )
        fed = Fed(likewise, Engine(self._architecture), with_test=config.show_test)
        self._feds[config.table] = fed
        return fed
