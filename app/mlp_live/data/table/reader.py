"""Reads a table in a process of its own: ``python -m mlp_live.data.table.reader``.

A large table takes a second and 100 MB to read. In a process of its own this delays nobody, and the
memory is back when it ends. The standard input is a pickled `Request`, the standard output the
pickled result of `read`, or the `TableError` that it raises.
"""

import os
import pickle
import resource
import sys
from typing import Any, NamedTuple

from mlp_live.data.table.choices import parse_choices
from mlp_live.data.table.error import TableError
from mlp_live.data.table.preview import preview
from mlp_live.data.table.table import Table, read_table

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
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    answer: Table | dict[str, Any] | TableError
    try:
        answer = read(pickle.load(sys.stdin.buffer))
    except TableError as error:
        answer = error
    except MemoryError:
        answer = TableError("The table takes too much memory to read; make it smaller.")
    pickle.dump(answer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
