"""A photograph of a visit or finding: announced, sent in parts, kept under its digest, compared with older ones.

It is never the condition of anything else: what names it stands without it, and is judged anew when it comes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.patrol.flows.coverage import note_patrolled
from unjai.patrol.flows.judging import judged
from unjai.patrol.flows.phones import own_account
from unjai.patrol.photos import SIZE_MOST, Parts, looked_at
from unjai.patrol.rules.pictures import signed
from unjai.patrol.store import checkpoints
from unjai.patrol.store import visits as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.media import Media


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a photograph has come; `code` names what went wrong with it, where something did."""

    state: str
    have: int
    code: str = ""


async def announce_photo(
    tx: Tx, actor: Actor, clock: Clock, parts: Parts, *, photo_id: UUID, digest: str, size_bytes: int
) -> Progress:
    """Say that a photograph will come; the same again tells how far it has come.

    Raises `photo_too_large` (413), `photo_other` (409) where the id stands for another photograph.
    """
    account_id = own_account(actor)
    if size_bytes > SIZE_MOST:
        raise UnjaiError("photo_too_large", 413, most_mb=SIZE_MOST >> 20, size_mb=-(-size_bytes >> 20))
    row = {"id": photo_id, "station_id": actor.station, "account_id": account_id, "digest": digest}
    await store.put_photo(tx, {**row, "size_bytes": size_bytes, "state": "coming", "at": clock.now()})
    found = await store.photo_of(tx, photo_id)
    if found is None or (found["account_id"], found["digest"], found["size_bytes"]) != (account_id, digest, size_bytes):
        raise UnjaiError("photo_other", 409)
    await asyncio.to_thread(parts.forget, clock.now())
    return await _progress(parts, found)


async def photo_progress(tx: Tx, actor: Actor, parts: Parts, *, photo_id: UUID) -> Progress:
    """Tell how far one's own photograph has come. Raises `not_found` (404)."""
    return await _progress(parts, await _own(tx, actor, photo_id))


async def take_part(
    tx: Tx, actor: Actor, clock: Clock, parts: Parts, media: Media, *, photo_id: UUID, offset: int, part: bytes
) -> Progress:
    """Take a part of a photograph; with the last one it is checked, kept, and what names it is judged anew.

    Raises `not_found` (404), and as `Parts.add`.
    """
    row = await _own(tx, actor, photo_id, lock=True)
    if row["state"] != "coming":
        return await _progress(parts, row)
    have = await asyncio.to_thread(parts.add, photo_id, offset, part, row["size_bytes"])
    if have < row["size_bytes"]:
        return Progress(state="coming", have=have)
    if await asyncio.to_thread(parts.digest, photo_id) != row["digest"]:
        parts.drop(photo_id)
        return Progress(state="coming", have=0, code="photo_digest_wrong")
    kind = await asyncio.to_thread(parts.kind, photo_id)
    if not kind:
        await store.set_photo(tx, photo_id, state="refused")
        parts.drop(photo_id)
        return Progress(state="refused", have=0, code="photo_kind_unknown")
    await asyncio.to_thread(parts.keep, photo_id, media)
    bits = await looked_at(parts.path(photo_id))
    told = {"state": "kept", "media_type": kind, "kept_at": clock.now(), "bits": None if bits is None else signed(bits)}
    await store.set_photo(tx, photo_id, **told)
    parts.drop(photo_id)
    await _judge_again(tx, actor, clock, photo_id)
    return Progress(state="kept", have=row["size_bytes"])


async def _judge_again(tx: Tx, actor: Actor, clock: Clock, photo_id: UUID) -> None:
    for visit in await store.visits_with_photo(tx, photo_id, own_account(actor)):
        place = await checkpoints.checkpoint_of(tx, visit["checkpoint_id"])
        if place is None:
            continue
        found = await judged(tx, clock, visit, place)
        if found.state == "proven":
            seen = [(Point(lon=place["lon"], lat=place["lat"]), visit["happened_at"])]
            station_id = StationId(visit["station_id"])
            await note_patrolled(tx, clock, station_id=station_id, seen=seen, source="patrol.visits")


async def read_photo(tx: Tx, actor: Actor, clock: Clock, *, photo_id: UUID) -> dict[str, Any]:
    """Return a kept photograph's row to whoever reads visits; the look is on the log. Raises `not_found` (404)."""
    actor.must("patrol.read")
    row = await store.photo_of(tx, photo_id)
    if row is None or row["station_id"] not in actor.stations or row["state"] != "kept":
        raise not_found("photo", photo_id)
    subject, station_id = f"photo:{photo_id}", StationId(row["station_id"])
    await audit(tx, actor, clock, action="patrol.photo.read", subject=subject, station_id=station_id)
    return row


async def _own(tx: Tx, actor: Actor, photo_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    account_id = own_account(actor)
    row = await store.photo_of(tx, photo_id, lock=lock)
    if row is None or row["account_id"] != account_id or row["station_id"] not in actor.stations:
        raise not_found("photo", photo_id)
    return row


async def _progress(parts: Parts, row: dict[str, Any]) -> Progress:
    if row["state"] == "coming":
        return Progress(state="coming", have=await asyncio.to_thread(parts.have, row["id"]))
    return Progress(state=row["state"], have=row["size_bytes"] if row["state"] == "kept" else 0)
