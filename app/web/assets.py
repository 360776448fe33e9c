"""Static files, under an address that changes with their content and may be cached for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import plotly
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PACKAGE = Path(__file__).resolve().parents[1]
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def folder(name: str) -> Path:
    """``static`` or ``templates``: beside the package in a checkout, inside it when installed."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


class ImmutableFiles(StaticFiles):
    """Static files that never change at their address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at ``path``, to be cached for ever."""
        response = await super().get_response(path, scope)
        response.headers.update(FOR_EVER)
        return response


@cache
def version() -> str:
    """A digest of every static file and of plotly's release."""
    digest = hashlib.sha256(plotly.__version__.encode())
    for path in sorted(folder("static").rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder("static")).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def plotly_gzipped() -> bytes:
    """plotly.min.js from the installed package, compressed once for the life of the process."""
    return gzip.compress(PLOTLY.read_bytes(), compresslevel=6, mtime=0)


def plotly_script() -> Response:
    """The compressed script (every browser of the last decades takes gzip)."""
    headers = FOR_EVER | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(plotly_gzipped(), media_type="text/javascript", headers=headers)
