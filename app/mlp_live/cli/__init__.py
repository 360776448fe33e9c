"""The command line. `commands` has the commands, and `process` what happens around them."""

import sys
from collections.abc import Callable
from typing import NoReturn

from mlp_live.cli.process import (
    end,
    escape_unencodable,
    exit_code,
    handle_interrupts,
    open_missing_streams,
    spare_address_space,
)


def main() -> NoReturn:
    """Run the command line. Whatever ends it is at most one line on stderr."""
    open_missing_streams()
    escape_unencodable()
    handle_interrupts()
    try:
        try:
            run = _load_commands()
            code = run(sys.argv[1:])
        finally:
            sys.stdout.flush()
    except BaseException as error:
        code = exit_code(error)
    end(code)


def _load_commands() -> Callable[[list[str]], int]:
    """Import the commands, which takes a second that can be interrupted, and much memory."""
    limited = spare_address_space()
    try:
        from mlp_live.cli.commands import run
    except (ImportError, OSError) as error:
        raise MemoryError if limited else error from error
    return run
