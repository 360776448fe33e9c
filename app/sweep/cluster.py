"""Runs of a study on a Dask cluster: its own client, its own futures, the same runs."""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError

from distributed import Client, KilledWorker, as_completed
from distributed.comm.addressing import get_address_host_port

from app.data.table import Table
from app.sweep.execute import Task, train
from app.sweep.outcome import Outcome

PATIENCE = "5s"  # for the scheduler to answer


class ClusterError(Exception):
    """The cluster cannot make the runs: why, and what to do."""


def execute(
    tasks: Iterable[Task], table: Table | None, scheduler: str
) -> Iterator[tuple[Task, Outcome]]:
    """Make every run on the workers of ``scheduler``, and give each as it is done.

    What a worker that dies had under way, or had done and not handed over, the scheduler gives to
    another. When the iteration ends early, the runs not done are given up.

    Raises `ClusterError` if the scheduler does not answer or is lost, or the workers keep dying.
    """
    try:
        get_address_host_port(scheduler)
    except ValueError:
        example = "tcp://192.168.0.2:8786"
        problem = f"--scheduler must be an address such as {example}, not “{scheduler[:40]}”."
        raise ClusterError(problem) from None
    try:
        with Client(scheduler, timeout=PATIENCE) as client:
            waiting = list(tasks)
            made = client.map(train, waiting, table=table, pure=False)
            task_of = dict(zip(made, waiting, strict=True))
            for future, outcome in as_completed(made, with_results=True):
                yield task_of.pop(future), outcome
                future.release()
    except KilledWorker:
        problem = "one run has cost several workers their lives; look at their logs."
        raise ClusterError(problem) from None
    except (OSError, CancelledError):
        problem = f"the scheduler at {scheduler} does not answer; start it, or mend the address."
        raise ClusterError(problem) from None
