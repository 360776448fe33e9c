"""A queue for the event loop: short work waits here until the loop has time for it."""

import asyncio
from collections import deque


class LoopQueue:
    """One turn in each iteration of the event loop; first come, first served.

    Messages that arrive on the sockets meanwhile wait for one turn at most, however many tasks wait
    for theirs.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def next(self) -> None:
        """Wait for a turn. It lasts until the caller awaits something else."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            loop.call_soon(self._give)
        await turn

    def _give(self) -> None:
        turn = self._waiting.popleft()
        if not turn.done():  # a turn that is done was cancelled
            turn.set_result(None)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._give)
