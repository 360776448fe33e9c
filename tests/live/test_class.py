"""Many viewers at once: none starves another, and none leaves anything behind."""

import asyncio
import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise

import pytest

from app.live.hub import BRIEF, CROWD, LONGEST_SLICE, SHORTEST_TURN, Hub
from app.live.turns import Turns
from app.settings import Settings
from app.training.run import Run
from benchmarks.soak import visit
from tests.live.test_reconnect import health, metric
from tests.live.test_session import ENDLESS, QUICK, history_of, threads_but_workers, wait_until
from tests.viewer import joined

HEAVY = {**ENDLESS, "hidden": [128] * 4, "n_train": 1000}


@pytest.fixture
def crowded(serve):
    """A server of one worker that heavy runs at full speed keep busy for ever."""
    server = serve(workers=1)
    with ExitStack() as stack:
        for _ in range(3):
            viewer = stack.enter_context(server.viewer())
            viewer.send("speed", epochs_per_second=None)
            viewer.send("start", config=HEAVY)
            viewer.frame()
        yield server


def test_a_small_run_beside_large_ones_gets_its_turns(crowded):
    with crowded.viewer() as viewer:
        viewer.send("start", config=QUICK)
        assert viewer.watch("finished")[1]["epoch"] == QUICK["epochs"]


def test_a_study_beside_large_runs_gets_its_turns(crowded):
    axes = [{"field": "batch_size", "values": ["10", "20"]}]
    with crowded.viewer("/study/ws") as viewer:
        viewer.send("start", study={"base": QUICK, "axes": axes, "repeats": 1})
        viewer.watch("finished")


def test_who_looks_away_holds_up_nobody_and_misses_nothing(serve):
    server = serve()
    with server.viewer() as away, server.viewer() as viewer:
        away.send("speed", epochs_per_second=None)
        away.send("start", config={**QUICK, "epochs": 700})
        unseen = [away.frame(), away.frame()]  # never acknowledged
        viewer.send("start", config=QUICK)
        viewer.watch("finished")
        away.send("ack", frame=unseen[-1].number)
        frames, _ = away.watch("finished")
    whole = history_of(**{**QUICK, "epochs": 700}).history.since(0)["train_loss"]
    assert joined(unseen + frames, "train_loss").tolist() == whole.tolist()


