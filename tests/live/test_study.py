"""The contract of a study's socket, over real sockets."""

import json

import httpx
import numpy as np
import pytest

from app.live.study.limits import MAX_FIELD_BYTES, epochs_between_fields
from app.sweep.export import csv_lines, to_json
from app.sweep.study import Study
from app.training.history import Metrics
from tests.live.test_reconnect import metric
from tests.sweep.test_execute import STUDY, executed
from tests.viewer import Document

TEST_LOSS = Metrics._fields.index("test_loss")
AXES = [
    {"field": "batch_size", "values": "1, 10, 31"},
    {"field": "learning_rate", "values": "0.1, 1e37"},
]
SMALL = {"base": {"epochs": "4", "n_train": "30", "n_test": "20"}, "axes": AXES, "repeats": 2}
ENDLESS = {"base": {"epochs": 100_000}, "axes": [{"field": "batch_size", "values": [1, 2]}]}


@pytest.fixture
def viewer(server):
    with server.viewer("/study/ws") as connected:
        yield connected


def watch(viewer, until="finished"):
    """Acknowledge frames until a report of this type: the documents, and all reports."""
    documents, reports = [], []
    while not reports or reports[-1]["type"] != until:
        message = viewer.receive()
        if isinstance(message, Document):
            documents.append(message)
            if message.kind == "frame":
                viewer.send("ack", frame=message.number)
        else:
            reports.append(message)
    return documents, reports


def joined(documents, name):
    return np.concatenate([d.tensors[name] for d in documents if d.kind == "frame"])


def test_a_study_brings_points_every_epoch_every_field_and_a_summary(viewer):
    viewer.send("start", study=SMALL)
    documents, reports = watch(viewer)
    assert [report["type"] for report in reports] == ["started", "summary", "summary", "finished"]
    started, *_, summary, _ = reports
    assert [axis["labels"] for axis in started["axes"]] == [["1", "10", "31"], ["0.1", "1e+37"]]
    assert (
        started["cells"][2]["address"]
        == "/?n_train=30&n_test=20&show_test=true&learning_rate=0.1&epochs=4"
    )
    points = [document for document in documents if document.kind == "points"]
    assert [json.loads(document.metadata["cells"]) for document in points] == [[0, 1, 2, 3]]
    assert points[0].tensors["X_train"].shape == (30, 2)
    assert joined(documents, "field_epochs").tolist() == [0, 1, 2, 3, 4]

    results = executed(STUDY)
    fields, losses = joined(documents, "fields"), joined(documents, "test_loss")
    for cell in STUDY.cells:
        outcome = results.of(cell)[0]
        length = len(outcome.metrics)
        assert losses[:length, cell.index].tolist() == outcome.metrics[:, TEST_LOSS].tolist()
        assert np.isnan(losses[length:, cell.index]).all()
        if outcome.grid is not None:
            assert np.array_equal(fields[-1, cell.index], outcome.grid)
    expected = results.summary(STUDY.cells[2])
    shown = summary["cells"][2]
    assert shown["finished"] == 2
    assert shown["measures"]["test_loss"] == expected.measures["test_loss"]._asdict()
    assert summary["best"]["cell"] == results.best().cell
    assert summary["best"]["chosen"]["set"] == "validation"
    assert summary["best"]["warning"] == ""


def test_exports_are_those_of_the_command_line_while_the_page_is_open(server):
    with server.viewer("/study/ws") as viewer:
        viewer.send("start", study=SMALL)
        _, reports = watch(viewer)
        address = f"{server.url}/study/{reports[0]['token']}/study"
        results = executed(STUDY)
        answer = httpx.get(f"{address}.csv")
        assert answer.text == "".join(csv_lines(results))
        assert "attachment" in answer.headers["content-disposition"]
        assert httpx.get(f"{address}.json").text == to_json(results)
        assert "The 6 figures" in httpx.get(f"{address}.html").text
        assert httpx.get(f"{address}.exe").status_code == 404
    expect_no_study(server)
    assert "Run it again" in httpx.get(f"{address}.csv").json()["message"]


def expect_no_study(server):
    for _ in range(200):  # each asks the server, which takes some 5 ms
        if server.studies == 0:
            return
    pytest.fail("the study is still there")


def test_at_most_two_frames_are_in_flight_and_no_epoch_is_lost(viewer):
    study = {"base": {"epochs": 300}, "axes": [{"field": "seed", "values": [1, 2]}]}
    viewer.send("start", study=study)
    frames = [viewer.frame(), viewer.frame()]
    # Without an acknowledgement training goes on unseen, to the end: the summary comes, no frame.
    assert viewer.receive()["type"] == "summary"
    viewer.send("ack", frame=frames[-1].number)
    documents, _ = watch(viewer)
    assert joined([*frames, *documents], "train_loss").shape == (301, 2)
    assert joined([*frames, *documents], "fields").shape[0] == 301
    assert len(documents) < 10


