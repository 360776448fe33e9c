"""The page of the study, its socket, and its exports."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse

from app.live.hub import Hub
from app.live.study.session import StudySession
from app.sweep.axis import axis_fields, separator, suggested_values
from app.sweep.export import csv_lines, to_json
from app.sweep.report import to_html
from app.sweep.study import LEARNING_CURVE, SHOWN, Study
from app.training.fields import ConfigField, config_fields
from app.web.pages import form_context, templates
from app.web.socket import carry, sender

router = APIRouter()

# The controls of the study's own: in the form, and so in the address of the page.
CONTROLS = ("first_field", "first_values", "second_field", "second_values", "repeats")
WRITTEN = {name: config_fields()[name].written(value) for name, value in SHOWN.items()}


@router.api_route("/study", methods=["GET", "HEAD"])
def study_page(request: Request) -> Response:
    """The study, its axes and base configuration filled from the address."""
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
        "values": context["values"] | {n: v for n, v in WRITTEN.items() if n not in asked},
        "axis_fields": fields,
        "suggested": {name: suggested_values(field) for name, field in fields.items()},
        "separators": {name: separator(field) for name, field in fields.items()},
        "study_defaults": defaults,
        "study_values": defaults | {name: asked[name] for name in CONTROLS if name in asked},
        "learning_curve": LEARNING_CURVE.model_dump(mode="json"),
    }
    response = templates.TemplateResponse(request, "study.html", context)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _as_in_a_study(field: ConfigField) -> ConfigField:
    """A field with the default that it has in a study."""
    return replace(field, default=SHOWN.get(field.name, field.default))


@router.websocket("/study/ws")
async def study_socket(socket: WebSocket) -> None:
    """Serve one viewer until it goes; its study goes with it."""
    hub: Hub = socket.app.state.hub
    await carry(socket, StudySession(hub, sender(socket.send_text), sender(socket.send_bytes)))


@router.get("/study/{token}/study.{form}")
def export(request: Request, token: str, form: str) -> Response:
    """What is complete of a study, as CSV, JSON or an HTML report, while its page is open."""
    hub: Hub = request.app.state.hub
    shelved = hub.studies.get(token)
    if shelved is None or form not in ("csv", "json", "html"):
        message = "There is no such study; it goes when its page is closed. Run it again."
        return JSONResponse({"message": message}, status_code=404)
    headers = {
        "Content-Disposition": f'attachment; filename="study.{form}"',
        "Cache-Control": "no-store",
    }
    results, table = shelved
    if form == "csv":
        return StreamingResponse(csv_lines(results), media_type="text/csv", headers=headers)
    if form == "json":
        return Response(to_json(results), media_type="application/json", headers=headers)
    return Response(to_html(results, table), media_type="text/html", headers=headers)
