"""What a phone needs to trust the station's own authority: its certificate, how it is known, how it is installed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from unjai.platform.config import Settings
from unjai.platform.tls import authority_file, chosen, loopback


def routes(settings: Settings) -> list[BaseRoute]:
    """Return the open routes below `/trust/`; they tell nothing that a TLS handshake does not tell."""

    async def state(request: Request) -> Response:
        return JSONResponse(told(settings, request.url.hostname or ""), headers={"cache-control": "no-store"})

    async def certificate(_request: Request) -> Response:
        file = authority_file(settings.data)
        if not file.exists():
            return Response(status_code=404)
        from unjai.platform.authority import der  # noqa: PLC0415  only when a phone asks

        name = {"content-disposition": 'attachment; filename="unjai-station.crt"', "cache-control": "no-store"}
        return Response(der(file), media_type="application/x-x509-ca-cert", headers=name)

    async def picture(request: Request) -> Response:
        import segno  # noqa: PLC0415  only when the page is open

        out = io.BytesIO()
        segno.make(str(told(settings, request.url.hostname or "")["page"]), error="m").save(
            out, kind="svg", scale=6, border=2, xmldecl=False, svgns=True, dark="#000", light="#fff"
        )
        return Response(out.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})

    return [
        Route("/trust/state.json", state),
        Route("/trust/unjai-station.crt", certificate),
        Route("/trust/page.svg", picture),
    ]


def _reached_by(cert: Path) -> str:
    """Return a name by which a phone reaches this machine: an address of the certificate, else its first name."""
    from unjai.platform.authority import read  # noqa: PLC0415  only when the page is open

    names = [one for one in read(cert).names if not loopback(one)]
    return next((one for one in names if one.replace(".", "").isdigit()), names[0] if names else "")


def told(settings: Settings, host: str) -> dict[str, Any]:
    """Return what the page shows: whether there is TLS, whose, the authority's fingerprint, and its own address."""
    pair, file = chosen(settings), authority_file(settings.data)
    if pair is not None and pair.own and loopback(host):
        host = _reached_by(pair.cert) or host
    shown = f"[{host}]" if ":" in host else host
    if pair is not None and settings.http_port:
        page = f"http://{shown}:{settings.http_port}/trust"
    else:
        page = f"{'http' if pair is None else 'https'}://{shown}:{settings.port}/trust"
    said: dict[str, Any] = {"tls": pair is not None, "own": pair is not None and pair.own, "page": page}
    said["open"] = f"{'http' if pair is None else 'https'}://{shown}:{settings.port}/"
    if pair is not None and pair.own and file.exists():
        from unjai.platform.authority import read  # noqa: PLC0415  only when the page is open

        about = read(file)
        said["authority"] = {
            "subject": about.subject.removeprefix("CN="),
            "ends": about.ends.isoformat(),
            "fingerprint": about.fingerprint,
        }
    return said
