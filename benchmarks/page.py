"""The live page: ``python -m benchmarks.page``.

Chromium runs on the same machine as the server. What counts is what a page shows: the values of
``data-epoch`` on its decision boundary, observed in the page. Measured are two pages that train the
default run at one epoch a frame, and one page at full speed, for two networks and two sizes of the
prediction grid.
"""

import statistics
from typing import Annotated

import typer
from playwright.sync_api import Page

from benchmarks.serving import Served, chromium, serving

PAGES = 2
EPOCHS = 150
GRID_SIZES = (100, 200)
NETWORKS = {"default": "", "six layers of eight": "&hidden=8,8,8,8,8,8"}
ENDLESS = 100_000  # epochs of a run that does not end while it is measured
DRAG_SECONDS = 3.0
DRAGGED_EPOCHS = 20_000

# Runs in the page. Records time and value of each change of data-epoch until the last epoch is
# shown.
RECORD = """
last => {
    const boundary = document.getElementById("boundary");
    window.shown = [];
    window.finished = new Promise(resolve => {
        new MutationObserver(() => {
            const epoch = Number(boundary.dataset.epoch);
            window.shown.push([performance.now(), epoch]);
            if (epoch === last) resolve();
        }).observe(boundary, { attributes: true, attributeFilter: ["data-epoch"] });
    });
}
"""

# Runs in the page. Returns how many frames and epochs it shows in so many milliseconds, or until
# the run of so many epochs is over; and the seconds this took.
COUNT = """
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

# Runs in the page. Drags the timeline to and fro over the whole run for so many milliseconds, one
# step with each frame of the display. Returns how many epochs a second were shown.
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


def main(
    rounds: Annotated[int, typer.Option(help="Rounds at one epoch a frame.")] = 3,
    seconds: Annotated[float, typer.Option(help="Seconds at full speed.")] = 10.0,
) -> None:
    """Measure the live page."""
    with serving() as server:
        epoch_by_epoch(server.url, rounds)
    for grid_size in GRID_SIZES:
        with serving(grid_size=grid_size) as server:
            for network in NETWORKS:
                at_full_speed(server, seconds, network, grid_size)


def epoch_by_epoch(url: str, rounds: int) -> None:
    """Print seconds and distinct epochs a second for each page and round."""
    rates, seconds = [], []
    with chromium() as browser:
        pages = [browser.new_context().new_page() for _ in range(PAGES)]
        for number in range(rounds):
            for page in pages:
                page.goto(url)
                page.locator("#start:enabled").wait_for()
                page.locator("#boundary[data-epoch='0']").wait_for()
                page.evaluate(RECORD, EPOCHS)
            for page in pages:
                page.evaluate("document.getElementById('start').click()")
            for index, page in enumerate(pages):
                took, distinct = shown(page)
                rates.append(distinct / took)
                seconds.append(took)
                print(
                    f"round {number + 1}, page {index + 1}: {EPOCHS} epochs shown in {took:.2f} s, "
                    f"{distinct} of them distinct, {distinct / took:.1f} a second"
                )
    print(
        f"{PAGES} pages at once: median {statistics.median(rates):.1f} distinct epochs a second, "
        f"least {min(rates):.1f}; longest run {max(seconds):.2f} s"
    )


def shown(page: Page) -> tuple[float, int]:
    """Return seconds from the first epoch shown to the last, and how many were shown."""
    page.evaluate("window.finished")
    shown = [(at, epoch) for at, epoch in page.evaluate("window.shown") if epoch > 0]
    took = (shown[-1][0] - shown[0][0]) / 1000
    return took, len({epoch for _, epoch in shown})


def at_full_speed(server: Served, seconds: float, network: str, grid_size: int) -> None:
    """Print frames and epochs a second at full speed, and past epochs a second while dragging."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start(page, server, ENDLESS, network)
        frames, epochs, seconds = page.evaluate(COUNT, [1000 * seconds, ENDLESS])
        start(page, server, DRAGGED_EPOCHS, network)
        page.locator(f"#boundary[data-epoch='{DRAGGED_EPOCHS}']").wait_for()
        seeks = page.evaluate(DRAG, 1000 * DRAG_SECONDS)
    print(
        f"full speed, {network}, {grid_size} x {grid_size}: "
        f"{frames / seconds:.1f} frames/s, {epochs / seconds:.0f} epochs/s for {seconds:.1f} s; "
        f"{seeks:.0f} seeks/s in {DRAGGED_EPOCHS} epochs"
    )


def start(page: Page, server: Served, epochs: int, network: str) -> None:
    """Open a page and start a run at full speed."""
    page.goto(f"{server.url}?epochs={epochs}{NETWORKS[network]}")
    page.locator("#start:enabled").wait_for()
    page.locator("#speed").select_option("epochs_per_second:")
    page.locator("#start").click()
    page.locator("#boundary:not([data-epoch='0'])").wait_for()


if __name__ == "__main__":
    typer.run(main)
