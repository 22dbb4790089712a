"""Plan against track: a shift's units for its chief, and one's own shifts for whoever drove them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import not_found
from unjai.model.ids import StationId
from unjai.patrol.driven import Frame, Kept, Spot, Way, lines, pieces, told
from unjai.patrol.flows.plan_towns import span
from unjai.patrol.rules.plan_town import Prepared, prepared
from unjai.patrol.rules.tracks import Fix
from unjai.patrol.schemas.plan_file import Town
from unjai.patrol.store import checkpoints, trails
from unjai.patrol.store import plans as store
from unjai.patrol.store.visits import visits
from unjai.people.store.units import ShiftRow, shifts, units
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.view import TerritoryView, territory_of

REPLAY, SELF = "replay.read", "patrol.self"
AROUND = timedelta(minutes=15)
OWN_DAYS = 14
"""How far back one looks at one's own track; what lies beyond is for the shift chief, with a reason in the log."""
OWN_MOST = 60
_VISITS_MOST = 2_000
_TOWNS_MOST = 6
Row = dict[str, Any]
kept = Kept()
_towns: OrderedDict[tuple[UUID, int], tuple[tuple[Spot, ...], np.ndarray]] = OrderedDict()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A stretch of time at a station with its published plan, if there is one."""

    station_id: StationId
    from_at: datetime
    to_at: datetime
    plan: Row | None
    frame: Frame
    territory: TerritoryView
    visits: tuple[Row, ...]

    def round_of(self, unit_id: object) -> Row | None:
        """Return the round that was published for a unit."""
        rounds = [] if self.plan is None else self.plan["result"]["rounds"]
        return next((one for one in rounds if one["unit"] == str(unit_id)), None)


async def shift_driven(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    day: date,
    shift_id: UUID,
    unit_id: UUID | None = None,
    why: str = "look",
) -> Row:
    """Return what every unit of a shift drove beside its plan; with `unit_id` that one's track for a replay too.

    A unit is of the shift when the plan names it or it was on duty meanwhile. Every look is in the log. Raises
    `not_found` for the shift or a unit that was not there.
    """
    actor.must(REPLAY)
    shift = await shift_of(tx, station_id, shift_id)
    from_at, to_at = span(shift, day)
    asked = await _asked(tx, clock, station_id, from_at, to_at, day=day, shift_id=shift_id)
    crews = await _crews(tx, clock, asked)
    if unit_id is not None:
        crews = [one for one in crews if one["unit"] == str(unit_id)]
        if not crews:
            raise not_found("unit", unit_id)
    facts = {"day": day.isoformat(), "shift": shift.name_th, "units": len(crews)}
    if unit_id is not None:
        facts["unit"] = crews[0]["call_sign"]
    action = "patrol.driven.print" if why == "print" else "patrol.driven.look"
    await audit(tx, actor, clock, action=action, subject=f"shift:{shift_id}", facts=facts, station_id=station_id)
    with_track = unit_id is not None or why == "print"
    rows = [await _unit(tx, asked, one, clock.now(), with_track=with_track) for one in crews]
    edges = {edge for row in rows for edge in row.pop("edges")}
    return {
        "day": day,
        "shift_id": shift_id,
        "shift_th": shift.name_th,
        "shift_en": shift.name_en,
        "from_at": from_at,
        "to_at": to_at,
        "now": clock.now(),
        "plan_id": None if asked.plan is None else asked.plan["id"],
        "units": rows,
        "places": [{"id": s.id, "name": dict(s.name), "lon": s.lon, "lat": s.lat} for s in asked.frame.spots],
        "driven_share": round(len(edges) / max(asked.territory.graph.edge_count, 1), 4),
    }


async def shift_of(tx: Tx, station_id: StationId, shift_id: UUID) -> ShiftRow:
    """Return a shift of a station; raise `not_found`."""
    found = next((one for one in await shifts(tx, station_id) if one.id == shift_id), None)
    if found is None:
        raise not_found("shift", shift_id)
    return found


async def own_shifts(tx: Tx, actor: Actor, clock: Clock) -> list[Row]:
    """Return one's own stays on duty of the last days, the newest first."""
    actor.must(SELF)
    if actor.account_id is None:
        return []
    since = clock.now() - timedelta(days=OWN_DAYS)
    return await trails.own_duties(tx, actor.account_id, f"{actor.kind}:{actor.key}", since, OWN_MOST)


