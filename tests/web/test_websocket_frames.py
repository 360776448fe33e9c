"""Frames that are no messages: floods of them, and frames that are wrong."""

from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.live.helpers import ENDLESS
from tests.web.server_process import server_process

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
MASK = b"\0\0\0\0"
PING = b"\x89\x80" + MASK
PONG = b"\x8a\x80" + MASK
BEGIN = b"\x01\x80" + MASK  # a message that goes on
CONTINUATION = b"\x00\x81" + MASK + b" "
EMPTY_CONTINUATION = b"\x00\x80" + MASK


def send_raw(client, content):
    """Send bytes; the server may have closed the socket before it has read all of them."""
    with suppress(OSError):
        client._socket.socket.sendall(content)


def closed_with(client):
    """The code and the reason that the server closes the socket with."""
    with pytest.raises(ConnectionClosed) as closed:
        list(iter(client.receive, None))
    code, reason = closed.value.rcvd.code, closed.value.rcvd.reason
    if code in (1007, 1008):
        assert f"| {code} | `{reason}` |" in PROTOCOL.read_text()
    return code, reason


@pytest.mark.parametrize("frame", [PING, PONG])
def test_a_flood_of_control_frames_closes_its_socket_and_no_other(server, frame):
    with server.connect() as neighbor:
        neighbor.send("start", config=ENDLESS)
        neighbor.frame()
        for _ in range(4):
            with server.connect() as flood:
                send_raw(flood, frame * 50_000)
                assert closed_with(flood) == (1008, "too many control frames")
            neighbor.send("get_record")
            assert neighbor.watch("record")[1]["type"] == "record"


@pytest.mark.parametrize(
    ("frame", "settings", "reason"),
    [
        (CONTINUATION, {"max_messages_per_second": 100}, "too many fragments"),
        (EMPTY_CONTINUATION, {"max_messages_per_second": 100}, "too many fragments"),
        (
            EMPTY_CONTINUATION,
            {"max_messages_per_second": 1000},
            "too many fragments in a message",
        ),
    ],
)
def test_a_flood_of_fragments_closes_its_socket(serve, frame, settings, reason):
    with serve(**settings).connect() as flood:
        send_raw(flood, BEGIN + frame * 5000)
        assert closed_with(flood) == (1008, reason)


def test_tiny_messages_are_all_answered(serve):
    with serve(max_messages_per_second=10_000).connect() as viewer:
        send_raw(viewer, (b"\x81\x81" + MASK + b"x") * 3000)
        assert all(viewer.receive()["code"] == "malformed" for _ in range(3000))


def test_a_message_in_fragments_is_one_message(server):
    with server.connect() as viewer:
        for text in ('{"type": "pau', 'se"}'):
            data = text.encode()
            head = b"\x01" if text.startswith("{") else b"\x80"
            send_raw(viewer, head + bytes([0x80 | len(data)]) + MASK + data)
            send_raw(viewer, PING)  # control frames may stand between fragments
        assert viewer.receive()["code"] == "no_run"


def test_wrong_frames_close_the_socket_with_their_code_and_leave_no_line_in_the_log():
    wrong = {
        1002: b"\xf1\x80" + MASK,  # reserved bits
        1007: b"\x81\x82" + MASK + b"\xff\xff",  # not UTF-8
        1009: b"\x81\xff" + (1 << 40).to_bytes(8, "big") + MASK,
    }
    with server_process() as server:
        for code, frame in wrong.items():
            with server.connect() as viewer:
                send_raw(viewer, frame)
                assert closed_with(viewer)[0] == code
        for flood in (PING * 50_000, BEGIN + EMPTY_CONTINUATION * 50_000):
            with server.connect() as viewer:
                send_raw(viewer, flood)
                assert closed_with(viewer)[0] == 1008
        assert server.stop() == ""
