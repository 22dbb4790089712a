"""Import of what is where: all rows that may be taken are taken in one transaction, every other one is told why not.

What a file says nothing of stays: a table without telephone numbers leaves those that stand.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from sqlalchemy import Table

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import facts, store
from unjai.territory.flows.scope import changed, enter
from unjai.territory.readers.maps import document_of, read_map
from unjai.territory.records import OrgUnit
from unjai.territory.rules.geojson import Broken, Feature, Note, features_of
from unjai.territory.rules.lines import KnownEdge, read_street_rows
from unjai.territory.rules.rows import (
    Ground,
    device_reader,
    note_left_outside,
    place_reader,
    read_community,
    read_land,
    read_zones,
)
from unjai.territory.rules.secrets import with_secrets
from unjai.territory.rules.shapes import shape_of
from unjai.territory.rules.sheet import ImportReport, Row, Sheet, read_rows
from unjai.territory.store import writes
from unjai.territory.store.writes import Written

__all__ = ["Body", "ImportReport", "document_of", "features_in"]

Body = bytes | Mapping[str, Any] | Sequence[Feature | Broken]
"""A GeoJSON file, read or not, or the rows that a reader made of another."""

Reader = Callable[[Feature, Note, Ground], Row]

SAID_BY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "places": {"kind": (), "name_en": ("name:en",), "phone": (), "house_no": ()},
    "communities": {"name_en": ("name:en", "community_en"), "households": (), "population": ()},
    "land": {"name_th": ("name",), "name_en": ()},
    "devices": {
        "name_en": ("name:en",),
        "owner_kind": (),
        "owner_name": (),
        "silent_after_s": (),
        "settings": ("heading_deg", "fov_deg", "range_m"),
        "installed_on": (),
    },
    "streets": {
        "name_th": ("name:th", "name"),
        "name_en": ("name:en",),
        "class": ("street_class", "highway"),
        "oneway": (),
        "lit": (),
    },
}
"""Columns that stay where no row of a file has their property (of the same name, or one of these)."""


def features_in(body: Body) -> list[Feature | Broken]:
    """Return the rows of a body."""
    if isinstance(body, bytes | Mapping):
        return features_of(document_of(body))
    return list(body)


def left_alone(what: str, features: Sequence[Feature | Broken]) -> frozenset[str]:
    """Return the columns that no row of a file speaks of."""
    told: set[str] = set().union(*(feature.properties for feature in features if isinstance(feature, Feature)))
    kept = {name for name, others in SAID_BY.get(what, {}).items() if told.isdisjoint({name, *others})}
    if what == "communities" and not any(_has_border(feature) for feature in features):
        kept.add("geometry")
    return frozenset(kept)


def _has_border(feature: Feature | Broken) -> bool:
    return isinstance(feature, Feature) and (feature.geometry or {}).get("type") in {"Polygon", "MultiPolygon"}


@dataclass(kw_only=True, slots=True)
class _Import:
    """One file on its way into one table or two. `before` notes what its tables held, if it may be taken back."""

    tx: Tx
    actor: Actor
    clock: Clock
    station: OrgUnit
    what: str
    dry_run: bool
    undoable: bool = False
    before: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def station_id(self) -> StationId:
        return StationId(self.station.id)

    async def ground(self) -> Ground:
        """Return what rows are held against."""
        zones = {zone.code: shape_of(zone.geometry) for zone in await store.zones_of(self.tx, self.station_id)}
        return Ground(station_id=self.station.id, station_code=self.station.code, zones=zones)

    async def read(self, features: Sequence[Feature | Broken], reader: Reader) -> Sheet:
        """Read all rows, in a thread."""
        ground = await self.ground()
        return await asyncio.to_thread(read_rows, features, lambda feature, note: reader(feature, note, ground))

    async def put(self, table: Table, rows: Sequence[Row], *by: str, keep: Collection[str] = ()) -> Written:
        """Insert or change rows; note what stood there."""
        values = [row.values for row in rows]
        stood = await self._stood(table, values)
        written = await writes.upsert(self.tx, table, self.station_id, values, by=by or ("id",), keep=keep)
        self._note(table, written.fresh, [row for row in stood if row["id"] in set(map(_plain, written.touched))])
        return written

    async def drop(self, table: Table, ids: Sequence[Any], names: Sequence[str]) -> Written:
        """Delete rows; note what they were."""
        if self.undoable and not self.dry_run:
            text = await writes.rows_text(self.tx, table, self.station_id, ids, names)
            self._note(table, (), msgspec.json.decode(text))
        return Written(removed=await writes.remove_rows(self.tx, table, self.station_id, ids))

    def note_fresh(self, table: Table, ids: Sequence[Any]) -> None:
        """Note rows that were inserted elsewhere."""
        self._note(table, ids, [])

    async def _stood(self, table: Table, values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if self.dry_run or not self.undoable or not values:
            return []
        ids = [row["id"] for row in values]
        text = await writes.rows_text(self.tx, table, self.station_id, ids, list(values[0]))
        found = await asyncio.to_thread(msgspec.json.decode, text)
        return cast("list[dict[str, Any]]", found)

    def _note(self, table: Table, fresh: Sequence[Any], stood: Sequence[Mapping[str, Any]]) -> None:
        noted = self.before.setdefault(table.name, {"fresh": [], "stood": []})
        noted["fresh"] += [_plain(key) for key in fresh]
        noted["stood"] += stood

    async def table(self, features: Sequence[Feature | Broken], reader: Reader, table: Table) -> ImportReport:
        """Import rows of one kind of thing."""
        sheet, keep = await self.read(features, reader), left_alone(self.what, features)
        return await self.apply(sheet, lambda: self.put(table, sheet.rows, keep=keep))

    async def apply(self, sheet: Sheet, write: Callable[[], Awaitable[Written]]) -> ImportReport:
        """Write what may be taken; in a dry run undo it again, so that both tell the same."""
        point = await self.tx.conn.begin_nested()
        written = await write()
        if self.dry_run:
            await point.rollback()
            version = await store.version_of(self.tx, self.station_id)
        else:
            await point.commit()
            version = await self._settle(sheet, written)
        return ImportReport(
            total=sheet.total,
            accepted=sheet.total - len(sheet.refused),
            added=written.added,
            updated=written.updated,
            unchanged=max(len(sheet.rows) - written.added - written.updated, 0),
            removed=written.removed,
            refused=tuple(sorted(sheet.refused, key=lambda item: item.row)),
            warnings=tuple(sorted(sheet.warnings, key=lambda item: item.row)),
            version=version,
            dry_run=self.dry_run,
            outcome=await asyncio.to_thread(_outcome, sheet, written),
            undo=await self._undo(written),
        )

    async def _undo(self, written: Written) -> Mapping[str, Any] | None:
        if self.dry_run or not self.undoable or not (written.added or written.updated or written.removed):
            return None
        stamp = await store.stamp_of(self.tx, self.station_id)
        return {"what": self.what, "stamp": str(stamp), "tables": self.before}

    async def _settle(self, sheet: Sheet, written: Written) -> int:
        told = {
            "total": sheet.total,
            "refused": len(sheet.refused),
            "added": written.added,
            "updated": written.updated,
            "removed": written.removed,
        }
        action, subject = f"territory.import.{self.what}", f"station:{self.station_id}"
        await audit(
            self.tx,
            self.actor,
            self.clock,
            action=action,
            subject=subject,
            facts=told,
            station_id=self.station_id,
        )
        if not (written.added or written.updated or written.removed):
            return await store.version_of(self.tx, self.station_id)
        return await changed(self.tx, self.clock, self.station_id, self.what)


def _plain(key: object) -> object:
    return key if isinstance(key, int) else str(key)


def _outcome(sheet: Sheet, written: Written) -> str:
    """Return a digest of what was written where: two imports that say the same change the same."""
    values = msgspec.json.encode([(row.key, row.values) for row in sheet.rows])
    ids = msgspec.json.encode([sorted(map(str, written.fresh)), sorted(map(str, written.touched)), written.removed])
    return hashlib.sha256(values + ids).hexdigest()


async def import_zones(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    dry_run: bool = False,
    undoable: bool = False,
) -> ImportReport:
    """Import zones and their sub-zones (Polygon; `kind` zone, economic, risk or landmark)."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="zones", dry_run=dry_run, undoable=undoable)
    features, ground = await asyncio.to_thread(features_in, body), await job.ground()
    stored = await store.subzones_of(tx, station_id)
    sheet, zones, subs = await asyncio.to_thread(read_zones, features, ground)
    note_left_outside(sheet, zones, subs, stored)

    async def write() -> Written:
        return await job.put(store.zone, zones) + await job.put(store.subzone, subs)

    return await job.apply(sheet, write)


