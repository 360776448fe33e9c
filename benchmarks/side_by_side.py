"""How fast a study reaches the screen: ``python -m benchmarks.side_by_side``.

The page's default study, from the click on Start to all thirty cells complete, in Chromium on the
same machine as the server. What counts is what the page shows: the distinct values of
``data-epoch`` on its table, observed in the page itself. Then the same study without a page.
"""

import statistics
from time import perf_counter

from playwright.sync_api import Page

from app.mlp.engine import warm_up
from app.sweep.execute import execute
from app.sweep.results import Results
from app.sweep.study import Study
from benchmarks.serving import chromium, serving

ROUNDS = 5

# Runs in the page: clicks Start; the time of each new data-epoch, until the study has finished.
RUN = """
() => new Promise(resolve => {
    const table = document.getElementById("multiples");
    const shown = [];
    let started = false;
    new MutationObserver((changes, observer) => {
        for (const { attributeName, target } of changes) {
            const now = performance.now() - clicked;
            if (attributeName === "data-epoch") shown.push([now, Number(target.dataset.epoch)]);
            else if (target.dataset.finished === "false") started = true;
            else if (started) {
                observer.disconnect();
                resolve([now, shown]);
            }
        }
    }).observe(table, { attributes: true, attributeFilter: ["data-epoch", "data-finished"] });
    const clicked = performance.now();
    document.getElementById("start").click();
})
"""


def main() -> None:
    """Serve, watch and print each round, then the medians; then the study without a page."""
    with serving() as server:
        on_the_page(server.url)
    without_a_page()


def on_the_page(url: str) -> None:
    """Print seconds from the click to the end, and how often the thumbnails changed."""
    seconds, rates = [], []
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(url + "study")
        page.locator("#start:enabled").wait_for()
        for number in range(ROUNDS):
            took, distinct, rate = figures(page)
            seconds.append(took)
            rates.append(rate)
            print(
                f"round {number + 1}: 30 cells x 150 epochs complete in {took:.2f} s, thumbnails "
                f"of {distinct} epochs shown, {rate:.1f} a second"
            )
    print(
        f"page: median {statistics.median(seconds):.2f} s, "
        f"{statistics.median(rates):.1f} thumbnail updates a second"
    )


def figures(page: Page) -> tuple[float, int, float]:
    """Seconds from the click to the end, updates, and updates a second while there are any."""
    end, shown = page.evaluate(RUN)
    epochs = {epoch for _, epoch in shown}
    span = (shown[-1][0] - shown[0][0]) / 1000
    return end / 1000, len(epochs), (len(shown) - 1) / span


def without_a_page() -> None:
    """Print the seconds of computing of the same study, on one thread and on two."""
    warm_up()
    for jobs in (1, 2):
        times = []
        for _ in range(ROUNDS):
            tasks = Results(Study()).missing()
            start = perf_counter()
            for _ in execute(tasks, None, jobs):
                pass
            times.append(perf_counter() - start)
        print(f"sweep, {jobs} at a time: median {statistics.median(times):.2f} s of computing")


if __name__ == "__main__":
    main()
