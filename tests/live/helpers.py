"""Configurations and helpers that several tests of the sockets share."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from tests.conftest import Server
from tests.ws_client import TIMEOUT, Client, Document

QUICK = {"epochs": 12, "n_train": 40, "n_test": 20}
ENDLESS = {"epochs": 100_000, "n_train": 10_000}  # a minute at full speed


def history_of(**config: Any) -> Run:
    """The run of a configuration, trained to its end without a server."""
    run = Run(RunConfig(**config))
    while not run.done:
        run.advance(run.batches_per_epoch)
    return run


def wait_until(condition: Callable[[], bool]) -> None:
    """Check the condition, which asks the server, until it is true; fail after ``TIMEOUT``."""
    end = monotonic() + TIMEOUT
    while not condition():
        assert monotonic() < end, "it did not become true in time"


def wait_until_lost(server: Server) -> None:
    """Wait until the server's only run has lost its viewer."""
    wait_until(lambda: (server.health["runs"], server.health["waiting"]) == (0, 1))


def epochs_trained(server: Server) -> float:
    return server.metric("mlp_live_epochs_total")


def threads_besides_workers() -> int:
    """Threads other than the workers, which a server keeps."""
    return sum(not thread.name.startswith("train") for thread in threading.enumerate())


def last_frame_of_epoch(client: Client, epoch: int) -> Document:
    """Acknowledge frames up to the first that shows ``epoch`` completed, or a later one."""
    while True:
        frame = client.frame()
        client.send("ack", frame=frame.number)
        if frame.epoch >= epoch:
            return frame


def begin(
    client: Client, config: dict[str, Any], speed: float | None = None, command: str = "start"
) -> dict[str, Any]:
    """Start or reset a run; what `attach` needs to continue with it, except the epochs."""
    client.send("speed", epochs_per_second=speed)
    client.send(command, config=config)
    report = client.report()
    return {"run": report["run"], "branch": report["branch"]}


def frames_to(client: Client, epoch: int) -> list[Document]:
    """Acknowledge and return frames up to the first that shows ``epoch`` or a later one."""
    frames: list[Document] = []
    while not frames or frames[-1].epoch < epoch:
        frames.append(client.frame())
        client.send("ack", frame=frames[-1].number)
    return frames


def epochs_of(frames: list[Document]) -> int:
    return sum(len(frame.tensors["train_loss"]) for frame in frames)


def lose_one(server: Server, config: dict[str, Any] = ENDLESS) -> dict[str, Any]:
    """Leave a run behind, as a viewer whose connection is lost; what `attach` needs."""
    with server.connect() as client:
        key = begin(client, config)
        client.frame()
        client.vanish()
    return key
