"""The door for positions: lists of them, many walks' written in one commit, acknowledged once that is durable.

Phones send each five seconds. What comes within a fifth of a second is one transaction; while one is under way the next
gathers. The answer says how the walk stands for its page, so that no phone needs to ask.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unjai.model.errors import UnjaiError
from unjai.platform.http import Ground, answer
from unjai.respond.escort.rules.walk import ANSWER_S, LONGEST, in_our_time
from unjai.respond.escort.rules.word import kept
from unjai.respond.escort.store import fixes as store

PATH = "/api/escort/walks/{walk_id}/positions"
TOKEN_HEADER = "x-unjai-walk"  # noqa: S105  the name of the header
GATHER_S = 0.2
MOST_BYTES = 64 * 1024
MOST_FIXES = 720
"""An hour of positions in one list: what a phone saves while it has no network."""
_TOKEN_MOST = 200
_ACCURACY_MOST_M = 100_000.0


class _Fix(msgspec.Struct, frozen=True):
    no: Annotated[int, msgspec.Meta(ge=0, le=2_000_000_000)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    acc: float | None = None
    tst: Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)] | None = None
    batt: Annotated[float, msgspec.Meta(ge=-1000, le=1000)] | None = None


class _List(msgspec.Struct, frozen=True):
    fixes: Annotated[list[_Fix], msgspec.Meta(max_length=MOST_FIXES)]
    sent: Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)] | None = None


_decode = msgspec.json.Decoder(_List).decode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PositionDoor:
    """The route and the writer behind it."""

    def __init__(self, ground: Ground, gather_s: float = GATHER_S) -> None:
        """Work on the edge's ground; what comes within `gather_s` is written together."""
        self._ground, self._gather_s = ground, gather_s
        self._waiting: list[tuple[UUID, str, list[dict[str, Any]], asyncio.Future[dict[str, Any] | None], Request]] = []
        self._writing: asyncio.Task[None] | None = None

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route(PATH, self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """Take a list; answer once it is durable."""
        try:
            walk_id, token, rows = await self._read(request)
            future: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
            self._waiting.append((walk_id, token, rows, future, request))
            if self._writing is None or self._writing.done():
                self._writing = asyncio.create_task(self._flush())
            stands = await future
        except UnjaiError as error:
            return answer(error)
        if stands is None:
            return answer(UnjaiError("escort_unknown", 404))
        return Response(msgspec.json.encode(page_of(stands)), media_type="application/json")

    async def _read(self, request: Request) -> tuple[UUID, str, list[dict[str, Any]]]:
        try:
            walk_id = UUID(request.path_params["walk_id"])
        except ValueError as error:
            raise UnjaiError("escort_unknown", 404) from error
        body = await request.body()
        if len(body) > MOST_BYTES:
            raise UnjaiError("body_too_large", 413, limit_bytes=MOST_BYTES)
        try:
            said = _decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnjaiError("escort_message_wrong", 422, where=str(error)[:120]) from error
        now = self._ground.clock.now()
        times = in_our_time(now, _moment(said.sent), [_moment(one.tst) for one in said.fixes], now - LONGEST)
        token = kept(request.headers.get(TOKEN_HEADER, "")[:_TOKEN_MOST]).hex()
        return walk_id, token, [_row(walk_id, token, one, at, now) for one, at in zip(said.fixes, times, strict=True)]

    async def _flush(self) -> None:
        """Write what waits until nothing does; while one transaction is under way the next gathers."""
        while self._waiting:
            await asyncio.sleep(self._gather_s)
            batch, self._waiting = self._waiting, []
            await self._write(batch)

    async def _write(self, batch: Sequence[tuple[UUID, str, list[dict[str, Any]], Any, Request]]) -> None:
        try:
            async with self._ground.db.tx(self._ground.citizen(batch[0][4])) as tx:
                rows = [row for _, _, rows, _, _ in batch for row in rows]
                stands = await store.put(tx, [walk_id for walk_id, *_ in batch], rows)
        except Exception as error:  # noqa: BLE001  each phone is told, and sends again
            told = UnjaiError("database_away", 503)
            told.__cause__ = error
            for *_, future, _ in batch:
                with contextlib.suppress(asyncio.InvalidStateError):
                    future.set_exception(told)
            return
        for walk_id, token, _, future, _ in batch:
            with contextlib.suppress(asyncio.InvalidStateError):
                future.set_result(stands.get((walk_id, token)))


def _moment(said: float | None) -> datetime | None:
    """Return a time in seconds or milliseconds; a nonsense one is none."""
    if said is None or not math.isfinite(said):
        return None
    seconds = said / 1000 if abs(said) > 1e11 else said  # noqa: PLR2004  milliseconds from 1973 on
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _row(walk_id: UUID, token: str, one: _Fix, at: datetime, now: datetime) -> dict[str, Any]:
    sharp = one.acc is not None and 0 <= one.acc <= _ACCURACY_MOST_M
    return {
        "walk_id": walk_id,
        "token": token,
        "no": one.no,
        "taken_at": at,
        "came_at": now,
        "lon": one.lon,
        "lat": one.lat,
        "accuracy_m": one.acc if sharp else _ACCURACY_MOST_M if one.acc is not None else None,
        "battery": None if one.batt is None or one.batt < 0 else round(min(one.batt, 100)),
    }


def page_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a walk as its page shows it: never whether it is an alert."""
    check = None
    if row["shown"] == "asked" and row["asked_why"] is not None:
        check = {"why": row["asked_why"], "asked_at": row["asked_at"], "answer_s": round(ANSWER_S)}
    return {"state": row["shown"], "expected_at": row["expected_at"], "way_no": row["way_no"], "check": check}
