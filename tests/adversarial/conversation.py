"""What a server may answer to a message, and whether it did."""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mlp_live.protocol.parsing import parse_command, parse_study_command

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
UNASKED = {"live": {"finished", "diverged"}, "study": {"summary", "finished"}}
PATHS = {"live": "/ws", "study": "/study/ws"}
PARSERS: dict[str, Callable[[str], Any]] = {"live": parse_command, "study": parse_study_command}
TAKEN_OVER, TOO_BIG = 4001, 1009

Report = dict[str, Any]


class Answers(NamedTuple):
    """The reports that answer a command, in order; whether it may remain without an answer."""

    reports: list[str]
    may_be_silent: bool


@cache
def answers(page: str) -> dict[str, Answers]:
    """The answers to every command, as ``docs/protocol.md`` lists them."""
    text = PROTOCOL.read_text(encoding="utf-8")
    section = text.partition("\n## Answers\n")[2].partition("\n## ")[0]
    found = {}
    for row in re.findall(rf"^\| {page} \| (.*) \|$", section, flags=re.M):
        command, reports, nothing = row.split(" | ")
        found[command.strip("`")] = Answers(re.findall(r"`(\w+)`", reports), nothing != "–")
    return found


@cache
def error_codes() -> set[str]:
    """The codes of errors, as ``docs/protocol.md`` lists them."""
    text = PROTOCOL.read_text(encoding="utf-8")
    rows = text.partition("| code | meaning |")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", rows, flags=re.M))


def probe(number: int) -> str:
    """A message whose answer is unmistakable: the error names the unknown field."""
    return json.dumps({"type": "ack", "frame": 1, f"probe{number}": 0})


def answers_probe(report: Report, number: int) -> bool:
    return bool(report["type"] == "error" and report["field"] == f"probe{number}")


def complaint(page: str, message: str | bytes, reports: Iterable[Report], most: int) -> str | None:
    """What is wrong with the reports between a message and the answer to the probe after it.

    ``most`` is the setting `max_message_bytes`. None if all is well.
    """
    left = [report for report in reports if report["type"] not in UNASKED[page]]
    left = [report for report in left if report.get("code") != "too_many_messages"]
    codes = [report["code"] for report in left if report["type"] == "error"]
    if unknown := set(codes) - error_codes():
        return f"unknown codes {unknown}"
    if "internal" in codes:
        return "internal error"
    if isinstance(message, bytes):
        return None if codes == ["malformed"] else f"binary: {left}"
    if len(message.encode()) > most:
        return None if codes == ["too_large"] else f"too large: {left}"
    command = PARSERS[page](message)
    if isinstance(command, list):
        expected = [json.loads(error.model_dump_json()) for error in command]
        return None if left == expected else f"expected {expected}, not {left}"
    expected_answers = answers(page)[command.type]
    if not left:
        return None if expected_answers.may_be_silent else "no answer"
    if codes:
        return None if len(codes) == len(left) else f"errors and reports: {left}"
    types = [report["type"] for report in left]
    if not set(types) <= set(expected_answers.reports):
        return f"reports {types}, but the answer is {expected_answers.reports}"
    return None
