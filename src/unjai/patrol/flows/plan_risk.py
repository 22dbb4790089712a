"""Risk by place and hour, handed down to patrol: from a file or a form today, from the figures of the station later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """Take the risk of places (by code) for 24 hours or the 168 of a week; return how many places.

    What is not named stays, unless the table is `whole`. Raises `patrol_risk_hours` (422).
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
