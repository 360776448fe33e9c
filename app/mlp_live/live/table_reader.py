"""Reads uploaded tables: small ones on a worker, large ones in a process of their own."""

import asyncio
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

import mlp_live
from mlp_live.data.table import Table, TableError
from mlp_live.data.table.reader import Request, read
from mlp_live.live.scheduling import Account, Scheduler

SMALL_BYTES = 64 * 1024  # a table of this size is read in about 20 ms
MAX_SECONDS = 60.0  # that a process may take, also on a busy machine

COMMAND = ("-P", "-m", "mlp_live.data.table.reader")
KILLED_BY_LIMIT = (-signal.SIGXCPU, -signal.SIGKILL)


class ReaderUnavailableError(Exception):
    """The process that reads tables cannot be started, or does not work."""


class TableReader:
    """Reads tables for all viewers; at most one large table at a time."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._turn = asyncio.Lock()

    async def read(self, request: Request, account: Account) -> Table | dict[str, Any]:
        """The result of `read`, charged to ``account`` if the table is small.

        If the caller is cancelled, the process is killed.

        Raises `TableError` if the table cannot be used, or `ReaderUnavailableError`.
        """
        if len(request.content) <= SMALL_BYTES:
            return await self._scheduler.run(lambda _: read(request), account)
        async with self._turn:
            return await _read_in_process(request)


async def _read_in_process(request: Request) -> Table | dict[str, Any]:
    # The source of this package first, and one thread: the others of OpenBLAS would take memory.
    path = [str(Path(mlp_live.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "OPENBLAS_NUM_THREADS": "1",
    }
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *COMMAND, stdin=pipe, stdout=pipe, stderr=null, env=environment
        )
    except OSError as error:
        raise ReaderUnavailableError from error
    try:
        async with asyncio.timeout(MAX_SECONDS):
            output, _ = await process.communicate(pickle.dumps(request))
    except TimeoutError:
        raise _too_slow() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode in KILLED_BY_LIMIT:
        raise _too_slow()
    if process.returncode != 0:
        raise ReaderUnavailableError
    answer: Table | dict[str, Any] | TableError = pickle.loads(output)  # of our own program
    if isinstance(answer, TableError):
        raise answer
    return answer


def _too_slow() -> TableError:
    return TableError("The table takes too long to read; make it smaller.")
