"""Bring the borders of tambons, districts and provinces, and find a place to look at first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import facts, store
from unjai.territory.flows.scope import changed, enter
from unjai.territory.readers.maps import document_of
from unjai.territory.rules.boundaries import SCHEMATIC_CORNERS, Origin, boundary_reader, corners_on_average
from unjai.territory.rules.geojson import Broken, Feature, features_of
from unjai.territory.rules.sheet import ImportReport, Row, Sheet, read_rows
from unjai.territory.store import writes, zones
from unjai.territory.store.writes import Written
from unjai.territory.store.zone_tables import boundary
from unjai.territory.words import loose_key, search_key, tidy

Body = bytes | Mapping[str, Any] | Sequence[Feature | Broken]
"""A GeoJSON file, read or not, or the rows that a reader made of another."""


async def import_boundaries(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    source: str,
    as_of: date | None = None,
    schematic: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import borders (Polygon, MultiPolygon) with DOPA's codes; the same code again replaces the border.

    Borders with few corners are marked schematic even where the importer did not say so (`boundary_sketch` warns).
    Raises `boundary_source_missing` (422): a border nobody can trace decides nothing.
    """
    await enter(tx, actor, "zone.admin", station_id)
    if not tidy(source):
        raise UnjaiError("boundary_source_missing", 422)
    origin = Origin(station_id=station_id, source=tidy(source), as_of=as_of, schematic=schematic)
    sheet = await asyncio.to_thread(_read, body, origin)
    point = await tx.conn.begin_nested()
    written = await writes.upsert(tx, boundary, station_id, [row.values for row in sheet.rows])
    if dry_run:
        await point.rollback()
        version = await store.version_of(tx, station_id)
    else:
        await point.commit()
        told = {
            "total": sheet.total,
            "refused": len(sheet.refused),
            "added": written.added,
            "updated": written.updated,
            "source": origin.source,
        }
        action, subject = "territory.import.boundaries", f"station:{station_id}"
        await audit(tx, actor, clock, action=action, subject=subject, facts=told, station_id=station_id)
        version = await store.version_of(tx, station_id)
        if written != Written():
            version = await changed(tx, clock, station_id, "boundaries")
    return ImportReport(
        total=sheet.total,
        accepted=sheet.total - len(sheet.refused),
        added=written.added,
        updated=written.updated,
        unchanged=max(len(sheet.rows) - written.added - written.updated, 0),
        removed=0,
        refused=tuple(sheet.refused),
        warnings=tuple(sheet.warnings),
        version=version,
        dry_run=dry_run,
    )


def _read(body: Body, origin: Origin) -> Sheet:
    features = features_of(document_of(body)) if isinstance(body, bytes | Mapping) else list(body)
    sheet = read_rows(features, boundary_reader(origin))
    corners = corners_on_average(sheet.rows)
    if sheet.rows and corners < SCHEMATIC_CORNERS and not origin.schematic:
        sheet.rows = [_sketched(row) for row in sheet.rows]
        sheet.warn(0, "", "boundary_sketch", corners=round(corners, 1))
    return sheet


def _sketched(row: Row) -> Row:
    return replace(row, values={**row.values, "schematic": True})


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place to look at: a province, district, tambon or police station. `zoom` fits its size."""

    kind: Literal["province", "district", "tambon", "station"]
    name_th: str
    name_en: str
    within_th: str
    within_en: str
    lon: float
    lat: float
    zoom: float


_ZOOM = {"province": 9.0, "district": 11.5, "tambon": 14.0, "station": 15.0}


async def find_spots(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, text: str, limit: int = 12
) -> list[Spot]:
    """Return places by name, the largest first: provinces, districts, the tambons that were brought, stations."""
    del clock
    actor.must("zone.read")
    sought = search_key(text)[:80]
    if not sought:
        return []
    tambons = await zones.tambon_names(tx, station_id) if station_id in actor.stations else []
    rows = [*_known(), *(_tambon(row) for row in tambons)]
    stations = await store.stations_placed(tx)
    rows += [
        Spot(
            kind="station",
            name_th=unit.name_th,
            name_en=unit.name_en,
            within_th=unit.code,
            within_en=unit.code,
            lon=unit.lon,
            lat=unit.lat,
            zoom=_ZOOM["station"],
        )
        for unit in stations
        if unit.lon is not None and unit.lat is not None
    ]
    return _best(rows, sought)[:limit]


def _best(rows: Sequence[Spot], sought: str) -> list[Spot]:
    loose = loose_key(sought)
    found: list[tuple[int, int, Spot]] = []
    for number, row in enumerate(rows):
        names = (search_key(row.name_th), search_key(row.name_en), search_key(row.within_th))
        rank = min((_rank(name, sought, loose) for name in names), default=9)
        if rank < 9:  # noqa: PLR2004  not found
            found.append((rank, number, row))
    return [row for _, _, row in sorted(found, key=lambda item: item[:2])]


def _rank(name: str, sought: str, loose: str) -> int:
    if name == sought:
        return 0
    if name.startswith(sought):
        return 1
    if sought in name:
        return 2
    return 3 if loose and loose in loose_key(name) else 9


def _known() -> list[Spot]:
    found = [
        Spot(
            kind="province",
            name_th=item.name_th,
            name_en=item.name_en,
            within_th="",
            within_en="",
            lon=item.lon,
            lat=item.lat,
            zoom=_ZOOM["province"],
        )
        for item in facts.provinces().values()
    ]
    return found + [
        Spot(
            kind="district",
            name_th=item.name_th,
            name_en=item.name_en,
            within_th=item.province.name_th,
            within_en=item.province.name_en,
            lon=item.lon,
            lat=item.lat,
            zoom=_ZOOM["district"],
        )
        for item in facts.districts().values()
    ]


def _tambon(row: dict[str, object]) -> Spot:
    district = facts.districts().get(int(str(row["code"])[:4]))
    west, south, east, north = (float(str(row[name])) for name in ("west", "south", "east", "north"))
    return Spot(
        kind="tambon",
        name_th=str(row["name_th"]),
        name_en=str(row["name_en"]),
        within_th="" if district is None else f"{district.name_th} {district.province.name_th}",
        within_en="" if district is None else f"{district.name_en}, {district.province.name_en}",
        lon=(west + east) / 2,
        lat=(south + north) / 2,
        zoom=_ZOOM["tambon"],
    )
