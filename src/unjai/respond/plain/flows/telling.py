"""What a reporter does: tell, add a photograph, say "not fixed" or "thank you", and look at one's own reports.

Nobody is asked who they are. The phone makes the report's id and a secret; whoever holds both is its reporter. What
they tell is in no audit row, which is kept for years: a tip is forgotten with its report.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import DecodeError, UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId, new_id
from unjai.model.thai import parse_phone
from unjai.platform.database import Tx
from unjai.respond.plain.kept import kept
from unjai.respond.plain.rules import life, photo
from unjai.respond.plain.rules.kinds import PROMISE, Kind, hurries
from unjai.respond.plain.rules.number import number_of
from unjai.respond.plain.store import reports as store

HOUR_MOST = 400
"""New reports that a station takes in an hour: far above any real evening; phones keep what is refused."""
DAY_PHOTOS_MOST = 2_000
WORDS_MOST = 40
_NUMBERS = 24
_CLOCK_OFF = timedelta(minutes=5)
_OLDEST = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A report as its phone tells it."""

    id: UUID
    secret: str
    kind: Kind
    text: str
    place_text: str = ""
    point: Point | None = None
    phone: str | None = None
    at: datetime | None = None

    def digest(self) -> str:
        """Return what tells this report from another with the same id."""
        said = (self.kind, self.text, self.place_text, self.point and (self.point.lon, self.point.lat))
        return hashlib.sha256(repr(said).encode()).hexdigest()


