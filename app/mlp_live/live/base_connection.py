"""What the connection of a run and that of a study have in common."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from mlp_live.live.channel import Channel, ConnectionLostError
from mlp_live.live.flow_control import FlowControl
from mlp_live.live.server_context import ServerContext
from mlp_live.protocol.messages import Ack, Error, Message

MAX_WAITING_COMMANDS = 64  # of one connection; then its socket is not read until some are handled

CommandT = TypeVar("CommandT", bound=Message)

log = logging.getLogger(__name__)


class BaseConnection(ABC, Generic[CommandT]):
    """One viewer on one socket.

    A single task, `serve`, does everything in order: it handles a command, or does a piece of work
    if no command waits. Nothing is therefore known in two places, and messages leave in the order
    in which things happened. ``parse`` turns a text into a command, or into the errors in it.
    """

    subject: ClassVar[str]  # of messages: “run” or “study”

    def __init__(
        self,
        context: ServerContext,
        channel: Channel,
        parse: Callable[[str], CommandT | list[Error]],
    ) -> None:
        self._context = context
        self._channel = channel
        self._parse = parse
        self._flow = FlowControl()
        self._inbox: asyncio.Queue[CommandT | Error] = asyncio.Queue(MAX_WAITING_COMMANDS)

    async def receive(self, text: str) -> None:
        """Take a message from the viewer. Waits while `MAX_WAITING_COMMANDS` wait already."""
        command = self._parse(text)
        for message in command if isinstance(command, list) else [command]:
            await self._inbox.put(message)

    async def reject(self, code: str, message: str) -> None:
        """Report that a message was not accepted at all."""
        await self._inbox.put(Error(code=code, message=message))

    async def serve(self) -> None:
        """Handle commands, compute and send until cancelled.

        Raises `ConnectionLostError` if the viewer cannot be reached.
        """
        inbox = self._inbox
        while True:
            command = await self._wait() if inbox.empty() else inbox.get_nowait()
            if command is None:
                try:
                    await self._work()
                except ConnectionLostError:
                    raise
                except Exception:
                    log.exception("the %s failed", self.subject)
                    await self._report_failure()
            elif isinstance(command, Ack):
                self._flow.acknowledge(command.frame)
            elif isinstance(command, Error):
                await self._channel.send_report(command)
            else:
                await self._handle(command)

    async def _wait(self) -> CommandT | Error | None:
        """Wait for a command; None as soon as there is work to do."""
        seconds = self._seconds_to_work()
        if seconds == 0.0:
            return None
        try:
            async with asyncio.timeout(seconds):
                return await self._inbox.get()
        except TimeoutError:
            return None

    async def _report_failure(self) -> None:
        self._discard()
        message = f"The {self.subject} failed on the server."
        await self._channel.send_report(Error(code="internal", message=message))

    @abstractmethod
    def _seconds_to_work(self) -> float | None:
        """Seconds until there is something to compute or send; None if that takes a command."""

    @abstractmethod
    async def _work(self) -> None:
        """Do one slice of work, and send what is new."""

    @abstractmethod
    async def _handle(self, command: CommandT) -> None:
        """Carry out a command."""

    @abstractmethod
    def _discard(self) -> None:
        """Discard the run or study."""
