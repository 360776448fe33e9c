"""File descriptors: how many connections they allow, and what happens when they run out."""

import asyncio
import errno
import logging
from typing import Any

from mlp_live.live.budgets import ACCEPT_AT_ONCE, OTHER_DESCRIPTORS, TokenBucket

try:
    import resource
except ImportError:  # on Windows, which has no such limit
    resource = None  # type: ignore[assignment]

# More than any machine serves here. Some programs close every descriptor up to the limit when they
# start another, which takes minutes if there is none.
MOST_DESCRIPTORS = 65_536
RUN_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger(__name__)


def raise_descriptor_limit() -> None:
    """Let the process have as many descriptors as its administrator allows."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            log.info("the limit of file descriptors stays at %d", soft)


def connection_capacity() -> int:
    """How many connections the server may hold, so that descriptors for other things are left.

    Connections that are being accepted or closed are not counted, and need descriptors, too.
    """
    limit = MOST_DESCRIPTORS
    if resource is not None:
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else min(soft, MOST_DESCRIPTORS)
    reserve = OTHER_DESCRIPTORS + 4 * ACCEPT_AT_ONCE
    return limit - min(reserve, limit // 2)


class AcceptFailures:
    """The exception handler of an event loop, for when no connection can be accepted.

    asyncio then waits a second. It would log a traceback for each attempt before that; here it is
    one line a minute. Other exceptions are logged as usual.
    """

    def __init__(self) -> None:
        self._lines = TokenBucket(rate=1 / 60, burst=1)

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Handle an exception that nobody has caught."""
        error, message = context.get("exception"), str(context.get("message"))
        if isinstance(error, OSError) and error.errno in RUN_OUT and "accept()" in message:
            if self._lines.take():
                log.warning("no connection can be accepted now: %s", error.strerror)
        # The server was closed before the second was over.
        elif not (isinstance(error, ValueError) and "_start_serving" in message):
            loop.default_exception_handler(context)
