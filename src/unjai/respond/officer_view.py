"""What an officer's page shows besides the task: words that wait, one's own call for help, where the caller is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unjai.model.ids import UnitId
from unjai.platform.database import Tx
from unjai.respond.schemas.officer import CallerPlace, OwnDistress, OwnTalk
from unjai.respond.store import incidents, talks, timeline

Row = dict[str, Any]


async def own_talk(tx: Tx, unit_id: UnitId) -> OwnTalk:
    """Return the centre's words that wait to be read on the phone."""
    rows = await talks.unread(tx, from_unit=False, unit_id=unit_id)
    return OwnTalk.model_validate(rows[0]) if rows else OwnTalk(unread=0, last_seq=0, text="", name="")


async def own_distress(tx: Tx, unit_id: UnitId) -> OwnDistress | None:
    """Return the unit's own open call for help."""
    own = await incidents.distress_of(tx, unit_id)
    found = None if own is None else await incidents.of(tx, own)
    if found is None:
        return None
    return OwnDistress(
        number=found["number"],
        opened_at=found["opened_at"],
        acknowledged=found["acknowledged_at"] is not None,
        safe=await timeline.has_kind(tx, found["id"], "unit_safe"),
    )


def caller_place(asked: Row, told: Iterable[Mapping[str, Any]]) -> CallerPlace | None:
    """Return where the one who called for help is by her own page, once the unit has taken the task."""
    if asked["state"] == "offered":
        return None
    placed = [one for one in told if one["channel"] == "citizen" and one["placed_at"] and one["lon"] is not None]
    if not placed:
        return None
    last = max(placed, key=lambda one: one["placed_at"])
    return CallerPlace(lon=last["lon"], lat=last["lat"], accuracy_m=last["accuracy_m"], at=last["placed_at"])
