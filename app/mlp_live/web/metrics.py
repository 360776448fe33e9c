"""The server's metrics, in the text format of Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from mlp_live.live.server_context import ServerContext

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Runs, frames, epochs, slices and memory, to be read every few seconds."""
    context: ServerContext = request.app.state.context
    content = generate_latest(context.telemetry.registry)
    return Response(content, media_type=CONTENT_TYPE_LATEST)
