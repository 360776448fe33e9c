"""Where work is done, when, and for how long."""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any

import pytest

from mlp_live.live.scheduling import (
    Account,
    Urgency,
)
from mlp_live.live.scheduling.loop_queue import LoopQueue
from mlp_live.live.scheduling.tuning import (
    BRIEF_SECONDS,
    CROWD_SIZE,
    DISPLAY_REFRESH_SECONDS,
    FRAME_SECONDS,
    MAX_SLICE_SECONDS,
    MIN_TURN_SECONDS,
)
from tests.live.scheduler_scene import Scene, run, scene, submitted


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
            waiting = await submitted(*(s.ask(s.note(i)) for i in range(others - 1)))
            task = asyncio.create_task(
                s.ask(lambda _: threading.get_ident(), cost=cost, elastic=elastic)
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
            waiting = await submitted(*(s.ask(s.note(i)) for i in range(others)))
            (task,) = await submitted(s.ask(lambda seconds: seconds, cost=cost))
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
            return await s.scheduler.run_all([lambda seconds: seconds] * 4, Account())

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
                    await s.ask(frame, cost=FRAME_SECONDS, elastic=True)

            hold = await s.hold_up()
            # The crowd is there from the start: so many pieces of work wait for the worker.
            crowd = await submitted(*(s.ask(s.note(None)) for _ in range(CROWD_SIZE)))
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
                return s.ask(s.note(name), cost=FRAME_SECONDS, urgency=urgency)

            tasks = await submitted(
                brief("low", Urgency.LOW),
                brief("normal", Urgency.NORMAL),
                brief("high", Urgency.HIGH),
            )
            await asyncio.gather(*tasks)
            return s.order

    assert run(order()) == ["high", "low", "normal"]


def test_work_may_raise_what_a_future_cannot_hold():
    async def play() -> None:
        with scene() as s:
            with pytest.raises(RuntimeError, match="StopIteration"):
                await s.ask(lambda _: next(iter([])))
            assert await s.ask(lambda _: 3) == 3

    run(play())


def test_all_pieces_of_one_caller_are_over_when_one_has_failed():
    async def play() -> list[str]:
        with scene() as s:

            def fail(_: float) -> None:
                raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError):
                await s.scheduler.run_all([fail, s.note("the other")], Account())
            return s.order

    assert run(play()) == ["the other"]


def test_waiting_and_working_are_measured():
    async def measure() -> Scene:
        with scene() as s:
            hold = await s.hold_up()
            assert s.scheduler.waiting == 0
            tasks = await submitted(s.ask(lambda _: s.clock.advance(0.25)))
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


@pytest.mark.parametrize("cost", [None, FRAME_SECONDS])
def test_an_exception_is_raised_and_the_next_work_is_done(cost):
    async def work() -> float:
        with scene() as s:
            with pytest.raises(ZeroDivisionError):
                await s.ask(lambda _: 1 / 0, cost=cost)
            return await s.ask(lambda _: 3.0, cost=cost)

    assert run(work()) == 3.0
