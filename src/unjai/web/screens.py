"""The built screens as static files, under a strict content policy; nothing is fetched from anywhere else."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "connect-src 'self' ws: wss:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_SAFE = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(self), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}
_TALKS = ("/console", "/pole")
_TALKING = "geolocation=(self), camera=(self), microphone=(self)"
"""Where somebody talks with an SOS point, or from one; no other page may ask for the microphone."""
OPEN_PAGES = ("/ledger", "/roots", "/trust")
"""Pages for everybody, which no app needs: the ledger of watching, the log's roots, how a phone trusts this station."""
_FOREVER = "public, max-age=31536000, immutable"


class SafeHeaders:
    """Adds the content policy and its companions to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(_TALKS):
                    headers["permissions-policy"] = _TALKING
                if scope["path"].startswith("/assets/"):
                    headers["cache-control"] = _FOREVER
                elif scope["path"].startswith(("/api/", "/gps/")):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _dist() -> Path:
    return Path(str(files("unjai.web") / "dist"))


def _page(name: str) -> Route:
    async def page(_request: Request) -> Response:
        file = _dist() / name
        if not file.is_file():
            return PlainTextResponse("The screens are not built: run `make install`.", 503)
        return FileResponse(file, headers={"cache-control": "no-cache"})

    prefix = "/" + name.removesuffix("index.html").rstrip("/")
    return Route(f"{prefix}/{{rest:path}}" if prefix != "/" else "/", page)


def routes() -> list[BaseRoute]:
    """Return the five apps (`/console`, `/manage`, `/officer`, `/pole`, `/`) and their files."""
    made: list[BaseRoute] = []
    for name in ("console/index.html", "manage/index.html", "officer/index.html", "pole/index.html"):
        page = _page(name)
        made.append(Route("/" + name.split("/", maxsplit=1)[0], page.endpoint))
        made.append(page)
    made += [Route(path, _page("open/index.html").endpoint) for path in OPEN_PAGES]
    made.append(_page("index.html"))
    if _dist().is_dir():
        made.append(Mount("/", StaticFiles(directory=_dist())))
    return made
