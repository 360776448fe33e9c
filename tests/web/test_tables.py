"""Uploads over real HTTP: what they answer, and what they cost.

The module is long because every limit is tried with small and with large tables.
"""

import gc
import json
import os
import pickle
import socket
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import psutil
import pytest

from mlp_live.data.table import MAX_BYTES, read_table
from mlp_live.data.table.reader import Request
from mlp_live.live.table_reader import SMALL_BYTES
from tests.data.malformed import MALFORMED, lines
from tests.live.helpers import wait_until
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


def large_table(rows=2_000):
    """A table beyond the size that is read by a thread of the server."""
    row = ",".join(["1.5"] * 20)
    body = "\n".join(f"{i}.25,{row},{'xy'[i % 2]}" for i in range(rows))
    names = ",".join(f"c{i}" for i in range(20))
    content = f"first,{names},label\n{body}\n".encode()
    assert SMALL_BYTES < len(content) < MAX_BYTES
    return content


def begin_upload(server, source="127.0.0.1", length=MAX_BYTES):
    """A connection that has announced a table and sent nothing of it."""
    host, port = server.netloc.split(":")
    connection = socket.create_connection((host, int(port)), TIMEOUT, (source, 0))
    head = f"POST /tables HTTP/1.1\r\nHost: {server.netloc}\r\nContent-Length: {length}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


@contextmanager
def short_wait(server):
    """Uploads wait only a moment for room."""
    room = server.context.uploads
    before, room.seconds = room.seconds, 0.1
    try:
        yield
    finally:
        room.seconds = before


def upload_from(server, source, content=TABLE):
    transport = httpx.HTTPTransport(local_address=source)
    with httpx.Client(base_url=server.url, timeout=TIMEOUT, transport=transport) as client:
        return client.post("/tables", content=content)


def test_a_large_table_is_read_as_any_other(client, server):
    content = large_table()
    answer = client.post("/tables", content=content)
    assert answer.status_code == 201
    expected = read_table(content)
    summary = json.loads(json.dumps(expected.summary()))
    assert answer.json() == summary
    kept = server.context.tables.get(expected.digest)
    assert kept.points.X.tolist() == expected.points.X.tolist()
    previewed = client.post("/tables/preview", content=content)
    assert previewed.json()["summary"] == summary


def test_an_error_in_a_large_table_names_line_and_column(client):
    answer = client.post("/tables", content=large_table() + b"7,nine,x\n")
    assert answer.status_code == 422
    assert (answer.json()["line"], answer.json()["column"]) == (2_002, "c2")


def test_uploads_of_one_address_are_limited_and_do_not_keep_out_others(server, caplog):
    with ExitStack() as stack, short_wait(server):
        waiting = [stack.enter_context(begin_upload(server)) for _ in range(4)]
        wait_until(lambda: server.context.uploads.used == 4 * MAX_BYTES)
        refused = upload_from(server, "127.0.0.1", large_table())
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert "reading other tables; try again" in refused.json()["message"]
        assert upload_from(server, "127.0.0.2", large_table()).status_code == 201
        for source in ("127.0.0.3", "127.0.0.4", "127.0.0.5"):
            waiting += [stack.enter_context(begin_upload(server, source)) for _ in range(4)]
        wait_until(lambda: server.context.uploads.used == 16 * MAX_BYTES)
        assert upload_from(server, "127.0.0.2", large_table()).status_code == 503
        assert upload_from(server, "127.0.0.2").status_code == 201
    wait_until(lambda: server.context.uploads.used == 0)
    assert upload_from(server, "127.0.0.1", large_table()).status_code == 201
    assert not [record for record in caplog.records if record.exc_info]


def test_a_class_uploads_a_table_at_the_same_time(server):
    content = large_table(820)
    assert SMALL_BYTES < len(content) < 80_000
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: upload_from(server, "127.0.0.1", content), range(12)))
    assert [answer.status_code for answer in answers] == [201] * 12


