"""What a study may make the server hold."""

import gc
import subprocess
import sys
import tracemalloc
import weakref
from contextlib import ExitStack

import numpy as np
import pytest

from mlp_live.live.budgets import ByteBudget
from mlp_live.live.study_repository import StoredStudy, StudyRepository, TooManyStudiesError
from mlp_live.protocol.study_limits import BYTES_PER_RUN, MAX_STUDY_BYTES, PageStudy, study_size
from mlp_live.study.lockstep import LockstepRunner, StudyRecorder
from mlp_live.study.results import Results
from mlp_live.study.study import LEARNING_CURVE, Study
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from tests.live.test_study import SMALL, watch
from tests.ws_client import TIMEOUT

DEEP = {"hidden": "128,128,128,128,128,128,128,128"}
SEEDS = [{"field": "seed", "values": list(range(400))}]
LARGEST = {
    "long": {
        "base": {"epochs": 100_000},
        "axes": [{"field": "seed", "values": list(range(30))}],
    },
    "many cells": {"base": {"epochs": 10_000}, "axes": SEEDS},
    "deep": {"base": DEEP, "axes": [{"field": "seed", "values": list(range(29))}]},
    "iris": {
        "base": {"dataset": "iris"},
        "axes": [
            {"field": "seed", "values": list(range(20))},
            {"field": "learning_rate", "values": [k / 100 for k in range(1, 21)]},
        ],
    },
    "one long run": {"axes": [{"field": "epochs", "values": [100_000, *range(1, 400)]}]},
    "repeats": {"base": {"epochs": 200}, "axes": SEEDS, "repeats": 50},
}
REPEATED = {
    "base": {"epochs": 79_000},
    "axes": [{"field": "seed", "values": [1]}],
    "repeats": 50,
}
WIDE = {
    "base": {**DEEP, "epochs": 20},
    "axes": [{"field": "seed", "values": list(range(100))}],
}


@pytest.mark.parametrize(
    "name",
    LARGEST,
)
def test_the_largest_studies_of_the_page_are_accepted(name):
    study = PageStudy.model_validate(LARGEST[name])
    assert study_size(study).nbytes < MAX_STUDY_BYTES


def test_a_study_that_needs_too_much_memory_is_refused(server):
    with server.connect("/study/ws") as viewer:
        viewer.send("start", study=WIDE)
        answer = viewer.report()
        assert (answer["code"], answer["field"]) == ("invalid", None)
        assert "MB, more than the page's 768 MB" in answer["message"]
        assert "ask for fewer points, units or cells" in answer["message"]


def test_what_the_page_suggests_needs_a_small_part():
    for study in (Study(), LEARNING_CURVE):
        assert study_size(study).nbytes < MAX_STUDY_BYTES / 10
    assert study_size(PageStudy.model_validate(REPEATED)).nbytes < MAX_STUDY_BYTES


@pytest.mark.parametrize(
    "base",
    [
        {},
        {"dataset": "blobs", "blobs": 10, "hidden": "20", "epochs": 30},
        {"n_train": 5_000, "epochs": 3},
        {"hidden": "64,64", "epochs": 10, "inputs": "x1,x2,x1_x2"},
        {"dataset": "iris"},
        {"dataset": "digits", "epochs": 5},
    ],
)
def test_a_run_takes_no_more_than_its_estimate(base):
    study = Study(base=base, axes=[{"field": "seed", "values": [1, 2]}])
    runner = LockstepRunner([cell.config for cell in study.cells], lambda digest: None, 10**12)
    while not runner.done:
        assert runner.work(0, 1, float("inf"), 10**6)
        runner.complete_epoch()
    held = sum(run.nbytes for run in runner.runs if isinstance(run, Run))
    size = study_size(study)
    assert held < size.run_bytes + size.metrics_bytes
    assert held > size.run_bytes / 5


def test_one_long_run_among_short_ones_takes_little_memory():
    configs = [RunConfig(epochs=20_000), *[RunConfig(epochs=1)] * 50]
    recorder = StudyRecorder(len(configs), 20_000, every=10**9)
    runner = LockstepRunner(configs, lambda d: None, 10**12, recorder)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for epoch in range(1_000):
            assert runner.epoch == epoch - 1
            assert runner.work(0, 1, float("inf"), 10**6)
            runner.complete_epoch()
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    runs = sum(run.nbytes for run in runner.runs if isinstance(run, Run))
    assert held < runs + len(configs) * BYTES_PER_RUN
    metrics = recorder.metrics(0, 999)
    assert metrics.shape == (1_000, 51, 6)
    assert np.isnan(metrics[2:, 1:]).all()
    assert not np.isnan(metrics[:, 0, 0]).any()
    assert recorder.metrics(120, 119).shape == (0, 51, 6)


