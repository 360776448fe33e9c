"""How fast a run goes and how far: the part of a session that looks at the clock."""

from time import perf_counter
from typing import Literal

from app.training.run import Run
from app.training.trail import Place

REFRESH_SECONDS = 1 / 60  # of a common display
DEFAULT_SPEED = 60.0  # epochs a second: one for each frame of a common display


class Pace:
    """Up to where a run may train now: its ``goal``, moved by time while playing, else by steps."""

    def __init__(self) -> None:
        self.playing = False
        self.slow = False  # whether the step is a mini-batch instead of an epoch
        self.goal: Place = (0, 0)
        self._seconds = 1.0 / DEFAULT_SPEED  # for a step; 0 for as fast as possible
        self._due = 0.0  # when the next step may begin, on perf_counter's clock

    @property
    def at_full_speed(self) -> bool:
        """Whether nothing but the machine limits the speed."""
        return self.playing and self._seconds == 0.0

    def set_speed(self, run: Run | None, epochs: float | None, batches: float | None) -> None:
        """So many epochs, or mini-batches, a second; as fast as possible if neither is given."""
        speed = batches or epochs
        self._seconds = 1.0 / speed if speed else 0.0
        self.slow = batches is not None
        if self.playing and run is not None:
            self.hold(run)

    def hold(self, run: Run) -> None:
        """Train no further than now, unless playing, which begins anew from here."""
        self.goal = run.place
        self._due = perf_counter()

    def step(self, run: Run, unit: Literal["epoch", "batch"], count: int) -> None:
        """Train so many epochs or mini-batches more than the goal so far."""
        ahead = max(self.goal, run.place)
        self.goal = run.after(ahead, count) if unit == "batch" else (ahead[0] + count, 0)

    def extend(self, run: Run) -> None:
        """While playing, move the goal by the step that is due; at full speed, to the end."""
        if not self.playing:
            return
        if self._seconds == 0.0:
            self.goal = (run.config.epochs, 0)
        elif self.reached(run) and (now := perf_counter()) >= self._due:
            # Steps that are due by now, but no more than a display shows at once.
            due = 1 + int(min((now - self._due) / self._seconds, REFRESH_SECONDS / self._seconds))
            steps = 1 if self.slow else due
            self.goal = run.after(run.place, 1) if self.slow else (run.epoch + steps, 0)
            # A run that cannot keep up is not made to catch up for more than one step.
            self._due = max(self._due + steps * self._seconds, now - self._seconds)

    def reached(self, run: Run) -> bool:
        """Whether the run has come as far as it may now."""
        return run.place >= self.goal or run.done

    def seconds_to_next(self, run: Run) -> float | None:
        """How long until there is something to train; None if that takes a command."""
        if not self.reached(run):
            return 0.0
        if self.playing and not run.done:
            return max(self._due - perf_counter(), 0.0)
        return None
