"""Uploads over real HTTP: what they answer, and what they cost."""

import gc
import json
import socket
import tracemalloc

import httpx
import pytest

from mlp_live.data.table import MAX_BYTES
from tests.data.malformed import MALFORMED, lines
from tests.ws_client import TIMEOUT

TABLE = "a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n"


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as client:
        yield client


def test_upload_answers_what_was_understood(client):
    answer = client.post("/tables", content=TABLE)
    assert answer.status_code == 201
    assert answer.json() == {
        "table": answer.json()["table"],
        "rows": 4,
        "features": ["a", "b"],
        "label": "label",
        "task": "classification",
        "classes": ["x", "y"],
        "has_split": False,
        "dropped": 0,
    }


def test_choices_go_with_the_upload(client, server):
    choices = json.dumps({"features": ["b", "label"], "label": "a", "task": "regression"})
    content = "a,b,label\n1,2,3\n3,4,5\n"
    answer = client.post("/tables", params={"choices": choices}, content=content).json()
    assert (answer["features"], answer["label"]) == (["b", "label"], "a")
    assert server.context.tables.get(answer["table"]).points.y.tolist() == [1, 3]
    assert client.post("/tables", content=content).json()["table"] != answer["table"]


def test_choices_of_the_longest_names_fit_into_the_address(client):
    names = [f"{i}" + "🎉" * 99 for i in range(10)]
    content = lines(",".join(names), *[",".join("1" * 9 + kind) for kind in "xy"])
    choices = {"features": names[:8], "label": names[9], "split": "", "task": "classification"}
    answer = client.post(
        "/tables", params={"choices": json.dumps(choices, ensure_ascii=False)}, content=content
    )
    assert answer.status_code == 201, answer.text


def test_a_preview_keeps_nothing(client, server):
    known = len(server.context.tables)
    answer = client.post("/tables/preview", content="a;b;kind\n1,5;2;ä\n3;4;ö\n7;8;ü\n")
    assert answer.status_code == 200
    seen = answer.json()
    assert [column["kind"] for column in seen["columns"]] == ["numbers", "numbers", "words"]
    assert (seen["delimiter"], seen["n_rows"], seen["problem"]) == (";", 3, None)
    assert seen["choices"]["features"] == ["a", "b"]
    assert seen["summary"]["classes"] == ["ä", "ö", "ü"]
    assert len(server.context.tables) == known


def test_a_bad_upload_names_line_and_column(client):
    problem = {"message": "Line 6, column “b”: “nine” is not a number.", "line": 6, "column": "b"}
    answer = client.post("/tables", content=TABLE + "9,nine,x\n")
    assert (answer.status_code, answer.json()) == (422, problem)
    previewed = client.post("/tables/preview", content=TABLE + "9,nine,x\n")
    assert (previewed.status_code, previewed.json()["problem"]) == (200, problem)


def test_choices_that_are_none_are_refused(client):
    for path in ("/tables", "/tables/preview"):
        answer = client.post(path, params={"choices": '{"lable": "x"}'}, content=TABLE)
        assert answer.status_code == 422
        assert "lable" in answer.json()["message"]


def test_malformed_tables_leave_the_server_as_it_was(client, server):
    def post_all():
        for bad in MALFORMED.values():
            chosen = {"choices": bad.choices.model_dump_json(exclude_defaults=True)}
            answer = client.post("/tables", params=chosen, content=bad.content)
            assert answer.status_code in (413, 422)
            assert "Traceback" not in answer.text

    post_all()  # what is made once, such as the threads, is made now
    known = len(server.context.tables)
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        post_all()
        gc.collect()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert left < 512 * 1024
    assert len(server.context.tables) == known


@pytest.mark.parametrize("path", ["/tables", "/tables/preview"])
def test_a_large_upload_is_refused_by_its_declared_size(server, path):
    host, port = server.netloc.split(":")
    request = f"POST {path} HTTP/1.1\r\nHost: {server.netloc}\r\nContent-Length: 100000000\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
        connection.sendall(request.encode())  # and not a byte of the body
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/tables", "/tables/preview"])
def test_a_large_upload_of_unknown_size_is_refused_on_the_way(client, path):
    sent = 0
    chunk = b"1" * 2**20

    def endless():
        nonlocal sent
        for _ in range(100):
            sent += len(chunk)
            yield chunk

    tracemalloc.start()
    try:
        answer = client.post(path, content=endless())
    except httpx.TransportError:
        pass  # the server closed while the client was still sending
    else:
        assert answer.status_code == 413
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert sent < 20 * MAX_BYTES
    assert peak < 20 * MAX_BYTES  # of server and client together
