"""What the benchmarks of the page share: the server as a process of its own, and Chromium."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Two windows are two users: none of them is to be slowed down for being behind the other.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]


class Served(NamedTuple):
    """A server: its address, ending in a slash, and its process."""

    url: str
    pid: int


@contextmanager
def serving(**settings: object) -> Iterator[Served]:
    """Serve on a free port, with these settings, for as long as the context lasts."""
    environment = {f"MLP_LIVE_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "app", "serve", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as server:
        assert server.stdout is not None
        url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        try:
            yield Served(url, server.pid)
        finally:
            server.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
