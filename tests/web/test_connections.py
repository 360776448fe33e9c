"""Idle connections, slow clients, file descriptors, and what the log says of connections.

The module is long because its tests share sockets that break the rules.
"""

import re
import resource
import select
import socket
import sys
from contextlib import ExitStack, suppress
from http.client import HTTPConnection

import httpx
import pytest
from starlette.responses import Response, StreamingResponse
from websockets.exceptions import ConnectionClosed

from mlp_live.web.edge import Deadlines
from tests.live.helpers import ENDLESS, QUICK, wait_until
from tests.web.server_process import server_process
from tests.ws_client import TIMEOUT

UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
needs_addresses = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 on the loopback"
)


@pytest.fixture(autouse=True)
def many_descriptors():
    """Allow the test itself thousands of connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def connect():
    """Open a TCP connection that is closed when the test ends."""
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(
            socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        )


def port_of(server):
    return int(server.netloc.split(":")[1])


def health(port, address):
    """The status with which a client at ``address`` is answered."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(transport=transport, timeout=TIMEOUT) as client:
        return client.get(f"http://127.0.0.1:{port}/health").status_code


def is_closed(connection):
    """Wait for the end of a connection, skipping what is received before; False if it lasts."""
    with suppress(ConnectionError, TimeoutError):
        while connection.recv(65536):
            pass
        return True
    return False


def ask(connection):
    """Send a request; whether it is answered."""
    client = HTTPConnection("localhost")
    client.sock = connection
    client.request("GET", "/health")
    with client.getresponse() as response:
        return response.status == 200 and bool(response.read())


def drip(connection, content):
    """Send a byte a second until the server closes the connection."""
    with suppress(ConnectionError):
        for byte in content:
            connection.sendall(bytes([byte]))
            if select.select([connection], [], [], 1.0)[0] and not connection.recv(65536):
                return True
        return False
    return True


@needs_addresses
@pytest.mark.parametrize("number", [600, 2000])
def test_idle_connections_of_one_address_keep_nobody_out(connect, number):
    with server_process(log_level="info", header_seconds=10 * TIMEOUT) as server:
        assert health(server.port, "127.0.0.1") == 200  # now it has opened all that it needs
        before = server.descriptors
        for _ in range(number):
            connect(server.port)
        assert health(server.port, "127.0.0.2") == 200
        assert health(server.port, "127.0.0.1") == 200
        wait_until(lambda: server.descriptors <= before + 256)
        log = server.stop()
    assert log.count('reason="too many idle connections"') >= number - 256
    assert log.count("\n") <= number + 2


def wait_for_connections(server, number):
    """Wait until the server holds so many: the one that has asked whether it is there is gone."""
    wait_until(lambda: len(server.uvicorn_server.config.connections) == number)


def test_the_connection_that_is_idle_for_longest_makes_room(serve, connect):
    server = serve(max_idle_connections=3)
    config = server.uvicorn_server.config
    config.deadlines, config.timeout_keep_alive = Deadlines(header=TIMEOUT), TIMEOUT
    wait_for_connections(server, 0)
    first, second, third = (connect(port_of(server)) for _ in range(3))
    wait_for_connections(server, 3)
    assert ask(first)  # now it is the youngest
    fourth = connect(port_of(server))
    assert is_closed(second)
    for connection in (first, third, fourth):
        assert ask(connection)


def test_a_socket_with_a_run_is_not_idle_and_one_without_is(serve, connect):
    server = serve(max_idle_connections=2)
    wait_for_connections(server, 0)
    with server.connect() as viewer, server.connect() as idle:
        viewer.send("start", config=ENDLESS)
        viewer.frame()
        with server.connect(), server.connect(), pytest.raises(ConnectionClosed) as closed:
            idle.receive()
        assert closed.value.rcvd.code == 1013
        assert closed.value.rcvd.reason == "too many idle connections"
        viewer.send("pause")
        viewer.send("get_record")
        assert viewer.watch("record")[1]["type"] == "record"


