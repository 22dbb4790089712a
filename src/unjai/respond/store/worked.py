"""What units were doing in a stretch of the past, from duty and assignments: for rules that are tried on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from unjai.model.ids import UnitId
from unjai.people.store.tables import duty
from unjai.platform.database import Tx
from unjai.respond.store.tables import assignment

_MOST = 20_000
Step = tuple[UnitId, datetime, str]


async def worked_between(tx: Tx, since: datetime, until: datetime) -> list[Step]:
    """Return from when each unit was free, on its way, on scene or off duty, oldest first."""
    reach = or_(assignment.c.ended_at.is_(None), assignment.c.ended_at >= since)
    columns = (
        assignment.c.unit_id,
        assignment.c.accepted_at,
        assignment.c.en_route_at,
        assignment.c.on_scene_at,
        assignment.c.ended_at,
        assignment.c.cleared_at,
    )
    asked = select(*columns).where(assignment.c.offered_at < until, assignment.c.accepted_at.is_not(None), reach)
    steps: list[tuple[datetime, int, UnitId, str]] = []
    for row in await tx.all(asked.order_by(assignment.c.offered_at.desc()).limit(_MOST)):
        unit = UnitId(row["unit_id"])
        marks = (
            (row["accepted_at"], "en_route"),
            (row["en_route_at"], "en_route"),
            (row["on_scene_at"], "on_scene"),
            (row["ended_at"] or row["cleared_at"], "free"),
        )
        steps += [(at, 1, unit, state) for at, state in marks if at is not None]
    on = select(duty.c.unit_id, duty.c.from_at, duty.c.to_at).where(
        duty.c.from_at < until, or_(duty.c.to_at.is_(None), duty.c.to_at >= since)
    )
    for row in await tx.all(on.order_by(duty.c.from_at.desc()).limit(_MOST)):
        unit = UnitId(row["unit_id"])
        steps.append((row["from_at"], 0, unit, "free"))
        if row["to_at"] is not None:
            steps.append((row["to_at"], 2, unit, "off"))
    steps.sort(key=lambda step: (step[0], step[1]))
    return [(unit, at, state) for at, _order, unit, state in steps if at <= until]
