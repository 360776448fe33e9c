"""A run made again from its record."""

from collections import deque
from collections.abc import Iterable, Iterator

from app.training.record import Change
from app.training.run import Run


def replay(run: Run, changes: Iterable[Change]) -> Iterator[int]:
    """Train ``run`` to its end, making ``changes`` where they were made; tell every epoch trained.

    Raises what `Run.change` raises.
    """
    waiting = deque(changes)
    while not run.done:
        while waiting and run.place == (waiting[0].epoch, waiting[0].batch):
            change = waiting.popleft()
            run.change(change.config, change.weights)
        epoch, batches = run.epoch, run.batches_per_epoch
        if waiting and waiting[0].epoch == epoch:
            batches = waiting[0].batch - run.batch
        run.advance(batches)
        if run.epoch > epoch:
            yield run.epoch
