"""A class at once: ``python -m benchmarks.live --viewers 64``.

So many viewers on real sockets, each with the default run at full speed, acknowledging frames as a
display of 40 Hz would. All of them are one process beside the server's, which reads no more of a
frame than its number. Then one page in Chromium at full speed: how many frames and epochs a second
reach its screen.
"""

import asyncio
import contextlib
import json
import statistics
from itertools import pairwise
from time import perf_counter
from typing import Annotated, NamedTuple

import httpx
import psutil
import typer
from playwright.sync_api import Page
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.serving import Served, chromium, serving

DISPLAY = 1 / 40  # seconds between two frames of a viewer's display
CONFIG = {"epochs": 100_000}
SETTLING = 3.0  # seconds for all to begin, before anything is counted
HEALTH_PERIOD = 0.05
PAGES = {"default": "", "six layers of eight": "&hidden=8,8,8,8,8,8"}
GRID_SIZES = (100, 200)

# Runs in the page: how many frames and epochs it shows in so many milliseconds, or until the run of
# so many epochs is over; and in how many seconds.
OBSERVE = """
([milliseconds, epochs]) => new Promise(resolve => {
    const boundary = document.getElementById("boundary");
    const first = Number(boundary.dataset.epoch);
    let frames = 0;
    const observer = new MutationObserver(() => frames++);
    observer.observe(boundary, { attributes: true, attributeFilter: ["data-epoch"] });
    const begun = performance.now();
    const look = () => {
        const [epoch, spent] = [Number(boundary.dataset.epoch), performance.now() - begun];
        if (epoch < epochs && spent < milliseconds) requestAnimationFrame(look);
        else resolve([frames, epoch - first, spent / 1000]);
    };
    look();
})
"""

# Runs in the page: drags the timeline to and fro over the whole run for so many milliseconds, one
# step with each frame of the display; how many epochs a second were shown.
DRAG = """
milliseconds => new Promise(resolve => {
    const [boundary, slider] = ["boundary", "timeline"].map(id => document.getElementById(id));
    const last = Number(slider.max);
    let shown = 0;
    const observer = new MutationObserver(() => shown++);
    observer.observe(boundary, { attributes: true, attributeFilter: ["data-epoch"] });
    const begun = performance.now();
    const step = () => {
        const spent = performance.now() - begun;
        if (spent >= milliseconds) return resolve(shown / spent * 1000);
        slider.value = Math.round(last * Math.abs(Math.cos(spent / 1000)));
        slider.dispatchEvent(new Event("input"));
        requestAnimationFrame(step);
    };
    step();
})
"""
DRAG_SECONDS = 3.0
DRAGGED_EPOCHS = 20_000


class Figures(NamedTuple):
    """Of one viewer: when each frame came, on perf_counter's clock."""

    times: list[float]

    def within(self, begin: float, end: float) -> list[float]:
        """The gaps between frames in this time, in seconds."""
        times = [begin, *(time for time in self.times if begin <= time <= end), end]
        return [later - earlier for earlier, later in pairwise(times)]


async def watch(url: str, speed: float | None, figures: Figures) -> None:
    """Be a viewer: start a run at this speed, and acknowledge at the display's pace."""
    async with connect(url, proxy=None, compression=None, max_queue=None) as socket:
        await socket.send(json.dumps({"type": "speed", "epochs_per_second": speed}))
        await socket.send(json.dumps({"type": "start", "config": CONFIG}))
        await _frames(socket, figures)


async def _frames(socket: ClientConnection, figures: Figures) -> None:
    loop = asyncio.get_running_loop()
    newest, drawn_at = 0, 0.0
    drawing: asyncio.TimerHandle | None = None
    acks: set[asyncio.Task[None]] = set()

    async def acknowledge(frame: int) -> None:
        with contextlib.suppress(ConnectionClosed):  # when the measuring is over
            await socket.send(f'{{"type":"ack","frame":{frame}}}')

    def draw() -> None:
        nonlocal drawing, drawn_at
        drawing, drawn_at = None, loop.time()
        ack = loop.create_task(acknowledge(newest))
        acks.add(ack)
        ack.add_done_callback(acks.discard)

    try:
        async for message in socket:
            if isinstance(message, str) or (number := frame_number(message)) is None:
                continue
            newest = number
            figures.times.append(perf_counter())
            if drawing is None:
                drawing = loop.call_at(max(loop.time(), drawn_at + DISPLAY), draw)
    finally:
        if drawing is not None:
            drawing.cancel()
        await asyncio.gather(*acks)


