"""The speed of a run, and how far it may be trained now."""

from time import perf_counter
from typing import Literal

from mlp_live.live.scheduling.tuning import DISPLAY_REFRESH_SECONDS
from mlp_live.training.events import Progress
from mlp_live.training.run import Run

DEFAULT_SPEED = 60.0  # epochs a second: one for each frame of a common display


class Playback:
    """How far a run may be trained now: up to ``goal``.

    Time moves the goal while the run plays; steps move it while it is paused.
    """

    def __init__(self) -> None:
        self.playing = False
        self.by_batch = False  # whether a step is a mini-batch instead of an epoch
        self.goal = Progress(0)
        self._seconds = 1.0 / DEFAULT_SPEED  # between two steps; 0 at full speed
        self._due = 0.0  # when the next step may begin, on perf_counter's clock

    @property
    def at_full_speed(self) -> bool:
        """Whether nothing but the machine limits the speed."""
        return self.playing and self._seconds == 0.0

    def set_speed(self, run: Run | None, epochs: float | None, batches: float | None) -> None:
        """Set the speed in epochs or in mini-batches a second; full speed if neither is given."""
        speed = batches or epochs
        self._seconds = 1.0 / speed if speed else 0.0
        self.by_batch = batches is not None
        if self.playing and run is not None:
            self.hold(run)

    def hold(self, run: Run) -> None:
        """Make the present progress the goal; while playing, time starts again from here."""
        self.goal = run.progress
        self._due = perf_counter()

    def step(self, run: Run, unit: Literal["epoch", "batch"], count: int) -> None:
        """Move the goal on by ``count`` epochs or mini-batches."""
        ahead = max(self.goal, run.progress)
        self.goal = after(run, ahead, count) if unit == "batch" else Progress(ahead.epoch + count)

    def extend(self, run: Run) -> None:
        """While playing, move the goal on by the steps that are due; at full speed, to the end."""
        if not self.playing:
            return
        if self._seconds == 0.0:
            self.goal = Progress(run.config.epochs)
        elif self.reached(run) and (now := perf_counter()) >= self._due:
            # The steps that are due by now, but no more than a display shows in one refresh.
            late = min((now - self._due) / self._seconds, DISPLAY_REFRESH_SECONDS / self._seconds)
            due = 1 + int(late)
            steps = 1 if self.by_batch else due
            next_epoch = Progress(run.progress.epoch + steps)
            self.goal = after(run, run.progress, 1) if self.by_batch else next_epoch
            # A run that is too slow for its speed falls at most one step behind.
            self._due = max(self._due + steps * self._seconds, now - self._seconds)

    def reached(self, run: Run) -> bool:
        """Whether the run has reached the goal, or is over."""
        return run.progress >= self.goal or run.done

    def seconds_to_next(self, run: Run) -> float | None:
        """Seconds until there is something to train; None if that takes a command."""
        if not self.reached(run):
            return 0.0
        if self.playing and not run.done:
            return max(self._due - perf_counter(), 0.0)
        return None


def after(run: Run, progress: Progress, batches: int) -> Progress:
    """The progress of a run ``batches`` mini-batches after ``progress``."""
    epochs, batch = divmod(progress.batch + batches, run.batches_per_epoch)
    return Progress(progress.epoch + epochs, batch)
