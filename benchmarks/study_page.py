"""The study page: ``python -m benchmarks.study_page``.

The default study of thirty cells, from the click on Start until all cells are complete, in Chromium
on the same machine as the server. What counts is what the page shows: the values of ``data-epoch``
on its table, observed in the page. `benchmarks.study` measures the same training without a page.
"""

import statistics
from typing import Annotated

import typer
from playwright.sync_api import Page

from benchmarks.serving import chromium, serving

# Runs in the page. Clicks Start; returns the time of the end, and time and value of each change of
# data-epoch.
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


def main(
    rounds: Annotated[int, typer.Option(help="Rounds whose median is taken.")] = 5,
) -> None:
    """Measure the study page."""
    with serving() as server:
        measure(server.url, rounds)


def measure(url: str, rounds: int) -> None:
    """Print seconds from the click to the end, and how often the thumbnails changed."""
    seconds, rates = [], []
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(url + "study")
        page.locator("#start:enabled").wait_for()
        for number in range(rounds):
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
    """Return seconds from the click to the end, distinct epochs, and updates a second."""
    end, shown = page.evaluate(RUN)
    epochs = {epoch for _, epoch in shown}
    span = (shown[-1][0] - shown[0][0]) / 1000
    return end / 1000, len(epochs), (len(shown) - 1) / span


if __name__ == "__main__":
    typer.run(main)
