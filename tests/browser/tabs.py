"""Tabs of one Chromium window, of which only the one in front is visible.

Playwright shows every page of a browser without a window as if it were in front; what a page does
when it is hidden takes the DevTools protocol itself.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browser.chromium import CHROMIUM, FLAGS
from tests.ws_client import TIMEOUT


class Tabs:
    def __init__(self, devtools: ClientConnection) -> None:
        self._devtools = devtools
        self._numbers = count(1)

    def open(self, url: str) -> "Tab":
        """A new tab, in front of the others."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.navigate", session, url=url)
        return Tab(self, target, session)

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._devtools.send(json.dumps(message))
        while True:
            answer = json.loads(self._devtools.recv(timeout=TIMEOUT))
            if answer.get("id") == number:
                return answer["result"]


class Tab:
    def __init__(self, tabs: Tabs, target: str, session: str) -> None:
        self._tabs, self._target, self._session = tabs, target, session

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, or of the promise that it is."""
        answer = self._tabs.call(
            "Runtime.evaluate",
            self._session,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        self.evaluate(
            "new Promise(done => { const ask = () => "
            f"({condition}) ? done() : setTimeout(ask, 20); ask(); }})"
        )

    def bring_to_front(self) -> None:
        self._tabs.call("Target.activateTarget", targetId=self._target)


@contextmanager
def window(profile: Path) -> Iterator[Tabs]:
    """A Chromium of its own, without a window to be seen."""
    command = [CHROMIUM, *FLAGS, "--headless", "--remote-debugging-port=0", "--no-first-run"]
    with subprocess.Popen(
        [*command, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.PIPE, text=True
    ) as chromium:
        try:
            assert chromium.stderr is not None
            lines = (line for line in chromium.stderr if line.startswith("DevTools listening on"))
            with connect(next(lines).split()[-1], proxy=None, max_size=None) as devtools:
                yield Tabs(devtools)
        finally:
            chromium.terminate()
