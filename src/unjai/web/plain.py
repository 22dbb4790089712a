"""The plain door beside HTTPS: the page that helps a phone to trust the station, and the way to HTTPS. Nothing else."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from unjai.platform.config import Settings
from unjai.web import screens, trust

_OPEN = ("/trust/", "/assets/", "/favicon.svg", "/theme.js", "/icons/")
_HTTPS = 443


class _OnlyTrust:
    """Sends everything else to HTTPS."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = str(scope["path"])
        if path == "/trust" or path.startswith(_OPEN):
            await self.app(scope, receive, send)
            return
        host = Request(scope).url.hostname or self.settings.host
        shown = f"[{host}]" if ":" in host else host
        port = "" if self.settings.port == _HTTPS else f":{self.settings.port}"
        await RedirectResponse(f"https://{shown}{port}{path}", 308)(scope, receive, send)


def plain_door(settings: Settings) -> Starlette:
    """Return the application of the plain port; no sign-in, no API, no cookie passes here."""
    guards = [Middleware(screens.SafeHeaders), Middleware(_OnlyTrust, settings=settings)]
    return Starlette(middleware=guards, routes=[*trust.routes(settings), *screens.routes()])