async def import_communities(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    dry_run: bool = False,
    undoable: bool = False,
) -> ImportReport:
    """Import communities (Point, or Polygon as their border)."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(
        tx=tx, actor=actor, clock=clock, station=station, what="communities", dry_run=dry_run, undoable=undoable
    )
    return await job.table(await asyncio.to_thread(features_in, body), read_community, store.community)


async def import_places(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    dry_run: bool = False,
    undoable: bool = False,
) -> ImportReport:
    """Import places (Point) of the kinds of `data/place_kinds.csv`."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="places", dry_run=dry_run, undoable=undoable)
    return await job.table(await asyncio.to_thread(features_in, body), place_reader(facts.place_kinds()), store.place)


async def import_land(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    dry_run: bool = False,
    undoable: bool = False,
) -> ImportReport:
    """Import what is drawn under the streets (Polygon; `kind` water, park, compound, market or field)."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="land", dry_run=dry_run, undoable=undoable)
    return await job.table(await asyncio.to_thread(features_in, body), read_land, store.land)


async def import_devices(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    dry_run: bool = False,
    undoable: bool = False,
    right: str = "device.admin",
) -> ImportReport:
    """Import devices (Point; phones, trackers and citizens' doors may have no geometry). `right`: the caller's own.

    What a unit carries, and what was disabled, stays so. A key that another station has is `row_device_taken`.
    """
    station = await enter(tx, actor, right, station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="devices", dry_run=dry_run, undoable=undoable)
    features = await asyncio.to_thread(features_in, body)
    sheet = await job.read(features, device_reader(facts.owner_kinds()))
    keep = left_alone("devices", features)

    async def write() -> Written:
        before = {found.key: found for found in await store.devices_of(tx, station_id)}
        fresh = [row for row in sheet.rows if row.key not in before]
        own = await writes.claim_devices(tx, station_id, [row.values for row in fresh])
        for row in fresh:
            if row.key not in own:
                sheet.refuse(row.row, row.key, UnjaiError("row_device_taken", 409, key=row.key))
        sheet.rows = [row for row in sheet.rows if row.key in before or row.key in own]
        claimed = tuple(row.values["id"] for row in fresh if row.key in own)
        job.note_fresh(store.device, claimed)
        known = [with_secrets(row, before[row.key].settings) for row in sheet.rows if row.key in before]
        return Written(added=len(own), fresh=claimed) + await job.put(store.device, known, keep=keep)

    return await job.apply(sheet, write)


async def import_streets(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    body: Body,
    dry_run: bool = False,
    replace: bool = False,
    undoable: bool = False,
) -> ImportReport:
    """Import streets (LineString, or a road graph ``{"coords", "edges"}``).

    One line may become several edges, so `added`, `updated` and `unchanged` count edges; `accepted` counts rows.
    With `replace`, edges that the file does not name are removed (not if the file has no row that may be taken).
    """
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="streets", dry_run=dry_run, undoable=undoable)
    features = await asyncio.to_thread(_street_rows, body)
    known = await asyncio.to_thread(_known, await store.streets_text(tx, station_id))
    sheet, edges = await asyncio.to_thread(read_street_rows, features, known, replace=replace)
    keep = left_alone("streets", features)
    sheet.rows = edges

    async def write() -> Written:
        removed = Written()
        if replace and edges:
            gone = await writes.streets_but(tx, station_id, [row.key for row in edges])
            removed = await job.drop(store.street_edge, gone, list(edges[0].values))
        return removed + await job.put(store.street_edge, edges, "station_id", "id", keep=keep)

    return await job.apply(sheet, write)


def _street_rows(body: Body) -> list[Feature | Broken]:
    return list(read_map(body).features) if isinstance(body, bytes | Mapping) else list(body)


def _known(text: str) -> dict[str, KnownEdge]:
    return {
        key: KnownEdge(id=number, node_a=a, node_b=b, first=(line[0][0], line[0][1]), last=(line[-1][0], line[-1][1]))
        for number, key, a, b, *_, line in msgspec.json.decode(text)
    }
