"""The application factory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from mlp_live import __version__
from mlp_live.engine.engine import warm_up
from mlp_live.live.budgets import REQUEST_THREADS
from mlp_live.live.server_context import ServerContext
from mlp_live.resources import folder
from mlp_live.settings import Settings
from mlp_live.web import assets, metrics, pages, socket, study, tables
from mlp_live.web.descriptors import AcceptFailures
from mlp_live.web.failures import FailureMiddleware
from mlp_live.web.security import SecurityMiddleware


def create_app(settings: Settings | None = None) -> FastAPI:
    """Create the application. Without ``settings``, they are read from the environment."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(AcceptFailures())
        current_default_thread_limiter().total_tokens = REQUEST_THREADS
        await run_in_threadpool(warm_up)  # so that no run waits for the compiler
        app.state.context = ServerContext(settings)
        yield
        app.state.context.close()

    # Without FastAPI's documentation pages, which load scripts from another server.
    app = FastAPI(title="MLP Live", version=__version__, lifespan=lifespan, openapi_url=None)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_middleware(GZipMiddleware, compresslevel=6)
    app.add_middleware(FailureMiddleware)
    app.add_middleware(SecurityMiddleware, settings=settings)
    app.include_router(pages.router)
    app.include_router(metrics.router)
    app.include_router(tables.router)
    app.include_router(socket.router)
    app.include_router(study.router)
    root = f"/static/{assets.version()}"
    app.add_api_route(f"{root}/plotly.min.js", assets.plotly_script)
    app.mount(root, assets.ImmutableFiles(directory=folder("static")), name="static")
    return app


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """The answer to a request that no route serves, in the form of every other error."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    problem = {404: "There is no such page.", 405: "This address does not have this method."}
    message = problem.get(status, "This request cannot be served.")
    return JSONResponse({"message": message}, status, headers=headers)
