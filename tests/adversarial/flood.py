"""A flood of fuzzed messages over many connections, against a server in its own process.

Run with ``python -m tests.adversarial.flood``. It reports the tracebacks in the server's log, the
sockets that closed without a documented reason, and the messages that were not answered. The exit
status is 1 unless all of them are 0.
"""

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.adversarial.conversation import PATHS, TAKEN_OVER, answers_probe, complaint, probe
from tests.adversarial.messages import EPOCHS, SMALL, live_texts, study_texts

AT_ONCE = 40  # connections
MAX_MESSAGE_BYTES = 8192
ANSWER_SECONDS = 60.0
SETTINGS = {
    "MLP_LIVE_MAX_MESSAGES_PER_SECOND": "100000",
    "MLP_LIVE_MAX_RUNS": str(AT_ONCE // 2),  # so that some are refused
    "MLP_LIVE_MAX_STUDIES": "4",
    "MLP_LIVE_KEEP_SECONDS": "5",
}
START = {
    "live": json.dumps({"type": "start", "config": {**SMALL, "epochs": EPOCHS}}),
    "study": json.dumps({"type": "start", "study": {"base": {**SMALL, "epochs": EPOCHS}}}),
}


def examples(strategy: SearchStrategy[str], n: int) -> list[str]:
    """About ``n`` messages that Hypothesis makes, the same every time."""
    found: list[str] = []

    @settings(
        max_examples=n,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(text: str) -> None:
        found.append(text)

    collect()
    return found


def mutated(text: str, rng: random.Random) -> str | bytes:
    """A message as it is, damaged, much too long, or binary."""
    kind = rng.random()
    at = rng.randrange(len(text) + 1)
    if kind < 0.6:
        return text
    if kind < 0.8:
        return text[:at] + rng.choice('{}[]",:0-1e\\\0é😀 null') + text[at + rng.randrange(3) :]
    if kind < 0.95:
        end = min(len(text), at + rng.randrange(12))
        return text[:at] + text[at:end] * 2 + text[end:]
    return text.encode() if kind < 0.975 else text + " " * (MAX_MESSAGE_BYTES + 1 - len(text))


class Flood:
    """Sends messages and counts what went wrong, by kind; ``failures`` has the first of each."""

    def __init__(self, port: int, seed: int, corpora: dict[str, list[str]]) -> None:
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, str] = {}
        self.tokens: list[str] = []
        self._port, self._seed, self._corpora = port, seed, corpora

    async def run(self, connections: int, messages: int) -> None:
        """Send ``messages`` over each of ``connections``, some at the same time."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with limit:
                await self._converse(number, messages)

        await asyncio.gather(*map(one, range(connections)))

    async def _converse(self, number: int, messages: int) -> None:
        rng = random.Random(self._seed * 1_000_003 + number)
        page = "study" if number % 4 == 0 else "live"
        left = messages
        while left > 0:  # again after the socket was closed
            address = f"ws://127.0.0.1:{self._port}{PATHS[page]}"
            async with connect(address, proxy=None, compression=None, max_size=None) as socket:
                self.counts["connections"] += 1
                left = await self._send(socket, page, left, rng)
                if rng.random() < 0.2:
                    socket.transport.abort()  # a viewer that is lost

    async def _send(
        self, socket: ClientConnection, page: str, left: int, rng: random.Random
    ) -> int:
        """Send messages until enough are sent, or the socket is closed; how many are left."""
        while left > 0:
            message: str | bytes = mutated(rng.choice(self._corpora[page]), rng)
            if rng.random() < 0.05:
                message = START[page]
            if page == "live" and self.tokens and rng.random() < 0.02:
                token = rng.choice(self.tokens[-20:])
                attach = {"type": "attach", "run": token, "branch": 1, "epochs": rng.randrange(4)}
                message = json.dumps(attach)
            self.counts["messages"] += 1
            left -= 1
            try:
                await socket.send(message)
                reports = await self._settle(socket, left)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
                if code == TAKEN_OVER:
                    self.counts["taken over"] += 1
                else:
                    self._fail("closed without a reason", message, f"code {code}")
                return left
            except TimeoutError:
                self._fail("unanswered", message, f"nothing for {ANSWER_SECONDS:g} s")
                return left
            if problem := complaint(page, message, reports, MAX_MESSAGE_BYTES):
                kind = problem if problem in ("no answer", "internal error") else "wrong answer"
                self._fail(kind, message, problem)
            self.tokens += [report["run"] for report in reports if "run" in report]
        return left

    async def _settle(self, socket: ClientConnection, number: int) -> list[dict[str, Any]]:
        """The reports until the answer to a probe; frames are acknowledged."""
        reports: list[dict[str, Any]] = []
        await socket.send(probe(number))
        async with asyncio.timeout(ANSWER_SECONDS):
            while not (reports and answers_probe(reports[-1], number)):
                content = await socket.recv()
                if isinstance(content, str):
                    reports.append(json.loads(content))
        return reports[:-1]

    def _fail(self, kind: str, message: str | bytes, why: str) -> None:
        self.counts[kind] += 1
        self.failures.setdefault(f"{kind}: {why}"[:200], repr(message)[:300])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    corpora = {"live": examples(live_texts(), 6000), "study": examples(study_texts(), 2000)}
    with tempfile.TemporaryFile("w+") as log:
        command = [sys.executable, "-m", "mlp_live", "serve", "--port", "0", "--no-browser"]
        server = subprocess.Popen(
            command,
            env=os.environ | SETTINGS,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with server:
            try:
                assert server.stdout is not None
                found = re.search(r":(\d+)/", server.stdout.readline())
                assert found is not None
                flood = Flood(int(found[1]), chosen.seed, corpora)
                started = perf_counter()
                per_connection = -(-chosen.messages // chosen.connections)
                asyncio.run(flood.run(chosen.connections, per_connection))
                seconds = perf_counter() - started
                health = asyncio.run(_settled_health(int(found[1])))
            finally:
                server.terminate()
        log.seek(0)
        content = log.read()
    return _report(flood, content, health, seconds)


async def _settled_health(port: int) -> dict[str, Any]:
    """The health of the server, once every run and study is discarded or a minute is over."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(60):
            health: dict[str, Any] = (await client.get("/health", timeout=60)).json()
            if not any(health[name] for name in ("runs", "waiting", "studies")):
                break
            await asyncio.sleep(1)
    return health


def _report(flood: Flood, log: str, health: dict[str, Any], seconds: float) -> int:
    counts = flood.counts
    bad = {
        "tracebacks in the log": log.count("Traceback (most recent call last)"),
        "sockets closed without a documented reason": counts["closed without a reason"],
        "messages unanswered": counts["unanswered"] + counts["no answer"],
        "internal errors": counts["internal error"],
        "other wrong answers": counts["wrong answer"],
        "runs and studies left": health["runs"] + health["waiting"] + health["studies"],
    }
    print(
        f"{counts['messages']:,} messages, {counts['connections']:,} connections, {seconds:.0f} s"
    )
    print(f"{counts['taken over']:,} sockets were taken over")
    for name, count in bad.items():
        print(f"{count:,} {name}")
    for kind, message in flood.failures.items():
        print(f"  {kind}\n    {message}")
    if log:
        Path("test-results").mkdir(exist_ok=True)
        Path("test-results/flood.log").write_text(log)
        print(f"The log has {len(log):,} characters: test-results/flood.log")
    return int(any(bad.values()))


if __name__ == "__main__":
    sys.exit(main())
