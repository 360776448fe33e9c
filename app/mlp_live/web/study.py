"""The study page, its socket, and the exports of its results."""

from dataclasses import replace
from functools import cache

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse

from mlp_live.live.server_context import ServerContext
from mlp_live.live.study_connection import StudyConnection
from mlp_live.study.axis import axis_fields, separator, suggested_values
from mlp_live.study.export import csv_pieces, json_pieces
from mlp_live.study.report.html import html_pieces
from mlp_live.study.study import LEARNING_CURVE, STUDY_DEFAULTS, Study
from mlp_live.training.config.schema import ConfigField, config_fields
from mlp_live.web.client import account_of
from mlp_live.web.pages import form_context, render, templates
from mlp_live.web.socket import channel_to, serve_socket
from mlp_live.web.streaming import GZIP_HEADERS, accepts_gzip, stream

router = APIRouter()

# The controls that only the study page has. They are part of its form, and so of its address.
CONTROLS = ("first_field", "first_values", "second_field", "second_values", "repeats")
STUDY_DEFAULTS_AS_TEXT = {
    name: config_fields()[name].to_text(value) for name, value in STUDY_DEFAULTS.items()
}


@router.api_route("/study", methods=["GET", "HEAD"])
async def study_page(request: Request) -> Response:
    """The study page, its axes and base configuration filled from the address."""
    return await render(request, _study_html)


def _study_html(request: Request) -> bytes:
    first, second = Study().axes
    fields, asked = axis_fields(), request.query_params
    if (name := asked.get("first_field", first.field)) != first.field and name in fields:
        values = f"{separator(fields[name])} ".join(suggested_values(fields[name]))
    else:
        values = ", ".join(first.labels)
    defaults = {
        "first_field": first.field,
        "first_values": values,
        "second_field": second.field,
        "second_values": ", ".join(second.labels),
        "repeats": "1",
    }
    context = form_context(request)
    context |= {
        "groups": [(name, [_as_in_a_study(f) for f in group]) for name, group in context["groups"]],
        "values": context["values"]
        | {n: v for n, v in STUDY_DEFAULTS_AS_TEXT.items() if n not in asked},
        "axis_fields": fields,
        "suggested": _suggested(),
        "separators": {name: separator(field) for name, field in fields.items()},
        "study_defaults": defaults,
        "study_values": defaults | {name: asked[name] for name in CONTROLS if name in asked},
        "learning_curve": LEARNING_CURVE.model_dump(mode="json"),
    }
    return bytes(templates.TemplateResponse(request, "study.html", context).body)


@cache
def _suggested() -> dict[str, list[str]]:
    """The suggested values of every axis, which take some 20 ms to find."""
    return {name: suggested_values(field) for name, field in axis_fields().items()}


def _as_in_a_study(field: ConfigField) -> ConfigField:
    """The field with the default that it has in a study."""
    return replace(field, default=STUDY_DEFAULTS.get(field.name, field.default))


@router.websocket("/study/ws")
async def study_socket(socket: WebSocket) -> None:
    """Serve one viewer until it leaves; its study is discarded then."""
    context: ServerContext = socket.app.state.context
    await serve_socket(socket, StudyConnection(context, channel_to(socket)))


@router.get("/study/{token}/study.{form}")
async def export(request: Request, token: str, form: str) -> Response:
    """The results of a study so far, as CSV, JSON or an HTML report, while its page is open."""
    context: ServerContext = request.app.state.context
    stored = context.studies.get(token)
    if stored is None or form not in ("csv", "json", "html"):
        message = "There is no such study; it is discarded when its page is closed. Run it again."
        return JSONResponse({"message": message}, status_code=404)
    with_gzip = accepts_gzip(request)
    headers = {
        "Content-Disposition": f'attachment; filename="study.{form}"',
        "Cache-Control": "no-store",
        **(GZIP_HEADERS if with_gzip else {}),
    }
    results, table = stored
    match form:
        case "csv":
            pieces, media_type = csv_pieces(results), "text/csv"
        case "json":
            pieces, media_type = json_pieces(results), "application/json"
        case _:
            pieces, media_type = html_pieces(results, table), "text/html"
    content = stream(context, account_of(request), token, pieces, with_gzip=with_gzip)
    return StreamingResponse(content, media_type=media_type, headers=headers)