def test_idle_connections_do_not_close_sockets_of_their_address(serve, connect):
    server = serve(max_idle_connections=8)
    server.uvicorn_server.config.deadlines = Deadlines(header=TIMEOUT)
    wait_for_connections(server, 0)
    with ExitStack() as stack:
        sockets = [stack.enter_context(server.connect()) for _ in range(4)]
        connections = [connect(port_of(server)) for _ in range(20)]
        assert all(is_closed(connection) for connection in connections[:16])
        assert all(ask(connection) for connection in connections[16:])
        for viewer in sockets:
            viewer.send("pause")
            assert viewer.receive()["type"] == "error"


def test_where_all_are_idle_sockets_a_new_connection_is_served(serve, connect):
    server = serve(max_idle_connections=2)
    with server.connect() as oldest, server.connect():
        assert ask(connect(port_of(server)))
        with pytest.raises(ConnectionClosed):
            oldest.receive()


LARGE = bytes(16 * 1024**2)  # more than all buffers on the way hold


def whole() -> Response:
    return Response(LARGE, headers={"Content-Encoding": "identity"})


def in_pieces() -> Response:
    pieces = (LARGE[start : start + 65536] for start in range(0, len(LARGE), 65536))
    return StreamingResponse(pieces, headers={"Content-Length": str(len(LARGE))})


