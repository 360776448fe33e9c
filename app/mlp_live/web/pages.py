"""The live page, whose form is rendered from RunConfig, and the health of the server."""

from collections.abc import Callable
from itertools import groupby
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError

from mlp_live import __version__
from mlp_live.data import sklearn_datasets
from mlp_live.data.points import SET_NAMES
from mlp_live.live.server_context import ServerContext
from mlp_live.protocol.constants import page_constants
from mlp_live.resources import folder
from mlp_live.study.study import LEARNING_CURVE
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields, problems_of
from mlp_live.training.events import MUTABLE_FIELDS
from mlp_live.training.presets import suggestions
from mlp_live.web import assets, gallery
from mlp_live.web.client import account_of
from mlp_live.web.streaming import GZIP_HEADERS, accepts_gzip, compress

MAX_QUERY_BYTES = 8 * 1024  # a link to a page with every field at another value has 2 kB
MAX_PARAMETERS = 100  # the form has some fifty fields

# By path, whether they are compressed, and whether the datasets of scikit-learn can be chosen.
_default_pages: dict[tuple[str, bool, bool], bytes] = {}

router = APIRouter()
templates = Jinja2Templates(directory=folder("templates"))
templates.env.globals.update(
    page_constants=page_constants,
    set_names=SET_NAMES,
    pictures=gallery.pictures,
    unavailable=gallery.unavailable,
    suggestions=suggestions,
)


@router.api_route("/", methods=["GET", "HEAD"])
async def live_page(request: Request) -> Response:
    """The live page, its form filled from the address: ``/?batch_size=50&learning_rate=0.5``.

    Invalid values stay in the form, with an explanation beside them.
    """
    return await render(request, _live_html)


def _live_html(request: Request) -> bytes:
    context = form_context(request) | {"learning_curve": _learning_curve_parameters()}
    return bytes(templates.TemplateResponse(request, "live.html", context).body)


async def render(request: Request, make: Callable[[Request], bytes]) -> Response:
    """The page that ``make`` renders, and its compression, both on a worker.

    The page of an address without a query is kept. Rendering takes some milliseconds.
    """
    query = request.scope["query_string"]
    if len(query) > MAX_QUERY_BYTES:
        return PlainTextResponse("The address of this page is too long; shorten it.\n", 414)
    if query.count(b"&") >= MAX_PARAMETERS:
        return PlainTextResponse("The address has too many parameters; remove some.\n", 400)
    context: ServerContext = request.app.state.context
    path, with_gzip = request.url.path, accepts_gzip(request)
    key = path, with_gzip, sklearn_datasets.is_available()
    content = None if query else _default_pages.get(key)
    if content is None:
        content = await context.scheduler.run(
            lambda _: compress(make(request)) if with_gzip else make(request), account_of(request)
        )
        if not query:
            _default_pages[key] = content
    headers = {"Cache-Control": "no-cache", **(GZIP_HEADERS if with_gzip else {})}
    return HTMLResponse(content, headers=headers)


def form_context(request: Request) -> dict[str, Any]:
    """The template variables of the configuration form, filled from the address."""
    fields = config_fields()
    given = {name: value for name, value in request.query_params.items() if name in fields}
    problems = {}
    try:
        RunConfig.model_validate(given)
    except ValidationError as error:
        problems = {problem.field: problem.message for problem in problems_of(error)}
    return {
        "groups": [
            (name, list(group)) for name, group in groupby(fields.values(), attrgetter("group"))
        ],
        "values": {name: field.to_text(field.default) for name, field in fields.items()} | given,
        "problems": problems,
        "mutable": set(MUTABLE_FIELDS) - {"table"},  # a table changes by drawing, not by the form
        "version": __version__,
        "static": f"/static/{assets.version()}",
    }


def _learning_curve_parameters() -> dict[str, str]:
    """The parameters of the study page that choose the axis and the repeats of `LEARNING_CURVE`."""
    (axis,) = LEARNING_CURVE.axes
    return {
        "first_field": axis.field,
        "second_field": "",
        "repeats": str(LEARNING_CURVE.repeats),
    }


@router.api_route("/health", methods=["GET", "HEAD"])
async def health(request: Request) -> dict[str, object]:
    """The version of the server, and how many runs and studies it holds.

    ``waiting`` counts the runs that wait for a lost viewer. See `metrics` for more.
    """
    context: ServerContext = request.app.state.context
    return {
        "status": "ok",
        "version": __version__,
        "runs": context.sessions.connected,
        "waiting": context.sessions.waiting,
        "studies": len(context.studies),
    }