def test_small_tables_do_not_wait_for_large_ones_of_their_address(server):
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(begin_upload(server))
        wait_until(lambda: server.context.uploads.used == 4 * MAX_BYTES)
        for _ in range(3):
            assert upload_from(server, "127.0.0.1").status_code == 201
        assert server.context.uploads.used == 4 * MAX_BYTES


def test_an_upload_waits_for_room(server):
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        idle = [stack.enter_context(begin_upload(server)) for _ in range(4)]
        wait_until(lambda: server.context.uploads.used == 4 * MAX_BYTES)
        answer = pool.submit(upload_from, server, "127.0.0.1", large_table())
        wait_until(lambda: server.context.uploads._released is not None)
        idle[0].close()
        assert answer.result(TIMEOUT).status_code == 201


def test_a_client_that_leaves_ends_the_process_that_reads_its_table(server, caplog):
    content = large_table(10_000)
    own = psutil.Process()
    before = set(own.children())
    with begin_upload(server, length=len(content)) as connection:
        connection.sendall(content)
        wait_until(lambda: bool(set(own.children()) - before))
    wait_until(lambda: not set(own.children()) - before)
    wait_until(lambda: server.context.uploads.used == 0)
    assert not [record for record in caplog.records if record.exc_info]


def test_a_process_that_cannot_be_started_is_answered(client, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    answer = client.post("/tables", content=large_table())
    assert answer.status_code == 503
    assert "cannot read large tables now" in answer.json()["message"]


def test_a_process_that_fails_is_logged_once(serve, monkeypatch, caplog):
    server = serve()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    for _ in range(2):
        assert upload_from(server, "127.0.0.1", large_table()).status_code == 503
    lines = [r.message for r in caplog.records if r.name == "mlp_live.live.table_reader"]
    assert lines == ["the process that reads large tables failed: return code 1, ''"]


def test_a_large_table_is_read_under_a_lower_limit_of_addresses():
    content = large_table(820)
    code = (
        "import resource, runpy\n"
        "resource.setrlimit(resource.RLIMIT_AS, (512 * 1024**2,) * 2)\n"
        "runpy.run_module('mlp_live.data.table.reader', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(Request(content, "", only_preview=False)),
        capture_output=True,
        timeout=TIMEOUT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert pickle.loads(done.stdout).digest == read_table(content).digest


def test_the_process_limits_itself():
    code = (
        "import os, resource, runpy, sys\n"
        "try: runpy.run_module('mlp_live.data.table.reader', run_name='__main__')\n"
        "except EOFError: pass\n"
        "print(os.nice(0), resource.getrlimit(resource.RLIMIT_CPU)[0],"
        " resource.getrlimit(resource.RLIMIT_AS)[0])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=TIMEOUT, check=True)
    nice, seconds, space = map(int, done.stdout.split())
    assert (nice, seconds, space) == (os.nice(0) + 10, 20, 1024**3)


@pytest.mark.parametrize(
    "content",
    [
        b"," * MAX_BYTES,
        b"aa," * (MAX_BYTES // 3),
        b"\n" * MAX_BYTES,
        b'"' * MAX_BYTES,
        b'a,b,label\n"' + b"x,\n" * (MAX_BYTES // 3 - 10),
        b'"a""' * (MAX_BYTES // 4),
        lines("a,b,label", *["1" * 9_999 + ",2,x"] * 200),
        lines(",".join(f"c{i}" for i in range(64)), *[",".join("1" * 64)] * 10_000),
    ],
    ids=("commas", "cells", "blank lines", "quotes", "open quote", "quoted", "long numbers", "64"),
)
def test_hostile_tables_are_read_within_the_limits_of_the_process(client, content):
    answer = client.post("/tables/preview", content=content)
    assert answer.status_code in (200, 422)
    assert "takes too" not in answer.text
