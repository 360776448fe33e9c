"""Memory of a server that many viewers visit one after the other: ``python -m benchmarks.soak``.

Each viewer starts a run, goes back to an earlier epoch and resumes. Some leave, some lose their
connection, and some of these come back. The memory of the server after a quarter of the time is
compared with that at the end.
"""

import json
import socket
from time import monotonic
from typing import Annotated, Any

import httpx
import psutil
import typer
from websockets.sync.client import ClientConnection, connect

from benchmarks.serving import serving

CONFIG = {"epochs": 100_000, "n_train": 5000}  # longer than any visit
FRAMES = 5  # frames that a viewer receives between two commands
TIMEOUT = 30.0  # seconds to wait for a message
KEEP_SECONDS = 0.5


def visit(address: str, number: int) -> None:
    """Make one visit. Visits end in three ways, in turn: left, lost and back again, lost."""
    with connect(address, proxy=None, compression=None) as viewer:
        _send(viewer, "speed", epochs_per_second=None)
        _send(viewer, "start", config=CONFIG)
        started = _report(viewer, "started")
        _watch(viewer)
        _send(viewer, "seek", epoch=1)
        _report(viewer, "paused")
        _send(viewer, "resume")
        branch = _report(viewer, "resumed")["branch"]
        _watch(viewer)
        if number % 3:
            viewer.socket.shutdown(socket.SHUT_RDWR)
    if number % 3 == 1:
        with connect(address, proxy=None, compression=None) as viewer:
            _send(viewer, "attach", run=started["run"], branch=branch, epochs=2)
            if _report(viewer, "attached", "error")["type"] == "attached":
                _watch(viewer)  # on a busy machine it may have been away for too long


def _send(viewer: ClientConnection, kind: str, **fields: Any) -> None:
    viewer.send(json.dumps({"type": kind, **fields}))


def _receive(viewer: ClientConnection) -> Any:
    message = viewer.recv(timeout=TIMEOUT)
    return json.loads(message) if isinstance(message, str) else message


def _report(viewer: ClientConnection, *kinds: str) -> Any:
    """Return the next report of one of these types."""
    while not isinstance(report := _receive(viewer), dict) or report["type"] not in kinds:
        pass
    return report


def _watch(viewer: ClientConnection) -> None:
    """Receive a few frames, and acknowledge each. A number above the last one means all."""
    for _ in range(FRAMES):
        _send(viewer, "ack", frame=10**9)
        while isinstance(_receive(viewer), dict):
            pass


def main(
    seconds: Annotated[float, typer.Option(help="Seconds to measure.")] = 180.0,
) -> None:
    """Visit a server again and again, and print its memory."""
    with serving(keep_seconds=KEEP_SECONDS, max_runs=16) as server:
        address = server.url.replace("http", "ws") + "ws"
        process = psutil.Process(server.pid)
        begun = monotonic()
        visits, early = 0, 0
        while (elapsed := monotonic() - begun) < seconds:
            visit(address, visits)
            visits += 1
            if early == 0 and elapsed > seconds / 4:
                early = process.memory_info().rss
        late = process.memory_info().rss
        threads = process.num_threads()
        while (left := httpx.get(f"{server.url}health").json())["runs"] + left["waiting"]:
            pass
        print(
            f"{visits} visits in {seconds:.0f} s: {early / 1e6:.1f} MB resident after a quarter, "
            f"{late / 1e6:.1f} MB at the end ({100 * (late / early - 1):+.1f} %); {threads} threads"
        )


if __name__ == "__main__":
    typer.run(main)
