"""Searches as the screens put them and as they see the answers: questions read, hits, files, a stretch of time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.thai import format_moment, parse_date, parse_moment
from unjai.people.store import units as unit_store
from unjai.platform.database import Tx
from unjai.respond.flows.search import Found, Stretch
from unjai.respond.rules.search import Asked, Near
from unjai.respond.schemas.search import (
    Replay,
    ReplayIncident,
    ReplayStep,
    ReplayUnit,
    SearchHit,
    SearchIn,
    SearchPage,
)
from unjai.respond.store import replay, reports, search
from unjai.respond.view import rows_of
from unjai.respond.words import label, step_words, title
from unjai.territory.view import TerritoryView, territory_of

Row = dict[str, Any]


def moment_of(said: str, clock: Clock, *, end: bool = False) -> datetime | None:
    """Read a date as people write it or an ISO moment; with `end`, a date alone means the end of that day."""
    if not said:
        return None
    near = clock.now().astimezone(BANGKOK).date()
    try:
        day: date = parse_date(said, near=near)
    except UnjaiError:
        return parse_moment(said, near=near)
    at = datetime(day.year, day.month, day.day, tzinfo=BANGKOK)
    return at + timedelta(days=1) if end else at


async def asked_of(tx: Tx, actor: Actor, clock: Clock, said: SearchIn) -> Asked:
    """Return the question with its dates, areas and places found; raise `not_found` (404) or what a date raises."""
    placed = said.area or said.place_id is not None
    territory = await territory_of(tx, actor.station) if placed else None
    return Asked(
        words=said.q,
        code=tuple(said.code),
        priority=tuple(said.priority),
        state=tuple(said.state),
        outcome=tuple(said.outcome),
        channel=tuple(said.channel),
        acknowledged_by=tuple(said.by),
        from_at=moment_of(said.since, clock),
        to_at=moment_of(said.until, clock, end=True),
        unit_id=said.unit_id,
        attached=said.attached,
        near=_near(said, territory),
        areas=tuple(one for area in said.area for one in _area(area, territory)),
        ack_over_s=said.ack_over_s,
        response_over_s=said.response_over_s,
        sort=said.sort,
    )


def _near(said: SearchIn, territory: TerritoryView | None) -> Near | None:
    if said.radius_m is None:
        return None
    if said.place_id is not None and territory is not None:
        place = next((one for one in territory.places if one.id == said.place_id), None)
        if place is None:
            raise not_found("place", said.place_id)
        return Near(point=place.point, radius_m=said.radius_m)
    if said.lon is None or said.lat is None:
        raise UnjaiError("request_invalid", 422, where="radius_m: lon, lat")
    return Near(point=Point(lon=said.lon, lat=said.lat), radius_m=said.radius_m)


def _area(said: str, territory: TerritoryView | None) -> Iterable[Mapping[str, object]]:
    kind, _, key = said.partition(":")
    known: Sequence[Any] = ()
    if territory is not None:
        known = {"zone": territory.zones, "subzone": territory.subzones, "community": territory.communities}.get(
            kind, ()
        )
    found = next((one for one in known if str(one.id) == key), None)
    if found is None or found.geometry is None:
        raise not_found("area", said)
    geometry: Mapping[str, Any] = found.geometry
    if geometry["type"] == "MultiPolygon":
        return [{"type": "Polygon", "coordinates": part} for part in geometry["coordinates"]]
    return [geometry]


async def page_of(tx: Tx, found: Found) -> SearchPage:
    """Return a page of hits as the screens show it."""
    timed = {hit["incident_id"]: hit for hit in found.hits}
    rows = await search.rows(tx, list(timed))
    shown = await rows_of(tx, rows)
    went = await replay.went(tx, list(timed))
    hits = [
        SearchHit(
            **one.model_dump(),
            acknowledged_by=row["acknowledged_by"],
            ack_s=_span(row["opened_at"], row["acknowledged_at"]),
            response_s=timed[row["id"]]["response_s"],
            went=went.get(row["id"], []),
        )
        for one, row in zip(shown, rows, strict=True)
    ]
    return SearchPage(rows=hits, next=found.next)


def _span(from_at: datetime, to_at: datetime | None) -> float | None:
    return None if to_at is None else (to_at - from_at).total_seconds()


# Files

_COLUMNS = (
    ("number", "เลขที่"),
    ("opened", "รับแจ้ง (พ.ศ.)"),
    ("opened_at", "รับแจ้ง (ISO)"),
    ("code", "รหัส"),
    ("title", "เหตุ"),
    ("priority", "ความเร่งด่วน"),
    ("state", "สถานะ"),
    ("outcome", "ผล"),
    ("channel", "ช่องทาง"),
    ("place", "สถานที่"),
    ("lon", "ลองจิจูด"),
    ("lat", "ละติจูด"),
    ("acknowledged_by", "ผู้รับเรื่อง"),
    ("ack_s", "รับเรื่องใน (วินาที)"),
    ("response_s", "ถึงที่เกิดเหตุใน (วินาที)"),
    ("units", "สายตรวจ"),
    ("closed_at", "ปิดเหตุ (ISO)"),
)
_CALLER_COLUMNS = (("caller_name", "ผู้แจ้ง"), ("caller_phone", "โทรศัพท์ผู้แจ้ง"))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def file_rows(tx: Tx, incident_ids: Sequence[UUID], *, callers: bool) -> list[Row]:
    """Return the rows of an export for some incidents, in their order."""
    rows = await search.rows(tx, incident_ids)
    went = await replay.went(tx, incident_ids)
    told = await reports.of_incidents(tx, incident_ids) if callers else []
    known = await reports.callers(tx, [one["id"] for one in told]) if callers else {}
    who: dict[UUID, list[Row]] = {}
    for one in told:
        if one["id"] in known:
            who.setdefault(one["incident_id"], []).append(known[one["id"]])
    return [_file_row(row, went.get(row["id"], []), who.get(row["id"], []), callers=callers) for row in rows]


def _file_row(row: Row, went: Sequence[str], who: Sequence[Row], *, callers: bool) -> Row:
    named = title(row["code"], row["about_th"], row["about_en"])
    made: Row = {
        "number": row["number"],
        "opened": format_moment(row["opened_at"], "numeric"),
        "opened_at": row["opened_at"].astimezone(BANGKOK).isoformat(timespec="seconds"),
        "code": row["code"],
        "title": named.th,
        "priority": row["priority"],
        "state": label(f"state.{row['state']}").th,
        "outcome": label(f"outcome.{row['outcome']}").th if row["outcome"] else "",
        "channel": label(f"channel.{row['channel']}").th,
        "place": row["place_th"],
        "lon": row["lon"],
        "lat": row["lat"],
        "acknowledged_by": row["acknowledged_by"],
        "ack_s": _span(row["opened_at"], row["acknowledged_at"]),
        "response_s": _span(row["opened_at"], row["arrived_at"]),
        "units": ", ".join(went),
        "closed_at": row["closed_at"].astimezone(BANGKOK).isoformat(timespec="seconds") if row["closed_at"] else "",
    }
    if callers:
        made["caller_name"] = ", ".join(one["name"] for one in who if one["name"])
        made["caller_phone"] = ", ".join(one["phone"] for one in who if one["phone"])
    return made


def csv_head(*, callers: bool) -> str:
    """Return the mark by which Excel knows UTF-8, and the line of Thai headings."""
    return "\ufeff" + csv_lines([dict((*_COLUMNS, *(_CALLER_COLUMNS if callers else ())))])


def csv_lines(rows: Sequence[Row]) -> str:
    """Return rows as CSV (RFC 4180); a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def geojson_features(rows: Sequence[Row]) -> list[str]:
    """Return rows as GeoJSON features; one without a place has no geometry."""
    made = []
    for row in rows:
        lon, lat = row["lon"], row["lat"]
        told = {name: value for name, value in row.items() if name not in ("lon", "lat", "opened")}
        where = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
        made.append(json.dumps({"type": "Feature", "geometry": where, "properties": told}, ensure_ascii=False))
    return made


