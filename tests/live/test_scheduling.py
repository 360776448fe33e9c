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
from contextlib import contextmanager, suppress
from itertools import pairwise
from threading import enumerate as enumerate_threads
from typing import Any, TypeVar

import pytest

from mlp_live.engine.interruption import interruption_point
from mlp_live.live.scheduling import (
    Account,
    AddressAccounts,
    Scheduler,
    Stop,
    Urgency,
    WorkStoppedError,
)
from mlp_live.live.scheduling.account import MAX_ADDRESSES
from mlp_live.live.scheduling.loop_queue import LoopQueue
from mlp_live.live.scheduling.tuning import (
    BRIEF_SECONDS,
    CROWD_SIZE,
    DISPLAY_REFRESH_SECONDS,
    FRAME_SECONDS,
    MAX_DEBT_SECONDS,
    MAX_SLICE_SECONDS,
    MIN_TURN_SECONDS,
    NEWCOMER_SECONDS,
    NEWCOMERS_AT_ONCE,
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
        self.scheduler = Scheduler(1, self.telemetry, self.clock, self.clock)
        self.release = threading.Event()
        self.order: list[Any] = []

    def note(self, name: object) -> Callable[[float], None]:
        """Work that notes its name."""
        return lambda _: self.order.append(name)

    def ask(self, work: Any, account: Account | None = None, **options: Any) -> Any:
        """Ask the scheduler for work, in an account of its own unless one is given."""
        return self.scheduler.run(work, account or Account(), **options)

    async def hold_up(self) -> "asyncio.Task[Any]":
        """Keep the worker busy until `release` is set; returns when it is."""
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(_: float) -> None:
            loop.call_soon_threadsafe(begun.set)
            self.release.wait()

        task = asyncio.create_task(self.ask(work))
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


def paid(s: Scene, seconds: float, name: object = None) -> Callable[[float], None]:
    """Work that takes so much processor time, and notes its name."""

    def work(_: float) -> None:
        s.order.append(name)
        s.clock.advance(seconds)

    return work


def in_pieces(s: Scene, name: object, pieces: int, seconds: float) -> Callable[[float], object]:
    """Work that takes so many pieces with interruption points between; it returns its name."""

    def work(_: float) -> object:
        for piece in range(pieces):
            if piece:
                interruption_point()
            s.order.append(name)
            s.clock.advance(seconds)
        return name

    return work


async def repeat(s: Scene, account: Account, work: Any, times: int, **options: Any) -> None:
    for _ in range(times):
        await s.ask(work, account, **options)


def known() -> Account:
    """An account that has used some time before, and is no newcomer."""
    account = Account()
    account.charge(1.0)
    account.credit = 0.0
    return account


def test_accounts_get_equal_shares_however_long_their_pieces_are():
    async def play() -> Scene:
        with scene() as s:
            hold = await s.hold_up()
            long, short = known(), known()
            tasks = await submitted(
                repeat(s, long, paid(s, 0.020, "long"), 20),
                repeat(s, short, paid(s, 0.001, "short"), 400),
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            assert long.seconds == pytest.approx(short.seconds) == pytest.approx(1.4)
            return s

    order = run(play()).order
    seconds = {"long": 0.0, "short": 0.0}
    for name in order:
        seconds[name] += 0.020 if name == "long" else 0.001
        if "long" in order[len(order) // 2 :]:
            assert abs(seconds["long"] - seconds["short"]) < 0.045


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


def test_urgent_work_borrows_time_and_pays_it_back():
    async def order() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            viewer, trainer = known(), known()
            tasks = await submitted(
                *(s.ask(paid(s, 0.010, "low"), trainer, urgency=Urgency.LOW) for _ in range(30)),
                *(s.ask(paid(s, 0.010, "high"), viewer, urgency=Urgency.HIGH) for _ in range(30)),
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert done[0] == "high"
    ahead = [done[: i + 1].count("high") - done[: i + 1].count("low") for i in range(40)]
    assert max(ahead) <= 4  # the head start, and the slice that is begun with it
    assert min(ahead[4:]) >= 0


def test_a_newcomer_goes_first_and_only_once():
    async def order() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            old = [known() for _ in range(8)]
            tasks = await submitted(
                *(repeat(s, account, paid(s, 0.010, "old"), 10) for account in old)
            )
            newcomer = Account()
            tasks += await submitted(*(s.ask(paid(s, 0.010, "new"), newcomer) for _ in range(10)))
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert done[:5] == ["new"] * 5
    assert done[5:35].count("new") <= 5


@pytest.mark.parametrize(
    "urgencies", [[Urgency.HIGH] + [Urgency.NORMAL] * 3, [Urgency.HIGH] * 3 + [Urgency.NORMAL]]
)
def test_shares_stay_equal_though_some_borrow_and_all_come_again_and_again(urgencies):
    async def play() -> list[int]:
        with scene() as s:
            done = [0] * len(urgencies)
            over = False

            paced = threading.Semaphore(0)

            async def run_paced() -> None:
                nonlocal over
                while sum(done) < 800:
                    paced.release()
                    await asyncio.sleep(0)
                over = True
                paced.release(1000)

            def paid_in_step(_: float) -> None:
                paced.acquire()
                s.clock.advance(0.005)

            async def ask_in_step(name: int) -> None:
                account = known()
                while not over:
                    await s.ask(paid_in_step, account, urgency=urgencies[name])
                    done[name] += 1

            await asyncio.gather(run_paced(), *(ask_in_step(i) for i in range(len(urgencies))))
            return done

    done = run(play())
    assert min(done) > 0.85 * max(done), done


def test_those_who_come_again_and_again_as_newcomers_take_a_bounded_share():
    async def play() -> list[Any]:
        with scene() as s:
            hold = await s.hold_up()
            viewer = known()
            newcomers = [
                s.ask(paid(s, 0.010, "new"), account)
                for account in [Account() for _ in range(40)]
                for _ in range(5)
            ]
            tasks = await submitted(
                *newcomers, *(s.ask(paid(s, 0.010, "old"), viewer) for _ in range(5))
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    order = run(play())
    assert order.index("old") <= NEWCOMERS_AT_ONCE * NEWCOMER_SECONDS / 0.010 + 41


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


def test_turns_are_neither_saved_up_nor_owed_for_long():
    async def order() -> list[Any]:
        with scene() as s:
            idle, busy, rich = known(), known(), known()
            await s.ask(paid(s, 0.001), idle)
            await repeat(s, busy, paid(s, 0.010), 50)  # idle uses nothing meanwhile
            await s.ask(paid(s, 0.001), rich)
            rich.charge(100.0, wanted=True)
            hold = await s.hold_up()
            s.order.clear()
            accounts = {"idle": idle, "busy": busy, "rich": rich}
            tasks = await submitted(
                *(
                    s.ask(paid(s, 0.010, name), account)
                    for name, account in accounts.items()
                    for _ in range(40)
                )
            )
            s.release.set()
            await asyncio.gather(hold, *tasks)
            return s.order

    done = run(order())
    assert abs(done[:20].count("idle") - done[:20].count("busy")) <= 2
    assert done.index("rich") <= 2 * MAX_DEBT_SECONDS / 0.010 + 4


def test_an_address_has_one_account_and_only_so_many_addresses_are_kept():
    accounts = AddressAccounts()
    first = accounts.of("10.0.0.1")
    first.charge(1.0)
    assert accounts.of("10.0.0.1") is first
    for number in range(MAX_ADDRESSES):
        accounts.of(str(number))
    assert accounts.of("10.0.0.1").seconds == 0.0


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


@pytest.mark.parametrize("cost", [None, FRAME_SECONDS])
def test_an_exception_is_raised_and_the_next_work_is_done(cost):
    async def work() -> float:
        with scene() as s:
            with pytest.raises(ZeroDivisionError):
                await s.ask(lambda _: 1 / 0, cost=cost)
            return await s.ask(lambda _: 3.0, cost=cost)

    assert run(work()) == 3.0


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
