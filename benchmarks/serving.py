"""The server in a process of its own, and Chromium, for the benchmarks of the page."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM, FLAGS

# Each window stands for a user: none is slowed down because another covers it.
WINDOW_FLAGS = ["--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"]


class Served(NamedTuple):
    """A server: its address, which ends in a slash, and the id of its process."""

    url: str
    pid: int


@contextmanager
def serving(
    checkout: Path | None = None, log: IO[str] | None = None, **settings: object
) -> Iterator[Served]:
    """Run a server with these settings on a free port.

    It is the version of ``checkout``, which has an environment of its own in .venv, or else this
    one. Its standard error goes to ``log``.
    """
    environment = dict(os.environ)
    environment |= {f"MLP_LIVE_{name.upper()}": str(value) for name, value in settings.items()}
    python = sys.executable
    if checkout is not None:
        python = str(checkout / ".venv" / "bin" / "python")
        environment.pop("PYTHONPATH", None)
    command = [python, "-m", "mlp_live", "serve", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        try:
            yield Served(url, server.pid)
        finally:
            server.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + WINDOW_FLAGS)
        yield browser
        browser.close()
