"""Reads of plates: the dictionary, the reads themselves a partition a day, what is held, and the way of RECORD.

No table here can be read by the role of the web: `plate_search` names a search that was opened with a reason and a
case, and the guarded functions of migration `0023_plate_reads` are the one way to the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.ids import id_time, observation_id
from unjai.model.plate import DIGITS, LOOKALIKES, skeleton
from unjai.model.reading import Observation
from unjai.platform.database import Tx, station_table
from unjai.platform.partitions import Cut, keep
from unjai.platform.streams import CLASSES

KIND = "plate_read"


def _what_was_read() -> list[Column[Any]]:
    return [
        Column("confidence", SmallInteger),
        Column("province_confidence", SmallInteger),
        Column("width_px", SmallInteger),
        Column("vehicle_type", Text),
        Column("vehicle_colour", Text),
        Column("plate_colour", Text),
        Column("crop", LargeBinary),
        Column("still", LargeBinary),
        Column("facts", JSONB),
    ]


plate_camera = station_table(
    "plate_camera",
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    UniqueConstraint("station_id", "key"),
)
"""Who reads, by the key in the register, as a short number."""

plate = station_table(
    "plate",
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("last_day", Date, nullable=False),
    Column("registration", Text(collation="C"), nullable=False),
    Column("province", Text, nullable=False),
    Column("skeleton", Text, nullable=False),
    Column("digits", Text, nullable=False),
    Column("folded_by", Text, nullable=False, server_default=""),
    Column("days", BigInteger, nullable=False, server_default=text("-1")),
    UniqueConstraint("station_id", "registration", "province", postgresql_include=["id"]),
    Index(
        "ix_plate_backward",
        "station_id",
        text("reverse(registration)"),
        postgresql_include=["registration", "province", "id"],
    ),
    Index("ix_plate_skeleton", "station_id", "skeleton"),
    Index("ix_plate_digits", "station_id", "digits", "province"),
    Index(
        "ix_plate_registration",
        func.lower(text("registration")).label("trigrams"),
        postgresql_using="gin",
        postgresql_ops={"trigrams": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    ),
)
"""The dictionary: each plate once, `province` empty where none was read. It goes with its last read (`last_day`).
`days` says on which days it was seen, so that a search looks into no other: bit n is n days before `last_day` (UTC);
all bits where nobody wrote it down. Its order is that of bytes (C), so that beginnings are stretches of the index.
`folded_by` is the version of the table of look-alikes that made the skeleton.

Trigrams are of `lower`, which changes nothing: an index on the column itself would be taken for equality too, where it
is a hundred times slower than the key.
"""

plate_read = station_table(
    "plate_read",
    Column("id", Uuid, primary_key=True),
    Column("plate_id", BigInteger),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("camera_id", Integer, nullable=False),
    Column("registration", Text),
    Column("province", Text),
    *_what_was_read(),
    Index("ix_plate_read_plate", "plate_id", "id"),
    Index("ix_plate_read_camera", "camera_id", "id", postgresql_include=["plate_id"]),
    partition_by="RANGE (id)",
)
"""A partition a day. Without `plate_id` it is unreadable; `registration` and `province` repeat the dictionary, so that
hundreds of reads of a place are told without looking each up (missing in older ones).
Confidences are in thousandths; `facts` is all the rest.

The time of a read is that of its id. So the id cuts the days, and orders what one plate and one camera have.
"""

held_plate_read = station_table(
    "held_plate_read",
    Column("case_number", Text, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("registration", Text),
    Column("province", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    *_what_was_read(),
    Column("held_at", DateTime(timezone=True), nullable=False),
    Column("held_by", Text, nullable=False),
    Index("ix_held_plate_read_still", "still"),
    Index("ix_held_plate_read_crop", "crop"),
)
"""Copies that a case keeps past their days: of a hit, or by a legal hold."""

for _table, _may in ((plate_camera, True), (plate, True), (plate_read, True), (held_plate_read, "SELECT, INSERT")):
    _table.info |= {"searched": _may, "worker_only": True}

_READ = "confidence, province_confidence, width_px, vehicle_type, vehicle_colour, plate_colour, crop, still, facts"
COLUMNS = f"id, station_id, plate_id, received_at, digest, camera_id, registration, province, {_READ}"
_FRESH = f"id, station_id, registration, province, skeleton, digits, camera, day, received_at, digest, {_READ}"
_FRESH_TABLE = """
CREATE TEMPORARY TABLE fresh_read (id uuid, station_id int, registration text, province text, skeleton text,
    digits text, camera text, day date, received_at timestamptz, digest bigint,
    confidence smallint, province_confidence smallint, width_px smallint, vehicle_type text, vehicle_colour text,
    plate_colour text, crop bytea, still bytea, facts jsonb) ON COMMIT DROP
