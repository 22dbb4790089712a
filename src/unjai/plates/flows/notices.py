"""Whom an entry names is told of its hits: on the console and on the phone, with what is needed to act.

The names were agreed on by two people with the entry, so a notice carries the plate to them, and to nobody else. A
confirmed hit is told always, one that waits for a person only where the entry says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import StationId, new_id
from unjai.model.plate import Plate, shown
from unjai.plates.events import HitTold
from unjai.plates.store import notices as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

Row = dict[str, Any]
KEPT: Final = timedelta(days=3)
NAMED_MOST: Final = 20


async def tell(tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], sure: bool) -> None:
    """Tell whom the entry of a hit names; `sure` once a person confirmed it. The same thing is told once."""
    listed = row["listed"]
    named = [UUID(one) for one in listed.get("notify_accounts") or ()]
    if not named or not (sure or listed.get("notify_probable")):
        return
    plate, now = Plate(registration=row["registration"], province=row["province"]), clock.now()
    said = {
        "plate_th": shown(plate),
        "plate_en": shown(plate, "en"),
        "camera": row["camera"],
        "seen_at": row["last_at"].isoformat(),
        "instruction": str(listed.get("instruction") or ""),
        "incident_id": None if row["incident_id"] is None else str(row["incident_id"]),
    }
    shared = {"station_id": row["station_id"], "hit_id": row["id"], "at": now, "said": said}
    grade = "confirmed" if sure else row["grade"]
    told = await store.tell(tx, [{**shared, "id": new_id(now), "account_id": one, "grade": grade} for one in named])
    if told:
        facts = {"entry": row["entry"], "grade": grade, "accounts": sorted(map(str, told))}
        station_id = StationId(row["station_id"])
        subject = f"plate_hit:{row['id']}"
        await audit(tx, actor, clock, action="plates.told", subject=subject, facts=facts, station_id=station_id)
        await emit(tx, clock, HitTold(station_id=station_id, hit_id=row["id"]))


async def own(tx: Tx, actor: Actor, clock: Clock) -> Sequence[Row]:
    """Return what the actor was told in the last days, the newest first."""
    if actor.account_id is None or actor.works_at is None:
        return []
    return await store.own(tx, actor.works_at, actor.account_id, clock.now() - KEPT)


async def seen(tx: Tx, actor: Actor, clock: Clock, *, notice_id: UUID) -> None:
    """Note that the actor read a notice of theirs. Raises `not_found` (404)."""
    if actor.account_id is None or not await store.seen(tx, actor.account_id, notice_id, clock.now()):
        raise not_found("plate_notice", notice_id)
