"""A server in a process of its own, for tests of its log and of its file descriptors."""

import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.cli import command_line
from tests.ws_client import TIMEOUT, Client

WITH_HEADER_SECONDS = """
from mlp_live.live import budgets
budgets.HEADER_SECONDS = {}
from mlp_live.cli import main
main()
"""


class ServerProcess:
    """A running server. Its log is complete when it has ended."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self._process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def descriptors(self) -> int:
        number: int = psutil.Process(self._process.pid).num_fds()
        return number

    def connect(self, path: str = "/ws") -> Client:
        return Client(f"ws://127.0.0.1:{self.port}{path}")

    def stop(self) -> str:
        """End the server; everything that it has logged."""
        self._process.terminate()
        assert self._process.wait(timeout=TIMEOUT) in (0, -15)
        return self.log


@contextmanager
def server_process(
    descriptors: tuple[int, int] | None = None,
    header_seconds: float | None = None,
    **settings: Any,
) -> Iterator[ServerProcess]:
    """Start a server with settings.

    If given, with a soft and a hard limit of its descriptors, and with another time for headers.
    """
    command = command_line("serve", "--no-browser", "--port", "0")
    if header_seconds is not None:
        command[1:3] = ["-c", WITH_HEADER_SECONDS.format(header_seconds)]
    environment = {f"MLP_LIVE_{name.upper()}": str(value) for name, value in settings.items()}

    def limit_descriptors() -> None:
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, descriptors)

    with (
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "log").open("w") as log,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **environment},
            preexec_fn=limit_descriptors,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "http" in line)
            port = int(re.search(r":(\d+)/", line)[1])
            yield ServerProcess(process, port, Path(log.name))
        finally:
            process.kill()