"""
_CAMERAS = """
INSERT INTO plate_camera (station_id, key)
SELECT DISTINCT f.station_id, f.camera FROM fresh_read f
WHERE NOT EXISTS (SELECT FROM plate_camera c WHERE c.station_id = f.station_id AND c.key = f.camera)
ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""
_PLATES = """
INSERT INTO plate (station_id, last_day, days, registration, province, skeleton, digits, folded_by)
SELECT f.station_id, f.last,
    coalesce(bit_or(CASE WHEN f.last - f.seen < 63 THEN 1::bigint << (f.last - f.seen) ELSE 0 END), -1),
    f.registration, f.province, min(f.skeleton), min(f.digits), :folded_by
FROM (SELECT *, (uuid_extract_timestamp(id) AT TIME ZONE 'UTC')::date AS seen,
        max(day) OVER (PARTITION BY station_id, registration, province) AS last
    FROM fresh_read WHERE registration IS NOT NULL) f
WHERE NOT EXISTS (SELECT FROM plate p WHERE p.station_id = f.station_id
    AND p.registration = f.registration AND p.province = f.province AND p.last_day >= f.day
    AND (p.last_day - f.seen >= 63 OR (p.days >> (p.last_day - f.seen)) & 1 = 1))
GROUP BY f.station_id, f.registration, f.province, f.last ORDER BY f.station_id, f.registration, f.province
ON CONFLICT (station_id, registration, province) DO UPDATE
SET last_day = greatest(plate.last_day, EXCLUDED.last_day), skeleton = EXCLUDED.skeleton,
    folded_by = EXCLUDED.folded_by, days =
    CASE WHEN EXCLUDED.last_day - plate.last_day < 63 THEN plate.days << greatest(EXCLUDED.last_day - plate.last_day, 0)
        ELSE 0 END
    | CASE WHEN plate.last_day - EXCLUDED.last_day < 63
        THEN EXCLUDED.days << greatest(plate.last_day - EXCLUDED.last_day, 0) ELSE 0 END
"""
_READ_OF = ", ".join(f"f.{one}" for one in _READ.split(", "))
_READS = f"""
INSERT INTO plate_read ({COLUMNS})
SELECT f.id, f.station_id, p.id, f.received_at, f.digest, c.id, p.registration, p.province, {_READ_OF}
FROM fresh_read f JOIN plate_camera c ON c.station_id = f.station_id AND c.key = f.camera
LEFT JOIN plate p ON p.station_id = f.station_id AND p.registration = f.registration AND p.province = f.province
ON CONFLICT (id) DO NOTHING
"""  # noqa: S608
_OTHERS = """
SELECT r.id, r.digest FROM fresh_read f JOIN plate_read r ON r.id = f.id WHERE r.digest <> f.digest
"""
CUT = Cut(table="plate_read", columns=COLUMNS, step=CLASSES["plates"].partition, age=CLASSES["plates"].table_age)


async def record(tx: Tx, batch: Sequence[Observation]) -> list[Observation]:
    """Write a batch of reads; repeats change nothing. Return those that reuse an id with other content.

    Such a one is kept too, under an id made from both, in the same day: it goes with the other.
    Plates are taken in the order of their keys, so that two batches never wait for each other both ways.
    """
    first: dict[UUID, Observation] = {}
    for seen in batch:
        if seen.kind == KIND:
            first.setdefault(seen.id, seen)
    if not first:
        return []
    stood = await _written(tx, [_row(seen) for seen in first.values()])
    beside = [seen for seen in batch if seen.id in first and _mark(seen) != stood.get(seen.id, _mark(first[seen.id]))]
    if beside:
        await _written(tx, [(_beside(seen), *_row(seen)[1:]) for seen in beside])
    return beside


