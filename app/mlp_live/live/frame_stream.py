"""The frames of a run: which are due, and what is in the next one."""

from time import thread_time

from mlp_live.engine.interruption import PIECE_WORK
from mlp_live.live.scheduling import Stop
from mlp_live.live.session import Session
from mlp_live.protocol.documents import encode_dataset, encode_frame

MAX_BRIEF_EPOCHS = 2000  # in a frame that is encoded on the event loop: 0.1 MB


class FrameStream:
    """The frames of the run in ``session``, with prediction grids of ``grid_size`` cells a side.

    A frame of a past epoch may have to train for long. ``stop`` ends that.
    """

    def __init__(self, session: Session, grid_size: int) -> None:
        self.session = session
        self.grid_size = grid_size
        self.stop = Stop()
        self._frame_seconds: float | None = None  # of encoding the last frame, if it still counts
        self._may_be_brief = False  # whether that says how long the next one takes
        self._shown: object = None  # by the last frame
        self._next_epoch = 0  # the first whose metrics were not sent

    @property
    def has_news(self) -> bool:
        """Whether a frame would show something that the last one did not."""
        return self.session.run is not None and self._shown != self._to_show()

    @property
    def cost(self) -> float | None:
        """The processor time that `train_and_encode` takes at least; None if it is not known."""
        session, run = self.session, self.session.run
        if run is None or self._frame_seconds is None or not self._may_be_brief:
            return None
        if len(run.history) - self._next_epoch > MAX_BRIEF_EPOCHS:
            return None
        return self._frame_seconds + session.step_seconds

    def forget_cost(self) -> None:
        """The next frame may take longer than the last."""
        self._frame_seconds = None

    def restart(self, epoch: int) -> None:
        """Send every epoch from ``epoch`` on, and wait for no frame that was sent before."""
        self._shown = None
        self._next_epoch = epoch
        self.session.flow.reset()

    def rewind(self, epoch: int) -> None:
        """Send the epochs after ``epoch`` again, which have been discarded."""
        self._shown = None
        self._next_epoch = min(self._next_epoch, epoch + 1)

    def train_and_encode(self, seconds: float) -> bytes | None:
        """Train for ``seconds``; return a frame if the viewer may be sent one and there is news.

        The first frame of a run comes before any training. Not thread-safe: nobody else may touch
        the session until this returns. Raises `WorkStoppedError` if `stop` is asked for.
        """
        session = self.session
        may_send = session.flow.may_send
        if self._shown is not None or not may_send:
            session.train(seconds)
        run, plane = session.run, session.plane
        if not may_send or run is None or plane is None or self._shown == self._to_show():
            return None
        started = thread_time()
        self.stop.allowed = session.past_epoch is not None
        try:
            frame = encode_frame(
                run,
                plane,
                session.flow.next_number,
                since_epoch=self._next_epoch,
                grid_size=self.grid_size,
                epoch=session.past_epoch,
                with_batch=session.playback.by_batch or run.progress.batch > 0,
            )
        finally:
            self.stop.allowed = False
        session.flow.count_frame()
        if self._frame_seconds is None:
            epoch_work = run.engine.architecture.n_parameters * run.dataset.n
            # Early stopping may train the best epoch again, which takes nobody knows how long.
            self._may_be_brief = not run.config.early_stopping and epoch_work <= PIECE_WORK
        self._frame_seconds = thread_time() - started
        self._shown = self._to_show()
        self._next_epoch = len(run.history)
        return frame

    def encode_dataset(self) -> bytes:
        """The dataset of the run, see `documents.encode_dataset`. There must be a run."""
        run, plane = self.session.run, self.session.plane
        if run is None or plane is None:
            raise ValueError("the session has no run")
        return encode_dataset(run, plane)

    def _to_show(self) -> object:
        """What a frame would show now, and how finely."""
        return self.session.shown_state(), self.grid_size
