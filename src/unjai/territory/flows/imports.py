"""Import of map files: all rows that may be taken are taken in one transaction, every other one is told why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from unjai.territory.records import OrgUnit
from unjai.territory.rules.geojson import Feature, Note, features_of
from unjai.territory.rules.lines import KnownEdge, read_streets
from unjai.territory.rules.rows import (
    Ground,
    device_reader,
    note_left_outside,
    place_reader,
    read_community,
    read_land,
    read_zones,
)
from unjai.territory.rules.shapes import shape_of
from unjai.territory.rules.sheet import ImportReport, Row, Sheet, read_rows
from unjai.territory.store import writes
from unjai.territory.store.writes import Written

Body = bytes | Mapping[str, Any]
Reader = Callable[[Feature, Note, Ground], Row]


def document_of(body: Body) -> Mapping[str, Any]:
    """Return a body as JSON; `import_unreadable` for anything else."""
    if isinstance(body, Mapping):
        return body
    try:
        found = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnjaiError("import_unreadable", 400, problem=str(error)[:160]) from error
    if not isinstance(found, dict):
        raise UnjaiError("import_not_features", 422, found=type(found).__name__)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Import:
    """One file on its way into one table or two."""

    tx: Tx
    actor: Actor
    clock: Clock
    station: OrgUnit
    what: str
    dry_run: bool

    @property
    def station_id(self) -> StationId:
        return StationId(self.station.id)

    async def ground(self) -> Ground:
        """Return what rows are held against."""
        zones = {zone.code: shape_of(zone.geometry) for zone in await store.zones_of(self.tx, self.station_id)}
        return Ground(station_id=self.station.id, station_code=self.station.code, zones=zones)

    async def read(self, body: Body, reader: Reader) -> Sheet:
        """Read all rows, in a thread."""
        features, ground = await asyncio.to_thread(lambda: features_of(document_of(body))), await self.ground()
        return await asyncio.to_thread(read_rows, features, lambda feature, note: reader(feature, note, ground))

    async def put(self, table: Table, rows: Sequence[Row], *by: str) -> Written:
        """Insert or change rows."""
        values = [row.values for row in rows]
        return await writes.upsert(self.tx, table, self.station_id, values, by=by or ("id",))

    async def table(self, body: Body, reader: Reader, table: Table) -> ImportReport:
        """Import a file of one kind of thing."""
        sheet = await self.read(body, reader)
        return await self.apply(sheet, lambda: self.put(table, sheet.rows))

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
        )

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
        if written == Written():
            return await store.version_of(self.tx, self.station_id)
        return await changed(self.tx, self.clock, self.station_id, self.what)


async def import_zones(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, body: Body, dry_run: bool = False
) -> ImportReport:
    """Import zones and their sub-zones (Polygon; `kind` zone, economic, risk or landmark)."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="zones", dry_run=dry_run)
    features, ground = await asyncio.to_thread(lambda: features_of(document_of(body))), await job.ground()
    stored = await store.subzones_of(tx, station_id)
    sheet, zones, subs = await asyncio.to_thread(read_zones, features, ground)
    note_left_outside(sheet, zones, subs, stored)

    async def write() -> Written:
        return await job.put(store.zone, zones) + await job.put(store.subzone, subs)

    return await job.apply(sheet, write)


async def import_communities(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, body: Body, dry_run: bool = False
) -> ImportReport:
    """Import communities (Point, or Polygon as their border)."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="communities", dry_run=dry_run)
    return await job.table(body, read_community, store.community)


async def import_places(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, body: Body, dry_run: bool = False
) -> ImportReport:
    """Import places (Point) of the kinds of `data/place_kinds.csv`."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="places", dry_run=dry_run)
    return await job.table(body, place_reader(facts.place_kinds()), store.place)


async def import_land(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, body: Body, dry_run: bool = False
) -> ImportReport:
    """Import what is drawn under the streets (Polygon; `kind` water, park, compound, market or field)."""
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="land", dry_run=dry_run)
    return await job.table(body, read_land, store.land)


async def import_devices(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, body: Body, dry_run: bool = False
) -> ImportReport:
    """Import devices (Point; phones, trackers and citizens' doors may have no geometry).

    What a unit carries, and what was disabled, stays so. A key that another station has is `row_device_taken`.
    """
    station = await enter(tx, actor, "device.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="devices", dry_run=dry_run)
    sheet = await job.read(body, device_reader(facts.owner_kinds()))

    async def write() -> Written:
        before = {found.key for found in await store.devices_of(tx, station_id)}
        fresh = [row for row in sheet.rows if row.key not in before]
        own = await writes.claim_devices(tx, station_id, [row.values for row in fresh])
        for row in fresh:
            if row.key not in own:
                sheet.refuse(row.row, row.key, UnjaiError("row_device_taken", 409, key=row.key))
        sheet.rows = [row for row in sheet.rows if row.key in before or row.key in own]
        return Written(added=len(own)) + await job.put(store.device, [row for row in sheet.rows if row.key in before])

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
) -> ImportReport:
    """Import streets (LineString, or a road graph ``{"coords", "edges"}``).

    One line may become several edges, so `added`, `updated` and `unchanged` count edges; `accepted` counts rows.
    With `replace`, edges that the file does not name are removed (not if the file has no row that may be taken).
    """
    station = await enter(tx, actor, "zone.admin", station_id)
    job = _Import(tx=tx, actor=actor, clock=clock, station=station, what="streets", dry_run=dry_run)
    document = await asyncio.to_thread(document_of, body)
    known = await asyncio.to_thread(_known, await store.streets_text(tx, station_id))
    sheet, edges = await asyncio.to_thread(read_streets, document, known, replace=replace)
    sheet.rows = edges

    async def write() -> Written:
        removed = 0
        if replace and edges:
            removed = await writes.remove_streets_but(tx, station_id, [row.key for row in edges])
        return Written(removed=removed) + await job.put(store.street_edge, edges, "station_id", "id")

    return await job.apply(sheet, write)


def _known(text: str) -> dict[str, KnownEdge]:
    return {
        key: KnownEdge(id=number, node_a=a, node_b=b, first=(line[0][0], line[0][1]), last=(line[-1][0], line[-1][1]))
        for number, key, a, b, *_, line in msgspec.json.decode(text)
    }
