"""Reproducing a run from its record."""

from collections import deque
from collections.abc import Iterable, Iterator

from mlp_live.training.record import ConfigChange
from mlp_live.training.run import Run

EPOCHS_PER_CALL = 100  # epochs that are trained before any of them is yielded


def replay(run: Run, changes: Iterable[ConfigChange]) -> Iterator[int]:
    """Train ``run`` to its end and apply ``changes`` where they were made; yield every epoch.

    Raises what `Run.change` raises.
    """
    pending = deque(changes)
    while not run.done:
        while pending and run.progress == (pending[0].epoch, pending[0].batch):
            change = pending.popleft()
            run.change(change.config, change.weights)
        epoch = run.progress.epoch
        if not pending:
            run.advance_epochs(EPOCHS_PER_CALL)
        elif pending[0].epoch == epoch:
            run.advance(pending[0].batch - run.progress.batch)
        else:
            run.advance(run.batches_per_epoch)
        yield from range(epoch + 1, run.progress.epoch + 1)
