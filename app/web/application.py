"""The application factory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.gzip import GZipMiddleware

from app import __version__
from app.live.hub import Hub
from app.mlp.engine import warm_up
from app.settings import Settings
from app.web import assets, metrics, pages, socket, study, tables
from app.web.security import SecurityMiddleware


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole application; ``settings`` come from the environment unless given."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(warm_up)  # so that no Start ever waits for the compiler
        app.state.hub = Hub(settings)
        yield
        app.state.hub.close()

    # No generated documentation pages: they load their scripts from elsewhere.
    app = FastAPI(title="MLP Live", version=__version__, lifespan=lifespan, openapi_url=None)
    app.add_middleware(GZipMiddleware, compresslevel=6)
    app.add_middleware(SecurityMiddleware, settings=settings)
    app.include_router(pages.router)
    app.include_router(metrics.router)
    app.include_router(tables.router)
    app.include_router(socket.router)
    app.include_router(study.router)
    root = f"/static/{assets.version()}"
    app.add_api_route(f"{root}/plotly.min.js", assets.plotly_script)
    app.mount(root, assets.ImmutableFiles(directory=assets.folder("static")), name="static")
    return app
