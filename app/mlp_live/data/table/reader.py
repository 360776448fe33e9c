"""Reads a table in a process of its own: ``python -m mlp_live.data.table.reader``.

A large table takes a second and 100 MB to read. In a process of its own this delays nobody, and the
memory is back when it ends. The standard input is a pickled `Request`, the standard output the
pickled result of `read`, or the `TableError` that it raises.
"""

import os
import pickle
import sys
from typing import Any, NamedTuple

from mlp_live.data.table.choices import parse_choices
from mlp_live.data.table.error import TableError
from mlp_live.data.table.preview import preview
from mlp_live.data.table.table import Table, read_table

try:
    import resource
except ImportError:  # on Windows, which has no such limits
    resource = None  # type: ignore[assignment]

MAX_SECONDS = 20  # of processor time; the largest table takes about one
MAX_ADDRESS_SPACE = 1024**3  # the largest table takes about 100 MB beside the libraries
NICENESS = 10  # training goes first


class Request(NamedTuple):
    """The bytes of a table, choices as JSON, and whether only a preview of it is asked for."""

    content: bytes
    choices: str
    only_preview: bool


def read(request: Request) -> Table | dict[str, Any]:
    """The table, or a preview of it. Raises `TableError` if it cannot be used."""
    choices = parse_choices(request.choices)
    if request.only_preview:
        return preview(request.content, choices)
    return read_table(request.content, choices)


def main() -> None:
    """Limit this process, then answer the request on standard input."""
    _limit_process()
    answer: Table | dict[str, Any] | TableError
    try:
        answer = read(pickle.load(sys.stdin.buffer))
    except TableError as error:
        answer = error
    except MemoryError:
        answer = TableError("The table takes too much memory to read; make it smaller.")
    pickle.dump(answer, sys.stdout.buffer)


def _limit_process() -> None:
    """Limit this process, or keep the limits that it has if they are lower."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if resource is None:
        return
    for kind, wanted in (
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_AS, MAX_ADDRESS_SPACE),
    ):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main()
