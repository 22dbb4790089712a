"""What changes territory: whole sheets at once, by one statement a table."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, Text, bindparam, cast, column, delete, func, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.model.ids import DeviceId, StationId, UnitId
from unjai.platform.database import Tx
from unjai.territory.records import OrgUnit
from unjai.territory.store.tables import device, org_unit, street_edge, territory_version

_LOCK = 0x7E44
"""First key of the advisory lock of a station's territory; the second is the station."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """How many rows were new, changed or deleted; the rest stood there already. `fresh`, `touched`: which by id."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    fresh: tuple[Any, ...] = ()
    touched: tuple[Any, ...] = ()

    def __add__(self, other: Written) -> Written:
        """Return both together."""
        return Written(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            removed=self.removed + other.removed,
            fresh=self.fresh + other.fresh,
            touched=self.touched + other.touched,
        )


async def hold(tx: Tx, station_id: StationId) -> None:
    """Let one change of a station's territory follow the other: an advisory lock until the transaction ends."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:what, :station)"), {"what": _LOCK, "station": station_id})


async def upsert(
    tx: Tx,
    table: Table,
    station_id: StationId,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Sequence[str] = ("id",),
    keep: Collection[str] = (),
) -> Written:
    """Insert or change rows; ones that stand there unchanged are not touched, nor are the columns in `keep`.

    All rows have the same columns, none of them `station_id`. They travel as one JSON document, so that fifty
    thousand streets are one statement.
    """
    if not rows:
        return Written()
    names = list(rows[0])
    told = func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB)).table_valued(
        *(column(name, table.c[name].type) for name in names)
    )
    sent = told.render_derived(name="sent", with_types=True)
    source = select(bindparam("station", station_id), *(sent.c[name] for name in names)).select_from(sent)
    put = upsert_into(table).from_select(["station_id", *names], source)
    changed = [name for name in names if name not in by and name not in keep]
    query: Any = put.on_conflict_do_update(
        index_elements=[table.c[name] for name in by],
        set_={name: put.excluded[name] for name in changed},
        where=or_(*(table.c[name].is_distinct_from(put.excluded[name]) for name in changed)),
    ).returning(table.c.id, literal_column("(xmax = 0)").label("new"))
    document = await asyncio.to_thread(msgspec.json.encode, list(rows))
    found = (await tx.execute(query, {"rows": document.decode()})).all()
    fresh = tuple(row.id for row in found if row.new)
    touched = tuple(row.id for row in found if not row.new)
    return Written(added=len(fresh), updated=len(touched), fresh=fresh, touched=touched)


async def rows_text(tx: Tx, table: Table, station_id: StationId, ids: Sequence[Any], names: Sequence[str]) -> str:
    """Return columns of rows as they stand, as one JSON list of objects: what an import is taken back to."""
    listed = func.json_agg(func.json_build_object(*(part for name in names for part in (name, table.c[name]))))
    mine = table.c.station_id == station_id, table.c.id == func.any(bindparam("ids", list(ids)))
    found: str | None = await tx.scalar(select(cast(listed, Text)).where(*mine))
    return found or "[]"


async def remove_rows(tx: Tx, table: Table, station_id: StationId, ids: Sequence[Any]) -> int:
    """Delete rows by id; return how many there were."""
    gone = delete(table).where(table.c.station_id == station_id, table.c.id == func.any(bindparam("ids", list(ids))))
    return int((await tx.execute(gone)).rowcount)


async def claim_devices(tx: Tx, station_id: StationId, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert devices whose keys nobody has; return the keys that the station has now.

    Keys are unique in the installation: what another station has is not seen, only found missing here.
    """
    for start in range(0, len(rows), 1000):
        part = [{**row, "station_id": station_id} for row in rows[start : start + 1000]]
        await tx.execute(upsert_into(device).on_conflict_do_nothing(), part)
    keys = [row["key"] for row in rows]
    own = select(device.c.key).where(device.c.station_id == station_id, device.c.key == func.any(keys))
    return {row["key"] for row in await tx.all(own)}


async def streets_but(tx: Tx, station_id: StationId, keys: Sequence[str]) -> list[int]:
    """Return the ids of the station's edges whose keys are not among `keys`."""
    others = street_edge.c.station_id == station_id, street_edge.c.key != func.all(bindparam("keys", list(keys)))
    return [int(row["id"]) for row in await tx.all(select(street_edge.c.id).where(*others).order_by(street_edge.c.id))]


async def there(tx: Tx, table: Table, station_id: StationId, key: UUID) -> bool:
    """Tell whether a station has a row of this id."""
    found = select(table.c.id).where(table.c.station_id == station_id, table.c.id == key)
    return await tx.scalar(found) is not None


async def remove(tx: Tx, table: Table, station_id: StationId, key: UUID) -> bool:
    """Delete one row by id; tell whether it was there."""
    gone = delete(table).where(table.c.station_id == station_id, table.c.id == key)
    return int((await tx.execute(gone)).rowcount) > 0


async def change_device(tx: Tx, device_id: DeviceId, values: Mapping[str, Any]) -> None:
    """Set columns of a device."""
    await tx.execute(update(device).where(device.c.id == device_id).values(**values))


async def release_devices(tx: Tx, unit_id: UnitId) -> None:
    """Take every device from a unit."""
    await tx.execute(update(device).where(device.c.unit_id == unit_id).values(unit_id=None))


async def seed_org(tx: Tx, units: Sequence[OrgUnit]) -> Written:
    """Insert or change nodes of the police tree."""
    rows = [
        {
            "id": unit.id,
            "parent_id": unit.parent_id,
            "path": unit.path,
            "code": unit.code,
            "level": unit.level,
            "name_th": unit.name_th,
            "name_en": unit.name_en,
            "head": unit.head,
            "lon": unit.lon,
            "lat": unit.lat,
            "fictional": unit.fictional,
        }
        for unit in units
    ]
    put = upsert_into(org_unit).values(rows)
    names = [name for name in rows[0] if name != "id"]
    query: Any = put.on_conflict_do_update(
        index_elements=[org_unit.c.id],
        set_={name: put.excluded[name] for name in names},
        where=or_(*(org_unit.c[name].is_distinct_from(put.excluded[name]) for name in names)),
    ).returning(literal_column("(xmax = 0)").label("new"))
    found = (await tx.execute(query)).scalars().all()
    return Written(added=sum(found), updated=len(found) - sum(found))


async def next_org_id(tx: Tx, first: int) -> int:
    """Return the next free id from `first` up; other adders wait until the transaction ends."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:what, 0)"), {"what": _LOCK})
    last = await tx.scalar(select(func.max(org_unit.c.id)).where(org_unit.c.id >= first))
    return first if last is None else int(last) + 1


async def raise_version(tx: Tx, station_id: StationId, stamp: UUID, now: datetime) -> int:
    """Name the territory's new state; return its number."""
    put = upsert_into(territory_version).values(station_id=station_id, version=1, stamp=stamp, changed_at=now)
    query = put.on_conflict_do_update(
        index_elements=[territory_version.c.station_id],
        set_={"version": territory_version.c.version + 1, "stamp": stamp, "changed_at": now},
    ).returning(territory_version.c.version)
    return int(await tx.scalar(query))
