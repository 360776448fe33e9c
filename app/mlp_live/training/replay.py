"""Reproducing a run from its record."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from mlp_live.training.config.schema import ConfigError, error_message
from mlp_live.training.events import Event, EventError, Moment, Progress, Rewind
from mlp_live.training.run import Run

EPOCHS_PER_CALL = 100  # epochs that are trained before any of them is yielded


class NotReachedError(Exception):
    """The run does not get to a moment; the message says why."""


def replay(run: Run, events: Sequence[Event]) -> Iterator[int]:
    """Repeat ``events`` on ``run``, then train it to its end; yield every epoch of its history.

    Epochs that a later event discards are trained, but not yielded. Raises `EventError` before the
    training if an event cannot happen, and in the training if the run does not get to its moment.
    """
    yield from repeat(run, events)
    while not run.done:
        yield from _train_towards(run, Progress(run.config.epochs))


def repeat(run: Run, events: Sequence[Event]) -> Iterator[int]:
    """Repeat ``events`` as `replay` does, without training any further.

    They happen through `Run.apply`, as they did when they were recorded.
    """
    run.check(events)
    last_rewind = max((i for i, e in enumerate(events) if isinstance(e, Rewind)), default=-1)
    for index, event in enumerate(events):
        try:
            for epoch in train_to(run, event):
                if index > last_rewind:
                    yield epoch
            run.apply(event)
        except (NotReachedError, ValidationError, ConfigError) as error:
            told = str(error) if isinstance(error, NotReachedError) else error_message(error)
            raise EventError(index + 1, event, told) from error
        if index == last_rewind:
            yield from range(1, run.progress.epoch + 1)


def train_to(run: Run, moment: Moment) -> Iterator[int]:
    """Train ``run`` to ``moment``; yield every epoch. Raises `NotReachedError`."""
    while not run.done and run.progress < moment.progress:
        yield from _train_towards(run, moment.progress)
    if moment.after_end and not run.done and run.progress.epoch == moment.epoch:
        # A run that diverges in this epoch goes back to its start.
        yield from _train_towards(run, Progress(moment.epoch + 1))
    if (run.progress, run.done) == (moment.progress, moment.after_end):
        return
    if run.done and run.progress < moment.progress:
        raise NotReachedError(f"the run ended before it, at epoch {run.progress.epoch}.")
    over = "not over" if moment.after_end else "over"
    raise NotReachedError(f"the run was {over} then.")


def _train_towards(run: Run, goal: Progress) -> range:
    """Train some epochs or mini-batches, not beyond ``goal``; return the epochs completed."""
    epoch, batch = run.progress
    if goal.epoch > epoch:
        run.advance_epochs(min(EPOCHS_PER_CALL, goal.epoch - epoch))
    else:
        run.advance(goal.batch - batch)
    return range(epoch + 1, run.progress.epoch + 1)
