"""A viewer without a browser: speaks the contract of the socket over a real connection."""

import json
import socket
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors.numpy import load
from websockets.sync.client import connect

PATIENCE = 30.0  # seconds that an answer may take before the test has failed


@dataclass
class Document:
    """A binary message: safetensors tensors and metadata."""

    metadata: dict[str, str]
    tensors: dict[str, np.ndarray]

    @property
    def kind(self) -> str:
        return self.metadata["kind"]

    @property
    def epoch(self) -> int:
        return int(self.metadata["epoch"])

    @property
    def number(self) -> int:
        return int(self.metadata["frame"])


def parse(content: bytes) -> Document:
    length = int.from_bytes(content[:8], "little")
    return Document(json.loads(content[8 : 8 + length])["__metadata__"], load(content))


class Viewer:
    def __init__(self, url: str, **connection: Any) -> None:
        self._connection = connect(url, proxy=None, compression=None, **connection)

    def __enter__(self) -> "Viewer":
        self._socket = self._connection.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.__exit__(None, None, None)

    def vanish(self) -> None:
        """Drop the connection without a word, as a killed page does."""
        self._socket.socket.shutdown(socket.SHUT_RDWR)

    def send(self, type: str, **fields: Any) -> None:
        self.send_text(json.dumps({"type": type, **fields}))

    def send_text(self, text: str | bytes) -> None:
        self._socket.send(text)

    def receive(self) -> dict[str, Any] | Document:
        message = self._socket.recv(timeout=PATIENCE)
        return json.loads(message) if isinstance(message, str) else parse(message)

    def report(self) -> dict[str, Any]:
        """The next report; documents before it are passed over, unacknowledged."""
        while isinstance(message := self.receive(), Document):
            pass
        return message

    def frame(self) -> Document:
        """The next frame, unacknowledged; everything before it is passed over."""
        while not (isinstance(message := self.receive(), Document) and message.kind == "frame"):
            pass
        return message

    def watch(self, *until: str) -> tuple[list[Document], dict[str, Any]]:
        """Acknowledge frames until a report of one of these types; the frames, and the report."""
        frames = []
        while True:
            message = self.receive()
            if isinstance(message, Document):
                if message.kind == "frame":
                    frames.append(message)
                    self.send("ack", frame=message.number)
            elif message["type"] in until:
                return frames, message


def joined(frames: list[Document], name: str) -> np.ndarray:
    """A metric over all epochs, put together from the frames it came in."""
    return np.concatenate([frame.tensors[name] for frame in frames])
