"""Any order of messages on several sockets of one server: each is answered, and all adds up."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from websockets.exceptions import ConnectionClosed

from mlp_live.settings import Settings
from tests.adversarial.conversation import (
    PATHS,
    TAKEN_OVER,
    answers_probe,
    complaint,
    probe,
)
from tests.adversarial.logs import no_alarms
from tests.adversarial.messages import EPOCHS, LIVE, SMALL, live_texts, study_texts, with_odd
from tests.conftest import Server, running
from tests.live.helpers import wait_until
from tests.ws_client import TIMEOUT, Document

MACHINES = settings().max_examples // 2
STEPS = 20
MOST_VIEWERS = 4
ODD_TOKENS = ("", "x", "x" * 43, "../..", "é", "\0")
START = json.dumps({"type": "start", "config": {**SMALL, "epochs": EPOCHS}})
LONG = json.dumps({"type": "start", "config": {**SMALL, "epochs": 100_000}})


changes = with_odd(LIVE["update_config"])


@pytest.fixture(scope="module")
def hardened() -> Iterator[Server]:
    """A server that answers as fast as it is asked, and keeps a lost run until the end."""
    chosen = Settings(max_messages_per_second=100_000, keep_seconds=3600, workers=2, max_runs=3)
    with running(chosen) as server:
        yield server


class Viewer:
    """A client that checks the answer to every message."""

    def __init__(self, server: Server, page: str) -> None:
        self.page = page
        self.most = server.context.settings.max_message_bytes
        self.client = server.connect(PATHS[page])
        self.client.__enter__()
        self.token: str | None = None  # of the run or study that the viewer has
        self.probes = 0

    def ask(self, message: str | bytes) -> list[dict[str, Any]]:
        """Send a message, check the answer, and keep the token of a run that it brings."""
        self.client.send_text(message)
        reports = self.settle()
        assert complaint(self.page, message, reports, self.most) is None, (message, reports)
        for report in reports:
            self.token = report.get("run", report.get("token", self.token))
        return reports

    def settle(self) -> list[dict[str, Any]]:
        """Receive until everything that was sent is handled; the reports."""
        self.probes += 1
        self.client.send_text(probe(self.probes))
        reports: list[dict[str, Any]] = []
        while not (reports and answers_probe(reports[-1], self.probes)):
            message = self.client.receive()
            if not isinstance(message, Document):
                reports.append(message)
        return reports[:-1]

    def closing_code(self) -> int | None:
        """Wait until the server closes the socket; the code that it gives."""
        try:
            while True:
                self.client.receive()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    def end(self, *, lost: bool = False) -> None:
        if lost:
            self.client.vanish()
        self.client.__exit__()


class Sockets(RuleBasedStateMachine):
    """Several viewers of one page, and what the server should hold because of them."""

    server: Server
    page: str

    @initialize()
    def begin(self) -> None:
        self.viewers: list[Viewer] = []
        self.connect()

    def teardown(self) -> None:
        for viewer in getattr(self, "viewers", []):
            viewer.end()

    @precondition(lambda self: len(self.viewers) < MOST_VIEWERS)
    @rule()
    def connect(self) -> None:
        self.viewers.append(Viewer(self.server, self.page))

    def texts(self) -> st.SearchStrategy[str]:
        """Messages of all kinds to this page's socket."""
        raise NotImplementedError

    def check(self) -> None:
        """Check that the server holds what the viewers have."""
        raise NotImplementedError

    @precondition(lambda self: self.viewers)
    @rule(data=st.data(), n=st.integers(1, 8))
    def send_anything(self, data: st.DataObject, n: int) -> None:
        viewer = self.choose(data)
        for _ in range(n):
            viewer.ask(data.draw(self.texts()))
        self.check()

    def choose(self, data: st.DataObject) -> Viewer:
        return data.draw(st.sampled_from(self.viewers))

    @precondition(lambda self: self.viewers)
    @rule(data=st.data(), content=st.binary(max_size=20))
    def send_binary(self, data: st.DataObject, content: bytes) -> None:
        self.choose(data).ask(content)

    @precondition(lambda self: self.viewers)
    @rule(data=st.data(), extra=st.sampled_from([1, 100, 50_000]))
    def send_too_much(self, data: st.DataObject, extra: int) -> None:
        viewer = self.choose(data)
        viewer.ask(" " * (viewer.most + extra))


