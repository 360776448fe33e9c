"""What the connection of a run and that of a study have in common."""

import asyncio
import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from mlp_live.live.channel import Channel, ConnectionLostError
from mlp_live.live.flow_control import FlowControl
from mlp_live.live.scheduling import Account, Stop, WorkStoppedError
from mlp_live.live.server_context import ServerContext
from mlp_live.protocol.messages import Ack, Error, Message

MAX_WAITING_COMMANDS = 64  # of one connection; then its socket is not read until some are handled
MAX_ACK_TEXT = 64  # characters of a message that may be an acknowledgement
MAX_BRIEF_TEXT = 200  # characters of a message that takes less than a millisecond to parse …
MESSAGE_SECONDS = 0.0002  # … and usually so long

CommandT = TypeVar("CommandT", bound=Message)

log = logging.getLogger(__name__)


class BaseConnection(ABC, Generic[CommandT]):
    """One viewer on one socket.

    A single task, `serve`, does everything in order: it handles a command, or does a piece of work
    if no command waits. Nothing is therefore known in two places, and messages leave in the order
    in which things happened. ``parse`` turns a text into a command, or into the errors in it.
    ``account`` has the processor time that the connection has used.
    """

    subject: ClassVar[str]  # of messages: “run” or “study”

    def __init__(
        self,
        context: ServerContext,
        channel: Channel,
        parse: Callable[[str], CommandT | list[Error]],
    ) -> None:
        self.account = Account()
        self._context = context
        self._channel = channel
        self._parse = parse
        self._flow = FlowControl()
        self._stop = Stop()  # of work that a new command makes pointless
        self._inbox: asyncio.Queue[CommandT | Error | str] = asyncio.Queue(MAX_WAITING_COMMANDS)

    async def receive(self, text: str) -> None:
        """Take a message from the viewer. Waits while `MAX_WAITING_COMMANDS` wait already."""
        if len(text) <= MAX_ACK_TEXT and '"ack"' in text:  # most messages; 2 µs
            command = self._parse(text)
            for message in command if isinstance(command, list) else [command]:
                await self._inbox.put(message)
        else:
            self._stop.requested = True
            await self._inbox.put(text)

    async def reject(self, code: str, message: str) -> None:
        """Report that a message was not accepted at all."""
        await self._inbox.put(Error(code=code, message=message))

    async def serve(self) -> None:
        """Handle commands, compute and send until cancelled.

        Raises `ConnectionLostError` if the viewer cannot be reached.
        """
        inbox = self._inbox
        while True:
            message = await self._wait() if inbox.empty() else inbox.get_nowait()
            try:
                if message is None:
                    await self._work()
                elif isinstance(message, str):
                    await self._parse_and_take(message)
                else:
                    await self._take(message)
            except ConnectionLostError:
                raise
            except WorkStoppedError:
                pass  # a command has come in the meantime, or the server ends
            except Exception:
                await self._report_failure(working=message is None)

    async def _wait(self) -> CommandT | Error | str | None:
        """Wait for a message; None as soon as there is work to do."""
        seconds = self._seconds_to_work()
        if seconds == 0.0:
            self._stop.requested = False
            return None
        try:
            async with asyncio.timeout(seconds):
                return await self._inbox.get()
        except TimeoutError:
            self._stop.requested = False
            return None

    async def _parse_and_take(self, text: str) -> None:
        """Parse a message when it is the connection's turn, and carry out its command.

        A long message is parsed on a worker thread: an error in it may take long to explain.
        """
        cost = MESSAGE_SECONDS if len(text) <= MAX_BRIEF_TEXT else None
        command = await self._context.scheduler.run(
            lambda _: self._parse(text), self.account, cost=cost
        )
        for message in command if isinstance(command, list) else [command]:
            await self._take(message)

    async def _take(self, message: CommandT | Error) -> None:
        if isinstance(message, Ack):
            self._flow.acknowledge(message.frame)
        elif isinstance(message, Error):
            await self._channel.send_report(message)
        else:
            await self._handle(message)

    async def _report_failure(self, *, working: bool) -> None:
        """Report and log the exception that is being handled. It is a fault of the server."""
        number = secrets.token_hex(4)
        log.exception("error %s in the connection of a %s", number, self.subject)
        if working:
            self._discard()
            message = f"The {self.subject} failed on the server (error {number})."
        else:
            message = f"The server could not carry this out (error {number})."
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
