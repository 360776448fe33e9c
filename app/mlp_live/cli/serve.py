"""The command ``serve``: the web server."""

import gc
import os
import signal
import socket
import sys
import webbrowser
from copy import deepcopy
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError
from uvicorn.config import LOGGING_CONFIG

from mlp_live.cli.options import compile_kernels, refuse
from mlp_live.cli.process import INTERRUPTED
from mlp_live.engine.kernel_cache import require_memory
from mlp_live.live.budgets import ACCEPT_AT_ONCE, FRAGMENTS_PER_MESSAGE
from mlp_live.settings import Settings
from mlp_live.web.application import create_app
from mlp_live.web.connections import Connections
from mlp_live.web.descriptors import connection_capacity, raise_descriptor_limit
from mlp_live.web.edge import CLIENT_LOG, EdgeConfig
from mlp_live.web.http_protocol import HttpProtocol
from mlp_live.web.websocket_protocol import WebSocketProtocol

# Address space that is reserved for a first viewer, and for the stack of a thread.
SERVER_BYTES, WORKER_BYTES = 24 * 1024**2, 8 * 1024**2
PING_SECONDS = 10.0  # between two pings, and to wait for the answer to one
# A thread that computes in Python gives way to the event loop after so long; by default, 5 ms.
# Beside one such thread, an iteration of the loop then takes 2 ms instead of 6; the thread computes
# 7 % less. Compiled code does not hold the interpreter and is not affected.
SWITCH_SECONDS = 0.0005


def _option(name: str) -> Any:
    """The option for a setting, with its description and its default."""
    field = Settings.model_fields[name]
    return typer.Option(help=field.description, show_default=str(field.default))


def serve(
    host: Annotated[str | None, _option("host")] = None,
    port: Annotated[int | None, _option("port")] = None,
    browser: Annotated[
        bool, typer.Option(help="Open the page in a browser, if there is a display.")
    ] = True,
) -> None:
    """Serve the page. Settings are also read from MLP_LIVE_* in the environment."""
    given: dict[str, Any] = {"host": host, "port": port}
    try:
        settings = Settings(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        refuse("; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))
    if not settings.host:  # it would mean every address of this machine
        refuse("host must be a name or an address, such as 127.0.0.1, but nothing is given.")
    try:
        listener = listen(settings)
    except (TypeError, UnicodeError):  # it cannot be encoded for the Domain Name System
        refuse(f"host must be a name or an address, such as 127.0.0.1, not “{settings.host}”.")
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # without the arguments of the call
        refuse(f"cannot listen on {settings.host}:{settings.port} ({reason}); try --port.")
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(settings.host, settings.host)
    name = f"[{name}]" if ":" in name else name
    url = f"http://{name}:{listener.getsockname()[1]}/"
    raise_descriptor_limit()
    sys.setswitchinterval(SWITCH_SECONDS)
    compile_kernels()
    require_memory(SERVER_BYTES + settings.workers * WORKER_BYTES, "Serving")
    print(f"MLP Live is at {url} (Ctrl+C ends it)", flush=True)
    if browser and _has_display():
        webbrowser.open(url)
    server = Server(server_config(settings))
    # Everything that exists by now stays until the end. If the garbage collector does not look at
    # it again, a collection is quick, and therefore frequent enough to free what viewers leave.
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])


class Server(uvicorn.Server):
    """Ends in order after the first Ctrl+C, which lets connections close, and after SIGTERM."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take note of a signal; after a second Ctrl+C, end the process at once."""
        if self.should_exit and sig == signal.SIGINT:
            os._exit(INTERRUPTED)
        super().handle_exit(sig, frame)


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the host and port of the settings; raises OSError if it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    address = (settings.host, settings.port)
    listener = socket.create_server(address, family=family, backlog=ACCEPT_AT_ONCE)
    # Every connection inherits this: a small message must not wait for the last one's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # This, too: without it, Linux tries for a quarter of an hour to send to a viewer whose network
    # connection was cut. Other systems do not have the option.
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = int(1000 * PING_SECONDS)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return listener


def server_config(settings: Settings) -> EdgeConfig:
    """The configuration with which uvicorn serves the application."""
    connections = Connections(settings.max_idle_connections, connection_capacity())
    return EdgeConfig(
        create_app(settings),
        connections=connections,
        fragments_per_second=FRAGMENTS_PER_MESSAGE * settings.max_messages_per_second,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        log_config=log_config(settings.log_level),
        access_log=False,
        # asyncio accepts so many connections before it turns to those that it has.
        backlog=ACCEPT_AT_ONCE,
        # A message over the limit is answered with an error; uvicorn closes the socket far beyond.
        ws_max_size=16 * settings.max_message_bytes,
        # Frames go to the same machine or network: compressing them would cost more than it saves.
        ws_per_message_deflate=False,
        # A connection that was cut says nothing: a viewer that does not answer a ping is lost.
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        timeout_graceful_shutdown=2,
    )


def log_config(level: str) -> dict[str, Any]:
    """The configuration of logging: our lines from ``level`` on, of uvicorn warnings and errors.

    uvicorn would log each request at INFO, and each of a hostile client.
    """
    config = deepcopy(LOGGING_CONFIG)
    uvicorn_level = "ERROR" if level == "error" else "WARNING"
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        config["loggers"][name]["level"] = uvicorn_level
    config["loggers"][CLIENT_LOG.name] = {"level": "ERROR"}
    config["loggers"]["mlp_live"] = {"handlers": ["default"], "level": level.upper()}
    return config


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
