"""The socket of the study page, over real connections."""

import json

import httpx
import numpy as np
import pytest

from mlp_live.data.dataset import Dataset
from mlp_live.data.split import split
from mlp_live.protocol.study_documents import encode_points
from mlp_live.protocol.study_limits import MAX_GRID_BYTES, PageStudy, epochs_between_grids
from mlp_live.study.export import csv_pieces, json_pieces
from mlp_live.study.study import Study
from mlp_live.training.history import Metrics
from tests.live.helpers import wait_until
from tests.study.test_runner import STUDY, data, executed
from tests.ws_client import TIMEOUT, Document, parse

TEST_LOSS = Metrics._fields.index("test_loss")
AXES = [
    {"field": "batch_size", "values": "1, 10, 31"},
    {"field": "learning_rate", "values": "0.1, 1e37"},
]
SMALL = {"base": {"epochs": "4", "n_train": "30", "n_test": "20"}, "axes": AXES, "repeats": 2}
ENDLESS = {"base": {"epochs": 100_000}, "axes": [{"field": "batch_size", "values": [1, 2]}]}


@pytest.fixture
def viewer(server):
    with server.connect("/study/ws") as connected:
        yield connected


def watch(viewer, until="finished"):
    """Acknowledge frames until a report of this type: the documents, and all reports."""
    documents, reports = [], []
    while not reports or reports[-1]["type"] != until:
        message = viewer.receive()
        if isinstance(message, Document):
            documents.append(message)
            if message.is_frame:
                viewer.send("ack", frame=message.number)
        else:
            reports.append(message)
    return documents, reports


def joined(documents, name):
    return np.concatenate([d.tensors[name] for d in documents if d.is_frame])


def test_a_study_sends_points_every_epoch_every_grid_and_a_summary(viewer):
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
    assert [document.metadata["cells"] for document in points] == [[0, 1, 2, 3]]
    assert points[0].tensors["X_train"].shape == (30, 2)
    assert joined(documents, "grid_epochs").tolist() == [0, 1, 2, 3, 4]

    results = executed(STUDY)
    grids, losses = joined(documents, "prediction_grids"), joined(documents, "test_loss")
    for cell in STUDY.cells:
        result = results.of(cell)[0]
        length = len(result.metrics)
        assert losses[:length, cell.index].tolist() == result.metrics[:, TEST_LOSS].tolist()
        assert np.isnan(losses[length:, cell.index]).all()
        if result.grid is not None:
            assert np.array_equal(grids[-1, cell.index], result.grid)
    expected = results.summary(STUDY.cells[2])
    shown = summary["cells"][2]
    assert shown["finished"] == 2
    assert shown["measures"]["test_loss"] == expected.measures["test_loss"]._asdict()
    assert summary["best"]["cell"] == results.best().cell
    assert summary["best"]["chosen"]["set"] == "validation"
    assert summary["best"]["warning"] == ""


@pytest.mark.parametrize("n_classes", [2, 3, 0])
def test_points_describe_the_task_and_leave_out_a_hidden_test_set(n_classes):
    points = data(n_classes)
    sets = split(points, 0.2, 0.2, np.random.default_rng(0))
    dataset = Dataset.of(points, sets, ("x1", "x2"), standardize=True)
    document = parse(encode_points(dataset, [1, 4], with_test=True))
    assert document.metadata["task"] == ("classification" if n_classes else "regression")
    assert document.metadata["score"] == ("accuracy" if n_classes else "r2")
    assert document.metadata["classes"] == list("pqr"[:n_classes])
    X, y = document.tensors["X_train"], document.tensors["y_train"]
    assert X.tolist() == dataset.train.X[:, :2].tolist()
    if n_classes:
        assert y.dtype == np.uint8
        assert y.tolist() == dataset.train.y.tolist()
    else:
        assert y.dtype == np.float64
        assert (y.min(), y.max()) == (0, 1)
        assert 0 <= document.tensors["y_test"].min() <= document.tensors["y_test"].max() <= 1
    hidden = parse(encode_points(dataset, [1], with_test=False))
    assert set(hidden.tensors) == {"X_train", "y_train"}


def test_frames_say_where_runs_ended(viewer):
    base = {"epochs": "200", "early_stopping": "true", "patience": "2"}
    axes = [{"field": "learning_rate", "values": "2, 1e37"}]
    viewer.send("start", study={"base": base, "axes": axes})
    documents, _ = watch(viewer)
    last = documents[-1].tensors
    assert last["diverged_at"].tolist() == [0, 1]
    assert last["stopped_at"].tolist() == [last["shown_epoch"][0] + 2, 0]
    losses = joined(documents, "validation_loss")[:, 0]
    assert np.nanargmin(losses) == last["shown_epoch"][0]