def frame_number(content: bytes) -> int | None:
    """The number of a frame, from its header; None for another document."""
    place = content.find(b'"frame":"', 8, 1024)
    return None if place < 0 else int(content[place + 9 : content.index(b'"', place + 9)])


async def poll_health(url: str, latencies: list[float]) -> None:
    """Ask after the server's health again and again; seconds that each answer took."""
    async with httpx.AsyncClient() as client:
        while True:
            asked = perf_counter()
            (await client.get(f"{url}health")).raise_for_status()
            latencies.append(perf_counter() - asked)
            await asyncio.sleep(HEALTH_PERIOD)


async def epochs(url: str) -> float:
    """How many epochs the server has trained."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{url}metrics")).text
    return float(text.split("\nmlp_live_epochs_total ")[1].split("\n")[0])


async def measure(server: Served, viewers: int, speed: float | None, seconds: float) -> None:
    """Print how many viewers fare."""
    process = psutil.Process(server.pid)
    resident = process.memory_info().rss
    all_figures = [Figures([]) for _ in range(viewers)]
    latencies: list[float] = []
    address = server.url.replace("http", "ws") + "ws"
    tasks = [asyncio.create_task(watch(address, speed, figures)) for figures in all_figures]
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
    gaps = [figures.within(begin, end) for figures in all_figures]
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


def on_a_page(server: Served, seconds: float, name: str, grid_size: int) -> None:
    """Print how fast one page of this run is, and how fast it goes back to past epochs."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start(page, server, CONFIG["epochs"], name)
        frames, epochs, seconds = page.evaluate(OBSERVE, [1000 * seconds, CONFIG["epochs"]])
        start(page, server, DRAGGED_EPOCHS, name)
        page.locator(f"#boundary[data-epoch='{DRAGGED_EPOCHS}']").wait_for()
        seeks = page.evaluate(DRAG, 1000 * DRAG_SECONDS)
    print(
        f"a page, {name}, {grid_size} x {grid_size}: "
        f"{frames / seconds:.1f} frames/s, {epochs / seconds:.0f} epochs/s for {seconds:.1f} s; "
        f"{seeks:.0f} seeks/s in {DRAGGED_EPOCHS} epochs"
    )


def start(page: Page, server: Served, epochs: int, name: str) -> None:
    """Open a page and start a run at full speed."""
    page.goto(f"{server.url}?epochs={epochs}{PAGES[name]}")
    page.locator("#start:enabled").wait_for()
    page.locator("#speed").select_option("epochs_per_second:")
    page.locator("#start").click()
    page.locator("#boundary:not([data-epoch='0'])").wait_for()


def spent(process: psutil.Process) -> float:
    """Seconds that a process has computed."""
    times = process.cpu_times()
    return float(times.user + times.system)


def all_spent() -> float:
    """Seconds that all processes have computed."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


def main(
    viewers: Annotated[list[int], typer.Option(help="How many at once; several in turn.")] = [  # noqa: B006
        64,
        128,
    ],
    speed: Annotated[
        float | None, typer.Option(help="Epochs a second of each; as many as can be unless set.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="For how long.")] = 10.0,
    pages: Annotated[bool, typer.Option(help="Whether to measure pages, too.")] = True,
) -> None:
    """Serve, watch and print."""
    for number in viewers:
        with serving() as server:
            asyncio.run(measure(server, number, speed, seconds))
    for grid_size in GRID_SIZES if pages else ():
        with serving(grid_size=grid_size) as server:
            for name in PAGES:
                on_a_page(server, seconds, name, grid_size)


if __name__ == "__main__":
    typer.run(main)
