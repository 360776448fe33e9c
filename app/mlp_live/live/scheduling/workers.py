"""Worker threads: they share the processors by virtual time, and serve the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import thread_time
from typing import Any, TypeVar

from mlp_live.engine.interruption import interruptible
from mlp_live.live.budgets import TokenBucket
from mlp_live.live.scheduling.account import Account, Stop, Urgency, WorkStoppedError
from mlp_live.live.scheduling.tuning import (
    NEWCOMER_SECONDS,
    NEWCOMER_SHARE,
    NEWCOMERS_AT_ONCE,
)

Result = TypeVar("Result")


class _Job:
    """A piece of work. Its result or exception is put into ``future`` on the event loop."""

    def __init__(
        self,
        work: Callable[[], Any],
        account: Account,
        urgency: Urgency,
        seconds: float,
        stop: Stop | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.work = work
        self.account = account
        self.head_start = urgency.head_start
        self.seconds = seconds  # of a slice, after which it is held up if others wait
        self.stop = stop or Stop()
        self.loop = loop
        self.future = loop.create_future()
        self.settled = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.slice_start = 0.0  # processor time of its thread
        self.held_up: SimpleQueue[bool] | None = None  # where its thread waits to go on

    @property
    def rank(self) -> float:
        """The job with the lowest rank goes first."""
        return self.account.virtual_time - self.head_start

    def settle(self) -> None:
        """On the event loop: set the future, if somebody still waits for it."""
        self.settled = True
        future, error, result = self.future, self.error, self.result
        # The traceback of an error refers to this job, and so to what it has worked on. Without
        # the cycle, no collector is needed to free that.
        del self.future, self.error, self.result
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)


class Workers:
    """Threads that work on ``count`` jobs at a time.

    Of the jobs that wait, the one whose account has used least goes first. Urgent work goes ahead
    of its turn by `Urgency.head_start`: it borrows time that it pays back later, so that its share
    stays the same (Duda and Cheriton, Borrowed-virtual-time scheduling, 1999). A job that has used
    up its slice is held up at its next interruption point, if another one should go first. Its
    thread then waits, and another thread takes its place.

    `concurrent.futures` does the same with two futures, two locks and a wake-up of the event loop
    for each piece of work, which takes 60 µs of processor time instead of 20. Here everything that
    was done since the loop last looked comes back at once.
    """

    def __init__(self, count: int, processor_time: Callable[[], float] = thread_time) -> None:
        self._processor_time = processor_time
        self._lock = Lock()  # guards everything below that several threads change
        self._waiting: list[_Job] = []
        self._accounts: set[Account] = set()  # whose work waits or is being done
        self._virtual_time = 0.0  # the least of these accounts; never goes back
        self._newcomers = TokenBucket(NEWCOMER_SHARE, NEWCOMERS_AT_ONCE * NEWCOMER_SECONDS)
        self._closing = False
        self._queue: SimpleQueue[bool] = SimpleQueue()  # True for each job, False to end a thread
        self._spare: SimpleQueue[bool] = SimpleQueue()  # where threads without a place wait
        self._n_spare = 0
        self._threads: list[Thread] = []
        self._done: deque[_Job] = deque()
        self._delivery_pending = False  # whether the loop is going to call `_deliver`
        for _ in range(count):
            self._start_thread()

    async def run(
        self,
        work: Callable[[], Result],
        account: Account,
        seconds: float,
        *,
        urgency: Urgency = Urgency.NORMAL,
        stop: Stop | None = None,
    ) -> Result:
        """Return or raise what ``work`` returns or raises on a thread.

        It is held up for others after ``seconds`` of processor time. When the caller is cancelled,
        work that has begun is asked to stop and waited for, so that nobody else touches what it
        works on. Work that has not begun is dropped.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, account, urgency, seconds, stop, loop)
        with self._lock:
            if self._closing:
                raise WorkStoppedError
            self._enter(account)
            self._waiting.append(job)
        self._queue.put(True)
        try:
            result: Result = await job.future
        except asyncio.CancelledError:
            job.stop.requested = True
            if not self._drop(job):
                while not job.settled:
                    job.future = loop.create_future()
                    with suppress(asyncio.CancelledError, Exception):
                        await job.future
            raise
        return result

    def close(self) -> None:
        """End each thread at the next interruption point of its work.

        Work that still waits is not done; its callers get a `WorkStoppedError`.
        """
        with self._lock:
            self._closing = True
            waiting, threads = list(self._waiting), list(self._threads)
            self._waiting.clear()
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        for job in waiting:
            if job.held_up is not None:
                job.held_up.put(True)
            else:
                job.error = WorkStoppedError()
                self._finish(job)
        for _ in threads:
            self._queue.put(False)
            self._spare.put(False)
        for thread in threads:
            thread.join()

    def _start_thread(self) -> None:
        thread = Thread(target=self._work, name=f"train-{len(self._threads)}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _work(self) -> None:
        while self._queue.get():
            # No local variable: a waiting thread must not keep the last job alive.
            if not self._take_turn() and not self._spare.get():
                return

    def _take_turn(self) -> bool:
        """Do the first job that waits; False if its own thread goes on with it."""
        with self._lock:
            if not self._waiting or self._closing:  # a job was dropped
                return True
            job = min(self._waiting, key=lambda waiting: waiting.rank)
            self._waiting.remove(job)
            if job.held_up is not None:
                self._n_spare += 1
        if job.held_up is not None:
            job.held_up.put(True)
            return False
        self._do(job)
        return True

    def _do(self, job: _Job) -> None:
        job.slice_start = self._processor_time()
        try:
            with interruptible(partial(self._interruption_point, job)):
                job.result = job.work()
        except StopIteration as error:  # which a future cannot hold
            job.error = RuntimeError("the work raised StopIteration")
            job.error.__cause__ = error
        except BaseException as error:
            job.error = error
        with self._lock:
            self._charge(job, wanted=True)
            self._leave(job.account)
        self._finish(job)

    def _finish(self, job: _Job) -> None:
        """Bring a job back to its event loop."""
        self._done.append(job)
        if not self._delivery_pending:
            self._delivery_pending = True
            try:
                job.loop.call_soon_threadsafe(self._deliver)
            except RuntimeError:  # the loop is closed
                self._delivery_pending = False

    def _enter(self, account: Account) -> None:
        """Another piece of work of this account waits."""
        if account.pieces == 0:
            if account.credit is None:
                is_credited = self._newcomers.take(NEWCOMER_SECONDS)
                account.credit = NEWCOMER_SECONDS if is_credited else 0.0
            # Who is alone owes nothing for what it has used: nobody else wanted it.
            present = self._accounts or {account}
            least = min(one.virtual_time for one in present)
            self._virtual_time = max(self._virtual_time, least)
            account.enter(self._virtual_time)
            self._accounts.add(account)
        account.pieces += 1

    def _leave(self, account: Account) -> None:
        """A piece of work of this account is done or dropped."""
        account.pieces -= 1
        if account.pieces == 0:
            self._accounts.discard(account)

    def _charge(self, job: _Job, *, wanted: bool) -> None:
        """Charge the account for the slice so far, and begin another one."""
        now = self._processor_time()
        job.account.charge(now - job.slice_start, wanted=wanted)
        job.slice_start = now

    def _interruption_point(self, job: _Job) -> None:
        """In the thread of a job: end it if that is asked for; let others go first if it is time.

        Raises `WorkStoppedError` to end it.
        """
        if self._closing or job.stop.is_due:
            raise WorkStoppedError
        if self._processor_time() - job.slice_start < job.seconds:
            return
        with self._lock:
            if self._closing:
                raise WorkStoppedError
            self._charge(job, wanted=bool(self._waiting))
            if all(job.rank <= other.rank for other in self._waiting):
                return
            if self._n_spare:
                self._n_spare -= 1
                self._spare.put(True)
            else:
                try:
                    self._start_thread()
                except RuntimeError:  # the system has no memory for a thread: go on
                    return
            job.held_up = SimpleQueue()
            self._waiting.append(job)
        self._queue.put(True)
        job.held_up.get()
        job.held_up = None
        job.slice_start = self._processor_time()
        if self._closing or job.stop.is_due:
            raise WorkStoppedError

    def _drop(self, job: _Job) -> bool:
        """Drop a job that has not begun; False if it has."""
        with self._lock:
            if job not in self._waiting or job.held_up is not None:
                return False
            self._waiting.remove(job)
            self._leave(job.account)
            return True

    def _deliver(self) -> None:
        self._delivery_pending = False  # first: a job done from here on is delivered by the next
        while self._done:
            self._done.popleft().settle()