def _beside(seen: Observation) -> UUID:
    return observation_id(id_time(seen.id), seen.source, f"{seen.id}\x1f{seen.digest}")


def _mark(seen: Observation) -> int:
    """Return eight bytes of what a read says: enough to tell a repeat from another message under its id."""
    return int.from_bytes(hashlib.sha256(seen.digest.encode()).digest()[:8], signed=True)


async def _written(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> dict[UUID, int]:
    """Write rows; return the digests of those that stand there with another one, by id."""
    await tx.execute(text("DROP TABLE IF EXISTS fresh_read"))
    await tx.execute(text(_FRESH_TABLE))
    driver: Any = (await tx.conn.get_raw_connection()).driver_connection
    async with driver.cursor() as cursor, cursor.copy(f"COPY fresh_read ({_FRESH}) FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)
    await tx.execute(text(_CAMERAS))
    await tx.execute(text(_PLATES), {"folded_by": LOOKALIKES.version})
    written = await tx.execute(text(_READS))
    if written.rowcount == len(rows):
        return {}
    return {row["id"]: row["digest"] for row in await tx.all(text(_OTHERS))}


def _row(seen: Observation) -> tuple[Any, ...]:
    said = dict(seen.payload)
    registration = _text(said.pop("registration", None))
    province = _text(said.pop("province", None)) or ""
    vehicle = said.pop("vehicle", None)
    car = dict(vehicle) if isinstance(vehicle, Mapping) else {}
    shared = (
        _permille(said.pop("confidence", None)),
        _permille(said.pop("province_confidence", None)),
        _small(said.pop("plate_width_px", None)),
        _text(car.pop("type", None)),
        _text(car.pop("colour", None)),
        _text(said.pop("plate_colour", None)),
        _digest(said.pop("crop", None)),
        _digest(said.pop("still", None)),
    )
    camera = _text(said.pop("camera", None)) or seen.source
    rest = {**said, **car, **({"source": seen.source} if camera != seen.source else {})}
    if seen.clock not in ("ok", "late"):
        rest |= {"clock": seen.clock}
    day = max(id_time(seen.id), seen.received_at).astimezone(UTC).date()
    return (
        seen.id,
        seen.station_id,
        registration,
        province if registration else "",
        skeleton(registration) if registration else None,
        digits_of(registration) if registration else None,
        camera,
        day,
        seen.received_at,
        _mark(seen),
        *shared,
        msgspec.json.encode(rest).decode() if rest else None,
    )


def digits_of(registration: str) -> str:
    """Return the number at the end of a registration: what a witness remembers of it (`70-1234`: 1234)."""
    return registration[len(registration.rstrip(DIGITS)) :]


def _text(value: object) -> str | None:
    return value[:80] if isinstance(value, str) and value else None


def _permille(value: object) -> int | None:
    return round(min(max(value, 0.0), 1.0) * 1000) if isinstance(value, int | float) else None


def _small(value: object) -> int | None:
    return round(min(max(value, 0), 32_767)) if isinstance(value, int | float) else None


def _digest(value: object) -> bytes | None:
    return bytes.fromhex(value) if isinstance(value, str) and len(value) == 64 else None  # noqa: PLR2004  SHA-256


async def keep_reads(tx: Tx, now: datetime, kept: timedelta) -> list[str]:
    """Make the days that are due, drop those past `kept`, and forget the plates that no day holds any more.

    Runs as `unjai_owner`; returns the names of what was dropped.
    """
    dropped = await keep(tx, now, Cut(table=CUT.table, columns=CUT.columns, step=CUT.step, age=kept))
    if dropped:
        oldest = (now - kept - CUT.step).date()
        await tx.execute(text("DELETE FROM plate WHERE last_day < :oldest"), {"oldest": oldest})
    return dropped


async def hold(tx: Tx, read_ids: Sequence[UUID], *, case_number: str, at: datetime, by: str) -> int:
    """Copy reads to where no day is dropped, for a case (core's own way: a hit); return how many were new."""
    done = await tx.scalar(
        text("SELECT copy_held_plate_reads(:ids, :case, :at, :by)"),
        {"ids": list(read_ids), "case": case_number, "at": at, "by": by},
    )
    return int(done)
