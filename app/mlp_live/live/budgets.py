"""Budgets of what a client may ask of the server, and what each of them costs."""

from collections.abc import Callable
from time import monotonic

# Connections. One that is open costs a file descriptor and, with its buffers, about 20 kB.
HEADER_SECONDS = 10.0  # to send the header of a request; the descriptor is held meanwhile
BODY_SECONDS = 60.0  # to send the body of a request, up to 2 MB of memory; 35 kB/s is enough
ACTIVE_SECONDS = 60.0  # that a socket counts as active after a document was sent to it
CLOSE_SECONDS = 1.0  # to wait for a client that is told why its connection ends
ACCEPT_AT_ONCE = 100  # connections accepted in one iteration of the event loop, about 50 µs each
OTHER_DESCRIPTORS = 64  # of the process: files, pipes, the event loop

# Reading. The event loop handles so many bytes of one connection before it turns to the others.
READ_BYTES = 2048  # 340 of the smallest frames or chunks of a body: less than 2 ms
BODY_READ_BYTES = 65536  # of a body whose length is known, which is copied and not parsed

# Requests that compute, such as the reading of a table, do so on these threads. They compete with
# the event loop for the interpreter; the others wait.
REQUEST_THREADS = 4

# WebSocket frames that are not messages, so that the limit of messages does not see them.
CONTROL_FRAMES_PER_SECOND = 10.0  # pings, pongs: 5 µs to parse, and 20 µs to answer
CONTROL_FRAMES_AT_ONCE = 20
FRAGMENTS_PER_MESSAGE = 4  # allowed per message of `max_messages_per_second`: 4 µs each
MAX_FRAGMENTS = 1024  # of one message: each costs 60 bytes of memory, even if it is empty


class TokenBucket:
    """Allows ``rate`` units a second on average, and ``burst`` at once after a pause.

    ``clock`` returns seconds.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._updated = clock()

    def take(self, amount: float = 1.0) -> bool:
        """Take ``amount`` units; False, and nothing is taken, if fewer are left."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + self._rate * (now - self._updated))
        self._updated = now
        if amount > self._tokens:
            return False
        self._tokens -= amount
        return True
