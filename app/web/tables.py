"""Uploads: a table of one's own, looked at, and kept in memory under the digest of its content.

The body of a request is the table as it is; what to take from it stands in the query:
``/tables?choices={"label": "kind"}``, see `TableChoices`.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from app.data.table import MAX_BYTES, TableChoices, TableError, parse_choices, preview
from app.data.table.preview import told
from app.live.hub import Hub

router = APIRouter()


@router.post("/tables/preview")
async def look(request: Request, choices: str = "") -> JSONResponse:
    """Answer what the columns look like and what would be made of the table; keep nothing."""
    return await _answer(request, choices, preview, 200)


@router.post("/tables")
async def upload(request: Request, choices: str = "") -> JSONResponse:
    """Take a table; answer its digest, by which runs name it, and what was understood."""
    hub: Hub = request.app.state.hub

    def keep(content: bytes, chosen: TableChoices) -> dict[str, Any]:
        return hub.tables.add(content, chosen).summary()

    return await _answer(request, choices, keep, 201)


async def _answer(
    request: Request,
    choices: str,
    make: Callable[[bytes, TableChoices], dict[str, Any]],
    status: int,
) -> JSONResponse:
    """What ``make`` makes of the body.

    A body over the limit is refused with 413 as soon as that is known, before it is read whole; a
    table that cannot be used with 422, the message naming line and column.
    """
    content = await _body(request)
    if content is None:
        message = f"The table is larger than {MAX_BYTES // 1024**2} MB; make it smaller."
        # What is left of the body is not read: the connection is of no more use.
        return JSONResponse({"message": message}, 413, headers={"Connection": "close"})
    try:
        return JSONResponse(await run_in_threadpool(make, content, parse_choices(choices)), status)
    except TableError as error:
        return JSONResponse(told(error), 422)


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