class LiveSockets(Sockets):
    page = "live"

    def texts(self) -> st.SearchStrategy[str]:
        return live_texts()

    @initialize()
    def begin(self) -> None:
        self.waiting: list[str] = []  # tokens of runs whose viewers are lost, the oldest first
        self.left: set[str] = set()  # tokens whose viewers have said that they leave
        super().begin()

    def teardown(self) -> None:
        super().teardown()
        for token in getattr(self, "waiting", []):
            httpx.post(f"{self.server.url}/runs/{token}/leave", timeout=TIMEOUT, verify=False)
        wait_until(lambda: self.held() == (0, 0))

    def held(self) -> tuple[int, int]:
        health = self.server.health
        return health["runs"], health["waiting"]

    def check(self) -> None:
        """The server holds the runs of the viewers, and those that wait."""
        # A run that needs room takes it from the one that has waited longest.
        runs = sum(viewer.token is not None for viewer in self.viewers)
        most = self.server.context.settings.max_runs
        del self.waiting[: max(len(self.waiting) + runs - most, 0)]
        wait_until(lambda: self.held() == (runs, len(self.waiting)))

    @precondition(lambda self: self.viewers)
    @rule(data=st.data(), text=st.sampled_from([START, LONG]))
    def start(self, data: st.DataObject, text: str) -> None:
        self.choose(data).ask(text)
        self.check()

    @precondition(lambda self: any(viewer.token for viewer in self.viewers))
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """Change a run that exists, which messages to any viewer seldom do."""
        viewer = data.draw(st.sampled_from([one for one in self.viewers if one.token]))
        message = data.draw(changes)
        viewer.ask(json.dumps({**message, "type": "update_config"}))

    @precondition(lambda self: self.viewers)
    @rule(data=st.data())
    def attach(self, data: st.DataObject) -> None:
        """Attach to a run of this or another viewer, to one that waits, or to none."""
        viewer = self.choose(data)
        tokens = [other.token for other in self.viewers if other.token is not None]
        token = data.draw(st.sampled_from([*tokens, *self.waiting, *ODD_TOKENS]))
        reports = viewer.ask(json.dumps({"type": "attach", "run": token, "branch": 1, "epochs": 2}))
        kinds = {report["type"] for report in reports} - {"finished", "diverged"}  # of the run
        # Whoever takes over a run that was left ends it with its connection.
        gone = token in ODD_TOKENS or (token in self.left and token != viewer.token)
        assert kinds == {"error" if gone else "attached"}, reports
        self.waiting = [other for other in self.waiting if other != token]
        for other in [o for o in self.viewers if o is not viewer and o.token == token]:
            assert other.closing_code() == TAKEN_OVER
            other.end()
            self.viewers.remove(other)
        self.check()

    @precondition(lambda self: self.viewers)
    @rule(data=st.data(), lost=st.booleans())
    def end(self, data: st.DataObject, lost: bool) -> None:
        viewer = self.choose(data)
        self.viewers.remove(viewer)
        viewer.end(lost=lost)
        if lost and viewer.token is not None and viewer.token not in self.left:
            self.waiting.append(viewer.token)
        self.check()

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        tokens = [viewer.token for viewer in self.viewers if viewer.token is not None]
        token = data.draw(st.sampled_from([*tokens, *self.waiting, "x", "x" * 43]))
        answer = httpx.post(f"{self.server.url}/runs/{token}/leave", timeout=TIMEOUT, verify=False)
        assert answer.status_code == 204
        self.left.add(token)
        self.waiting = [other for other in self.waiting if other != token]
        self.check()


class StudySockets(Sockets):
    page = "study"

    def texts(self) -> st.SearchStrategy[str]:
        return study_texts()

    def teardown(self) -> None:
        super().teardown()
        wait_until(lambda: self.server.studies == 0)

    def check(self) -> None:
        studies = sum(viewer.token is not None for viewer in self.viewers)
        wait_until(lambda: self.server.studies == studies)

    @precondition(lambda self: self.viewers)
    @rule(data=st.data(), lost=st.booleans())
    def end(self, data: st.DataObject, lost: bool) -> None:
        viewer = self.choose(data)
        self.viewers.remove(viewer)
        viewer.end(lost=lost)
        self.check()


@pytest.mark.parametrize("machine", [LiveSockets, StudySockets])
def test_every_message_is_answered_and_all_adds_up(hardened, machine):
    machine.server = hardened
    with no_alarms():
        run_state_machine_as_test(
            machine, settings=settings(max_examples=MACHINES, stateful_step_count=STEPS)
        )
