"""A viewer's seat: its run and how it is steered, which is what outlives a lost connection."""

import secrets
from math import inf
from time import perf_counter

from app.live.pace import Pace
from app.training.run import Run

WORK_AT_ONCE = 4_000_000  # between two looks at the clock: multiplications, about a millisecond


class Seat:
    """At first without a run; successive runs of a viewer sit in the same seat.

    Who knows the ``token`` may take the seat over. ``branch`` counts how often the history that a
    viewer holds has been replaced, by another run or by going on from a past epoch.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe()
        self.run: Run | None = None
        self.branch = 0
        self.pace = Pace()
        self.seen: int | None = None  # the past epoch that is looked at, if one is
        self.announced = False  # that the run is done
        self._epoch_seconds = inf  # that an epoch takes; unknown at first
        self.frames_sent = 0  # numbers go on, so that a late receipt is not taken for another

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that the run holds."""
        return 0 if self.run is None else self.run.nbytes

    @property
    def end_is_news(self) -> bool:
        """Whether the run is done and in sight, and nobody has been told."""
        done = self.run is not None and self.run.done
        return done and self.seen is None and not self.announced

    def put(self, run: Run, playing: bool) -> None:
        """Another run, at epoch 0, in place of the present one."""
        self.run = run
        self.branch += 1
        self.pace.playing = playing
        self.pace.hold(run)
        self.seen, self.announced = None, False
        self._epoch_seconds = inf

    def view(self) -> object:
        """What a viewer should be seeing: a place of the run and its changes, or a past epoch."""
        if self.run is None:
            return None
        where = (self.run.place, len(self.run.changes)) if self.seen is None else self.seen
        return where, self.run.view

    def train(self, seconds: float) -> None:
        """Train up to the goal, or as long as this; on whatever thread, while all else waits."""
        run, goal = self.run, self.pace.goal
        if run is None:
            return
        end = perf_counter() + seconds
        at_once = 1 + WORK_AT_ONCE // (run.architecture.n_parameters * run.config.batch_size)
        while not self.pace.reached(run) and (now := perf_counter()) < end:
            epoch, begins = run.epoch, run.batch == 0
            epochs = min(goal[0] - epoch, int((end - now) / self._epoch_seconds))
            if begins and epochs > 1:
                run.advance_epochs(epochs)
            else:
                in_sight = goal[0] == epoch  # the goal lies within this epoch
                run.advance(min(at_once, goal[1] - run.batch) if in_sight else at_once)
            if begins and run.epoch > epoch:
                self._epoch_seconds = (perf_counter() - now) / (run.epoch - epoch)

    def go_on_from_seen(self) -> None:
        """Rewind to the past epoch that is looked at, if one is; on a worker thread."""
        if self.run is not None and self.seen is not None:
            self.run.rewind(self.seen)
            self.branch += 1
            self.seen, self.announced = None, False
