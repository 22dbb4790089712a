"""The built screens as static files, under a strict content policy; nothing is fetched from anywhere else."""

from __future__ import annotations

import os
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "connect-src 'self' ws: wss:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_SAFE = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_TALKS = ("/console", "/pole", "/officer")
_TALKING = "geolocation=(self), camera=(self), microphone=(self)"
"""Where somebody talks with an SOS point, from one, or has what they say kept (a caller for help); no other may ask."""
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
                said = {name for name, _ in headers.raw}
                headers.raw.extend(pair for pair in _SAFE if pair[0] not in said)
                if scope["path"] == "/" or scope["path"].startswith(_TALKS):
                    headers["permissions-policy"] = _TALKING
                if scope["path"].startswith("/assets/"):
                    headers["cache-control"] = _FOREVER
                elif scope["path"].startswith(("/api/", "/gps/")):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class Pressed(StaticFiles):
    """Static files; where the build laid a pressed one beside a file and the browser takes it, that one is sent."""

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return the smallest that the browser takes, or 304 where it has it."""
        found, how = pressed(Path(full_path), Headers(scope=scope).get("accept-encoding", ""))
        if how:
            stat_result = found.stat()
        answer = super().file_response(found, stat_result, scope, status_code)
        if answer.status_code == 200:  # noqa: PLR2004
            answer.headers.update(_told(Path(full_path), how))
        return answer


def pressed(file: Path, takes: str) -> tuple[Path, str]:
    """Return the file to send for one that is asked for, and its content encoding (empty for the file itself)."""
    for ending, name in ((".br", "br"), (".gz", "gzip")):
        if any(part.strip().partition(";")[0] == name for part in takes.split(",")):
            small = file.with_name(file.name + ending)
            if small.is_file():
                return small, name
    return file, ""


def _told(file: Path, how: str) -> dict[str, str]:
    kind = guess_type(file.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or file.suffix in (".js", ".mjs"):
        kind = f"{kind}; charset=utf-8"
    return {"content-type": kind, "vary": "Accept-Encoding"} | ({"content-encoding": how} if how else {})


def _dist() -> Path:
    return Path(str(files("unjai.web") / "dist"))


def _page(name: str) -> Route:
    async def page(request: Request) -> Response:
        file = _dist() / name
        if not file.is_file():
            return PlainTextResponse("The screens are not built: run `make install`.", 503)
        found, how = pressed(file, request.headers.get("accept-encoding", ""))
        headers = {"cache-control": "no-cache", **_told(file, how)}
        return FileResponse(found, headers=headers, media_type=headers["content-type"])

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
        made.append(Mount("/", Pressed(directory=_dist())))
    return made