def test_a_result_shares_the_metrics_of_its_run_and_frees_the_run():
    recorder = StudyRecorder(2, 50, every=10**9)
    runner = LockstepRunner([RunConfig(epochs=50)] * 2, lambda d: None, 10**12, recorder)
    while not runner.done:
        assert runner.work(0, 1, float("inf"), 10**6)
        runner.complete_epoch()
    freed = [weakref.ref(run) for run in runner.runs]
    recorded = recorder.metrics(0, 50)
    results = runner.results(with_grid=True)
    gc.collect()
    assert [run() for run in freed] == [None, None]
    for cell, result in results.items():
        assert np.shares_memory(result.metrics, recorder._histories[cell].table())
        assert np.array_equal(result.metrics, recorded[:, cell], equal_nan=True)
    assert np.array_equal(recorder.metrics(0, 50), recorded, equal_nan=True)


def test_the_metrics_of_a_recorder_are_those_of_its_runs():
    study = Study(base={"epochs": 30}, axes=[{"field": "seed", "values": list(range(60))}])
    recorder = StudyRecorder(60, 30, every=10**9)
    runner = LockstepRunner([c.config for c in study.cells], lambda d: None, 10**12, recorder)
    while not runner.done:
        assert runner.work(0, 1, float("inf"), 10**6)
        runner.complete_epoch()
    for cell, run in enumerate(runner.runs):
        assert isinstance(run, Run)
        expected = np.column_stack(list(run.history.since(5).values()))
        assert np.array_equal(recorder.metrics(5, 30)[:, cell], expected, equal_nan=True)


def test_a_server_that_is_full_answers_and_takes_studies_again(serve):
    server = serve(max_megabytes=64)
    large = {"base": {"epochs": 100_000}, "axes": [{"field": "seed", "values": list(range(6))}]}
    with ExitStack() as stack:
        viewers = [stack.enter_context(server.connect("/study/ws")) for _ in range(3)]
        viewers[0].send("start", study=large)
        viewers[0].frame()
        viewers[1].send("start", study=large)
        answer = viewers[1].report()
        assert answer["code"] == "too_many_studies"
        assert "less memory left; ask for fewer epochs" in answer["message"]
        viewers[0].send("start", study=SMALL)
        watch(viewers[0])
        viewers[1].send("start", study=large)
        viewers[1].frame()


def test_a_place_is_given_back_with_its_memory_once_nobody_reads_the_study():
    memory = ByteBudget(100)
    studies = StudyRepository(2, memory)
    token = studies.reserve(60)
    assert studies.get(token) is None
    with pytest.raises(TooManyStudiesError, match="less memory"):
        studies.reserve(41)
    studies.add(token, StoredStudy(Results(Study()), None))
    with studies.hold(token):
        studies.remove(token)
        assert (len(studies), memory.used) == (0, 60)
    assert memory.used == 0
    with studies.hold(token):
        assert memory.used == 0


WITHOUT_MEMORY = """
import asyncio, gc, json, resource
from mlp_live.live import memory
from mlp_live.live.channel import Channel
from mlp_live.live.scheduling import Account
from mlp_live.live.server_context import ServerContext
from mlp_live.live.study_connection import StudyConnection
from mlp_live.settings import Settings

LARGE = {"base": {"epochs": 5_000}, "axes": [{"field": "seed", "values": list(range(400))}]}
START = json.dumps({"type": "start", "study": LARGE})

async def started(context):
    answered, answers = asyncio.Event(), []
    async def send(content):
        answers.append(content)
        answered.set()
    connection = StudyConnection(context, Channel(send, send))
    await connection.receive(START)
    serving = asyncio.create_task(connection.serve())
    waiting = asyncio.create_task(answered.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    held = len(context.studies)
    serving.cancel()
    failed = (await asyncio.gather(serving, return_exceptions=True))[0]
    return isinstance(failed, MemoryError) or '"internal"' in str(answers), held

async def main():
    memory.TRIM_SECONDS = 3600.0  # memory that is given back meanwhile would be free again
    context = ServerContext(Settings(workers=1, max_studies=2))
    print(*await started(context))
    await context.scheduler.run(lambda _: None, Account())  # the thread is done with the study
    gc.collect()
    ballast = []
    size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + 4 * 1024**2, resource.RLIM_INFINITY))
    def fill(_):
        try:
            while True:
                ballast.append(bytes(64 * 1024))
        except MemoryError:
            # Enough for small objects, in gaps that are too small for the grids of all cells.
            del ballast[-60::2]
    fill(None)
    # Each thread has memory of its own to allocate from.
    await context.scheduler.run(fill, Account())
    for _ in range(3):
        print(*await started(context))
    ballast.clear()
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(*await started(context))
    context.close()

asyncio.run(main())
"""


def test_a_study_that_cannot_be_made_leaves_its_place(kernels):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_MEMORY],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.stdout.split("\n")[:-1] == ["False 1", *["True 0"] * 3, "False 1"], done.stderr
