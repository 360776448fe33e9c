"""Runs the trials of a study on threads of this process.

Threads are sufficient: the kernels release the GIL, and the Python code between them takes a tenth
of a millisecond per epoch. For a whole study that is less than it takes to start processes.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import NamedTuple

from mlp_live.data.table import Table
from mlp_live.study.trial_result import TrialResult, prepare_run, table_finder
from mlp_live.training.config import RunConfig

EPOCHS_PER_CALL = 100  # epochs between two checks of the stop event


class Trial(NamedTuple):
    """One run of a study: the index of its cell, the repeat, and the configuration."""

    cell: int
    repeat: int
    config: RunConfig

    @property
    def with_grid(self) -> bool:
        """Whether the final prediction grid is kept; it is for the first repeat of each cell."""
        return self.repeat == 0


class TrialStoppedError(Exception):
    """A trial was stopped before its end."""


def run_trial(trial: Trial, table: Table | None, stop: Event | None = None) -> TrialResult:
    """Run one trial to its end. Raises `TrialStoppedError` soon after ``stop`` is set."""
    run = prepare_run(trial.config, table_finder(table))
    if isinstance(run, TrialResult):
        return run
    while not run.done:
        if stop is not None and stop.is_set():
            raise TrialStoppedError
        run.advance_epochs(EPOCHS_PER_CALL)
    return TrialResult.of(run, with_grid=trial.with_grid)


def run_trials(
    trials: Iterable[Trial], table: Table | None, jobs: int
) -> Iterator[tuple[Trial, TrialResult]]:
    """Run all trials, ``jobs`` at a time; yield each with its result as soon as it is done.

    The order of the results is not defined. If the iteration ends early, all trials are stopped.
    """
    stop = Event()
    with ThreadPoolExecutor(jobs, thread_name_prefix="study") as pool:
        futures = {pool.submit(run_trial, trial, table, stop): trial for trial in trials}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