def request_large(server, answer, closing):
    """A client that has asked for a large answer, and has read nothing of it but the beginning."""
    server.uvicorn_server.config.app.add_api_route("/large", answer)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(TIMEOUT)
    connection.connect(("127.0.0.1", port_of(server)))
    end = "Connection: close\r\n" if closing else ""
    connection.sendall(f"GET /large HTTP/1.1\r\nHost: localhost\r\n{end}\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def bytes_to_the_end(connection):
    """Bytes that are received until the connection ends."""
    number = 0
    with suppress(ConnectionError):
        while content := connection.recv(65536):
            number += len(content)
    return number


@pytest.mark.parametrize("closing", [False, True])
@pytest.mark.parametrize("answer", [whole, in_pieces])
def test_a_slow_download_is_not_cut_off(serve, connect, answer, closing):
    server = serve()
    config = server.uvicorn_server.config
    config.deadlines, config.timeout_keep_alive = Deadlines(header=0.5), TIMEOUT
    with request_large(server, answer, closing) as slow:
        for _ in range(2):
            assert is_closed(connect(port_of(server)))  # so the time for a header is over
            slow.recv(4096)
        assert bytes_to_the_end(slow) > len(LARGE) - 2 * 4096


@pytest.mark.parametrize("closing", [False, True])
@pytest.mark.parametrize("answer", [whole, in_pieces])
def test_a_response_that_nobody_reads_does_not_hold_a_connection(serve, answer, closing):
    server = serve()
    config = server.uvicorn_server.config
    config.deadlines = Deadlines(header=10 * TIMEOUT, unread=0.5)
    with request_large(server, answer, closing) as connection:
        wait_until(lambda: len(config.connections) == 0)
        assert bytes_to_the_end(connection) < len(LARGE)


@pytest.mark.parametrize("before", ["", "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_a_byte_a_second_does_not_hold_a_connection(serve, connect, before):
    server = serve()
    server.uvicorn_server.config.deadlines = Deadlines(header=3)
    connection = connect(port_of(server))
    connection.sendall(before.encode())
    assert drip(connection, b"GET / HTTP/1.1\r\n")


def test_a_slow_body_does_not_hold_a_connection(serve, connect):
    server = serve()
    server.uvicorn_server.config.deadlines = Deadlines(body=3)
    connection = connect(port_of(server))
    connection.sendall(b"POST /tables HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n")
    assert drip(connection, b"a,b,label\n1,2,x\n3,4,y\n")


def test_the_server_uses_the_descriptors_that_it_may_have(connect):
    with server_process((64, 1024), max_idle_connections=10_000) as server:
        connections = [connect(server.port) for _ in range(150)]
        assert all(ask(connection) for connection in connections)
        assert server.descriptors > 150


@needs_addresses
def test_without_descriptors_the_log_has_one_line_and_the_server_goes_on(connect):
    with server_process((48, 48), max_idle_connections=10_000) as server:
        connections = [connect(server.port) for _ in range(400)]
        for connection in connections:
            connection.close()
        assert health(server.port, "127.0.0.1") == 200
        log = server.stop()
    assert "Traceback" not in log
    assert 1 <= len(log.splitlines()) <= 2  # idle ones are closed; no connection can be accepted
    assert "descriptors" in log or "no connection can be accepted" in log


def test_requests_and_sockets_that_are_wrong_leave_no_line_in_the_log(connect):
    with server_process() as server:
        content = [
            b"nonsense\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            b"POST /health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            UPGRADE.encode() + b"A: b\r\n" * 200 + b"\r\n",
            UPGRADE.replace("13", "12").encode() + b"\r\n",
            UPGRADE.replace("localhost", "evil.example").encode() + b"\r\n",
        ]
        for request in content:
            connection = connect(server.port)
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            assert is_closed(connection), request
        eager = connect(server.port)
        eager.sendall(UPGRADE.encode() + b"\r\n")
        eager.sendall(b"\xff\xff\xff\xff")
        assert is_closed(eager)
        for _ in range(20):
            upload = connect(server.port)
            upload.sendall(
                b"POST /tables HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\na,b\n1,"
            )
            upload.close()
        assert health(server.port, "127.0.0.1") == 200
        assert server.stop() == ""


def test_an_upload_that_is_reset_leaves_no_line_in_the_log(connect):
    linger = b"\x01\0\0\0\0\0\0\0"  # close with a reset
    with server_process() as server:
        for _ in range(20):
            upload = connect(server.port)
            upload.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            upload.sendall(
                b"POST /tables HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            upload.close()
        assert health(server.port, "127.0.0.1") == 200
        assert server.stop() == ""


def test_the_log_has_one_line_for_each_socket():
    with server_process(log_level="info") as server:
        with server.connect() as viewer:
            viewer.send("start", config=QUICK)
            viewer.watch("finished")
        with server.connect() as viewer:
            viewer.send("pause")
            viewer.receive()
            viewer.vanish()
        wait_until(lambda: server.log.count("\n") == 2)
        with server.connect("/study/ws") as viewer:
            viewer.send("cancel")
            viewer.receive()
            log = server.stop()
    lines = [dict(re.findall(r'(\w+)="?([^" ]*)', line)) for line in log.splitlines()]
    assert [line["reason"] for line in lines] == ["left", "lost", "server"]
    assert [line["path"] for line in lines] == ["/ws", "/ws", "/study/ws"]
    assert {line["address"] for line in lines} == {"127.0.0.1"}
    assert int(lines[0]["messages"]) >= 2
    assert int(lines[0]["bytes_out"]) > 1000
    assert int(lines[0]["bytes_in"]) > 100
    assert len({line["id"] for line in lines}) == 3


def test_an_exception_is_answered_with_an_identifier_that_the_log_has(serve, caplog):
    def fail() -> None:
        raise ZeroDivisionError("not for the client")

    server = serve()
    server.uvicorn_server.config.app.add_api_route("/fail", fail)
    answer = httpx.get(f"{server.url}/fail", timeout=TIMEOUT)
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    message = answer.json()["message"]
    identifier = re.search(r"\(error (\w+)\)", message)[1]
    assert "not for the client" not in message
    (record,) = caplog.records
    assert identifier in record.getMessage()
    assert record.exc_info[0] is ZeroDivisionError
