"""Each request gets an id and is counted: how many, how long, by the route's template."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unjai.platform.logs import request_id

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

HEADER = "x-request-id"
_HEADER = HEADER.encode()
_GOOD = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        from prometheus_client import (  # noqa: PLC0415  web alone counts
            CollectorRegistry,
            Counter,
            Histogram,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry: CollectorRegistry = CollectorRegistry()
        self.requests: Counter = Counter(
            "unjai_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds: Histogram = Histogram(
            "unjai_request_seconds", "Seconds to the answer's head", ["route"], buckets=_BUCKETS, registry=self.registry
        )


class Metered:
    """Takes the caller's `X-Request-Id` (8 to 64 plain letters) or makes one, tells it back, and counts."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        """Wrap `app`."""
        self.app, self.meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(_HEADER, b"")
        own = said.decode() if _GOOD.fullmatch(said) else secrets.token_hex(8)
        request_id.set(own)  # each request runs in a task of its own, so nobody else sees it
        began = time.perf_counter()

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = own
                self._count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        try:
            await self.app(scope, receive, marked)
        except Exception:
            if scope["type"] == "http":
                self._count(scope, 500, time.perf_counter() - began)
            raise

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = template(scope)
        self.meters.requests.labels(str(scope["method"])[:8], route, str(status)).inc()
        self.meters.seconds.labels(route).observe(seconds)


def template(scope: Scope) -> str:
    """Return a route's template, `files` for what is served from disc, `none` for what is not there."""
    route: Any = scope.get("route")
    path, asked = getattr(route, "path", None), str(scope.get("path", ""))
    if path:
        return f"/api{path}" if asked.startswith("/api/") and not str(path).startswith("/api/") else str(path)
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return "none"
    first, _, rest = asked.strip("/").partition("/")
    if first == "api":
        return f"/api/{rest.partition('/')[0]}"
    return f"/{first}" if first in {"healthz", "gps", "console", "manage", "officer", "trust", "roots"} else "files"
