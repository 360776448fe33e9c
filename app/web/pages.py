"""The page of the live lab, its form rendered from RunConfig, and the health of the server."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError

from app import __version__
from app.data.table import MAX_BYTES, MAX_ROWS
from app.live.hub import Hub
from app.training.config import RunConfig
from app.training.fields import config_fields, explain
from app.training.presets import suggestions
from app.training.record import RETUNABLE
from app.web import assets, gallery

router = APIRouter()
templates = Jinja2Templates(directory=assets.folder("templates"))
templates.env.globals.update(
    pictures=gallery.pictures, unavailable=gallery.unavailable, suggestions=suggestions
)


@router.api_route("/", methods=["GET", "HEAD"])
def live_lab(request: Request) -> Response:
    """The live lab, its form filled from the address: ``/?batch_size=50&learning_rate=0.5``.

    Values that cannot be used stay in the form with what is wrong beside them.
    """
    context = form_context(request)
    response = templates.TemplateResponse(request, "live.html", context)
    response.headers["Cache-Control"] = "no-cache"
    return response


def form_context(request: Request) -> dict[str, Any]:
    """What a template needs to show the form of the configuration, filled from the address."""
    fields = config_fields()
    given = {name: value for name, value in request.query_params.items() if name in fields}
    problems = {}
    try:
        RunConfig.model_validate(given)
    except ValidationError as error:
        problems = {problem.field: problem.message for problem in explain(error)}
    return {
        "groups": [
            (name, list(group)) for name, group in groupby(fields.values(), attrgetter("group"))
        ],
        "values": {name: field.written(field.default) for name, field in fields.items()} | given,
        "problems": problems,
        "retunable": set(RETUNABLE) - {"table"},  # a table changes by drawing, not by the form
        "most_bytes": MAX_BYTES,
        "most_rows": MAX_ROWS,
        "version": __version__,
        "static": f"/static/{assets.version()}",
    }


@router.api_route("/health", methods=["GET", "HEAD"])
async def health(request: Request) -> dict[str, object]:
    """Whether the server answers, its version, and how many runs and studies it holds.

    ``waiting`` are runs that were lost by their viewer, for a while; see `metrics` for more.
    """
    hub: Hub = request.app.state.hub
    return {
        "status": "ok",
        "version": __version__,
        "runs": hub.seats.held,
        "waiting": hub.seats.waiting,
        "studies": len(hub.studies),
    }
