"""Uploads of tables. The server keeps them in memory, by the digest of their content.

The body of a request is the table. The query says how to read it, see `TableChoices`:
``/tables?choices={"label": "kind"}``.
"""

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from mlp_live.data.table import MAX_BYTES, Table, TableError, reader
from mlp_live.live.budgets import TABLE_SECONDS, BudgetExceededError
from mlp_live.live.server_context import ServerContext
from mlp_live.live.table_reader import SMALL_BYTES, ReaderUnavailableError
from mlp_live.web.client import account_of, address_of

RETRY_SECONDS = "5"  # after which a client may try again

router = APIRouter()


@router.post("/tables/preview")
async def preview_table(request: Request, choices: str = "") -> Response:
    """Describe the columns, and the table that an upload would make of them; keep nothing."""
    return await _answer(request, choices, only_preview=True)


@router.post("/tables")
async def upload_table(request: Request, choices: str = "") -> Response:
    """Keep a table; return its digest, by which runs refer to it, and a summary of it."""
    return await _answer(request, choices, only_preview=False)


async def _answer(request: Request, choices: str, *, only_preview: bool) -> Response:
    """The preview or the summary of the table in the body.

    The status is 413 if the body is too large, as soon as that is known, 422 if the table cannot be
    used; the message then names line and column; 408 if it does not arrive in time; and 503 if too
    many tables wait.
    """
    context: ServerContext = request.app.state.context
    chunked = "transfer-encoding" in request.headers  # a length is not valid then
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isdigit() and not chunked else None
    if size is not None and size > MAX_BYTES:
        return _too_large()
    owner = address_of(request)
    reserved = MAX_BYTES if size is None else size
    room = context.small_uploads if reserved <= SMALL_BYTES else context.uploads
    try:
        async with room.hold(owner, reserved):
            content = await _body(request)
            if content is None:
                return _too_large()
            table = await _read(request, context, reader.Request(content, choices, only_preview))
    except BudgetExceededError:
        with suppress(ClientDisconnect, TimeoutError):
            await _body(request, keep=False)  # a browser reads no answer before it has sent all
        return _busy("The server is reading other tables; try again in a few seconds.")
    except TableError as error:
        return JSONResponse(error.to_dict(), 422)
    except ReaderUnavailableError:
        return _busy("The server cannot read large tables now; try again later, or a smaller one.")
    except TimeoutError:
        message = f"The table did not arrive within {TABLE_SECONDS:g} seconds; try again."
        return JSONResponse({"message": message}, 408, headers={"Connection": "close"})
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    if not isinstance(table, Table):
        return JSONResponse(table)
    context.tables.add(table, owner)
    return JSONResponse(table.summary(), 201)


async def _read(
    request: Request, context: ServerContext, asked: reader.Request
) -> Table | dict[str, Any]:
    """Read a table, until its client disconnects. Raises `ClientDisconnect` then."""
    reading = asyncio.create_task(context.table_reader.read(asked, account_of(request)))
    leaving = asyncio.create_task(_until_disconnected(request))
    try:
        await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise ClientDisconnect
        return reading.result()
    finally:
        for task in (reading, leaving):
            task.cancel()
        await asyncio.gather(reading, leaving, return_exceptions=True)


async def _until_disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request, *, keep: bool = True) -> bytes | None:
    """The body of a request; None as soon as it is known to be too large.

    Raises TimeoutError after `TABLE_SECONDS`, and `ClientDisconnect`.
    """
    content, length = bytearray(), 0
    async with asyncio.timeout(TABLE_SECONDS):
        async for chunk in request.stream():
            length += len(chunk)
            if length > MAX_BYTES:
                return None
            if keep:
                content += chunk
    return bytes(content)


def _too_large() -> Response:
    message = f"The table is larger than {MAX_BYTES // 1024**2} MB; make it smaller."
    # The rest of the body is not read, so the connection cannot be used again.
    return JSONResponse({"message": message}, 413, headers={"Connection": "close"})


def _busy(message: str) -> Response:
    return JSONResponse({"message": message}, 503, headers={"Retry-After": RETRY_SECONDS})
