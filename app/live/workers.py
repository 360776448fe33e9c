"""Threads that train, and bring what they have done back to the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Job:
    """Work, whose result or error is put into ``future`` on the event loop."""

    def __init__(self, work: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future = loop.create_future()
        self.settled = False
        self.result: Any = None
        self.error: BaseException | None = None
        self._ticket = [None]

    def claim(self) -> bool:
        """True once, on whatever thread: to do the work, or to call it off."""
        try:
            self._ticket.pop()
        except IndexError:
            return False
        return True

    def settle(self) -> None:
        """On the event loop: hand over what came of the work, if it is still waited for."""
        self.settled = True
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


PATIENT_TURN = 8  # of so many jobs, one at least is not urgent, if any waits


class Workers:
    """``count`` threads; urgent work goes first, else it is first come, first served.

    A pool of `concurrent.futures` does the same with two futures, two locks and a wake-up of the
    event loop for each piece of work: 60 µs of processor time instead of 20, more than an epoch of
    the default run. Here what is done meanwhile comes back at once.
    """

    def __init__(self, count: int) -> None:
        self._queue: SimpleQueue[bool] = SimpleQueue()  # True for each job, False to end a thread
        self._urgent: deque[_Job] = deque()
        self._patient: deque[_Job] = deque()
        self._taken = 0
        self._done: deque[_Job] = deque()
        self._told = False  # that the loop is about to look what is done
        self._threads = [
            Thread(target=self._work, name=f"train-{i}", daemon=True) for i in range(count)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[], Result], *, urgent: bool = True) -> Result:
        """What ``work`` returns or raises.

        When cancelled, work that has begun is waited for: whoever comes next has what it works on
        for itself.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop)
        (self._urgent if urgent else self._patient).append(job)
        self._queue.put(True)
        try:
            result: Result = await job.future
        except asyncio.CancelledError:
            if not job.claim():
                while not job.settled:
                    job.future = loop.create_future()
                    with suppress(asyncio.CancelledError, Exception):
                        await job.future
            raise
        return result

    def close(self) -> None:
        """End the threads after what they are at; what still waits is not done."""
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        for _ in self._threads:
            self._queue.put(False)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while self._queue.get():
            self._do(self._next())  # a thread that waits is to hold nothing of the last job

    def _do(self, job: _Job) -> None:
        if not job.claim():
            return
        try:
            job.result = job.work()
        except BaseException as error:
            job.error = error
        self._done.append(job)
        if not self._told:
            self._told = True
            job.loop.call_soon_threadsafe(self._deliver)

    def _next(self) -> _Job:
        """The job to do next; there is one for each True that was taken from the queue."""
        self._taken += 1
        first, second = self._urgent, self._patient
        if self._taken % PATIENT_TURN == 0:
            first, second = second, first
        while True:  # another thread may take what is seen here, and leave what is not
            for waiting in (first, second):
                with suppress(IndexError):
                    return waiting.popleft()

    def _deliver(self) -> None:
        self._told = False  # first: what is done from here on is told again
        while self._done:
            self._done.popleft().settle()
