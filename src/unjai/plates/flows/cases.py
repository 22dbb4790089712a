"""Cases — เลขคดี — under which plates may be searched: opened with an end, prolonged, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import new_id
from unjai.plates.rules.searching import CASE_LASTS
from unjai.plates.store import searches as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx

RIGHT = "plates.case"


async def open_case(tx: Tx, actor: Actor, clock: Clock, *, number: str, about: str, until: datetime) -> UUID:
    """Open a case until a day; return its id. Raises `plates_case_until` (422) and `plates_case_known` (409)."""
    actor.must(RIGHT)
    now = clock.now()
    said = " ".join(number.split())
    _check_until(until, now)
    case_id = new_id(now)
    values = {"id": case_id, "station_id": actor.station, "number": said, "about": about.strip()}
    values |= {"opened_at": now, "opened_by": actor.name, "until": until}
    if not said or not await store.add_case(tx, values):
        raise UnjaiError("plates_case_known", 409, number=said)
    facts = {"number": said, "until": until}
    await audit(tx, actor, clock, action="plates.case_open", subject=f"plate_case:{case_id}", facts=facts)
    return case_id


async def set_case(tx: Tx, actor: Actor, clock: Clock, *, case_id: UUID, until: datetime | None) -> None:
    """Let a case last until another day, or close it with None.

    Raises `not_found` (404), `plates_case_closed` (409), `plates_case_until` (422).
    """
    actor.must(RIGHT)
    now, row = clock.now(), await store.case_of(tx, case_id)
    if row is None:
        raise not_found("plate_case", case_id)
    if row["closed_at"] is not None:
        raise UnjaiError("plates_case_closed", 409, number=row["number"])
    if until is None:
        await store.set_case(tx, case_id, closed_at=now)
    else:
        _check_until(until, now)
        await store.set_case(tx, case_id, until=until)
    what = "close" if until is None else "prolong"
    facts: dict[str, object] = {"number": row["number"]} | ({} if until is None else {"until": until})
    await audit(tx, actor, clock, action=f"plates.case_{what}", subject=f"plate_case:{case_id}", facts=facts)


async def cases(tx: Tx, actor: Actor) -> list[dict[str, Any]]:
    """Return the station's cases, the newest first, for who opens them and who searches under them."""
    if not actor.may(RIGHT):
        actor.must("plates.search")
    return await store.cases(tx, actor.station)


def _check_until(until: datetime, now: datetime) -> None:
    if not now < until <= now + CASE_LASTS:
        raise UnjaiError("plates_case_until", 422, days=CASE_LASTS.days)
