"""Work that takes long: what replaces it ends it, and nothing of it is done on the event loop."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from mlp_live.data.table import read_table
from mlp_live.engine.interruption import interruptible
from mlp_live.live.channel import Channel
from mlp_live.live.connection import Connection
from mlp_live.live.frame_stream import MAX_BRIEF_EPOCHS, FrameStream
from mlp_live.live.scheduling import WorkStoppedError
from mlp_live.live.server_context import ServerContext
from mlp_live.live.session import Session
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.settings import Settings
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from tests.live.helpers import frames_to
from tests.ws_client import parse

LARGE = {"hidden": [128] * 8, "n_train": 300, "batch_size": 300, "epochs": 40}
FOUR_FEATURES = b"a,b,c,d,kind\n" + b"".join(
    b"%d,%d,%d,%d,%s\n" % (i, i * i % 7, -i, i % 3, b"xy"[i % 2 :][:1]) for i in range(40)
)


@pytest.fixture
def context():
    context = ServerContext(Settings(workers=1))
    yield context
    context.close()


def test_views_that_are_replaced_before_they_are_shown_are_never_computed(context):
    table = read_table(FOUR_FEATURES)
    context.tables.add(table)

    async def scenario() -> list[Any]:
        sent: asyncio.Queue[Any] = asyncio.Queue()
        connection = Connection(context, Channel(sent.put, sent.put))
        serving = asyncio.create_task(connection.serve())
        config = {"dataset": "table", "table": table.digest, "batch_size": 5}
        await connection.receive(json.dumps({"type": "reset", "config": config}))
        documents = []
        while not (documents and documents[-1].is_frame):
            if isinstance(message := await sent.get(), bytes):
                documents.append(parse(message))
        documents.clear()
        # All of these wait before the connection comes to the first.
        for axes in [[0, 1], [2, 3], [3, 2], [1, 0]] * 10:
            await connection.receive(json.dumps({"type": "view", "axes": axes}))
        while not (documents and documents[-1].is_frame):
            if isinstance(message := await sent.get(), bytes):
                documents.append(parse(message))
        await connection.receive('{"type":"ack","frame":1000}')
        await connection.receive('{"type":"view","axes":[1,0]}')  # is shown already
        await connection.receive('{"type":"get_record"}')
        assert json.loads(await sent.get())["type"] == "record"
        serving.cancel()
        return documents

    with ThreadPoolExecutor(1) as thread:
        documents = thread.submit(asyncio.run, scenario()).result()
    assert [document.kind for document in documents] == ["dataset", "frame"]
    assert documents[0].metadata["axes"] == [1, 0]


@pytest.fixture(scope="module")
def large_run():
    run = Run(RunConfig(**LARGE))
    while not run.done:
        run.advance(run.batches_per_epoch)
    return run


def test_a_frame_of_a_past_epoch_can_be_stopped_and_counts_for_nothing(large_run):
    session = Session()
    session.set_run(large_run, PlaneView(large_run), playing=False)
    session.past_epoch = 15
    stream = FrameStream(session, 20)
    expected = large_run.state_at(15).theta

    def end_if_asked() -> None:
        if stream.stop.is_due:
            raise WorkStoppedError

    stream.stop.requested = True
    with interruptible(end_if_asked), pytest.raises(WorkStoppedError):
        stream.train_and_encode(1.0)
    assert stream.has_news
    assert session.flow.next_number == 1
    stream.stop.requested = False
    with interruptible(end_if_asked):
        frame = parse(stream.train_and_encode(1.0))
    assert (frame.number, frame.epoch) == (1, 15)
    assert np.array_equal(frame.tensors["theta"], expected)


def test_going_back_leaves_nothing_to_be_trained():
    """Also where nobody is left to say so, because the connection is lost meanwhile."""
    session = Session()
    run = Run(RunConfig())
    session.set_run(run, PlaneView(run), playing=False)
    session.playback.step(run, "epoch", 30)
    session.train(60.0)
    session.past_epoch = 3
    session.continue_from_past()
    assert session.playback.goal == run.progress == (3, 0)


def test_the_last_of_several_seeks_is_shown_and_frames_go_on(viewer):
    viewer.send("speed", epochs_per_second=None)
    viewer.send("start", config=LARGE)
    viewer.watch("finished")
    for epoch in (15, 30, 7, 23):
        viewer.send("seek", epoch=epoch)
    while frames_to(viewer, 0)[-1].epoch != 23:
        pass
    viewer.send("seek", epoch=15)
    assert frames_to(viewer, 0)[-1].epoch == 15


@pytest.mark.parametrize(
    ("config", "brief"),
    [
        ({}, True),
        ({"early_stopping": True}, False),
        ({"hidden": [128] * 3, "n_train": 1000}, False),  # an evaluation takes 10 ms
    ],
)
def test_only_what_is_known_to_be_brief_may_be_done_on_the_event_loop(config, brief):
    run = Run(RunConfig(**config))
    session = Session()
    session.set_run(run, PlaneView(run), playing=True)
    stream = FrameStream(session, 100)
    assert stream.cost is None
    stream.train_and_encode(0.0)
    assert (stream.cost is not None) == brief
    stream.forget_cost()
    assert stream.cost is None


def test_a_frame_with_a_long_history_is_not_brief():
    run = Run(RunConfig(epochs=MAX_BRIEF_EPOCHS + 10))
    session = Session()
    session.set_run(run, PlaneView(run), playing=True)
    stream = FrameStream(session, 10)
    stream.train_and_encode(0.0)
    assert stream.cost is not None
    while not run.done:
        run.advance_epochs(1000)
    assert stream.cost is None
