"""What several rooms of tests share: a real server, and a viewer on a real socket."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread

import httpx
import pytest
import uvicorn
from hypothesis import settings

from app.cli.serve import listen, server_config
from app.live.hub import Hub
from app.settings import Settings
from tests.cable import Cable
from tests.viewer import Viewer

# The same examples every time, so that what passes once passes again; --hypothesis-profile=explore
# looks for others. No deadline: a machine that is busy with other things is no fault of the code.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("steady")


class Server:
    """An application served by uvicorn on a free port of the loopback."""

    def __init__(self, uvicorn_server: uvicorn.Server, port: int) -> None:
        self.uvicorn_server = uvicorn_server
        self.netloc = f"127.0.0.1:{port}"
        self.url = f"http://{self.netloc}"

    @property
    def hub(self) -> Hub:
        return self.uvicorn_server.config.app.state.hub

    @property
    def runs(self) -> int:
        return httpx.get(f"{self.url}/health").json()["runs"]

    @property
    def studies(self) -> int:
        return httpx.get(f"{self.url}/health").json()["studies"]

    def viewer(self, path: str = "/ws") -> Viewer:
        return Viewer(f"ws://{self.netloc}{path}")


@contextmanager
def running(config: Settings) -> Iterator[Server]:
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
def server() -> Iterator[Server]:
    with running(Settings()) as address:
        yield address


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Serve with settings of one's own, for as long as the test lasts."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(running(Settings(**settings)))


@pytest.fixture
def cable() -> Iterator[Callable[[Server], Cable]]:
    """A cable to a server, see `Cable`, for as long as the test lasts."""
    with ExitStack() as stack:

        def lay(server: Server) -> Cable:
            cable = Cable(int(server.netloc.split(":")[1]))
            stack.callback(cable.close)
            return cable

        yield lay


@pytest.fixture
def viewer(server: Server) -> Iterator[Viewer]:
    with server.viewer() as connected:
        yield connected
