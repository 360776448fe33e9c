"""Answers in gzip, compressed where they are made, and answers that are made piece by piece."""

import gzip
import zlib
from collections.abc import AsyncIterator, Generator
from contextlib import closing

from fastapi import Request

from mlp_live.live.scheduling import Account
from mlp_live.live.server_context import ServerContext

GZIP_LEVEL = 6
GZIP_FORMAT = 16 + zlib.MAX_WBITS
GZIP_HEADERS = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


def accepts_gzip(request: Request) -> bool:
    """Whether the client reads gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


async def stream(
    context: ServerContext,
    account: Account,
    token: str,
    pieces: Generator[str],
    *,
    with_gzip: bool,
) -> AsyncIterator[bytes]:
    """Pieces of an export of the study ``token``, each made and compressed on a worker.

    The work is charged to ``account``. The memory of the study stays reserved until the end, also
    if its page is closed before.
    """
    compressor = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_FORMAT) if with_gzip else None

    def make(_: float) -> bytes | None:
        piece = next(pieces, None)
        if piece is None or compressor is None:
            return None if piece is None else piece.encode()
        return compressor.compress(piece.encode())

    # What a generator has not made yet is given up at once, and not by the collector.
    with context.studies.hold(token), closing(pieces):
        while (content := await context.scheduler.run(make, account)) is not None:
            if content:  # the compressor may keep it for later
                yield content
        if compressor is not None:
            yield compressor.flush()


def compress(content: bytes) -> bytes:
    """``content`` in gzip."""
    return gzip.compress(content, GZIP_LEVEL, mtime=0)
