"""A client of the server's sockets without a browser."""

import json
import socket
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load
from websockets.sync.client import connect

TIMEOUT = 60.0  # seconds that an answer may take before the test has failed


@dataclass
class Document:
    """A binary message: tensors by name, and the metadata, which is a JSON object."""

    metadata: dict[str, Any]
    tensors: dict[str, NDArray[Any]]

    @property
    def kind(self) -> str:
        kind: str = self.metadata["kind"]
        return kind

    @property
    def epoch(self) -> int:
        epoch: int = self.metadata["epoch"]
        return epoch

    @property
    def number(self) -> int:
        number: int = self.metadata["frame"]
        return number

    @property
    def is_frame(self) -> bool:
        return self.kind in ("frame", "study_frame")


def parse(content: bytes) -> Document:
    """The document in a binary message."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    return Document(json.loads(header["__metadata__"]["metadata"]), load(content))


class Client:
    """One connection to a socket; used in a `with` statement."""

    def __init__(self, url: str, **connection: Any) -> None:
        self._connection = connect(url, proxy=None, compression=None, **connection)

    def __enter__(self) -> "Client":
        self._socket = self._connection.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.__exit__(None, None, None)

    def vanish(self) -> None:
        """Drop the connection without a closing handshake, as a killed browser does."""
        self._socket.socket.shutdown(socket.SHUT_RDWR)

    def send(self, type: str, **fields: Any) -> None:
        self.send_text(json.dumps({"type": type, **fields}))

    def send_text(self, text: str | bytes) -> None:
        self._socket.send(text)

    def receive(self) -> Any:
        """The next message: a report as a dict, or a `Document`."""
        message = self._socket.recv(timeout=TIMEOUT)
        return json.loads(message) if isinstance(message, str) else parse(message)

    def report(self) -> dict[str, Any]:
        """The next report; documents before it are skipped without an acknowledgement."""
        while isinstance(message := self.receive(), Document):
            pass
        report: dict[str, Any] = message
        return report

    def frame(self) -> Document:
        """The next frame, not acknowledged; everything before it is skipped."""
        while not (isinstance(message := self.receive(), Document) and message.is_frame):
            pass
        return message

    def watch(self, *until: str) -> tuple[list[Document], dict[str, Any]]:
        """Acknowledge frames until a report of one of these types; the frames and the report."""
        frames = []
        while True:
            message = self.receive()
            if isinstance(message, Document):
                if message.is_frame:
                    frames.append(message)
                    self.send("ack", frame=message.number)
            elif message["type"] in until:
                return frames, message


def joined(frames: list[Document], name: str) -> NDArray[Any]:
    """One tensor of all frames, put together along the epochs."""
    return np.concatenate([frame.tensors[name] for frame in frames])
