"""The listening sockets of `web`: HTTP or HTTPS, and beside HTTPS a plain door that only helps to trust it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl

import uvicorn
from starlette.types import ASGIApp

from unjai.platform.config import Settings
from unjai.platform.tls import Pair, assert_safe, chosen
from unjai.web.plain import plain_door

log = logging.getLogger(__name__)

_LOOK_S = 60.0
_IDLE_S = 30
"""A connection is kept so long with no request on it: a phone that tells each five seconds greets once."""


def _config(application: ASGIApp, settings: Settings, port: int, pair: Pair | None) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=settings.host,
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=1,
        backlog=2048,
        ws_max_size=65536,
        ssl_certfile=None if pair is None else str(pair.cert),
        ssl_keyfile=None if pair is None else str(pair.key),
    )


async def serve(application: ASGIApp, settings: Settings) -> None:
    """Serve until told to stop; a certificate that is replaced on disc is shown to the next that connects.

    Raises `tls_needed`, `mqtt_tls_needed`, `tls_wrong` and what `chosen` raises.
    """
    assert_safe(settings)
    pair = chosen(settings)
    config = _config(application, settings, settings.port, pair)
    config.load()
    beside: list[asyncio.Task[None]] = []
    if pair is not None and config.ssl is not None:
        beside.append(asyncio.create_task(_follow(config.ssl, pair)))
        if settings.http_port:
            beside.append(asyncio.create_task(_plainly(settings)))
    try:
        await uvicorn.Server(config).serve()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _follow(context: ssl.SSLContext, pair: Pair) -> None:
    seen = pair.stamp()
    while True:
        await asyncio.sleep(_LOOK_S)
        seen = reload(context, pair, seen)


def reload(context: ssl.SSLContext, pair: Pair, seen: tuple[int, int]) -> tuple[int, int]:
    """Take a certificate that was replaced; one that does not fit its key is refused and looked at again."""
    with contextlib.suppress(OSError):
        if (now := pair.stamp()) != seen:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pair.cert, pair.key)
                context.load_cert_chain(pair.cert, pair.key)
            except (ssl.SSLError, ValueError) as error:
                log.warning("the new certificate is not taken: %s", error)
            else:
                log.info("a new certificate is shown from now on")
                return now
    return seen


async def _plainly(settings: Settings) -> None:
    server = uvicorn.Server(_config(plain_door(settings), settings, settings.http_port, None))
    with contextlib.suppress(asyncio.CancelledError):
        await server._serve()  # noqa: SLF001  without its own signal handlers: the main server has them
