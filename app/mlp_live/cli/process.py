"""The process of a command: its standard streams, its interrupts, and how it ends.

Exit codes: 0 also if the reader of the output has stopped reading; 1 if gradients do not agree, or
if there is not enough memory; 2 if the input is invalid; `OUTPUT_FAILED`; `INTERRUPTED`.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import Any, NoReturn

M_ARENA_MAX = -8  # from malloc.h
OUTPUT_FAILED = 74  # as in sysexits.h
INTERRUPTED = 128 + signal.SIGINT  # as shells have it


def tell(message: str) -> None:
    """Print a message in one line on stderr, if anybody can read it there."""
    with suppress(OSError):
        print(" ".join(message.split()), file=sys.stderr, flush=True)


def exit_code(error: BaseException) -> int:
    """The exit code after an error, which is told. An error that nobody expected is raised."""
    match error:
        case BrokenPipeError():
            return 0
        case SystemExit() if isinstance(error.__context__, BrokenPipeError):  # rich raises it
            return 0
        case SystemExit():
            return error.code if isinstance(error.code, int) else 0
        case KeyboardInterrupt():
            return INTERRUPTED
        case MemoryError():
            tell(f"mlp-live: {str(error) or 'there is not enough memory.'}")
            return 1
        case OSError():
            tell(f"mlp-live: cannot write the output: {error.strerror}.")
            return OUTPUT_FAILED
    raise error


def handle_interrupts() -> None:
    """The first Ctrl+C raises KeyboardInterrupt; the second ends the process at once."""
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        raise KeyboardInterrupt

    def unraisable(unraisable: Any) -> None:
        # In a destructor or a callback from C, Python would print the interrupt and go on.
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            os._exit(INTERRUPTED)
        # An object whose creation was interrupted may have nothing that its destructor can delete.
        if not interrupted:
            sys.__unraisablehook__(unraisable)

    # It is ignored in a process that a shell has started in the background.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt)
        sys.unraisablehook = unraisable


def open_missing_streams() -> None:
    """Discard what is written to a standard stream that the process was started without.

    Otherwise, the next file or socket that is opened would take its place.
    """
    for descriptor, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, errors="backslashreplace")  # noqa: PTH123, SIM115
            if stream.fileno() != descriptor:
                os.dup2(stream.fileno(), descriptor)
            setattr(sys, name, stream)


def escape_unencodable() -> None:
    """Write characters that a standard stream cannot encode as escapes.

    Not every locale is UTF-8. Whatever else ``PYTHONIOENCODING`` asks for is left as it is.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def spare_address_space() -> bool:
    """Reserve less memory if it is limited (``ulimit -v``); return whether it is.

    Libraries reserve much more than they use: 64 MB for each thread that allocates memory, as much
    again for each processor that could multiply matrices. Without a limit, that costs nothing.
    """
    try:
        import resource
    except ImportError:  # Windows
        return False
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return False
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(AttributeError):  # only the GNU C library has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    return True


def _discard_unwritten() -> None:
    """Discard output that cannot be written, which Python would try again when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def end(code: int) -> NoReturn:
    """End the process, without any further output."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to be cleaned up
    _discard_unwritten()
    sys.exit(code)
