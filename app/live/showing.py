"""What a viewer is shown of its run: which frames are due, and what is in the next one."""

from math import inf
from time import thread_time

from app.live.frames import encode_frame
from app.live.seat import Seat
from app.training.run import Run

FRAMES_IN_FLIGHT = 2  # one on its way while the viewer draws the other


class Showing:
    """Frames of the run in ``seat``, with a field of ``grid_size`` cells a side.

    ``frame_seconds`` is the processor time of a frame as they are now; infinite until one is made.
    """

    def __init__(self, seat: Seat, grid_size: int) -> None:
        self.seat = seat
        self.grid_size = grid_size
        self.frame_seconds = inf
        self._shown: object = None  # by the last frame
        self._epochs_sent = 0
        self._frames_drawn = 0

    @property
    def may_go(self) -> bool:
        """Whether the viewer can take another frame."""
        return self.seat.frames_sent - self._frames_drawn < FRAMES_IN_FLIGHT

    @property
    def is_waited_for(self) -> bool:
        """Whether the viewer has drawn all that it was sent."""
        return self.seat.frames_sent == self._frames_drawn

    @property
    def has_news(self) -> bool:
        """Whether a frame would show something that the last one did not."""
        return self.seat.run is not None and self._shown != self._view()

    def begin(self, epoch: int) -> None:
        """Begin with a frame of every epoch from this on; those on their way wait for nobody."""
        self._shown = None
        self._epochs_sent = epoch
        self._frames_drawn = self.seat.frames_sent

    def go_back(self, epoch: int) -> None:
        """What came after this epoch is another story from now on."""
        self._shown = None
        self._epochs_sent = min(self._epochs_sent, epoch + 1)

    def received(self, frame: int) -> None:
        """The viewer has drawn this frame, and those before it."""
        self._frames_drawn = max(self._frames_drawn, min(frame, self.seat.frames_sent))

    def train_and_encode(self, run: Run, seconds: float) -> bytes | None:
        """Train for so long, and encode a frame if one may go; on whatever thread, while all waits.

        What is there comes first, be it untrained, unless no frame may go anyway.
        """
        if self._shown is not None or not self.may_go:
            self.seat.train(seconds)
        if not self.may_go or not self.has_news:
            return None
        self.seat.frames_sent += 1
        begun = thread_time()
        frame = encode_frame(
            run,
            self.seat.frames_sent,
            since_epoch=self._epochs_sent,
            grid_size=self.grid_size,
            epoch=self.seat.seen,
            with_batch=self.seat.pace.slow or run.batch > 0,
        )
        self.frame_seconds = thread_time() - begun
        self._shown = self._view()
        self._epochs_sent = len(run.history)
        return frame

    def _view(self) -> object:
        """What the viewer should be seeing, and how finely."""
        return self.seat.view(), self.grid_size