def run(coroutine):
    """The result, from a thread of its own: this one may have an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_slices_are_the_shorter_the_more_of_them_there_are():
    async def lengths(asked):
        hub = Hub(Settings(workers=1))
        try:
            waiting = [asyncio.create_task(hub.on_worker(lambda: None)) for _ in range(asked)]
            await asyncio.sleep(0)
            found = hub.slice_seconds, hub.turn_seconds, hub.crowded
            await asyncio.gather(*waiting)
            return found
        finally:
            hub.close()

    on_worker, in_turn, crowded = zip(
        *(run(lengths(asked)) for asked in (0, 3, CROWD, 1000)), strict=True
    )
    assert LONGEST_SLICE >= on_worker[0] > on_worker[1] > on_worker[2] == on_worker[3] == BRIEF
    assert BRIEF == in_turn[0] == in_turn[1] > in_turn[2] > in_turn[3] == SHORTEST_TURN
    assert crowded == (False, False, True, True)


def test_one_turn_an_iteration_of_the_loop_in_the_order_they_were_asked_for():
    async def take_turns():
        turns, events = Turns(), []

        async def take(name):
            await turns.next()
            events.append(name)

        async def iterate():
            while len(events) < 12:
                events.append("iteration")
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(take(name)) for name in "abcd"]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.gather(iterate(), *tasks, return_exceptions=True)
        return events

    events = run(take_turns())
    assert [event for event in events if event != "iteration"] == ["a", "b", "d"]
    places = [events.index(name) for name in "abd"]
    assert all("iteration" in events[i:j] for i, j in pairwise(places))


def test_a_crowd_at_full_speed_learns_what_each_would_alone(serve):
    server, epochs = serve(), 60
    with ExitStack() as stack:
        viewers = [stack.enter_context(server.viewer()) for _ in range(CROWD + 8)]
        for seed, viewer in enumerate(viewers):
            viewer.send("speed", epochs_per_second=None)
            viewer.send("start", config={**QUICK, "epochs": epochs, "seed": seed})
        crowd = [joined(viewer.watch("finished")[0], "train_loss") for viewer in viewers]
    for seed, losses in enumerate(crowd):
        alone = history_of(**{**QUICK, "epochs": epochs, "seed": seed}).history
        assert losses.tolist() == alone.since(0)["train_loss"].tolist()


def test_work_that_has_begun_is_waited_for_when_it_is_called_off():
    async def call_off():
        hub = Hub(Settings(workers=1))
        begun, ended = asyncio.Event(), []
        loop = asyncio.get_running_loop()

        def work():
            loop.call_soon_threadsafe(begun.set)
            ended.append(sum(range(1_000_000)))

        task = asyncio.create_task(hub.on_worker(work))
        await begun.wait()
        for _ in range(2):  # by who takes over, and by the lost connection
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        hub.close()
        return ended

    assert len(run(call_off())) == 1


def test_what_work_raises_is_raised_and_the_next_is_done():
    async def work():
        hub = Hub(Settings(workers=1))
        with pytest.raises(ZeroDivisionError):
            await hub.on_worker(lambda: 1 / 0)
        three = await hub.on_worker(lambda a, b: a + b, 1, 2)
        hub.close()
        return three

    assert run(work()) == 3


def test_work_that_has_not_begun_is_called_off():
    async def call_off():
        hub = Hub(Settings(workers=1))
        ended = threading.Event()
        done = []
        first = asyncio.create_task(hub.on_worker(ended.wait))
        others = [asyncio.create_task(hub.on_worker(done.append, i)) for i in range(3)]
        await asyncio.sleep(0)
        others[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await others[1]
        ended.set()
        await asyncio.gather(first, others[0], others[2])
        hub.close()
        return done

    assert run(call_off()) == [0, 2]


def test_a_worker_that_waits_holds_nothing_of_work_that_was_called_off():
    class Held:
        def work(self):
            pass

    async def call_off():
        hub = Hub(Settings(workers=1))
        begun, ended, held = threading.Event(), threading.Event(), Held()
        first = asyncio.create_task(hub.on_worker(lambda: (begun.set(), ended.wait())))
        second = asyncio.create_task(hub.on_worker(held.work))
        left = weakref.ref(held)
        del held
        await asyncio.to_thread(begun.wait)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        del second
        ended.set()
        await first
        gc.collect()
        await asyncio.to_thread(wait_until, lambda: left() is None)
        hub.close()

    run(call_off())


def test_coming_and_going_leaves_nothing_behind(serve):
    server = serve(keep_seconds=1)
    loop = server.uvicorn_server.servers[0].get_loop()
    assert health(server)["runs"] == 0
    tasks, threads = len(asyncio.all_tasks(loop)), threads_but_workers()
    runs = runs_in_memory()
    for number in range(24):
        visit(f"ws://{server.netloc}/ws", number)
    wait_until(lambda: health(server)["runs"] + health(server)["waiting"] == 0, seconds=10)
    wait_until(lambda: len(asyncio.all_tasks(loop)) <= tasks)
    wait_until(lambda: threads_but_workers() <= threads)
    assert metric(server, "mlp_live_run_bytes") == 0
    wait_until(lambda: runs_in_memory() <= runs)  # those of other tests' servers


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_run_goes_with_its_viewer_and_waits_for_no_collector(serve, collector_off):
    server = serve(keep_seconds=0)
    visit(f"ws://{server.netloc}/ws", 0)  # what is imported late is imported now
    before = runs_at_hand()
    for number in range(9):
        visit(f"ws://{server.netloc}/ws", number)
    wait_until(lambda: health(server)["runs"] + health(server)["waiting"] == 0, seconds=10)
    wait_until(lambda: runs_at_hand() <= before)


def runs_in_memory():
    gc.collect()
    return runs_at_hand()


def runs_at_hand():
    return sum(type(one) is Run for one in gc.get_objects())
