"""The page of the study, its socket, and its exports."""

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse

from app.live.hub import Hub
from app.live.study.session import StudySession
from app.sweep.axis import axis_fields, suggested_values
from app.sweep.export import csv_lines, to_json
from app.sweep.report import to_html
from app.sweep.study import Study
from app.web.pages import form_context, templates
from app.web.socket import carry, sender

router = APIRouter()

# The controls of the study's own: in the form, and so in the address of the page.
CONTROLS = ("first_field", "first_values", "second_field", "second_values", "repeats")


@router.api_route("/study", methods=["GET", "HEAD"])
def study_page(request: Request) -> Response:
    """The study, its axes and base configuration filled from the address."""
    first, second = Study().axes
    separator = {name: ";" if f.kind == "widths" else "," for name, f in axis_fields().items()}
    defaults = {
        "first_field": first.field,
        "first_values": ", ".join(first.labels),
        "second_field": second.field,
        "second_values": ", ".join(second.labels),
        "repeats": "1",
    }
    given = {name: request.query_params[name] for name in CONTROLS if name in request.query_params}
    context = form_context(request) | {
        "axis_fields": axis_fields(),
        "suggested": {name: suggested_values(field) for name, field in axis_fields().items()},
        "separators": separator,
        "study_defaults": defaults,
        "study_values": defaults | given,
    }
    response = templates.TemplateResponse(request, "study.html", context)
    response.headers["Cache-Control"] = "no-cache"
    return response


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
