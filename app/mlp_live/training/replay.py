"""Reproducing a run from its record."""

from collections import deque
from collections.abc import Iterable, Iterator

from mlp_live.training.record import ChangeError, ConfigChange
from mlp_live.training.run import Run

EPOCHS_PER_CALL = 100  # epochs that are trained before any of them is yielded


def replay(run: Run, changes: Iterable[ConfigChange]) -> Iterator[int]:
    """Train ``run`` to its end and apply ``changes`` where they were made; yield every epoch.

    Raises `ChangeError` before the training if a change cannot be made, and after it if the run
    ended before it could make one.
    """
    changes = list(changes)
    run.check_changes(changes)
    pending = deque(changes)
    _apply(run, pending)
    while not run.done:
        epoch, batch = run.progress
        if not pending:
            run.advance_epochs(EPOCHS_PER_CALL)
        elif pending[0].epoch == epoch and pending[0].batch > batch:
            run.advance(pending[0].batch - batch)
        else:
            run.advance(run.batches_per_epoch)
        _apply(run, pending)
        yield from range(epoch + 1, run.progress.epoch + 1)
    if pending:
        number = len(changes) - len(pending) + 1
        reason = f"the run ended before it, at epoch {run.progress.epoch}."
        raise ChangeError(number, pending[0], reason)


def _apply(run: Run, pending: deque[ConfigChange]) -> None:
    """Make the changes at the present place of the run, which may be its end."""
    while pending and run.progress == (pending[0].epoch, pending[0].batch):
        change = pending.popleft()
        run.change(change.config, change.weights)
