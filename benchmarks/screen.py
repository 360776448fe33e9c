"""How fast a run reaches the screen: ``python -m benchmarks.screen``.

Two pages train the default run at once, one epoch a frame, in the same Chromium on the same
machine as the server. What counts is what each page shows: the distinct values of ``data-epoch``
on its boundary, observed in the page itself.
"""

import statistics

from playwright.sync_api import Page

from benchmarks.serving import chromium, serving

PAGES = 2
ROUNDS = 3
EPOCHS = 150

# Runs in the page: the time and value of each change of data-epoch, until the last epoch is shown.
OBSERVE = """
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


def main() -> None:
    """Serve, watch and print each page's figures, and the worst of all."""
    with serving() as server:
        measure(server.url)


def measure(url: str) -> None:
    """Print seconds and distinct epochs a second for each page and round."""
    rates, seconds = [], []
    with chromium() as browser:
        pages = [browser.new_context().new_page() for _ in range(PAGES)]
        for number in range(ROUNDS):
            for page in pages:
                page.goto(url)
                page.locator("#start:enabled").wait_for()
                page.locator("#boundary[data-epoch='0']").wait_for()
                page.evaluate(OBSERVE, EPOCHS)
            for page in pages:
                page.evaluate("document.getElementById('start').click()")
            for index, page in enumerate(pages):
                took, distinct = figures(page)
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


def figures(page: Page) -> tuple[float, int]:
    """Seconds from the first epoch shown to the last, and how many were shown."""
    page.evaluate("window.finished")
    shown = [(at, epoch) for at, epoch in page.evaluate("window.shown") if epoch > 0]
    took = (shown[-1][0] - shown[0][0]) / 1000
    return took, len({epoch for _, epoch in shown})


if __name__ == "__main__":
    main()
