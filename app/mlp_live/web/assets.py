"""Static files. Their address changes with their content, so that they may be cached forever."""

import gzip
import hashlib
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import plotly
from starlette.responses import Response, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mlp_live.resources import folder

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PIECE_BYTES = 65536  # of the script: so much is held for a client that does not read
CACHE_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


class ImmutableFiles(StaticFiles):
    """Static files whose address never gets other content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at ``path``, with the header that lets browsers cache it forever."""
        response = await super().get_response(path, scope)
        response.headers.update(CACHE_FOREVER)
        return response


@cache
def version() -> str:
    """A digest of every static file and of Plotly's version."""
    digest = hashlib.sha256(plotly.__version__.encode())
    for path in sorted(folder("static").rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder("static")).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def plotly_gzipped() -> bytes:
    """plotly.min.js of the installed package, compressed once per process."""
    return gzip.compress(PLOTLY.read_bytes(), compresslevel=6, mtime=0)


def plotly_script() -> Response:
    """plotly.min.js, always compressed: every browser accepts gzip."""
    content = plotly_gzipped()
    headers = CACHE_FOREVER | {
        "Content-Encoding": "gzip",
        "Content-Length": str(len(content)),
        "Vary": "Accept-Encoding",
    }
    return StreamingResponse(_pieces(content), media_type="text/javascript", headers=headers)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE_BYTES):
        yield content[start : start + PIECE_BYTES]
