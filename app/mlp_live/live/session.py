"""The session of a viewer of the live page: everything that outlives a lost connection."""

import secrets
from math import inf
from time import perf_counter, thread_time

from mlp_live.engine.interruption import PIECE_WORK
from mlp_live.live.flow_control import FlowControl
from mlp_live.live.playback import Playback
from mlp_live.live.scheduling.tuning import BRIEF_SECONDS
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.run import Run


class Session:
    """A run, how it is played back, and what is shown of it. At first there is no run.

    Whoever knows the ``token`` may take the session over. ``branch`` counts how often the history
    that a viewer holds was replaced, by a new run or by continuing from a past epoch.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe()
        self.run: Run | None = None
        self.plane: PlaneView | None = None  # of the run; None without one
        self._plane_changes = 0
        self.branch = 0
        self.playback = Playback()
        self.flow = FlowControl()
        self.past_epoch: int | None = None  # the one that is shown, instead of the present
        self.end_reported = False
        self.viewer_left = False  # whether the viewer has said that it will not come back
        self._epoch_seconds = inf  # that an epoch takes; not known at first
        self.step_seconds = 0.0  # of processor time that the shortest piece of training takes

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that the run and its pictures hold."""
        if self.run is None or self.plane is None:
            return 0
        return self.run.nbytes + self.plane.nbytes

    @property
    def final_nbytes(self) -> int:
        """An upper estimate of `nbytes` at the end of the run."""
        return 0 if self.run is None else self.run.final_nbytes

    @property
    def end_is_due(self) -> bool:
        """Whether the end of the run is shown, but was not reported yet."""
        done = self.run is not None and self.run.done
        return done and self.past_epoch is None and not self.end_reported

    def set_run(self, run: Run, plane: PlaneView, *, playing: bool) -> None:
        """Replace the present run by another one, which is at epoch 0, and show ``plane`` of it."""
        self.run = run
        self.set_plane(plane)
        self.branch += 1
        self.playback.playing = playing
        self.playback.hold(run)
        self.past_epoch, self.end_reported = None, False
        self._epoch_seconds, self.step_seconds = inf, 0.0

    def set_plane(self, plane: PlaneView) -> None:
        """Show another plane of the run's features."""
        self.plane = plane
        self._plane_changes += 1

    def discard_run(self) -> None:
        """Free the memory of the run at once, whatever still refers to the session."""
        self.run = self.plane = None

    def shown_state(self) -> object:
        """A value that changes whenever a frame would show something else.

        It does not refer to the run, so that whoever keeps it does not keep the run.
        """
        if self.run is None:
            return None
        state = (
            (self.run.progress, len(self.run.changes))
            if self.past_epoch is None
            else self.past_epoch
        )
        return state, self._plane_changes

    def train(self, seconds: float) -> None:
        """Train up to the goal of the playback, or until ``seconds`` are over.

        Not thread-safe: nobody else may touch the session until this returns.
        """
        run, goal = self.run, self.playback.goal
        if run is None:
            return
        end, steps = perf_counter() + seconds, 0
        # On the event loop nothing is measured: reading this clock takes as long as an epoch.
        begun = thread_time() if seconds > BRIEF_SECONDS else None
        batch_work = run.engine.architecture.n_parameters * run.config.batch_size
        batches_at_once = 1 + PIECE_WORK // batch_work
        while not self.playback.reached(run) and (now := perf_counter()) < end:
            epoch, at_start = run.progress.epoch, run.progress.batch == 0
            epochs = min(goal.epoch - epoch, int((end - now) / self._epoch_seconds))
            if at_start and epochs > 1:
                run.advance_epochs(epochs)
            elif goal.epoch == epoch:  # the goal lies within this epoch
                run.advance(min(batches_at_once, goal.batch - run.progress.batch))
            else:
                run.advance(batches_at_once)
            steps += max(1, run.progress.epoch - epoch)
            if at_start and run.progress.epoch > epoch:
                self._epoch_seconds = (perf_counter() - now) / (run.progress.epoch - epoch)
        if steps and begun is not None:
            self.step_seconds = (thread_time() - begun) / steps

    def continue_from_past(self) -> None:
        """Rewind the run to the past epoch that is shown, if one is."""
        if self.run is not None and self.past_epoch is not None:
            self.run.rewind(self.past_epoch)
            self.playback.hold(self.run)
            self.branch += 1
            self.past_epoch, self.end_reported = None, False
