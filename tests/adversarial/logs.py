"""What the log of a server must not have, while it runs in this process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Alarms(logging.Handler):
    """Collects records of level ERROR or with a traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self.found.append(logging.Formatter().format(record))


@contextmanager
def no_alarms() -> Iterator[Alarms]:
    """Fail if anything is logged meanwhile that a server must not log."""
    alarms = Alarms()
    # uvicorn's loggers do not pass their records on.
    loggers = [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error", "asyncio")]
    loggers = [logger for logger in loggers if logger.propagate or logger.name in ("", "uvicorn")]
    for logger in loggers:
        logger.addHandler(alarms)
    try:
        yield alarms
    finally:
        for logger in loggers:
            logger.removeHandler(alarms)
    assert not alarms.found, alarms.found[0]
