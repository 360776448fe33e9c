"""Backpressure: a viewer is sent a frame only if it has drawn nearly all that it was sent."""

from mlp_live.live.scheduling import Urgency
from mlp_live.protocol.limits import FRAMES_IN_FLIGHT


class FlowControl:
    """Counts the frames of a viewer: at most `FRAMES_IN_FLIGHT` are sent but not acknowledged.

    Frames are numbered from 1, without a restart, so that an acknowledgement that comes late is not
    taken for that of another frame.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._acknowledged = 0

    @property
    def may_send(self) -> bool:
        """Whether the viewer can take another frame."""
        return self._sent - self._acknowledged < FRAMES_IN_FLIGHT

    @property
    def urgency(self) -> Urgency:
        """How urgently the viewer needs the next frame."""
        in_flight = self._sent - self._acknowledged
        if in_flight == 0:
            return Urgency.HIGH
        return Urgency.NORMAL if in_flight < FRAMES_IN_FLIGHT else Urgency.LOW

    @property
    def next_number(self) -> int:
        """The number of the frame that will be sent next."""
        return self._sent + 1

    def count_frame(self) -> None:
        """Note that the frame of `next_number` is being sent."""
        self._sent += 1

    def acknowledge(self, frame: int) -> None:
        """Note that the viewer has drawn ``frame`` and every frame before it."""
        self._acknowledged = max(self._acknowledged, min(frame, self._sent))

    def reset(self) -> None:
        """Wait for none of the frames that were sent so far."""
        self._acknowledged = self._sent
