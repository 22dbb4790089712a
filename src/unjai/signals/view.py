"""What the page of signals shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.platform.database import Tx
from unjai.signals.flows.junctions import the_junction
from unjai.signals.live import Live
from unjai.signals.measures import begins, standing
from unjai.signals.rules.comparing import Change, compared
from unjai.signals.schemas import junctions as out
from unjai.signals.store import junctions as store
from unjai.signals.store.flow import flow_of
from unjai.signals.store.log import day_of


def junction_out(row: dict[str, Any]) -> out.JunctionOut:
    """Return a junction as it crosses the wire."""
    return out.JunctionOut.model_validate({**row, "file": row["definition"]})


async def live_states(tx: Tx, live: Live) -> list[out.JunctionLiveOut]:
    """Return the states of the junctions that the asker may see."""
    found = [(row, live.of(row["id"])) for row in await store.junctions(tx)]
    return [
        out.JunctionLiveOut.model_validate({**known[1], "age_s": known[0]}) for row, known in found if known is not None
    ]


async def detail(
    tx: Tx, actor: Actor, clock: Clock, *, junction_id: UUID, day: date | None = None
) -> out.JunctionDetailOut:
    """Return a junction with what it did today, and the measures of a day; without one those of yesterday."""
    row = await the_junction(tx, actor, junction_id)
    now = clock.now()
    today = now.astimezone(BANGKOK).date()
    since = begins(today)
    rows = await store.changes(tx, junction_id, since, "shadow")
    changes = [Change(waited_s=one["waited_s"], passed=one["passed"], hold_s=one["hold_s"]) for one in rows]
    flow = await flow_of(tx, since=since, until=now, junction_id=junction_id)
    made = await day_of(tx, junction_id, day or today - timedelta(days=1))
    found = compared(changes)
    return out.JunctionDetailOut(
        junction=junction_out(row),
        changes=len(changes),
        comparison=None if found is None else out.JunctionComparisonOut.model_validate(found),
        notes=[out.JunctionNoteOut.model_validate(one) for one in await store.notes(tx, junction_id)],
        flow=[out.JunctionFlowOut.model_validate(one) for one in flow],
        figures=None if made is None else out.JunctionFiguresOut.model_validate({**made, **made["figures"]}),
        measuring=standing(junction_id),
    )
