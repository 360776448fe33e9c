"""Uploads: a CSV table of one's own, kept in memory under the digest of its content."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from app.data.table import MAX_BYTES, Table, TableError
from app.live.hub import Hub

router = APIRouter()


@router.post("/tables")
async def upload(request: Request) -> JSONResponse:
    """Take a CSV table as the body of the request; answer its digest, by which runs name it.

    A body over the limit is refused with 413 as soon as that is known, before it is read whole; a
    table that cannot be used with 422, the message naming line and column.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        return _too_large()
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            return _too_large()
    hub: Hub = request.app.state.hub
    try:
        table = await run_in_threadpool(hub.tables.add, bytes(content))
    except TableError as error:
        refusal = {"message": str(error), "line": error.line, "column": error.column}
        return JSONResponse(refusal, status_code=422)
    return JSONResponse(_summary(table), status_code=201)


def _too_large() -> JSONResponse:
    message = f"The table is larger than {MAX_BYTES // 1024**2} MB; make it smaller."
    # What is left of the body is not read: the connection is of no more use.
    return JSONResponse({"message": message}, status_code=413, headers={"Connection": "close"})


def _summary(table: Table) -> dict[str, Any]:
    return {
        "table": table.digest,
        "rows": len(table.X),
        "features": table.features,
        "label": table.label,
        "classes": table.classes,
        "has_split": table.is_test is not None,
    }
