"""What the connections of runs and of studies have in common, without a socket."""

import ast
import asyncio
import re
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import pytest

import mlp_live.live
from mlp_live.live.base_connection import (
    MAX_BRIEF_TEXT,
    MAX_WAITING_COMMANDS,
    BaseConnection,
)
from mlp_live.live.channel import Channel, ConnectionLostError
from mlp_live.live.flow_control import FlowControl
from mlp_live.live.scheduling import Urgency
from mlp_live.live.server_context import ServerContext
from mlp_live.protocol.limits import FRAMES_IN_FLIGHT
from mlp_live.protocol.messages import Ack, Error, Message
from mlp_live.settings import Settings


class Say(Message):
    type: Literal["say"] = "say"
    text: str


class Echo(BaseConnection[Say | Ack]):
    """Sends every `Say` back, and has one piece of work more for each “work”."""

    subject = "echo"

    def __init__(self, context: ServerContext, channel: Channel) -> None:
        super().__init__(context, channel, self._read)
        self.work = 0
        self.discarded = False

    @staticmethod
    def _read(text: str) -> Say | Ack | list[Error]:
        if text.startswith('"ack"'):
            return Ack(type="ack", frame=int(text.removeprefix('"ack"')))
        return Say(text=text)

    def _seconds_to_work(self) -> float | None:
        return 0.0 if self.work and self._flow.may_send else None

    async def _work(self) -> None:
        self.work -= 1
        if self.work == 2:
            raise ZeroDivisionError
        number = self._flow.next_number
        self._flow.count_frame()
        await self._channel.send_document(bytes([number]))

    async def _handle(self, command: Say | Ack) -> None:
        if isinstance(command, Say) and command.text == "work":
            self.work += 1
        elif isinstance(command, Say) and command.text == "fail":
            raise KeyError("a fault of the server")
        elif isinstance(command, Say):
            await self._channel.send_report(command)

    def _discard(self) -> None:
        self.discarded = True


class Viewer:
    """Takes what a connection sends; lost after so many messages."""

    def __init__(self, lost_after: int = 1000) -> None:
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.left = lost_after
        self.channel = Channel(self._take, self._take)

    async def _take(self, message: Any) -> None:
        if self.left == 0:
            raise ConnectionLostError
        self.left -= 1
        await self.messages.put(message)


def run(scenario: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on another thread: this one may have an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, scenario).result()


@pytest.fixture
def context():
    context = ServerContext(Settings(workers=1))
    yield context
    context.close()


def test_commands_are_handled_in_order_and_the_inbox_is_bounded(context):
    async def scenario() -> None:
        viewer = Viewer()
        echo = Echo(context, viewer.channel)
        for number in range(MAX_WAITING_COMMANDS - 1):
            await echo.receive(f"n{number}")
        await echo.reject("too_large", "A message.")
        waiting = asyncio.create_task(echo.receive("last"))
        await asyncio.sleep(0)
        assert not waiting.done()
        serving = asyncio.create_task(echo.serve())
        received = [await viewer.messages.get() for _ in range(MAX_WAITING_COMMANDS + 1)]
        assert waiting.done()
        texts = [Say(text=f"n{number}") for number in range(MAX_WAITING_COMMANDS - 1)]
        error = Error(code="too_large", message="A message.")
        sent = [*texts, error, Say(text="last")]
        assert received == [message.model_dump_json() for message in sent]
        serving.cancel()

    run(scenario())


def test_work_goes_on_until_frames_must_be_acknowledged(context):
    async def scenario() -> None:
        viewer = Viewer()
        echo = Echo(context, viewer.channel)
        serving = asyncio.create_task(echo.serve())
        echo.work = 100
        await echo.receive("begin")
        await viewer.messages.get()
        for number in range(1, FRAMES_IN_FLIGHT + 1):
            assert await viewer.messages.get() == bytes([number])
        await echo.receive("still there")
        assert "still there" in await viewer.messages.get()
        await echo.receive('"ack"1')
        assert await viewer.messages.get() == bytes([FRAMES_IN_FLIGHT + 1])
        serving.cancel()

    run(scenario())