def hashed(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def stand_of(row: Mapping[str, Any]) -> life.Stand:
    """Return where a report stands, of its row."""
    return life.Stand(
        state=row["state"],
        last_no=row["last_no"],
        answered_at=row["answered_at"],
        closed_at=row["closed_at"],
        closed_why=row["closed_why"],
        reopened=row["reopened"],
    )


def columns_of(stand: life.Stand) -> dict[str, Any]:
    """Return the columns that a stand fills."""
    return {
        "state": stand.state,
        "last_no": stand.last_no,
        "answered_at": stand.answered_at,
        "closed_at": stand.closed_at,
        "closed_why": stand.closed_why,
        "reopened": stand.reopened,
    }


def _home(actor: Actor) -> StationId:
    if not actor.stations:
        raise not_found("station", 0)
    return actor.station


async def tell(tx: Tx, actor: Actor, clock: Clock, *, told: Told) -> dict[str, Any]:
    """Take a report; the same again returns what the first made.

    Raises `plain_id_taken` (409) where the id stands for another report, `plain_full` (429) in a flood.
    """
    known = await store.of(tx, told.id)
    if known is None:
        known = await _new(tx, _home(actor), clock.now(), told)
    if not hmac.compare_digest(known["secret"], hashed(told.secret)) or known["digest"] != told.digest():
        raise UnjaiError("plain_id_taken", 409)
    return known


async def _new(tx: Tx, station_id: StationId, now: datetime, told: Told) -> dict[str, Any]:
    if await store.since(tx, station_id, now - timedelta(hours=1)) >= HOUR_MOST:
        raise UnjaiError("plain_full", 429, wait_s=600)
    observed = now if told.at is None or told.at > now + _CLOCK_OFF else max(now - _OLDEST, min(told.at, now))
    values = {
        "id": told.id,
        "station_id": station_id,
        "secret": hashed(told.secret),
        "digest": told.digest(),
        "kind": told.kind,
        "text": told.text,
        "place_text": told.place_text,
        "lon": told.point.lon if told.point else None,
        "lat": told.point.lat if told.point else None,
        "accuracy_m": told.point.accuracy_m if told.point else None,
        "observed_at": observed,
        "received_at": now,
        "urgent": hurries(f"{told.text} {told.place_text}"),
        "state": "new",
        "promised_at": now + PROMISE[told.kind],
    }
    for attempt in range(_NUMBERS):
        if await store.add(tx, values | {"number": number_of(told.id, attempt)}):
            if phone := _phone(told.phone):
                await store.add_phone(tx, told.id, station_id, phone)
            break
        if await store.of(tx, told.id) is not None:  # told twice at once: the other was first
            break
    found = await store.of(tx, told.id)
    if found is None:  # the id is another station's
        raise UnjaiError("plain_id_taken", 409)
    return found


def _phone(said: str | None) -> str | None:
    """Return a number as one dials it; what cannot be read is kept as it was written."""
    if not said or not said.strip():
        return None
    try:
        return parse_phone(said).number
    except DecodeError:
        return said.strip()


async def _own(tx: Tx, report_id: UUID, secret: str, *, lock: bool = False) -> dict[str, Any]:
    row = await store.of(tx, report_id, lock=lock)
    if row is None or not hmac.compare_digest(row["secret"], hashed(secret)):
        raise UnjaiError("plain_unknown", 404)
    return row


async def add_photo(
    tx: Tx,
    clock: Clock,
    *,
    report_id: UUID,
    secret: str,
    photo_id: UUID,
    body: bytes,
    said_id: UUID | None = None,
) -> None:
    """Keep a photograph of one's own report without what the phone wrote into it. The same id again changes nothing.

    Raises `plain_unknown` (404), `plain_photos_many` (409), `plain_photos_full` (429) and as `rules.photo.clean`.
    """
    row = await _own(tx, report_id, secret, lock=True)
    there = await store.photos_of(tx, [report_id])
    if any(one["id"] == photo_id for one in there):
        return
    if len(there) >= photo.PHOTOS_MOST * 3 or sum(one["said_id"] == said_id for one in there) >= photo.PHOTOS_MOST:
        raise UnjaiError("plain_photos_many", 409, most=photo.PHOTOS_MOST)
    now = clock.now()
    if await store.photos_since(tx, StationId(row["station_id"]), now - timedelta(days=1)) >= DAY_PHOTOS_MOST:
        raise UnjaiError("plain_photos_full", 429, wait_s=3600)
    bare = await asyncio.to_thread(photo.clean, body)
    digest = hashlib.sha256(bare).hexdigest()
    if any(one["digest"] == digest and one["said_id"] == said_id for one in there):
        return  # the same photograph twice in one telling
    values = {
        "id": photo_id,
        "station_id": row["station_id"],
        "report_id": report_id,
        "said_id": said_id,
        "digest": digest,
        "size_bytes": len(bare),
        "body": bare,
        "at": now,
    }
    if not await store.add_photo(tx, values):
        raise UnjaiError("plain_id_taken", 409)


async def say(
    tx: Tx,
    clock: Clock,
    *,
    report_id: UUID,
    secret: str,
    said_id: UUID,
    no: int,
    what: life.Say,
    text: str = "",
    at: datetime | None = None,
) -> dict[str, Any]:
    """Take a reporter's further word, keep it, and let it change what it changes; return the report.

    One that repeats another's report (`joined_to`) opens that one again with its own: there the matter is worked on.
    Raises `plain_unknown` (404), `plain_words_many` (409), `plain_reopen_over` (409).
    """
    row = await _own(tx, report_id, secret, lock=True)
    said = (await store.words_of(tx, [report_id]))[report_id]
    if any(one["id"] == said_id for one in said):
        return row
    if sum(one["by"] == "reporter" for one in said) >= WORDS_MOST:
        raise UnjaiError("plain_words_many", 409, most=WORDS_MOST)
    now, stand = clock.now(), stand_of(row)
    after = life.heard(stand, what, no, life.said_at(at, now, stand), kept().reopen_days)
    values = {"id": said_id, "station_id": row["station_id"], "report_id": report_id, "at": now, "no": no}
    if not await store.say(tx, values | {"by": "reporter", "what": what, "text_th": text}):
        raise UnjaiError("plain_id_taken", 409)
    urgent = row["urgent"] or hurries(text)
    if after is not stand or urgent != row["urgent"]:
        await store.set_of(tx, report_id, **columns_of(after), urgent=urgent, **_again(after, stand, row, now))
    if after.state == "reopened" and stand.state != "reopened" and row["joined_to"] is not None:
        await _open_main(tx, row["joined_to"], now)
    return await _own(tx, report_id, secret)


def _again(after: life.Stand, before: life.Stand, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the new promise of a report that was opened again."""
    if after.reopened == before.reopened:
        return {}
    kind: Kind = row["kind"]
    return {"promised_at": now + PROMISE[kind]}


async def _open_main(tx: Tx, main_id: UUID, now: datetime) -> None:
    main = await store.of(tx, main_id, lock=True)
    if main is None or (before := stand_of(main)).open:
        return
    after = life.Stand(
        state="reopened", last_no=before.last_no, answered_at=before.answered_at, reopened=before.reopened + 1
    )
    await store.set_of(tx, main_id, **columns_of(after), **_again(after, before, main, now))
    values = {"id": new_id(now), "station_id": main["station_id"], "report_id": main_id, "at": now}
    await store.say(tx, values | {"by": "reporter", "what": "not_fixed_by_other"})


async def mine(tx: Tx, *, secrets: Mapping[UUID, str]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return the reports whose secrets were told, each with what was said of it; a wrong secret is left out."""
    rows = await store.of_secrets(tx, {key: hashed(secret) for key, secret in secrets.items()})
    said = await store.words_of(tx, [row["id"] for row in rows])
    return [(row, said[row["id"]]) for row in rows]
