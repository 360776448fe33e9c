"""Work on the worker threads: held up, ended, dropped and freed."""

import asyncio
import gc
import threading
import weakref
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from threading import enumerate as enumerate_threads
from typing import Any

import pytest

from mlp_live.engine.interruption import interruption_point
from mlp_live.live.scheduling import (
    Account,
    Stop,
    WorkStoppedError,
)
from mlp_live.live.scheduling.tuning import (
    FRAME_SECONDS,
)
from tests.live.helpers import wait_until
from tests.live.scheduler_scene import in_pieces, known, paid, repeat, run, scene, submitted


def test_work_that_has_used_its_slice_is_held_up_and_completed_later():
    async def play() -> tuple[list[object], list[Any], int]:
        with scene() as s:
            before = set(enumerate_threads())
            hold = await s.hold_up()
            tasks = await submitted(
                *(s.ask(in_pieces(s, name, 40, 0.002), known()) for name in "ab")
            )
            others = await submitted(*(s.ask(paid(s, 0.002, i), known()) for i in range(3)))
            s.release.set()
            results = await asyncio.gather(hold, *tasks, *others)
            return results[1:3], s.order, len(set(enumerate_threads()) - before)

    results, order, threads = run(play())
    assert results == ["a", "b"]
    assert Counter(order) == {"a": 40, "b": 40, 0: 1, 1: 1, 2: 1}
    # Neither of the long ones is done before the short ones, and they take turns.
    last = max(order.index(i) for i in range(3))
    assert order[: last + 1].count("a") < 20
    turns = sum(before != after for before, after in pairwise(order))
    assert turns > 8
    assert threads <= 2  # in the places of two that are held up


def test_one_piece_of_work_at_a_time_on_one_worker_however_often_it_is_held_up():
    working, most = 0, 0

    def work(_: float) -> None:
        nonlocal working, most
        for _ in range(20):
            working += 1
            most = max(most, working)
            working -= 1
            interruption_point()

    async def play() -> None:
        with scene() as s:

            def counted(seconds: float) -> None:
                work(seconds)
                s.clock.advance(0.004)

            accounts = [Account() for _ in range(6)]
            await asyncio.gather(*(repeat(s, account, counted, 20) for account in accounts))

    run(play())
    assert most == 1


def test_without_others_nothing_is_held_up():
    async def play() -> int:
        with scene() as s:
            await s.ask(in_pieces(s, "a", 100, 0.010))
            return len([t for t in enumerate_threads() if t.name.startswith("train")])

    before = len([t for t in enumerate_threads() if t.name.startswith("train")])
    assert run(play()) == before + 1


def test_work_ends_at_an_interruption_point_where_it_allows_it_and_somebody_asks():
    async def play() -> list[Any]:
        with scene() as s:
            loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
            stop = Stop()

            def work(_: float) -> None:
                loop.call_soon_threadsafe(begun.set)
                go_on.wait()
                interruption_point()
                s.order.append("where nothing may end")
                stop.allowed = True
                interruption_point()
                s.order.append("never")

            task = asyncio.create_task(s.ask(work, stop=stop))
            await begun.wait()
            stop.requested = True
            go_on.set()
            with pytest.raises(WorkStoppedError):
                await task
            return s.order

    assert run(play()) == ["where nothing may end"]


def test_closing_ends_work_at_its_next_interruption_point_also_where_it_is_held_up():
    async def play() -> list[Any]:
        with scene() as s:
            loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

            def endless(_: float) -> None:
                while True:
                    s.clock.advance(0.010)
                    interruption_point()

            def second(_: float) -> None:
                loop.call_soon_threadsafe(begun.set)
                go_on.wait()
                while True:
                    s.clock.advance(0.010)
                    interruption_point()

            tasks = await submitted(s.ask(endless), s.ask(second))
            await begun.wait()  # so the first is held up
            go_on.set()
            await asyncio.to_thread(s.scheduler.close)
            return await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(result) for result in run(play())] == [WorkStoppedError] * 2


def test_work_that_cannot_be_done_any_more_ends_its_callers():
    async def play() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            tasks = await submitted(s.ask(s.note("a")), s.ask(s.note("b")))
            closing = asyncio.create_task(asyncio.to_thread(s.scheduler.close))
            results = await asyncio.gather(*tasks, return_exceptions=True)
            s.release.set()
            await asyncio.gather(hold, closing)
            late = await asyncio.gather(s.ask(s.note("late")), return_exceptions=True)
            return [*results, *late, *s.order]

    assert [type(result) for result in run(play())] == [WorkStoppedError] * 3


def test_what_failed_work_has_held_is_free_without_the_collector():
    class Held:
        def work(self, _: float) -> None:
            raise WorkStoppedError

    async def fail() -> None:
        with scene() as s:
            held = Held()
            left = weakref.ref(held)
            with suppress(WorkStoppedError):
                await s.ask(held.work)
            del held
            await asyncio.to_thread(wait_until, lambda: left() is None)

    gc.collect()
    gc.disable()
    try:
        run(fail())
    finally:
        gc.enable()


def test_a_waiting_worker_holds_nothing_of_work_that_was_cancelled():
    class Held:
        def work(self, _: float) -> None:
            pass

    async def cancel() -> None:
        with scene() as s:
            held = Held()
            hold = await s.hold_up()
            (task,) = await submitted(s.ask(held.work))
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


def test_work_that_has_begun_is_waited_for_when_it_is_cancelled():
    async def cancel() -> list[Any]:
        with scene() as s:
            begun = asyncio.Event()
            loop = asyncio.get_running_loop()

            def work(_: float) -> None:
                loop.call_soon_threadsafe(begun.set)
                s.order.append(sum(range(1_000_000)))

            task = asyncio.create_task(s.ask(work))
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
            tasks = await submitted(*(s.ask(s.note(i), cost=cost) for i in range(3)))
            tasks[1].cancel()
            with pytest.raises(asyncio.CancelledError):
                await tasks[1]
            s.release.set()
            await asyncio.gather(hold, tasks[0], tasks[2])
            assert s.scheduler.waiting == 0
            return s.order

    assert run(cancel()) == [0, 2]
