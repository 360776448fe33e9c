"""The channel from the server to one viewer, independent of the web framework."""

from collections.abc import Awaitable, Callable

from mlp_live.protocol.messages import Message


class ConnectionLostError(Exception):
    """The viewer can no longer be reached."""


class Channel:
    """Sends reports and documents to one viewer.

    ``send_text`` and ``send_bytes`` send one message each, and raise `ConnectionLostError` if the
    viewer cannot be reached.
    """

    def __init__(
        self,
        send_text: Callable[[str], Awaitable[None]],
        send_bytes: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self.send_json = send_text
        self.send_document = send_bytes

    async def send_report(self, report: Message) -> None:
        """Send a text message."""
        await self.send_json(report.model_dump_json())
