"""Risk by place and hour, handed down to patrol: from a file or a form today, from the figures of the station later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId, named_id
from unjai.patrol.store import plans as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx

MANAGE = "patrol.manage"
LENGTHS = frozenset({24, 168})


async def take_risk(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    by_place: Mapping[str, Sequence[float]],
    source: str,
    whole: bool = False,
) -> int:
    """Take the risk of places (by code) for 24 hours or the 168 of a week from Monday; return how many places.

    The name by which the capability of figures hands risk down: expected harm an hour, in any unit that is the same for
    all places. Every plan made from then on goes by it, before what the station set for kinds. What is not named stays,
    unless the table is `whole`. `source` (form, file, history, figures) is shown beside the figures. Raises
    `patrol_risk_hours` (422), and nothing of the table is taken then.
    """
    actor.must(MANAGE)
    wrong = [place for place, hours in by_place.items() if len(hours) not in LENGTHS or min(hours) < 0]
    if wrong:
        raise UnjaiError("patrol_risk_hours", 422, place=wrong[0])
    now = clock.now()
    if whole:
        await store.drop_risk(tx, station_id, list(by_place))
    rows = [
        {
            "id": named_id("patrol_risk", f"{station_id}:{place}"),
            "station_id": station_id,
            "place": place,
            "by_hour": [float(value) for value in hours],
            "source": source,
            "taken_at": now,
            "taken_by": actor.name,
        }
        for place, hours in by_place.items()
    ]
    await store.put_risk(tx, rows)
    await audit(
        tx,
        actor,
        clock,
        action="patrol.risk.take",
        subject=f"station:{station_id}",
        facts={"places": len(rows), "source": source, "whole": whole},
        station_id=station_id,
    )
    return len(rows)


async def put_back(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    took: Mapping[str, Sequence[float]],
    stood: Mapping[str, Mapping[str, Any]],
) -> int:
    """Take back what was taken (`took`), so that `stood` stands again; return how many places.

    Raises `import_undo_late` (409) where one of them has other risk by now.
    """
    actor.must(MANAGE)
    now_there = {row["place"]: row for row in await store.risk(tx, station_id)}
    gone = set(stood) - set(took)
    if any(place not in now_there or now_there[place]["by_hour"] != hours for place, hours in took.items()) or (
        gone & set(now_there)
    ):
        raise UnjaiError("import_undo_late", 409)
    fresh = set(took) - set(stood)
    if fresh:
        await store.drop_risk(tx, station_id, [place for place in now_there if place not in fresh])
    for source in sorted({row["source"] for row in stood.values()}):
        by_place = {place: row["by_hour"] for place, row in stood.items() if row["source"] == source}
        await take_risk(tx, actor, clock, station_id=station_id, by_place=by_place, source=source)
    count = len({*took, *stood})
    await audit(
        tx,
        actor,
        clock,
        action="patrol.risk.undo",
        subject=f"station:{station_id}",
        facts={"places": count},
        station_id=station_id,
    )
    return count
