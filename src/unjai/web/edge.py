"""The edge as one ASGI application: every capability's routes, the sensors' doors, the live feed, the screens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

import unjai
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.platform.http import REFUSALS, BodyLimit, Ground, handle_errors
from unjai.web import kept, screens
from unjai.web.limits import Counts, Limits
from unjai.web.meter import Metered, Meters
from unjai.web.straight import Straight


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What the edge is made of; `app.py` fills it."""

    ground: Ground
    clock: Clock
    routers: Sequence[APIRouter]
    doors: Sequence[Route]
    sockets: Sequence[BaseRoute]
    healthy: Callable[[], Awaitable[dict[str, Any]]]
    info: Callable[[], Awaitable[dict[str, Any]]]
    meters: Meters
    background: Sequence[Callable[[], Awaitable[None]]] = ()


Who = Callable[[HTTPConnection], Awaitable[Actor | None]]


def make(edge: Edge) -> FastAPI:
    """Return the application; its lifespan runs the background jobs."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_named(job)) for job in edge.background]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="Unjai",
        version=unjai.__version__,
        summary="Open operations centre for Smart Safety Zones",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=REFUSALS,
    )
    app.state.ground = edge.ground
    handle_errors(app)
    app.router.routes.extend(edge.doors)
    app.router.routes.extend(edge.sockets)
    for router in edge.routers:
        app.include_router(router, prefix="/api")
    app.include_router(kept.pages)
    app.router.routes.append(Route("/healthz", _health(edge)))
    app.router.routes.append(Route("/api/info", _info(edge)))
    app.router.routes.extend(screens.routes())
    app.add_middleware(GZipMiddleware, minimum_size=1500, compresslevel=5)
    worded = {kind: how for kind, how in app.exception_handlers.items() if kind is not Exception}
    app.add_middleware(Straight, routes=edge.doors, handlers=worded)
    app.add_middleware(Limits, counts=Counts(edge.clock), who=edge.ground.who)
    app.add_middleware(BodyLimit)
    app.add_middleware(screens.SafeHeaders)
    app.add_middleware(Metered, meters=edge.meters)
    return app


async def _named(job: Callable[[], Awaitable[None]]) -> None:
    await job()


def _health(edge: Edge) -> Callable[[Request], Awaitable[Response]]:
    async def health(_request: Request) -> Response:
        state = await edge.healthy()
        return JSONResponse(state, 200 if state["status"] == "ok" else 503)

    return health


def _info(edge: Edge) -> Callable[[Request], Awaitable[Response]]:
    async def info(_request: Request) -> Response:
        return JSONResponse(await edge.info())

    return info
