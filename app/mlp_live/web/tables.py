"""Uploads of tables. The server keeps them in memory, by the digest of their content.

The body of a request is the table. The query says how to read it, see `TableChoices`:
``/tables?choices={"label": "kind"}``.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from mlp_live.data.table import (
    MAX_BYTES,
    TableChoices,
    TableError,
    parse_choices,
    preview,
    read_table,
)
from mlp_live.live.server_context import ServerContext

router = APIRouter()


@router.post("/tables/preview")
async def preview_table(request: Request, choices: str = "") -> JSONResponse:
    """Describe the columns, and the table that an upload would make of them; keep nothing."""
    return await _answer(request, choices, preview, 200)


@router.post("/tables")
async def upload_table(request: Request, choices: str = "") -> JSONResponse:
    """Keep a table; return its digest, by which runs refer to it, and a summary of it."""
    context: ServerContext = request.app.state.context

    def keep(content: bytes, chosen: TableChoices) -> dict[str, Any]:
        table = read_table(content, chosen)
        context.tables.add(table, request.client and request.client.host)
        return table.summary()

    return await _answer(request, choices, keep, 201)


async def _answer(
    request: Request,
    choices: str,
    make: Callable[[bytes, TableChoices], dict[str, Any]],
    status: int,
) -> JSONResponse:
    """The result of ``make`` on the body and the choices.

    The status is 413 if the body is too large, as soon as that is known, and 422 if the table
    cannot be used; the message then names line and column.
    """
    content = await _body(request)
    if content is None:
        message = f"The table is larger than {MAX_BYTES // 1024**2} MB; make it smaller."
        # The rest of the body is not read, so the connection cannot be used again.
        return JSONResponse({"message": message}, 413, headers={"Connection": "close"})
    try:
        return JSONResponse(await run_in_threadpool(make, content, parse_choices(choices)), status)
    except TableError as error:
        return JSONResponse(error.to_dict(), 422)


async def _body(request: Request) -> bytes | None:
    """The body of a request; None as soon as it is known to be too large."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        return None
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            return None
    return bytes(content)