# A stretch of time

_LEADS_TO: Mapping[str, str] = {
    "opened": "new",
    "split_off": "new",
    "acknowledged": "acknowledged",
    "accepted": "assigned",
    "en_route": "en_route",
    "on_scene": "on_scene",
    "closed": "closed",
    "merged_into": "closed",
    "reopened": "acknowledged",
}


async def replay_of(tx: Tx, clock: Clock, stretch: Stretch) -> Replay:
    """Return a stretch as the screen plays it; a position is shown under the unit that carries the device."""
    carried = {one.device_id: one for one in await unit_store.units(tx, clock.now(), disabled=True)}
    ways = []
    for row in stretch.positions:
        unit = carried.get(row["device_id"])
        sign, kind = (unit.call_sign, unit.kind) if unit is not None else (row["source"], "car")
        key = str(row["device_id"] or row["source"])
        ways.append(ReplayUnit(key=key, call_sign=sign, kind=kind, points=row["points"]))
    steps: dict[UUID, list[ReplayStep]] = {}
    for row in stretch.steps:
        steps.setdefault(row["incident_id"], []).append(_step(row))
    return Replay(
        from_at=stretch.from_at,
        to_at=stretch.to_at,
        step_s=stretch.step_s,
        units=sorted(ways, key=lambda one: one.call_sign),
        incidents=[_replayed(row, steps.get(row["id"], [])) for row in stretch.incidents],
        kept_since=stretch.kept_since,
    )


def _step(row: Row) -> ReplayStep:
    said = step_words(row["kind"], {key: fact for key, fact in row["facts"].items() if key not in ("text", "reason")})
    state: Any = _LEADS_TO.get(row["kind"])
    return ReplayStep(at=row["at"], kind=row["kind"], state=state, text_th=said.th, text_en=said.en)


def _replayed(row: Row, steps: list[ReplayStep]) -> ReplayIncident:
    named = title(row["code"], row["about_th"], row["about_en"])
    return ReplayIncident.model_validate(
        {
            **{name: row[name] for name in ReplayIncident.model_fields if name in row},
            "title_th": named.th,
            "title_en": named.en,
            "steps": steps,
        }
    )
