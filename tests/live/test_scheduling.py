"""The scheduler on a fake clock: work moves the clock on by what it would take.

The module is long because its tests share the fake clock and the works that it measures.
"""

import asyncio
import gc
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from mlp_live.live.scheduling import Scheduler, Urgency
from mlp_live.live.scheduling.loop_queue import LoopQueue
from mlp_live.live.scheduling.tuning import (
    BRIEF_SECONDS,
    CROWD_SIZE,
    DISPLAY_REFRESH_SECONDS,
    FRAME_SECONDS,
    MAX_SLICE_SECONDS,
    MIN_TURN_SECONDS,
    NON_URGENT_EVERY,
)
from mlp_live.live.telemetry import Telemetry
from tests.live.helpers import wait_until

Result = TypeVar("Result")


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Scene:
    """A scheduler whose single worker can be held up."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.telemetry = Telemetry()
        self.scheduler = Scheduler(1, self.telemetry, self.clock)
        self.release = threading.Event()
        self.order: list[Any] = []

    def note(self, name: object) -> Callable[[float], None]:
        """Work that notes its name."""
        return lambda _: self.order.append(name)

    async def hold_up(self) -> "asyncio.Task[Any]":
        """Keep the worker busy until `release` is set; returns when it is."""
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(_: float) -> None:
            loop.call_soon_threadsafe(begun.set)
            self.release.wait()

        task = asyncio.create_task(self.scheduler.run(work))
        await begun.wait()
        return task


@contextmanager
def scene() -> Iterator[Scene]:
    scene = Scene()
    try:
        yield scene
    finally:
        scene.release.set()
        scene.scheduler.close()


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine, from another thread: this one may have an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def submitted(*works: Coroutine[Any, Any, Result]) -> "list[asyncio.Task[Result]]":
    """Tasks that have all asked the scheduler for something, in this order."""
    tasks = [asyncio.create_task(work) for work in works]
    await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize(
    ("cost", "elastic", "others", "on_loop"),
    [
        (BRIEF_SECONDS / 2, False, 0, True),
        (BRIEF_SECONDS / 2, True, 0, False),  # can use a longer slice
        (BRIEF_SECONDS / 2, True, CROWD_SIZE, True),  # but would not get one
        (BRIEF_SECONDS, False, 0, False),
        (BRIEF_SECONDS, False, CROWD_SIZE, False),
        (None, False, 0, False),
        (None, True, CROWD_SIZE, False),
    ],
)
def test_brief_work_is_done_on_the_event_loop(cost, elastic, others, on_loop):
    async def where() -> tuple[int, int]:
        with scene() as s:
            await s.hold_up()
            waiting = await submitted(*(s.scheduler.run(s.note(i)) for i in range(others - 1)))
            task = asyncio.create_task(
                s.scheduler.run(lambda _: threading.get_ident(), cost=cost, elastic=elastic)
            )
            await asyncio.sleep(0)
            s.release.set()
            thread = await task
            await asyncio.gather(*waiting)
            return thread, threading.get_ident()

    thread, loop_thread = run(where())
    assert (thread == loop_thread) == on_loop


def budgets(cost: float | None, counts: list[int]) -> list[float]:
    """The seconds that work gets while so many other pieces of work are active."""

    async def budget(others: int) -> float:
        with scene() as s:
            waiting = await submitted(*(s.scheduler.run(s.note(i)) for i in range(others)))
            (task,) = await submitted(s.scheduler.run(lambda seconds: seconds, cost=cost))
            await asyncio.gather(*waiting)
            return await task

    return [run(budget(count)) for count in counts]


def test_slices_on_a_worker_become_shorter_with_the_load():
    alone, *few, many, very_many = budgets(None, [0, 1, 2, 3, CROWD_SIZE, 1000])
    assert MAX_SLICE_SECONDS >= alone >= few[0] > few[1] > few[2] > many
    assert many == very_many == BRIEF_SECONDS


def test_turns_on_the_loop_become_shorter_with_the_load():
    alone, few, many, very_many = budgets(BRIEF_SECONDS / 2, [0, 3, CROWD_SIZE, 1000])
    assert BRIEF_SECONDS == alone == few > many > very_many == MIN_TURN_SECONDS


def test_pieces_of_one_caller_get_the_same_time():
    async def seconds() -> list[float]:
        with scene() as s:
            return await s.scheduler.run_all([lambda seconds: seconds] * 4)

    assert run(seconds()) == [MAX_SLICE_SECONDS / 2] * 4


def test_a_crowd_takes_turns_and_a_round_fits_into_a_refresh_of_the_display():
    viewers, rounds = CROWD_SIZE + 8, 50

    async def play() -> tuple[list[int], list[float]]:
        with scene() as s:
            started: list[float] = []

            async def view(name: int) -> None:
                def frame(seconds: float) -> None:
                    s.order.append(name)
                    if name == 0:
                        started.append(s.clock())
                    s.clock.advance(FRAME_SECONDS + seconds)

                for _ in range(rounds):
                    await s.scheduler.run(frame, cost=FRAME_SECONDS, elastic=True)

            hold = await s.hold_up()
            # The crowd is there from the start: so many pieces of work wait for the worker.
            crowd = await submitted(*(s.scheduler.run(s.note(None)) for _ in range(CROWD_SIZE)))
            await asyncio.gather(*(view(name) for name in range(viewers)))
            s.release.set()
            await asyncio.gather(hold, *crowd)
            return [name for name in s.order if name is not None], started

    order, started = run(play())
    for first in range(0, len(order), viewers):
        assert sorted(order[first : first + viewers]) == list(range(viewers))
    gaps = [after - before for before, after in pairwise(started)]
    assert max(gaps) <= DISPLAY_REFRESH_SECONDS
    assert Counter(order) == dict.fromkeys(range(viewers), rounds)


def test_a_viewer_with_nothing_to_draw_goes_before_those_that_wait_for_a_turn():
    async def order() -> list[Any]:
        with scene() as s:

            def brief(name: str, urgency: Urgency) -> Coroutine[Any, Any, None]:
                return s.scheduler.run(s.note(name), cost=FRAME_SECONDS, urgency=urgency)

            tasks = await submitted(
                brief("low", Urgency.LOW),
                brief("normal", Urgency.NORMAL),
                brief("high", Urgency.HIGH),
            )
            await asyncio.gather(*tasks)
            return s.order

    assert run(order()) == ["high", "low", "normal"]


def test_urgent_work_goes_first_on_a_worker_and_other_work_is_not_starved():
    async def order() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            low = [s.scheduler.run(s.note(("low", i)), urgency=Urgency.LOW) for i in range(3)]
            normal = [s.scheduler.run(s.note(("normal", i))) for i in range(3 * NON_URGENT_EVERY)]
            tasks = await submitted(*low, *normal)
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert done[0] == ("normal", 0)
    for kind in ("low", "normal"):  # first come, first served
        numbers = [number for name, number in done if name == kind]
        assert numbers == sorted(numbers)
    places = [place for place, (name, _) in enumerate(done) if name == "low"]
    assert [after - before for before, after in pairwise(places)] == [NON_URGENT_EVERY] * 2
    assert places[0] < NON_URGENT_EVERY


def test_waiting_and_working_are_measured():
    async def measure() -> Scene:
        with scene() as s:
            hold = await s.hold_up()
            assert s.scheduler.waiting == 0
            tasks = await submitted(s.scheduler.run(lambda _: s.clock.advance(0.25)))
            assert s.scheduler.waiting == 1
            s.clock.advance(2.0)
            s.release.set()
            await asyncio.gather(hold, *tasks)
            assert s.scheduler.waiting == 0
            return s

    s = run(measure())
    value = s.telemetry.registry.get_sample_value
    assert value("mlp_live_slice_wait_seconds_sum") == 2.0
    assert value("mlp_live_slice_seconds_sum") == 2.25  # that of the first work included
    assert value("mlp_live_slice_seconds_count") == 2


def test_one_turn_in_each_iteration_of_the_loop_first_come_first_served():
    async def take_turns() -> list[str]:
        queue, events = LoopQueue(), []

        async def take(name: str) -> None:
            await queue.next()
            events.append(name)

        async def iterate() -> None:
            while len(events) < 12:
                events.append("iteration")
                await asyncio.sleep(0)

        tasks = await submitted(*(take(name) for name in "abcd"))
        tasks[2].cancel()
        await asyncio.gather(iterate(), *tasks, return_exceptions=True)
        return events

    events = run(take_turns())
    assert [event for event in events if event != "iteration"] == ["a", "b", "d"]
    places = [events.index(name) for name in "abd"]
    assert all("iteration" in events[i:j] for i, j in pairwise(places))


def test_work_that_has_begun_is_waited_for_when_it_is_cancelled():
    async def cancel() -> list[Any]:
        with scene() as s:
            begun = asyncio.Event()
            loop = asyncio.get_running_loop()

            def work(_: float) -> None:
                loop.call_soon_threadsafe(begun.set)
                s.order.append(sum(range(1_000_000)))

            task = asyncio.create_task(s.scheduler.run(work))
            await begun.wait()
            for _ in range(2):  # by the connection that takes over, and by the one that is lost
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            return s.order

    assert len(run(cancel())) == 1


@pytest.mark.parametrize("cost", [None, FRAME_SECONDS])
def test_work_that_has_not_begun_is_dropped_when_it_is_cancelled(cost):
    async def cancel() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            tasks = await submitted(*(s.scheduler.run(s.note(i), cost=cost) for i in range(3)))
            tasks[1].cancel()
            with pytest.raises(asyncio.CancelledError):
                await tasks[1]
            s.release.set()
            await asyncio.gather(hold, tasks[0], tasks[2])
            assert s.scheduler.waiting == 0
            return s.order

    assert run(cancel()) == [0, 2]


@pytest.mark.parametrize("cost", [None, FRAME_SECONDS])
def test_an_exception_is_raised_and_the_next_work_is_done(cost):
    async def work() -> float:
        with scene() as s:
            with pytest.raises(ZeroDivisionError):
                await s.scheduler.run(lambda _: 1 / 0, cost=cost)
            return await s.scheduler.run(lambda _: 3.0, cost=cost)

    assert run(work()) == 3.0


def test_a_waiting_worker_holds_nothing_of_work_that_was_cancelled():
    class Held:
        def work(self, _: float) -> None:
            pass

    async def cancel() -> None:
        with scene() as s:
            held = Held()
            hold = await s.hold_up()
            (task,) = await submitted(s.scheduler.run(held.work))
            left = weakref.ref(held)
            del held
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            del task
            s.release.set()
            await hold
            gc.collect()
            await asyncio.to_thread(wait_until, lambda: left() is None)

    run(cancel())
