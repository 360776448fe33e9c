"""Budgets: how much of something scarce clients may take, and what it costs."""

from collections.abc import Callable, Hashable
from time import monotonic

# --- Memory, in bytes ---

# Uploaded tables that are kept; the largest takes 0.8 MB.
MAX_TABLE_BYTES = 32 * 1024**2
# Uploads that are received or wait to be read. One takes its declared length, or 2 MB if it has
# none.
MAX_UPLOAD_BYTES = 32 * 1024**2
MAX_UPLOAD_BYTES_PER_ADDRESS = 8 * 1024**2
# Those of up to 64 kB have room of their own, so that large ones do not keep them waiting.
MAX_SMALL_UPLOAD_BYTES = 4 * 1024**2
MAX_SMALL_UPLOAD_BYTES_PER_ADDRESS = 1024**2
UPLOAD_WAIT_SECONDS = 10.0  # that an upload waits for room; only its connection is held meanwhile
TABLE_SECONDS = 30.0  # that a client may take to send a table once there is room for it

# --- Connections ---

# One that is open costs a file descriptor and, with its buffers, about 20 kB.
HEADER_SECONDS = 10.0  # to send the header of a request; the descriptor is held meanwhile
BODY_SECONDS = 60.0  # to send the body of a request, up to 2 MB of memory; 35 kB/s is enough
UNREAD_SECONDS = 60.0  # in which nothing of a response is read; up to 130 kB are held meanwhile
ACTIVE_SECONDS = 60.0  # that a socket counts as active after a document was sent to it
CLOSE_SECONDS = 1.0  # to wait for a client that is told why its connection ends
ACCEPT_AT_ONCE = 100  # connections accepted in one iteration of the event loop, about 50 µs each
OTHER_DESCRIPTORS = 64  # of the process: files, pipes, the event loop

# Reading. The event loop handles so many bytes of one connection before it turns to the others.
READ_BYTES = 2048  # 340 of the smallest frames or chunks of a body: less than 2 ms
BODY_READ_BYTES = 65536  # of a body whose length is known, which is copied and not parsed

# Static files are read on these threads; the others wait. Requests that compute do so on the
# workers of the scheduler.
REQUEST_THREADS = 4

# WebSocket frames that are not messages, so that the limit of messages does not see them.
CONTROL_FRAMES_PER_SECOND = 10.0  # pings, pongs: 5 µs to parse, and 20 µs to answer
CONTROL_FRAMES_AT_ONCE = 20
FRAGMENTS_PER_MESSAGE = 4  # allowed per message of `max_messages_per_second`: 4 µs each
MAX_FRAGMENTS = 1024  # of one message: each costs 60 bytes of memory, even if it is empty


class BudgetExceededError(Exception):
    """A budget has too little left."""


class ByteBudget:
    """Bytes that are shared: at most ``limit`` in all, and ``limit_per_owner`` for each owner.

    ``measured`` returns the bytes that are taken without a reservation. Not thread-safe: used on
    the event loop only.
    """

    def __init__(
        self,
        limit: int,
        limit_per_owner: int | None = None,
        measured: Callable[[], int] = lambda: 0,
    ) -> None:
        self._limit = limit
        self._limit_per_owner = limit if limit_per_owner is None else limit_per_owner
        self._measured = measured
        self._reserved: dict[Hashable, int] = {}

    @property
    def used(self) -> int:
        """Bytes that are reserved or measured."""
        return sum(self._reserved.values()) + self._measured()

    def check(self, n: int) -> None:
        """Raises `BudgetExceededError` if less than ``n`` bytes are left."""
        if self.used + n > self._limit:
            raise BudgetExceededError

    def reserve(self, owner: Hashable, n: int) -> None:
        """Reserve ``n`` bytes for ``owner``, beside those that it has.

        Raises `BudgetExceededError` if that is too much; nothing is reserved then.
        """
        taken = self._reserved.get(owner, 0) + n
        if taken > self._limit_per_owner:
            raise BudgetExceededError
        self.check(n)
        self._reserved[owner] = taken

    def release(self, owner: Hashable, n: int | None = None) -> None:
        """Give back ``n`` bytes of ``owner``, or all. Without a reservation this does nothing."""
        left = 0 if n is None else self._reserved.get(owner, 0) - n
        if left > 0:
            self._reserved[owner] = left
        else:
            self._reserved.pop(owner, None)


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
