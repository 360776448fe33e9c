"""Runs of a study from start to end, on threads of this process.

Threads are enough: the kernels release the GIL, and what they need of Python is a tenth of a
millisecond an epoch, less than it would cost to start processes for a whole study.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import NamedTuple

from app.data.table import Table
from app.sweep.outcome import Outcome, finder, prepare
from app.training.config import RunConfig

EPOCHS_AT_ONCE = 100  # between two looks at whether to stop


class Task(NamedTuple):
    """One run to be made: the index of its cell, which repeat, and its configuration."""

    cell: int
    repeat: int
    config: RunConfig

    @property
    def with_grid(self) -> bool:
        """Whether its last field is kept: that of each cell's first repeat is, for its figure."""
        return self.repeat == 0


class StoppedError(Exception):
    """A run was given up half-way."""


def train(task: Task, table: Table | None, stop: Event | None = None) -> Outcome:
    """Make one run to its end; raises `StoppedError` soon after ``stop`` is set."""
    run = prepare(task.config, finder(table))
    if isinstance(run, Outcome):
        return run
    while not run.done:
        if stop is not None and stop.is_set():
            raise StoppedError
        run.advance_epochs(EPOCHS_AT_ONCE)
    return Outcome.of(run, with_grid=task.with_grid)


def execute(
    tasks: Iterable[Task], table: Table | None, jobs: int
) -> Iterator[tuple[Task, Outcome]]:
    """Make every run, ``jobs`` at a time, and give each as it is done, in whatever order.

    When the iteration ends early, the runs under way are given up.
    """
    stop = Event()
    with ThreadPoolExecutor(jobs, thread_name_prefix="sweep") as pool:
        futures = {pool.submit(train, task, table, stop): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
