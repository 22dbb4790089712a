"""The doors that phones and sensors knock at all the time: answered before the framework's own layers are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """Runs a route at once when it is one of these; limits, measures and headers lie before it and hold for it too."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[Route], handlers: Mapping[Any, Any]) -> None:
        """Wrap `app`, which answers all other paths and methods; `handlers` word what a route raises."""
        self.app, self.routes = app, routes
        self._run = ExceptionMiddleware(_handle, handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http":
            for route in self.routes:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found, route=route)
                    await self._run(scope, receive, send)
                    return
        await self.app(scope, receive, send)


async def _handle(scope: Scope, receive: Receive, send: Send) -> None:
    await scope["route"].handle(scope, receive, send)
