"""What the server measures of itself, in the text format of Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from app.live.hub import Hub

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Runs, frames, epochs, slices and memory, to be asked for every few seconds."""
    hub: Hub = request.app.state.hub
    content = generate_latest(hub.meters.registry)
    return Response(content, media_type=CONTENT_TYPE_LATEST)