async def own_driven(tx: Tx, actor: Actor, clock: Clock, *, duty_id: UUID | None = None) -> Row | None:
    """Return one's own track beside the plan: of a stay on duty, or the newest; None before the first.

    The look is in the log as everybody else's is. Raises `not_found` for a duty that is not one's own.
    """
    rows = await own_shifts(tx, actor, clock)
    row = rows[0] if duty_id is None and rows else next((one for one in rows if one["id"] == duty_id), None)
    if row is None:
        if duty_id is not None:
            raise not_found("duty", duty_id)
        return None
    now, here = clock.now(), actor.station
    until = row["to_at"] or now
    day = row["from_at"].astimezone(BANGKOK).date()
    asked = await _asked(tx, clock, here, row["from_at"], until, day=day, shift_id=row["shift_id"], around=True)
    facts = {"from": row["from_at"].isoformat(), "unit": row["call_sign"]}
    await audit(tx, actor, clock, action="patrol.track.own", subject=f"duty:{row['id']}", facts=facts, station_id=here)
    round_ = asked.round_of(row["unit_id"])
    crew = {"unit": str(row["unit_id"]), "device": row["device_id"], "round": round_}
    made = await _unit(tx, asked, crew, now, with_track=True, within=(row["from_at"], until))
    made.pop("edges")
    return {**head_of(row), "now": now, "zero_at": asked.from_at, "planned": round_ is not None, **made}


def head_of(row: Row) -> Row:
    """Return what is told of a stay on duty without its track."""
    names = {"shift_th": row["name_th"] or "", "shift_en": row["name_en"] or ""}
    return {**{name: row[name] for name in ("id", "from_at", "to_at", "call_sign")}, **names}


async def _asked(
    tx: Tx,
    clock: Clock,
    station_id: StationId,
    from_at: datetime,
    to_at: datetime,
    *,
    day: date,
    shift_id: UUID | None,
    around: bool = False,
) -> Asked:
    """Read all that a stretch of time is compared with. `around`: a stay within a plan counts from the plan's zero."""
    found = await store.published_at(tx, station_id, from_at, to_at)
    same = (one for one in found if one["shift_id"] == shift_id and (around or one["day"] == day))
    plan = next(same, None)
    zero, end = (from_at, to_at) if plan is None else (plan["from_at"], plan["to_at"])
    territory = await territory_of(tx, station_id)
    now_s = (clock.now() - zero).total_seconds()
    if plan is None:
        spots = tuple(
            Spot(id=row["code"], name={"th": row["name_th"], "en": row["name_en"]}, lon=row["lon"], lat=row["lat"])
            for row in await checkpoints.checkpoints(tx, station_id)
            if not row["retired"]
        )
        risk = None
    else:
        spots, risk = await asyncio.to_thread(_town, plan)
    streets = await asyncio.to_thread(kept.streets, territory)
    since, until = min(zero, from_at) - AROUND, max(end, to_at) + AROUND
    seen = await visits(tx, {"station_id": station_id, "from_at": since, "to_at": until}, _VISITS_MOST)
    return Asked(
        station_id=station_id,
        from_at=zero,
        to_at=end,
        plan=plan,
        frame=Frame(station_id=station_id, stamp=territory.stamp, streets=streets, spots=spots, risk=risk, now_s=now_s),
        territory=territory,
        visits=tuple(seen),
    )


def _town(plan: Mapping[str, Any]) -> tuple[tuple[Spot, ...], np.ndarray]:
    """Return the places of a plan and their risk; the last few plans are kept."""
    key = (plan["id"], plan["version"])
    known = _towns.get(key)
    if known is None:
        ready = prepared(Town.model_validate(plan["town"]))
        known = _towns[key] = (_spots(ready), ready.problem.risk)
        while len(_towns) > _TOWNS_MOST:
            _towns.popitem(last=False)
    return known


