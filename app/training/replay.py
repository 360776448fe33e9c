"""A run made again from its record."""

from collections import deque
from collections.abc import Iterable, Iterator

from app.training.record import Change
from app.training.run import Run

EPOCHS_AT_ONCE = 100  # between two that are told


def replay(run: Run, changes: Iterable[Change]) -> Iterator[int]:
    """Train ``run`` to its end, making ``changes`` where they were made; tell every epoch trained.

    Raises what `Run.change` raises.
    """
    waiting = deque(changes)
    while not run.done:
        while waiting and run.place == (waiting[0].epoch, waiting[0].batch):
            change = waiting.popleft()
            run.change(change.config, change.weights)
        epoch = run.epoch
        if not waiting:
            run.advance_epochs(EPOCHS_AT_ONCE)
        elif waiting[0].epoch == epoch:
            run.advance(waiting[0].batch - run.batch)
        else:
            run.advance(run.batches_per_epoch)
        yield from range(epoch + 1, run.epoch + 1)
