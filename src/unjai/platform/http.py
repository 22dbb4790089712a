"""What every `api.py` stands on: who asks, one transaction a request, the right declared at the route."""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, JsonValue
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.platform.database import Database, Tx
from unjai.platform.engines.folders import disc_full
from unjai.platform.free import sayable
from unjai.platform.i18n import told
from unjai.platform.logs import request_id

log = logging.getLogger(__name__)

PUBLIC = "public"
"""Declared at a route that asks for no login; its actor is a citizen of the home station."""

ANYONE = "anyone"
"""Declared at a route that asks for a login but for no right (one's own session)."""

BODY_LIMIT = 1_000_000
IMPORT_LIMIT = 64_000_000
LIST_LIMIT = 256_000_000
"""What a file of watched plates may weigh: it goes to the disc piece by piece, never into memory."""
MEDIA_LIMIT = 25_000_000
"""What an attachment may weigh: a path under ``/api/`` that ends with ``/attachments``."""
_DISC_FULL = "53100"
"""PostgreSQL's own word for it."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Told(BaseModel):
    """What is told about an error: its code, the words in both languages, and what they are filled with."""

    code: str
    th: str
    en: str
    facts: dict[str, JsonValue]


class Refusal(BaseModel):
    """What every route answers instead of doing what was asked."""

    error: Told


REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "Refused; nothing was done"},
    "5XX": {"model": Refusal, "description": "Not possible now; nothing was done"},
}
"""Documented at every route, in the place of the framework's own shape, which is never sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What the edge works with; chosen in `app.py` and kept in ``app.state.ground``."""

    db: Database
    clock: Clock
    who: Callable[[Request], Awaitable[Actor | None]]
    citizen: Callable[[Request], Actor]
    data: Path = Path("data")
    """The folder that holds everything the centre keeps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One request: its transaction, who asks, and the clock."""

    tx: Tx
    actor: Actor
    clock: Clock
    request: Request


def allowed(right: str) -> Any:
    """Return the dependency that gives a route its `Ask`, and refuses whoever lacks `right`.

    The transaction is committed before the answer is sent; any error rolls it back.
    """

    async def ask(request: Request) -> AsyncIterator[Ask]:
        ground: Ground = request.app.state.ground
        actor = await actor_of(request, right)
        async with ground.db.tx(actor) as tx:
            yield Ask(tx=tx, actor=actor, clock=ground.clock, request=request)

    ask.right = right  # type: ignore[attr-defined]
    return Depends(ask, scope="function")


async def actor_of(request: Request, right: str) -> Actor:
    """Return who asks; raise `sign_in_needed` (401), `right_missing` (403) or `request_forged` (403)."""
    ground: Ground = request.app.state.ground
    actor = await ground.who(request)
    if right == PUBLIC:
        return actor or ground.citizen(request)
    if actor is None:
        raise UnjaiError("sign_in_needed", 401)
    if request.method not in SAFE_METHODS and "x-unjai" not in request.headers:
        raise UnjaiError("request_forged", 403)
    if right != ANYONE:
        actor.must(right)
    return actor


def answer(error: UnjaiError) -> Response:
    """Return the answer for an error: code, Thai, English and facts."""
    headers = {}
    if error.status == 429 and "wait_s" in error.facts:  # noqa: PLR2004
        headers["Retry-After"] = str(error.facts["wait_s"])
    return JSONResponse(sayable({"error": told(error)}), error.status, headers)


async def _unjai(_request: Request, error: Exception) -> Response:
    return answer(error) if isinstance(error, UnjaiError) else await _broken(_request, error)


async def _invalid(_request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    where = "; ".join(f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in problems[:5])
    return answer(UnjaiError("request_invalid", 422, where=where or "body"))


async def _http(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: "route_unknown", 405: "method_unknown", 413: "body_too_large"}
    told_back = answer(UnjaiError(codes.get(status, "request_invalid"), status, where="", limit_bytes=BODY_LIMIT))
    told_back.headers.update(getattr(error, "headers", None) or {})  # such as Allow
    return told_back


async def _database(request: Request, error: Exception) -> Response:
    if isinstance(error, DataError):  # NUL in a text, a number beyond its column: what came in, not what we did
        log.warning("refused by the database: %s", error.orig)
        return answer(UnjaiError("request_invalid", 422, where=str(error.orig).partition("\n")[0]))
    if isinstance(error, DBAPIError) and not (
        error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    ):
        return await _broken(request, error)
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _DISC_FULL:
        data: Path = request.app.state.ground.data
        log.warning("the database's disc is full: %s", error.orig)
        return answer(disc_full(data, shutil.disk_usage(data).free))
    log.warning("the database is away: %s", error)
    return answer(UnjaiError("database_away", 503))


async def _broken(request: Request, error: Exception) -> Response:
    reference = request_id.get() or secrets.token_hex(8)
    log.error("%s %s broke, reference %s", request.method, request.url.path, reference, exc_info=error)
    told_back = answer(UnjaiError("internal_error", 500, reference=reference))
    told_back.headers["x-request-id"] = reference
    return told_back


def handle_errors(app: FastAPI) -> None:
    """Give every error its answer in both languages."""
    app.add_exception_handler(UnjaiError, _unjai)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeoutError, _database)
    app.add_exception_handler(Exception, _broken)


def _limit_of(path: str) -> int:
    if path == "/api/import/watch-list":
        return LIST_LIMIT
    if path.startswith("/api/import/"):
        return IMPORT_LIMIT
    return MEDIA_LIMIT if path.startswith("/api/") and path.endswith("/attachments") else BODY_LIMIT


class BodyLimit:
    """Refuses a body over the limit, declared or not, before it is held in memory."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in; answer `body_too_large` (413) when it is too much."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = _limit_of(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(limit)(scope, receive, send)
            return
        taken = 0
        started = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise UnjaiError("body_too_large", 413, limit_bytes=limit)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except UnjaiError:
            if not started:
                await self._refuse(limit)(scope, receive, send)

    @staticmethod
    def _refuse(limit: int) -> Response:
        return answer(UnjaiError("body_too_large", 413, limit_bytes=limit))
