"""The risk form: what each place has by hour and whence, the hours of kinds, and what history would say."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.patrol.flows.plan_risk import LENGTHS, MANAGE, take_risk
from unjai.patrol.flows.plan_towns import places_of
from unjai.patrol.rules.concentration import Concentration, concentration
from unjai.patrol.rules.risk_history import Counted, Happened, Spot, base_of, counted
from unjai.patrol.store import checkpoints, desk
from unjai.patrol.store import plans as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.codes import event_codes
from unjai.respond.store.history import happened
from unjai.territory.facts import place_kinds
from unjai.territory.view import territory_of

PLAN, READ = "patrol.plan", "patrol.read"
MONTH = timedelta(days=30.4375)
Row = dict[str, Any]


async def listed(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Row]:
    """Return the places of a plan with their risk by hour and `source`: project, kind, form, file, history, figures."""
    actor.must(READ)
    given = {row["place"]: row for row in await store.risk(tx, station_id)}
    kinds = await desk.kinds(tx, station_id)
    found = []
    for place in await places_of(tx, station_id, await territory_of(tx, station_id)):
        own, kind = given.get(place["id"]), kinds.get(place["kind"])
        hours = place.get("risk_by_hour")
        found.append(
            {
                **{name: place[name] for name in ("id", "name", "kind", "lon", "lat")},
                "area": place.get("area", ""),
                "by_hour": [round(float(one), 4) for one in base_of(place["kind"])] if hours is None else hours,
                "source": own["source"] if own else "kind" if kind else "project",
                "taken_at": own["taken_at"] if own else None,
                "taken_by": own["taken_by"] if own else "",
            }
        )
    return found


async def set_risk(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    by_place: Mapping[str, Sequence[float] | None],
    source: str,
) -> list[Row]:
    """Set the risk of places, or let them have their kind's again (None); return what stood there before.

    What is returned, told again, takes the change back. Raises `patrol_risk_place`, `patrol_risk_hours` (422).
    """
    actor.must(MANAGE)
    stood = {row["place"]: row for row in await store.risk(tx, station_id)}
    known = {place["id"] for place in await places_of(tx, station_id, await territory_of(tx, station_id))}
    for place in by_place:
        if place not in known and place not in stood:
            raise UnjaiError("patrol_risk_place", 422, place=place)
    given = {place: hours for place, hours in by_place.items() if hours is not None}
    if given:
        await take_risk(tx, actor, clock, station_id=station_id, by_place=given, source=source)
    gone = [place for place, hours in by_place.items() if hours is None and place in stood]
    if gone:
        await store.drop_risk(tx, station_id, [place for place in {*stood, *given} if place not in gone])
        await _log(tx, actor, clock, station_id, "patrol.risk.drop", {"places": len(gone)})
    return [
        {
            "place": place,
            "by_hour": stood[place]["by_hour"] if place in stood else None,
            "source": stood[place]["source"] if place in stood else source,
        }
        for place in by_place
    ]


async def set_kind(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, kind: str, by_hour: Sequence[float] | None
) -> list[float] | None:
    """Set the hours of a kind of place, or let it have the project's again; return what stood there before.

    Raises `patrol_kind_unknown`, `patrol_risk_hours` (422).
    """
    actor.must(MANAGE)
    if kind not in place_kinds():
        raise UnjaiError("patrol_kind_unknown", 422, kind=kind)
    before = (await desk.kinds(tx, station_id)).get(kind)
    if by_hour is None:
        await desk.drop_kind(tx, station_id, kind)
    else:
        if len(by_hour) != min(LENGTHS) or min(by_hour) < 0:
            raise UnjaiError("patrol_risk_hours", 422, place=kind)
        row = {"station_id": station_id, "kind": kind, "by_hour": [float(one) for one in by_hour]}
        await desk.put_kind(tx, {**row, "changed_at": clock.now(), "changed_by": actor.name})
    await _log(tx, actor, clock, station_id, "patrol.risk.kind", {"kind": kind, "project": by_hour is None})
    return None if before is None else before["by_hour"]


async def history(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, months: int, codes: Collection[str] | None
) -> tuple[list[Counted], int, dict[str, int]]:
    """Return what the incidents of some months say of each place, how many lay at none, and how many of each code.

    Without `codes` every code counts that stands for an offence. What patrols alone found counts for each visit.
    """
    actor.must(MANAGE)
    until = clock.now()
    since = until - months * MONTH
    rows = await happened(tx, station_id, since, until)
    by_code: dict[str, int] = {}
    for row in rows:
        by_code[row["code"]] = by_code.get(row["code"], 0) + 1
    chosen = offences() if codes is None else frozenset(codes)
    taken = [
        Happened(lon=row["lon"], lat=row["lat"], hour=row["at"].astimezone(BANGKOK).hour, found=row["found"])
        for row in rows
        if row["code"] in chosen
    ]
    ids = {row["id"]: row["code"] for row in await checkpoints.checkpoints(tx, station_id)}
    visits: dict[str, int] = {}
    for row in await desk.visits_between(tx, station_id, since, until):
        code = ids.get(row["checkpoint_id"], "")
        visits[code] = visits.get(code, 0) + 1
    spots = [
        Spot(id=one["id"], kind=one["kind"], lon=one["lon"], lat=one["lat"], visits=visits.get(one["id"], 0))
        for one in await places_of(tx, station_id, await territory_of(tx, station_id))
    ]
    kinds = {kind: row["by_hour"] for kind, row in (await desk.kinds(tx, station_id)).items()}
    found, away = await asyncio.to_thread(counted, spots, taken, months=months, kinds=kinds)
    return found, away, by_code


def offences() -> frozenset[str]:
    """Return the event codes that stand for an offence."""
    return frozenset(code for code, one in event_codes().items() if one.offences or one.offence_group)


async def take_history(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, months: int, codes: Collection[str] | None
) -> list[Row]:
    """Take what history says as the risk of the places at which anything happened; return what stood there before."""
    found, _, _ = await history(tx, actor, clock, station_id=station_id, months=months, codes=codes)
    by_place = {one.place: one.by_hour for one in found if one.called or one.found}
    return await set_risk(tx, actor, clock, station_id=station_id, by_place=by_place, source="history")


async def gathered(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, days: int
) -> tuple[Concentration, Concentration]:
    """Return how the planned visits of published plans gather, and the visits that phones proved or half proved."""
    actor.must(READ)
    until = clock.now()
    since = until - timedelta(days=days)
    places = [one["id"] for one in await places_of(tx, station_id, await territory_of(tx, station_id))]
    planned = {row["place"]: row["visits"] for row in await desk.planned_visits(tx, station_id, since, until)}
    points = [row["id"] for row in await checkpoints.checkpoints(tx, station_id) if not row["retired"]]
    seen: dict[Any, int] = {}
    for row in await desk.visits_between(tx, station_id, since, until):
        seen[row["checkpoint_id"]] = seen.get(row["checkpoint_id"], 0) + 1
    return (
        concentration([planned.get(place, 0) for place in places]),
        concentration([seen.get(point, 0) for point in points]),
    )


async def _log(  # noqa: PLR0917
    tx: Tx, actor: Actor, clock: Clock, station_id: StationId, action: str, facts: Mapping[str, object]
) -> None:
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action=action, subject=subject, facts=dict(facts), station_id=station_id)
