"""Reads uploaded tables: small ones on a worker, large ones in a process of their own."""

import asyncio
import logging
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

import mlp_live
from mlp_live.data.table import Table, TableError
from mlp_live.data.table.reader import Request, read
from mlp_live.live.budgets import TokenBucket
from mlp_live.live.scheduling import Account, Scheduler

SMALL_BYTES = 64 * 1024  # a table of this size is read in about 20 ms
MAX_SECONDS = 60.0  # that a process may take, also on a busy machine

COMMAND = ("-P", "-m", "mlp_live.data.table.reader")
# Return codes of a process that a limit has ended; Windows has neither of these signals.
KILLED_BY_LIMIT = tuple(
    -getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)
)
MAX_REASON = 200  # characters of an error that are logged

log = logging.getLogger(__name__)


class ReaderUnavailableError(Exception):
    """The process that reads tables cannot be started, or does not work."""


class TableReader:
    """Reads tables for all viewers; at most one large table at a time.

    Why the process could not read a table is logged, at most one line a minute.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._turn = asyncio.Lock()
        self._lines = TokenBucket(rate=1 / 60, burst=1)

    async def read(self, request: Request, account: Account) -> Table | dict[str, Any]:
        """The result of `read`, charged to ``account`` if the table is small.

        If the caller is cancelled, the process is killed.

        Raises `TableError` if the table cannot be used, or `ReaderUnavailableError`.
        """
        if len(request.content) <= SMALL_BYTES:
            return await self._scheduler.run(lambda _: read(request), account)
        async with self._turn:
            try:
                return await _read_in_process(request)
            except ReaderUnavailableError as error:
                if self._lines.take():
                    log.warning("the process that reads large tables failed: %s", error)
                raise


async def _read_in_process(request: Request) -> Table | dict[str, Any]:
    # The source of this package first, and one thread: the others of OpenBLAS would take memory.
    path = [str(Path(mlp_live.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "OPENBLAS_NUM_THREADS": "1",
    }
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
    except OSError as error:
        raise ReaderUnavailableError(str(error)) from error
    try:
        async with asyncio.timeout(MAX_SECONDS):
            output, errors = await process.communicate(pickle.dumps(request))
    except TimeoutError:
        raise _too_slow() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode in KILLED_BY_LIMIT:
        raise _too_slow()
    if process.returncode != 0:
        reason = repr(errors.decode(errors="replace").strip().split("\n")[-1][-MAX_REASON:])
        raise ReaderUnavailableError(f"return code {process.returncode}, {reason}")
    answer: Table | dict[str, Any] | TableError = pickle.loads(output)  # of our own program
    if isinstance(answer, TableError):
        raise answer
    return answer


def _too_slow() -> TableError:
    return TableError("The table takes too long to read; make it smaller.")
