"""Accounts: what each connection has used of the processors, and who is next."""

from collections import OrderedDict
from enum import Enum
from math import inf

from mlp_live.live.scheduling.tuning import HEAD_STARTS, MAX_DEBT_SECONDS

MAX_ADDRESSES = 1000


class Urgency(Enum):
    """Who waits for a piece of work."""

    LOW = "low"  # nobody can be shown the result yet
    NORMAL = "normal"  # a viewer can be shown the result
    HIGH = "high"  # a viewer has nothing left to draw

    @property
    def head_start(self) -> float:
        """By how many seconds such work goes ahead of its turn."""
        return HEAD_STARTS[self.value]


class Account:
    """What one connection, or the requests from one address, have used of the processors.

    ``seconds`` is the processor time used so far. ``virtual_time`` is that used on worker threads
    while others may have waited for them, and whoever has the least goes first. `enter` keeps it
    near that of the others, so that nobody saves up turns while idle. A newcomer goes ahead of the
    others until it has used ``credit``, which is None until it has entered.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.virtual_time = -inf
        self.credit: float | None = None
        self.pieces = 0  # of work on worker threads, waiting or being done

    def enter(self, now: float) -> None:
        """Begin to wait for the workers, whose virtual time is ``now``."""
        least = now - max(0.0, (self.credit or 0.0) - self.seconds)
        self.virtual_time = min(max(self.virtual_time, least), now + MAX_DEBT_SECONDS)

    def charge(self, seconds: float, *, wanted: bool = False) -> None:
        """Add processor time that was used. It was ``wanted`` if others waited for it."""
        self.seconds += seconds
        if wanted:
            self.virtual_time += seconds


class AddressAccounts:
    """The accounts of client addresses, for requests that belong to no socket.

    Only those of the `MAX_ADDRESSES` addresses that were used last are kept.
    """

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    def of(self, address: str) -> Account:
        """The account of an address."""
        account = self._accounts.setdefault(address, Account())
        self._accounts.move_to_end(address)
        if len(self._accounts) > MAX_ADDRESSES:
            self._accounts.popitem(last=False)
        return account


class WorkStoppedError(Exception):
    """Work was ended before it had a result."""


class Stop:
    """Asks a piece of work to end early, because nobody wants its result any more.

    The work says where it may end, by ``allowed``: only where nothing that is kept would be left
    half changed.
    """

    def __init__(self, *, allowed: bool = False) -> None:
        self.requested = False
        self.allowed = allowed

    @property
    def is_due(self) -> bool:
        """Whether the work is to end at this point."""
        return self.requested and self.allowed