def test_cancel_stops_the_computing_and_the_socket_stays_usable(viewer, server):
    viewer.send("start", study=ENDLESS)
    for _ in range(2):  # all that may be in flight, and none is ever acknowledged
        viewer.frame()
    viewer.send("cancel")
    assert viewer.report()["type"] == "cancelled"
    assert metric(server, "mlp_live_slices_waiting") == 0  # nothing waits to be computed
    viewer.send("start", study=SMALL)
    _, reports = watch(viewer)
    assert reports[-1]["type"] == "finished"


def test_a_viewer_that_goes_takes_its_study_with_it(server):
    with server.viewer("/study/ws") as viewer:
        viewer.send("start", study=ENDLESS)
        viewer.frame()
        assert server.studies == 1
        viewer.vanish()
        expect_no_study(server)


BAD = {
    "no JSON": ("{", "malformed", "not JSON"),
    "no object": ("[]", "malformed", "JSON object"),
    "no type": ("{}", "malformed", "start, cancel, ack"),
    "no study": ({"type": "start"}, "malformed", "study"),
    "no axes": ({"type": "start", "study": {"axes": []}}, "invalid", "one or two axes"),
    "study is a word": ({"type": "start", "study": "x"}, "malformed", "study"),
    "unknown setting": ({"type": "start", "study": {"speed": 1}}, "invalid", "speed"),
    "unknown base": ({"type": "start", "study": {"base": {"x": 1}}}, "invalid", "x"),
    "bad value": (
        {"type": "start", "study": {"axes": [{"field": "learning_rate", "values": "0.1,fast"}]}},
        "invalid",
        "Learning rate must be a number above 0, not “fast”.",
    ),
    "many cells": (
        {
            "type": "start",
            "study": {
                "axes": [
                    {"field": "seed", "values": list(range(401))},
                    {"field": "n_test", "values": list(range(2, 200))},
                ]
            },
        },
        "invalid",
        "more than the page's 400",
    ),
    "many repeats": ({"type": "start", "study": {"repeats": 51}}, "invalid", "repeats"),
    "many epochs": (
        {"type": "start", "study": {"repeats": 50, "base": {"epochs": 100_000}}},
        "invalid",
        "more than the page's 4,000,000",
    ),
    "much memory": (
        {
            "type": "start",
            "study": {
                "base": {"hidden": "128,128,128,128,128,128,128,128", "epochs": 1},
                "axes": [{"field": "seed", "values": list(range(400))}],
            },
        },
        "invalid",
        "more than the page's 512 MB",
    ),
    "ack of a word": ({"type": "ack", "frame": "x"}, "malformed", "frame"),
}


@pytest.mark.parametrize("name", BAD)
def test_malformed_messages_are_answered_and_the_socket_stays_usable(viewer, name):
    message, code, words = BAD[name]
    viewer.send_text(message if isinstance(message, str) else json.dumps(message))
    answer = viewer.report()
    assert answer["type"] == "error"
    assert answer["code"] == code
    assert words in answer["message"]
    viewer.send("cancel")
    assert viewer.report()["type"] == "cancelled"


def test_studies_beyond_the_limit_are_told_so(serve):
    server = serve(max_studies=1)
    with server.viewer("/study/ws") as first, server.viewer("/study/ws") as second:
        first.send("start", study=ENDLESS)
        first.frame()
        second.send("start", study=SMALL)
        answer = second.report()
        assert answer["code"] == "too_many_studies"
        assert "1 studies, its limit" in answer["message"]
        first.send("start", study=SMALL)  # in place of its own
        watch(first)


def test_fields_are_thinned_to_what_a_page_can_keep():
    assert epochs_between_fields(30, 150) == 1
    for cells, epochs in ((400, 150), (1, 100_000), (400, 10_000)):
        every = epochs_between_fields(cells, epochs)
        assert (epochs // every) * cells * 1600 <= MAX_FIELD_BYTES


def test_the_page_takes_400_cells_and_50_repeats_of_the_default_epochs():
    from app.live.study.limits import PageStudy

    axes = [{"field": name, "values": list(range(2, 22))} for name in ("n_test", "batch_size")]
    study = PageStudy.model_validate({"axes": axes, "repeats": 50})
    assert len(study.cells) == 400
    assert isinstance(study, Study)
