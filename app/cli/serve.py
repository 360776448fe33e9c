"""``serve``: the page."""

import gc
import os
import socket
import sys
import webbrowser
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError

from app.cli.options import compile_kernels, refuse
from app.settings import Settings
from app.web.application import create_app

SILENCE_SECONDS = 10.0  # between two pings, and for the answer to one


def serve(
    host: Annotated[str | None, typer.Option(help="Address; 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 8000 unless set, 0: any.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page where there is a display.")] = True,
) -> None:
    """Serve the page (settings also come from MLP_LIVE_* in the environment)."""
    given: dict[str, Any] = {"host": host, "port": port}
    try:
        settings = Settings(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        refuse("; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))
    try:
        listener = listen(settings)
    except OSError as error:
        refuse(f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); try --port.")
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(settings.host, settings.host)
    name = f"[{name}]" if ":" in name else name
    url = f"http://{name}:{listener.getsockname()[1]}/"
    compile_kernels()
    print(f"MLP Live is at {url} (Ctrl+C ends it)", flush=True)
    if browser and _has_display():
        webbrowser.open(url)
    server = uvicorn.Server(server_config(settings))
    # What is there by now stays. A collector that need not look at it is quick, and comes often
    # enough for what viewers leave behind.
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])


def listen(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say; raises OSError if it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family)
    # Inherited by every connection: a small answer must not wait for the last one's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Likewise: what a viewer whose line was cut does not receive is not sent again for a quarter of
    # an hour (Linux names the option).
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = int(1000 * SILENCE_SECONDS)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return listener


def server_config(settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        create_app(settings),
        log_level="warning",
        # The session refuses what is over its limit in words; far beyond it the socket is closed.
        ws_max_size=16 * settings.max_message_bytes,
        # Frames go to the same machine or the same room: compressing them costs more than it saves.
        ws_per_message_deflate=False,
        # A line that was cut says nothing: who leaves a ping unanswered is lost.
        ws_ping_interval=SILENCE_SECONDS,
        ws_ping_timeout=SILENCE_SECONDS,
        limit_concurrency=4 * settings.max_runs + 64,
        timeout_graceful_shutdown=2,
    )


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
