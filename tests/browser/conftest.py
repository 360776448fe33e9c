"""The real browser, and the pages as a user finds their way on them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import CHROMIUM, FLAGS
from tests.ws_client import TIMEOUT

# Playwright's own default, 5 seconds, is too short where four browsers share two busy processors.
expect.set_options(timeout=1000 * TIMEOUT)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="session")
def profile(browser_type, browser_type_launch_args, browser_context_args, tmp_path_factory):
    """A browser that keeps what it has compiled, which is most of the time a page takes to open."""
    folder = tmp_path_factory.mktemp("profile")
    context = browser_type.launch_persistent_context(
        folder, **browser_type_launch_args, **browser_context_args
    )
    yield context
    context.close()


@pytest.fixture
def context(profile):
    """The browser, into which no test takes what another one left behind."""
    first = profile.pages[0]
    yield profile
    for page in profile.pages:
        if page is not first:
            if page.url.startswith("http"):
                page.evaluate("localStorage.clear()")
            page.close()
    profile.set_offline(False)


class Lab:
    """The live page, as a user finds their way on it."""

    def __init__(self, page: Page, server) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request):
        if not request.url.startswith((self.server.url, "data:")):
            self.complaints.append(f"foreign request: {request.url}")

    def open(self, query: str = "") -> "Lab":
        self.page.goto(f"{self.server.url}/{query}")
        expect(self.button("Start")).to_be_enabled()
        expect(self.boundary).to_have_attribute("data-epoch", re.compile(r"\d"))
        return self

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, name: str):
        return self.page.get_by_label(name, exact=True)

    def dataset(self, name: str):
        """The picture of a dataset in the gallery."""
        return self.page.get_by_role("radio", name=name, exact=True)

    def set(self, name: str, value: object) -> None:
        self.field(name).fill(str(value))
        self.field(name).press("Tab")

    @property
    def boundary(self):
        return self.page.get_by_role("figure", name="Decision boundary and data points")

    def curve(self, name: str):
        return self.page.get_by_role("figure", name=re.compile(name))

    @property
    def status(self):
        return self.page.get_by_role("status")

    @property
    def epoch(self) -> int:
        return int(self.boundary.get_attribute("data-epoch"))

    def expect_epoch(self, epoch: int | re.Pattern) -> None:
        pattern = str(epoch) if isinstance(epoch, int) else epoch
        expect(self.boundary).to_have_attribute("data-epoch", pattern)

    def record_epochs(self) -> Callable[[], list[int]]:
        """Note every epoch that the picture shows from now on; the result returns them."""
        noted = self.boundary.evaluate_handle(
            """figure => {
                const epochs = [];
                const note = () => epochs.push(Number(figure.dataset.epoch));
                new MutationObserver(note).observe(figure, { attributeFilter: ["data-epoch"] });
                return epochs;
            }"""
        )
        return noted.json_value

    def points(self, curve: str) -> int:
        """How many epochs a curve shows."""
        return int(self.curve(curve).locator("canvas").get_attribute("data-points"))

    def drawn(self, layer: str) -> int:
        """How many marks there are on a layer of the picture: points or rings."""
        return int(self.boundary.locator(f"canvas.{layer}").get_attribute("data-count"))

    def picture(self) -> str:
        """The prediction grid as it is drawn."""
        grid = self.boundary.locator("canvas.prediction-grid")
        return grid.evaluate("canvas => canvas.toDataURL()")


@pytest.fixture
def lab(page, server):
    lab = Lab(page, server)
    yield lab
    assert lab.complaints == []
