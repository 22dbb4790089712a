"""What a case keeps of reads ends with the case: a person or time says when, and then the copies are gone.

A hold begins with a confirmed hit or with an officer's word (`plates.hold`). It ends `GRACE` after its case was closed
or past its day; where the number names no case that was opened here, or sooner or later, a person says when and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId
from unjai.plates.flows.cases import RIGHT
from unjai.plates.store import holds as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.dated import DatedMedia

Row = dict[str, Any]
GRACE: Final = timedelta(days=30)
"""So long after its case a hold still stands: time to notice that the case was closed too early."""
LONGEST: Final = timedelta(days=3660)


async def holds(tx: Tx, actor: Actor) -> Sequence[Row]:
    """Return what the station's cases keep: how much, since when, until when. No plate is in it."""
    actor.must(RIGHT)
    return await store.holds(tx, actor.station)


async def set_end(tx: Tx, actor: Actor, clock: Clock, *, case_number: str, ends_at: datetime | None, why: str) -> Row:
    """Say when a hold ends, or with None that nobody knows yet; why stands in the log.

    Raises `not_found` (404), `plate_hold_over` (409) and `plate_hold_end` (422: past, or more than ten years ahead).
    """
    actor.must(RIGHT)
    now, row = clock.now(), await store.hold_of(tx, actor.station, case_number)
    if row is None:
        raise not_found("plate_hold", case_number[:80])
    if row["released_at"] is not None:
        raise UnjaiError("plate_hold_over", 409, number=case_number)
    if ends_at is not None and not now < ends_at <= now + LONGEST:
        raise UnjaiError("plate_hold_end", 422, years=LONGEST.days // 366)
    said = " ".join(why.split())
    told = {"ends_at": ends_at, "ended_by": actor.name if ends_at else "", "ended_why": said if ends_at else ""}
    await store.set_hold(tx, actor.station, case_number, told)
    facts = {"number": case_number, "until": ends_at, "why": said, "reads": row["reads"]}
    await audit(tx, actor, clock, action="plates.hold_end", subject=_subject(actor.station, case_number), facts=facts)
    return row | told


async def tend(tx: Tx, actor: Actor, clock: Clock, pictures: DatedMedia) -> int:
    """End holds with their cases, and let go what is over, pictures too (core's own); return how many were let go."""
    actor.must(RIGHT)
    now = clock.now()
    for row in await store.end_with_cases(tx, now, GRACE, "case"):
        own, subject = (
            system(StationId(row["station_id"]), name=actor.name),
            _subject(row["station_id"], row["case_number"]),
        )
        facts = {"number": row["case_number"], "until": row["ends_at"], "reads": row["reads"]}
        await audit(tx, own, clock, action="plates.hold_end", subject=subject, facts=facts)
    over = await store.over(tx, now)
    for row in over:
        await _let_go(tx, actor, clock, row, pictures)
    return len(over)


async def _let_go(tx: Tx, actor: Actor, clock: Clock, row: Row, pictures: DatedMedia) -> None:
    station_id, number = StationId(row["station_id"]), row["case_number"]
    gone = await store.release(tx, station_id, number)
    digests = {bytes(one[part]) for one in gone for part in ("crop", "still") if one[part] is not None}
    free = [digest.hex() for digest in sorted(digests) if not await store.still_held(tx, digest)]
    await store.set_hold(tx, station_id, number, {"released_at": clock.now(), "reads": len(gone)})
    facts = {"number": number, "reads": len(gone), "pictures": len(free)}
    own = system(station_id, name=actor.name)
    await audit(tx, own, clock, action="plates.release", subject=_subject(station_id, number), facts=facts)

    async def forget() -> None:
        await pictures.let_go(free)

    tx.after_commit(forget)


def _subject(station_id: int, case_number: str) -> str:
    return f"plate_hold:{station_id}:{case_number}"
