"""Many clients at the same time: none starves another, and none leaves anything behind."""

import asyncio
import gc
from contextlib import ExitStack

import pytest

from benchmarks.soak import visit
from mlp_live.live.scheduling.tuning import CROWD_SIZE
from mlp_live.training.run import Run
from tests.live.helpers import ENDLESS, QUICK, history_of, threads_besides_workers, wait_until
from tests.ws_client import joined

HEAVY = {**ENDLESS, "hidden": [128] * 4, "n_train": 1000}


@pytest.fixture
def crowded(serve):
    """A server of one worker that heavy runs at full speed keep busy for ever."""
    server = serve(workers=1)
    with ExitStack() as stack:
        for _ in range(3):
            viewer = stack.enter_context(server.connect())
            viewer.send("speed", epochs_per_second=None)
            viewer.send("start", config=HEAVY)
            viewer.frame()
        yield server


def test_a_small_run_beside_large_ones_gets_its_turns(crowded):
    with crowded.connect() as viewer:
        viewer.send("start", config=QUICK)
        assert viewer.watch("finished")[1]["epoch"] == QUICK["epochs"]


def test_a_study_beside_large_runs_gets_its_turns(crowded):
    axes = [{"field": "batch_size", "values": ["10", "20"]}]
    with crowded.connect("/study/ws") as viewer:
        viewer.send("start", study={"base": QUICK, "axes": axes, "repeats": 1})
        viewer.watch("finished")


def test_a_viewer_that_acknowledges_nothing_holds_up_nobody_and_misses_nothing(serve):
    server = serve()
    with server.connect() as away, server.connect() as viewer:
        away.send("speed", epochs_per_second=None)
        away.send("start", config={**QUICK, "epochs": 700})
        unseen = [away.frame(), away.frame()]  # never acknowledged
        viewer.send("start", config=QUICK)
        viewer.watch("finished")
        away.send("ack", frame=unseen[-1].number)
        frames, _ = away.watch("finished")
    whole = history_of(**{**QUICK, "epochs": 700}).history.since(0)["train_loss"]
    assert joined(unseen + frames, "train_loss").tolist() == whole.tolist()


def test_a_crowd_at_full_speed_learns_what_each_would_alone(serve):
    server, epochs = serve(), 60
    with ExitStack() as stack:
        viewers = [stack.enter_context(server.connect()) for _ in range(CROWD_SIZE + 8)]
        for seed, viewer in enumerate(viewers):
            viewer.send("speed", epochs_per_second=None)
            viewer.send("start", config={**QUICK, "epochs": epochs, "seed": seed})
        crowd = [joined(viewer.watch("finished")[0], "train_loss") for viewer in viewers]
    for seed, losses in enumerate(crowd):
        alone = history_of(**{**QUICK, "epochs": epochs, "seed": seed}).history
        assert losses.tolist() == alone.since(0)["train_loss"].tolist()


def test_coming_and_going_leaves_nothing_behind(serve):
    server = serve(keep_seconds=1)
    loop = server.uvicorn_server.servers[0].get_loop()
    assert server.health["runs"] == 0
    tasks, threads = len(asyncio.all_tasks(loop)), threads_besides_workers()
    runs = reachable_runs()
    for number in range(24):
        visit(f"ws://{server.netloc}/ws", number)
    wait_until(lambda: server.health["runs"] + server.health["waiting"] == 0)
    wait_until(lambda: len(asyncio.all_tasks(loop)) <= tasks)
    wait_until(lambda: threads_besides_workers() <= threads)
    assert server.metric("mlp_live_run_bytes") == 0
    wait_until(lambda: reachable_runs() <= runs)  # those of other tests' servers


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_run_is_freed_with_its_viewer_without_the_garbage_collector(serve, collector_off):
    server = serve(keep_seconds=0)
    visit(f"ws://{server.netloc}/ws", 0)  # what is imported late is imported now
    before = existing_runs()
    for number in range(9):
        visit(f"ws://{server.netloc}/ws", number)
    wait_until(lambda: server.health["runs"] + server.health["waiting"] == 0)
    wait_until(lambda: existing_runs() <= before)


def reachable_runs():
    gc.collect()
    return existing_runs()


def existing_runs():
    return sum(type(one) is Run for one in gc.get_objects())
