"""Room for uploads: those that find too little of it wait for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mlp_live.live.budgets import BudgetExceededError, ByteBudget


class UploadRoom:
    """Bytes for uploads that are received or wait to be read, in all and for each address.

    An upload waits at most ``seconds`` for its bytes. Used on the event loop only.
    """

    def __init__(self, limit: int, limit_per_address: int, seconds: float) -> None:
        self.seconds = seconds
        self._budget = ByteBudget(limit, limit_per_address)
        self._released: asyncio.Future[None] | None = None  # done when bytes are given back

    @property
    def used(self) -> int:
        """Bytes that are held."""
        return self._budget.used

    @asynccontextmanager
    async def hold(self, address: str, n: int) -> AsyncIterator[None]:
        """Hold ``n`` bytes for ``address``. Raises `BudgetExceededError` if there is no room."""
        await self._reserve(address, n)
        try:
            yield
        finally:
            self._budget.release(address, n)
            if self._released is not None:
                self._released.set_result(None)
                self._released = None

    async def _reserve(self, address: str, n: int) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self.seconds
        while True:
            try:
                self._budget.reserve(address, n)
            except BudgetExceededError:
                left = end - loop.time()
                if left <= 0:
                    raise
            else:
                return
            if self._released is None:
                self._released = loop.create_future()
            await asyncio.wait({self._released}, timeout=left)