def test_exports_are_those_of_the_command_line_while_the_page_is_open(server):
    with server.connect("/study/ws") as viewer:
        viewer.send("start", study=SMALL)
        _, reports = watch(viewer)
        address = f"{server.url}/study/{reports[0]['token']}/study"
        results = executed(STUDY)
        answer = httpx.get(f"{address}.csv", timeout=TIMEOUT)
        assert answer.text == "".join(csv_pieces(results))
        assert "attachment" in answer.headers["content-disposition"]
        assert httpx.get(f"{address}.json", timeout=TIMEOUT).text == "".join(json_pieces(results))
        assert "One chart for each cell" in httpx.get(f"{address}.html", timeout=TIMEOUT).text
        assert httpx.get(f"{address}.exe", timeout=TIMEOUT).status_code == 404
    wait_until(lambda: server.studies == 0)
    assert "Run it again" in httpx.get(f"{address}.csv", timeout=TIMEOUT).json()["message"]


def test_at_most_two_frames_are_in_flight_and_no_epoch_is_lost(viewer):
    study = {"base": {"epochs": 300}, "axes": [{"field": "seed", "values": [1, 2]}]}
    viewer.send("start", study=study)
    frames = [viewer.frame(), viewer.frame()]
    # Without an acknowledgement training goes on unseen, to the end: the summary comes, no frame.
    assert viewer.receive()["type"] == "summary"
    viewer.send("ack", frame=frames[-1].number)
    documents, _ = watch(viewer)
    assert joined([*frames, *documents], "train_loss").shape == (301, 2)
    assert joined([*frames, *documents], "prediction_grids").shape[0] == 301
    assert len(documents) < 10


def test_cancel_stops_the_study_and_the_socket_stays_usable(viewer, server):
    viewer.send("start", study=ENDLESS)
    for _ in range(2):  # all that may be in flight, and none is ever acknowledged
        viewer.frame()
    viewer.send("cancel")
    assert viewer.report()["type"] == "cancelled"
    assert server.metric("mlp_live_slices_waiting") == 0  # nothing waits to be computed
    viewer.send("start", study=SMALL)
    _, reports = watch(viewer)
    assert reports[-1]["type"] == "finished"


def test_a_study_is_discarded_with_its_viewer(server):
    with server.connect("/study/ws") as viewer:
        viewer.send("start", study=ENDLESS)
        viewer.frame()
        assert server.studies == 1
        viewer.vanish()
        wait_until(lambda: server.studies == 0)


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
        "more than the page's 768 MB",
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


def test_studies_beyond_the_limit_are_refused(serve):
    server = serve(max_studies=1)
    with server.connect("/study/ws") as first, server.connect("/study/ws") as second:
        first.send("start", study=ENDLESS)
        first.frame()
        second.send("start", study=SMALL)
        answer = second.report()
        assert answer["code"] == "too_many_studies"
        assert "1 studies, its limit" in answer["message"]
        first.send("start", study=SMALL)  # in place of its own
        watch(first)


def test_grids_are_thinned_to_what_a_page_can_keep():
    assert epochs_between_grids(30, 150) == 1
    for cells, epochs in ((400, 150), (1, 100_000), (400, 10_000)):
        every = epochs_between_grids(cells, epochs)
        assert (epochs // every) * cells * 1600 <= MAX_GRID_BYTES


def test_the_page_takes_400_cells_and_50_repeats_of_the_default_epochs():
    axes = [{"field": name, "values": list(range(2, 22))} for name in ("n_test", "batch_size")]
    study = PageStudy.model_validate({"axes": axes, "repeats": 50})
    assert len(study.cells) == 400
    assert isinstance(study, Study)


def test_an_export_goes_on_when_its_page_is_closed(serve, caplog):
    server = serve(workers=2)  # without the runs of other tests
    with server.connect("/study/ws") as viewer:
        viewer.send("start", study=SMALL)
        _, reports = watch(viewer)
        address = f"{server.url}/study/{reports[0]['token']}/study.html"
        with httpx.stream("GET", address, timeout=TIMEOUT) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            text = answer.iter_text()
            content = next(text)
            viewer.vanish()
            wait_until(lambda: server.studies == 0)
            content += "".join(text)
    assert content.endswith("</html>\n") or content.endswith("</html>")
    wait_until(lambda: server.context.memory.used == 0)
    assert not caplog.records


def test_an_export_is_plain_for_a_client_that_reads_no_gzip(server):
    with server.connect("/study/ws") as viewer:
        viewer.send("start", study=SMALL)
        _, reports = watch(viewer)
        address = f"{server.url}/study/{reports[0]['token']}/study.csv"
        plain = httpx.get(address, headers={"Accept-Encoding": "identity"}, timeout=TIMEOUT)
        assert "content-encoding" not in plain.headers
        assert plain.text == httpx.get(address, timeout=TIMEOUT).text
