"""What the server and the page share has one declaration."""

import json
import re
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from mlp_live.data.points import SET_NAMES
from mlp_live.protocol.commands import View
from mlp_live.protocol.constants import page_constants
from mlp_live.protocol.limits import MAX_GRID_SIZE, MIN_GRID_SIZE
from mlp_live.settings import Settings
from tests.ws_client import TIMEOUT

ROOT = Path(__file__).parents[2]
SCRIPTS, TEMPLATES = ROOT / "static" / "js", ROOT / "templates"


def view(grid_size):
    return View(type="view", grid_size=grid_size)


@pytest.mark.parametrize("size", [MIN_GRID_SIZE, 150, MAX_GRID_SIZE])
def test_a_viewer_may_ask_for_every_grid_size_of_the_settings(size):
    assert Settings(grid_size=size).grid_size == view(size).grid_size == size


@pytest.mark.parametrize("size", [MIN_GRID_SIZE - 1, MAX_GRID_SIZE + 1])
def test_settings_and_viewers_have_the_same_bounds_of_the_grid_size(size):
    for ask in (view, lambda size: Settings(grid_size=size)):
        with pytest.raises(ValidationError):
            ask(size)


def test_the_page_offers_grid_sizes_that_the_server_accepts():
    constants = page_constants()
    assert constants["gridSizes"]
    for size in constants["gridSizes"]:
        assert view(size).grid_size == size
    assert Settings().grid_size in constants["gridSizes"]


@pytest.mark.parametrize("name", page_constants())
def test_the_page_uses_every_constant(name):
    files = [*SCRIPTS.rglob("*.js"), *TEMPLATES.glob("*.html")]
    texts = [path.read_text() for path in files if path.name != "constants.js"]
    assert any(re.search(rf"\b{name}\b", text) for text in texts)


@pytest.mark.parametrize("path", ["/", "/study"])
def test_every_page_carries_the_constants_as_data(server, path):
    page = httpx.get(server.url + path, timeout=TIMEOUT).text
    (block,) = re.findall(r'<script type="application/json" id="constants">(.*?)</script>', page)
    assert json.loads(block) == page_constants()


def test_server_and_page_have_the_same_names_of_the_sets():
    protocol = (SCRIPTS / "protocol.js").read_text()
    names = re.search(r"SET_NAMES = .*?\((\[.*?\])\)", protocol)[1]
    assert json.loads(names) == list(SET_NAMES)


def test_the_page_declares_the_type_of_every_constant():
    declaration = (SCRIPTS / "lib" / "constants.js").read_text()
    names = re.findall(r"@property \{.+?\} (\w+)", declaration)
    assert names == list(page_constants())
