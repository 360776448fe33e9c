"""Many viewers at the same time: ``python -m benchmarks.viewers --viewers 64``.

Each viewer has a socket and the default run at full speed, and acknowledges frames as a display of
40 Hz would. All viewers are one process beside that of the server, which reads only the number of
each frame.
"""

import asyncio
import contextlib
import json
import re
import statistics
from itertools import pairwise
from math import inf
from time import perf_counter
from typing import Annotated, NamedTuple

import httpx
import psutil
import typer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.serving import Served, serving

DISPLAY = 1 / 40  # seconds between two frames of a viewer's display
START = json.dumps({"type": "start", "config": {"epochs": 100_000}})
SETTLING = 3.0  # seconds for all viewers to start before anything is counted
HEALTH_PERIOD = 0.05  # seconds between two requests of /health
TIMEOUT = 60.0  # seconds to wait for an answer
FRAME_NUMBER = re.compile(rb'\\"frame\\": ?(\d+)')  # in the header of a document


class Arrivals(NamedTuple):
    """The times at which the frames of one viewer arrived, on the clock of perf_counter."""

    times: list[float]

    def gaps(self, begin: float, end: float) -> list[float]:
        """Return the seconds between frames from begin to end."""
        times = [begin, *(time for time in self.times if begin <= time <= end), end]
        return [later - earlier for earlier, later in pairwise(times)]


async def watch(
    url: str,
    speed: float | None,
    arrivals: Arrivals,
    *,
    display: float = DISPLAY,
    address: str | None = None,
) -> None:
    """Start a run at this speed, and another whenever one is finished.

    Frames are acknowledged every ``display`` seconds. The viewer connects from ``address``.
    """
    async with connect(
        url, proxy=None, compression=None, max_queue=None, local_addr=address and (address, 0)
    ) as socket:
        await socket.send(json.dumps({"type": "speed", "epochs_per_second": speed}))
        await socket.send(START)
        await _frames(socket, arrivals, display)


async def _frames(socket: ClientConnection, arrivals: Arrivals, display: float) -> None:
    loop = asyncio.get_running_loop()
    newest, drawn_at = 0, 0.0
    drawing: asyncio.TimerHandle | None = None
    acks: set[asyncio.Task[None]] = set()

    async def acknowledge(frame: int) -> None:
        with contextlib.suppress(ConnectionClosed):  # at the end of the measurement
            await socket.send(f'{{"type":"ack","frame":{frame}}}')

    def draw() -> None:
        nonlocal drawing, drawn_at
        drawing, drawn_at = None, loop.time()
        ack = loop.create_task(acknowledge(newest))
        acks.add(ack)
        ack.add_done_callback(acks.discard)

    try:
        async for message in socket:
            if isinstance(message, str):
                if json.loads(message)["type"] == "finished":
                    await socket.send(START)
                continue
            if (number := frame_number(message)) is None:
                continue
            newest = number
            arrivals.times.append(perf_counter())
            if drawing is None:
                drawing = loop.call_at(max(loop.time(), drawn_at + display), draw)
    finally:
        if drawing is not None:
            drawing.cancel()
        await asyncio.gather(*acks)


def frame_number(content: bytes) -> int | None:
    """Return the number of a frame, from its header, or None for another document."""
    found = FRAME_NUMBER.search(content, 8, 1024)
    return None if found is None else int(found[1])


async def poll_health(url: str, latencies: list[float], address: str | None = None) -> None:
    """Request /health from ``address`` again and again, and add the seconds that each answer took.

    A request that fails counts as infinitely long. One that is not answered when this is cancelled
    counts with the time that it has waited.
    """
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT) as client:
        while True:
            asked, failed = perf_counter(), False
            try:
                (await client.get(f"{url}health")).raise_for_status()
            except httpx.HTTPError:
                failed = True
            finally:
                latencies.append(inf if failed else perf_counter() - asked)
            await asyncio.sleep(HEALTH_PERIOD)


async def epochs(url: str) -> float:
    """Return how many epochs the server has trained."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{url}metrics")).text
    return float(text.split("\nmlp_live_epochs_total ")[1].split("\n")[0])


async def measure(server: Served, viewers: int, speed: float | None, seconds: float) -> None:
    """Print frame rates, gaps and the load of the server for this many viewers."""
    process = psutil.Process(server.pid)
    resident = process.memory_info().rss
    all_arrivals = [Arrivals([]) for _ in range(viewers)]
    latencies: list[float] = []
    address = server.url.replace("http", "ws") + "ws"
    tasks = [asyncio.create_task(watch(address, speed, arrivals)) for arrivals in all_arrivals]
    tasks.append(asyncio.create_task(poll_health(server.url, latencies)))
    await asyncio.sleep(SETTLING)
    trained = await epochs(server.url)
    begin, cpu, own, busy = perf_counter(), spent(process), spent(psutil.Process()), all_spent()
    latencies.clear()
    await asyncio.sleep(seconds)
    end = perf_counter()
    trained = await epochs(server.url) - trained
    cpu = (spent(process) - cpu) / (end - begin)
    own = (spent(psutil.Process()) - own) / (end - begin)
    others = max(0.0, (all_spent() - busy) / (end - begin) - cpu - own)
    grown = process.memory_info().rss - resident
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    broken = [result for result in results if not isinstance(result, asyncio.CancelledError)]
    assert not broken, broken
    gaps = [arrivals.gaps(begin, end) for arrivals in all_arrivals]
    rates = [(len(viewer) - 1) / (end - begin) for viewer in gaps]
    medians = [1e3 * statistics.median(viewer) for viewer in gaps]
    worst = [1e3 * statistics.quantiles(viewer, n=100)[-1] for viewer in gaps]
    frames = sum(len(viewer) - 1 for viewer in gaps)
    print(
        f"{viewers} viewers: frames/s least {min(rates):.1f}, median {statistics.median(rates):.1f}"
        f"; gap median {statistics.median(medians):.0f} ms, 99th percentile of the worst viewer "
        f"{max(worst):.0f} ms; {trained / viewers / (end - begin):.0f} epochs/s each\n"
        f"  server {cpu:.2f} processors (load generator {own:.2f}, "
        f"others {others:.2f}), {1e6 * cpu * (end - begin) / frames:.0f} µs of it a frame, "
        f"{grown / viewers / 1e6:.2f} MB resident a viewer, "
        f"/health at most {1e3 * max(latencies):.0f} ms"
    )


def spent(process: psutil.Process) -> float:
    """Return the processor seconds of a process."""
    times = process.cpu_times()
    return float(times.user + times.system)


def all_spent() -> float:
    """Return the processor seconds of all processes."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


def main(
    viewers: Annotated[list[int], typer.Option(help="Viewers at once; repeat for several.")] = [  # noqa: B006
        64,
        128,
    ],
    speed: Annotated[
        float | None, typer.Option(help="Epochs a second of each; full speed unless set.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Seconds to measure.")] = 10.0,
) -> None:
    """Measure a server with many viewers."""
    for number in viewers:
        with serving() as server:
            asyncio.run(measure(server, number, speed, seconds))


if __name__ == "__main__":
    typer.run(main)
