"""Budgets: how much of something scarce clients may take."""

from collections.abc import Callable, Hashable

# --- Memory, in bytes ---

# Uploaded tables that are kept; the largest takes 0.8 MB.
MAX_TABLE_BYTES = 32 * 1024**2
# Uploads that are received or wait to be read; the largest takes 2 MB, so 4 of one address.
MAX_UPLOAD_BYTES = 32 * 1024**2
MAX_UPLOAD_BYTES_PER_ADDRESS = 8 * 1024**2


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
