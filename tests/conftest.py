"""Fixtures that several test packages share: a real server, and a client on a real socket."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import settings
from prometheus_client.parser import text_string_to_metric_families

from mlp_live.cli.serve import listen, server_config
from mlp_live.engine.engine import warm_up
from mlp_live.live.server_context import ServerContext
from mlp_live.settings import Settings
from tests.tcp_proxy import TcpProxy
from tests.ws_client import TIMEOUT, Client

# The same examples every time, so that a test that passes once passes again; with
# --hypothesis-profile=explore, new ones, and with --hypothesis-profile=fuzz many new ones. No
# deadline: the machine may be busy with other things.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=2000)
settings.load_profile("steady")


COSTLY = ("test_package.py", "test_command.py")  # their modules build a wheel and run a long study


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the modules with costly fixtures first.

    An idle worker of pytest-xdist takes tests from the end of another worker's list. It would have
    to make the fixtures of their module once more.
    """
    items.sort(key=lambda item: item.path.name not in COSTLY)


class Server:
    """An application served by uvicorn on a free port of the loopback."""

    def __init__(self, uvicorn_server: uvicorn.Server, port: int) -> None:
        self.uvicorn_server = uvicorn_server
        self.netloc = f"127.0.0.1:{port}"
        self.url = f"http://{self.netloc}"

    @property
    def context(self) -> ServerContext:
        app = self.uvicorn_server.config.app
        assert isinstance(app, FastAPI)
        context: ServerContext = app.state.context
        return context

    @property
    def health(self) -> dict[str, Any]:
        # Without verify, no certificates are loaded, which takes longer than the request.
        answer = httpx.get(f"{self.url}/health", timeout=TIMEOUT, verify=False)
        health: dict[str, Any] = answer.json()
        return health

    @property
    def runs(self) -> int:
        return int(self.health["runs"])

    @property
    def studies(self) -> int:
        return int(self.health["studies"])

    def metric(self, name: str) -> float:
        text = httpx.get(f"{self.url}/metrics", timeout=TIMEOUT).text
        samples = {s.name: s.value for f in text_string_to_metric_families(text) for s in f.samples}
        return samples[name]

    def connect(self, path: str = "/ws") -> Client:
        return Client(f"ws://{self.netloc}{path}")


@contextmanager
def running(config: Settings) -> Iterator[Server]:
    """Serve the application on a thread of its own."""
    listener = listen(config.model_copy(update={"port": 0}))
    server = uvicorn.Server(server_config(config))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        address = Server(server, listener.getsockname()[1])
        # The first server of all compiles the kernels, which a busy machine may take long for.
        httpx.get(f"{address.url}/health", timeout=300).raise_for_status()
        yield address
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def kernels() -> None:
    """Compile the kernels beforehand, so that no command has to print that it does."""
    warm_up()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running(Settings()) as address:
        yield address


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start a server with other settings; it runs until the test ends."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(running(Settings(**settings)))


@pytest.fixture
def tcp_proxy() -> Iterator[Callable[[Server], TcpProxy]]:
    """Start a proxy in front of a server; it runs until the test ends."""
    with ExitStack() as stack:

        def start(server: Server) -> TcpProxy:
            proxy = TcpProxy(int(server.netloc.split(":")[1]))
            stack.callback(proxy.close)
            return proxy

        yield start


@pytest.fixture
def viewer(server: Server) -> Iterator[Client]:
    """A client of the live page's socket."""
    with server.connect() as connected:
        yield connected
