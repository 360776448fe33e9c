"""Runs the trials of a study on a Dask cluster."""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError

from distributed import Client, KilledWorker, as_completed
from distributed.comm.addressing import get_address_host_port

from mlp_live.data.table import Table
from mlp_live.study.runner import Trial, run_trial
from mlp_live.study.trial_result import TrialResult

TIMEOUT = "5s"  # for the scheduler to answer


class ClusterError(Exception):
    """The cluster cannot run the trials; the message says why, and what to do."""


def run_trials(
    trials: Iterable[Trial], table: Table | None, scheduler: str
) -> Iterator[tuple[Trial, TrialResult]]:
    """Run all trials on the workers of ``scheduler``; yield each as soon as it is done.

    If a worker dies, the scheduler gives its trials to another worker. If the iteration ends early,
    the remaining trials are cancelled.

    Raises `ClusterError` if the scheduler does not answer, or one trial kills several workers.
    """
    try:
        get_address_host_port(scheduler)
    except ValueError:
        example = "tcp://192.168.0.2:8786"
        problem = f"--scheduler must be an address such as {example}, not “{scheduler[:40]}”."
        raise ClusterError(problem) from None
    try:
        with Client(scheduler, timeout=TIMEOUT) as client:
            pending = list(trials)
            futures = client.map(run_trial, pending, table=table, pure=False)
            trial_of = dict(zip(futures, pending, strict=True))
            for future, result in as_completed(futures, with_results=True):
                yield trial_of.pop(future), result
                future.release()
    except KilledWorker:
        problem = "several workers died during one run; see their logs."
        raise ClusterError(problem) from None
    except (OSError, CancelledError):
        problem = f"the scheduler at {scheduler} does not answer; start it, or correct the address."
        raise ClusterError(problem) from None