def _spots(ready: Prepared) -> tuple[Spot, ...]:
    found = []
    for place in ready.places:
        said = place.name
        name = {"th": said, "en": ""} if isinstance(said, str) else {"th": said.th or "", "en": said.en or ""}
        far = place.lon is None or place.lat is None
        # a place without coordinates keeps its row, for the risk's sake, where no unit can be
        found.append(
            Spot(id=place.id, name=name, lon=0.0 if far else place.lon or 0.0, lat=0.0 if far else place.lat or 0.0)
        )
    return tuple(found)


async def _crews(tx: Tx, clock: Clock, asked: Asked) -> list[Row]:
    """Return the units of a shift: those of the plan first, then who was on duty besides, each by call sign."""
    there = {
        str(row["unit_id"]): row
        for row in await trails.duties_between(tx, asked.station_id, asked.from_at, asked.to_at)
    }
    known = {str(one.id): one for one in await units(tx, clock.now(), disabled=True)}
    rounds = [] if asked.plan is None else asked.plan["result"]["rounds"]
    found = []
    for round_ in rounds:
        own = known.get(round_["unit"])
        sign = round_["name"]["th"] if own is None else own.call_sign
        device = None if own is None else own.device_id
        found.append(
            {"unit": round_["unit"], "call_sign": sign, "kind": round_["kind"], "device": device, "round": round_}
        )
    named = {one["unit"] for one in found}
    for key, row in there.items():
        if key not in named:
            found.append(
                {
                    "unit": key,
                    "call_sign": row["call_sign"],
                    "kind": row["kind"],
                    "device": row["device_id"],
                    "round": None,
                }
            )
    return [{**one, "on_duty": one["unit"] in there} for one in found]


async def _unit(
    tx: Tx,
    asked: Asked,
    crew: Row,
    now: datetime,
    *,
    with_track: bool,
    within: tuple[datetime, datetime] | None = None,
) -> Row:
    since, until = within or (asked.from_at - AROUND, min(asked.to_at + AROUND, now))
    found: Sequence[Mapping[str, Any]] = []
    if crew["device"] is not None and until > since:
        found = await trails.track_of(tx, UUID(str(crew["device"])), asked.from_at, since, until)
    stops = [] if crew["round"] is None else crew["round"]["stops"]
    seen = [
        {
            "place": visit["checkpoint_code"],
            "at_s": (visit["happened_at"] - asked.from_at).total_seconds(),
            "state": visit["state"],
            "score": visit["score"],
        }
        for visit in asked.visits
        if str(visit["unit_id"]) == crew["unit"] and since <= visit["happened_at"] <= until
    ]
    way, made = await asyncio.to_thread(_compared, asked, crew, stops, found, seen)
    head: Row = {name: crew[name] for name in ("unit", "call_sign", "kind", "on_duty") if name in crew}
    made |= {**head, "planned": crew["round"] is not None, "carries": crew["device"] is not None, "edges": way.edges}
    if with_track:
        made["track"] = list(way.track)
        made["lines"] = lines(asked.territory, way.edges)
        made["pieces"] = pieces(way.track, way.gaps)
    return made


def _compared(
    asked: Asked, crew: Row, stops: Sequence[Row], found: Sequence[Mapping[str, Any]], seen: Sequence[Row]
) -> tuple[Way, Row]:
    track = [
        Fix(at_s=one["at_s"], lon=one["lon"], lat=one["lat"], accuracy_m=one["accuracy_m"])
        for one in sorted(found, key=lambda one: one["at_s"])
    ]
    way = kept.way(asked.frame, crew["device"], asked.from_at, track)
    return way, told(asked.frame, way, stops, track, seen)


async def streets_of(tx: Tx, station_id: StationId) -> list[tuple[str, Sequence[tuple[float, float]]]]:
    """Return the streets for a drawn map: class and line."""
    territory = await territory_of(tx, station_id)
    return [(edge.street_class, edge.coordinates) for edge in territory.graph.edges]