def logged_number(caplog) -> str:
    """The number in the only entry of the log, which has a traceback."""
    (entry,) = caplog.records
    assert entry.exc_info
    return re.search("error ([0-9a-f]{8}) ", entry.message)[1]


def test_a_command_that_fails_is_answered_and_the_connection_and_its_work_live_on(context, caplog):
    async def scenario() -> None:
        viewer = Viewer()
        echo = Echo(context, viewer.channel)
        serving = asyncio.create_task(echo.serve())
        await echo.receive("fail")
        error = Error.model_validate_json(await viewer.messages.get())
        number = logged_number(caplog)
        expected = f"The server could not carry this out (error {number})."
        assert (error.code, error.message) == ("internal", expected)
        assert not echo.discarded
        await echo.receive("still there")
        assert "still there" in await viewer.messages.get()
        serving.cancel()

    run(scenario())


def test_a_long_message_is_parsed_on_a_worker_thread_and_in_order(context):
    async def scenario() -> None:
        viewer, threads = Viewer(), []
        echo = Echo(context, viewer.channel)
        read = echo._parse

        def note_thread(text: str) -> Any:
            threads.append(threading.get_ident())
            return read(text)

        echo._parse = note_thread
        long = "x" * (MAX_BRIEF_TEXT + 1)
        for text in ("short", long, "after"):
            await echo.receive(text)
        serving = asyncio.create_task(echo.serve())
        for text in ("short", long, "after"):
            assert await viewer.messages.get() == Say(text=text).model_dump_json()
        here = threading.get_ident()
        assert [thread == here for thread in threads] == [True, False, True]
        assert echo.account.seconds > 0
        serving.cancel()

    run(scenario())


def test_failed_work_is_discarded_and_reported_and_the_connection_stays_usable(context, caplog):
    async def scenario() -> None:
        viewer = Viewer()
        echo = Echo(context, viewer.channel)
        echo.work = 3
        await echo.receive("begin")
        serving = asyncio.create_task(echo.serve())
        await viewer.messages.get()
        error = Error.model_validate_json(await viewer.messages.get())
        number = logged_number(caplog)
        expected = f"The echo failed on the server (error {number})."
        assert (error.code, error.message) == ("internal", expected)
        assert echo.discarded
        assert await viewer.messages.get() == bytes([1])
        serving.cancel()

    run(scenario())


@pytest.mark.parametrize("lost_after", [0, 1])
def test_a_lost_viewer_ends_the_service_and_is_no_failure(context, lost_after):
    async def scenario() -> None:
        viewer = Viewer(lost_after)
        echo = Echo(context, viewer.channel)
        echo.work = 2
        await echo.receive("begin")
        with pytest.raises(ConnectionLostError):
            await echo.serve()
        assert not echo.discarded

    run(scenario())


def test_flow_control():
    flow = FlowControl()
    assert (flow.may_send, flow.urgency) == (True, Urgency.HIGH)

    def next_frame() -> int:
        number = flow.next_number
        flow.count_frame()
        return number

    numbers = [next_frame() for _ in range(FRAMES_IN_FLIGHT)]
    assert numbers == [1, 2]
    assert (flow.may_send, flow.urgency) == (False, Urgency.LOW)
    flow.acknowledge(1)
    assert (flow.may_send, flow.urgency) == (True, Urgency.NORMAL)
    flow.acknowledge(1000)  # beyond what was sent: counts as all of it
    assert next_frame() == 3
    assert (flow.may_send, flow.urgency) == (True, Urgency.NORMAL)
    flow.acknowledge(2)  # late: changes nothing
    flow.reset()
    assert (flow.may_send, flow.urgency) == (True, Urgency.HIGH)
    assert next_frame() == 4


def test_no_module_of_live_imports_itself_through_others():
    folder = Path(str(mlp_live.live.__file__)).parent
    imports: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder.parents[1]).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        imports[name] = {
            node.module
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module
        }

    def reachable(name: str) -> set[str]:
        found: set[str] = set()
        left = [name]
        while left:
            new = imports.get(left.pop(), set()) - found
            found |= new
            left += new
        return found

    for name in imports:
        assert name not in reachable(name), name
