"""A month of reads, made in the database a day at a time, without the indexes that are built after."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bench.filling import Noted, bare, connected
from unjai.model.actor import system
from unjai.model.ids import StationId, id_floor
from unjai.model.plate import DIGITS, LETTERS, PLACES, skeleton
from unjai.plates.store.reads import keep_reads
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres

HERE, THERE = 10, 11
CAMERAS = 120
DAYS = 30
AGE = timedelta(days=30)

MEANS = [
    "SET work_mem = '64MB'",
    "SELECT setseed(0.2569)",
]
_CAMERAS = """
INSERT INTO plate_camera (station_id, key) SELECT %(here)s, 'LPR-' || n FROM generate_series(1, %(cameras)s) n
UNION ALL SELECT %(there)s, 'FAR-' || n FROM generate_series(1, 12) n
"""
_NUMBERED = """
CREATE TEMPORARY TABLE numbered_plate AS SELECT row_number() OVER () AS id, one.* FROM (
    SELECT DISTINCT ON (1, 2, 3) CASE WHEN random() < 0.1 THEN %(there)s ELSE %(here)s END AS station_id,
        letters || digits AS registration,
        (%(places)s::text[])[1 + floor(power(random(), 4) * %(many)s)::int] AS province, digits
    FROM (SELECT CASE WHEN random() < 0.55 THEN (1 + floor(random() * 9))::int::text ELSE '' END
            || substr(%(letters)s, 1 + floor(random() * 42)::int, 1)
            || substr(%(letters)s, 1 + floor(random() * 42)::int, 1) AS letters,
            (1 + floor(random() * 9999))::int::text AS digits
        FROM generate_series(1, %(plates)s)) drawn) one ORDER BY random()
"""
_SEEN_ON = """
INSERT INTO seen_plate SELECT DISTINCT plate_id, %(day)s::date FROM {partition} WHERE plate_id IS NOT NULL
"""
_PLATES = """
INSERT INTO plate (id, station_id, last_day, days, registration, province, skeleton, digits) OVERRIDING SYSTEM VALUE
SELECT n.id, n.station_id, s.last, s.days >> (%(last)s::date - s.last), n.registration, n.province,
    translate(n.registration, %(from)s, %(to)s), n.digits
FROM numbered_plate n JOIN (SELECT plate_id, max(day) AS last, bit_or(1::bigint << (%(last)s::date - day)) AS days
    FROM seen_plate GROUP BY plate_id) s ON s.plate_id = n.id ORDER BY n.id
"""
_DAY = """
INSERT INTO {partition} (id, station_id, plate_id, received_at, digest, camera_id, registration, province,
    confidence, province_confidence, width_px, vehicle_type, vehicle_colour, plate_colour, crop, still, facts)
SELECT (lpad(to_hex((extract(epoch FROM r.at) * 1000)::bigint), 12, '0') || '7' || substr(r.hash, 1, 3) || '8'
        || substr(r.hash, 4, 15))::uuid,
    p.station_id, CASE WHEN r.blind THEN NULL ELSE p.id END, r.at, r.digest,
    CASE WHEN p.station_id = %(here)s THEN r.camera ELSE %(cameras)s + 1 + r.camera %% 12 END,
    CASE WHEN NOT r.blind THEN p.registration END, CASE WHEN NOT r.blind THEN p.province END,
    950 + r.camera %% 50, 900 + r.camera %% 90, 80 + r.camera %% 90,
    (ARRAY['car', 'pickup', 'motorcycle', 'van', 'truck'])[1 + p.id %% 5],
    (ARRAY['white', 'black', 'grey', 'red', 'blue', 'bronze'])[1 + p.id %% 6], 'white',
    decode(md5(r.hash) || md5('c' || r.hash), 'hex'), decode(md5('s' || r.hash) || md5('t' || r.hash), 'hex'),
    CASE WHEN r.camera %% 3 = 0 THEN %(rich)s::jsonb ELSE %(poor)s::jsonb END
FROM (SELECT %(day)s::timestamptz + (n + random()) * %(gap)s AS at,
        1 + floor(power(random(), 2) * %(cameras)s)::int AS camera,
        random() < 0.02 AS blind, (random() * 9e18)::bigint AS digest, md5(n::text || %(day)s::text) AS hash,
        1 + floor(power(random(), %(skew)s) * %(known)s)::bigint AS number
    FROM generate_series(0, %(count)s - 1) n) r
JOIN numbered_plate p ON p.id = r.number
"""

_POOR = {"frames": 9, "track": 815, "reader": "unjai-plates 1", "lane": "1", "direction": "out"}
_OTHER = {"registration": "1กก1234", "province": "50", "confidence": 0.013}
_RICH = {**_POOR, "alternatives": [_OTHER]}


@dataclass(frozen=True, kw_only=True)
class Filled(Noted):
    """What was made, and how long it took."""

    reads: int
    plates: int
    last: datetime
    seconds: float
    bytes_a_read: float
    table_mb: float
    index_mb: float
    dictionary_mb: float


async def days_made(cluster: Postgres, last: datetime) -> None:
    """Make the partitions of the month as core would have made them day by day."""
    owner = Database(cluster.dsn("unjai_owner"), connections=1)
    for day in range(DAYS, -1, -2):
        async with owner.tx(system(StationId(HERE), StationId(THERE))) as tx:
            await keep_reads(tx, last - timedelta(days=day), AGE)
    await owner.close()


def fill(cluster: Postgres, last: datetime, *, reads: int, plates: int) -> Filled:
    """Fill the last days as the superuser, then the dictionary as RECORD would have made it; blocks for minutes."""
    began = time.monotonic()
    folding = lookalikes_folding()
    facts: dict[str, Any] = {"here": HERE, "there": THERE, "cameras": CAMERAS, "plates": plates, "letters": LETTERS}
    facts |= {"rich": json.dumps(_RICH, ensure_ascii=False), "poor": json.dumps(_POOR)}
    facts |= {"from": folding[0], "to": folding[1], "last": last.astimezone(UTC).date()}
    facts |= {"places": [place.code for place in PLACES], "many": len(PLACES)}
    with connected(cluster, MEANS) as connection:
        connection.execute(_CAMERAS, facts)
        connection.execute(_NUMBERED, facts)
        known = connection.execute("SELECT count(*) FROM numbered_plate").fetchone()
        connection.execute("ANALYZE numbered_plate")
        connection.execute("CREATE TEMPORARY TABLE seen_plate (plate_id bigint, day date)")
        facts |= {"known": known[0] if known else 0, "skew": 1.6, "count": reads // DAYS}
        facts["gap"] = timedelta(days=1) / facts["count"]
        for number in range(DAYS):
            _day(connection, facts, last - timedelta(days=DAYS - number))
        with bare(connection, ["plate"], but="uq_plate_station_id_registration_province"):
            connection.execute(_PLATES, facts)
        connection.execute("SELECT setval(pg_get_serial_sequence('plate', 'id'), (SELECT max(id) FROM plate))")
        connection.execute("VACUUM ANALYZE plate, plate_camera, plate_read")
        sizes = _sizes(connection)
        connection.execute("CHECKPOINT")
    found = replace(
        Filled(reads=0, plates=facts["known"], last=last, seconds=0.0, **sizes), reads=int(facts["count"]) * DAYS
    )
    per_read = (found.table_mb + found.index_mb) * 1e6 / found.reads
    return replace(found, seconds=time.monotonic() - began, bytes_a_read=round(per_read, 1))


def lookalikes_folding() -> tuple[str, str]:
    """Return glyphs and what each becomes in a skeleton, for SQL's translate."""
    glyphs = LETTERS + DIGITS
    return glyphs, "".join(skeleton(one) for one in glyphs)


def _day(connection: psycopg.Connection[Any], facts: Mapping[str, Any], moment: datetime) -> None:
    """Fill one whole UTC day: rows first, indexes after."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    partition = f"plate_read_{day:%Y%m%d%H}"
    low, high = id_floor(day), id_floor(day + timedelta(days=1))
    bounds = f"FOR VALUES FROM ('{low}') TO ('{high}')"
    connection.execute(f"ALTER TABLE plate_read DETACH PARTITION {partition}")
    connection.execute(f"DROP TABLE {partition}")
    connection.execute(f"CREATE TABLE {partition} (LIKE plate_read INCLUDING DEFAULTS INCLUDING GENERATED)")
    connection.execute(_DAY.format(partition=partition), {**facts, "day": day})
    connection.execute(_SEEN_ON.format(partition=partition), {"day": day.date()})
    connection.execute(f"ALTER TABLE {partition} OWNER TO unjai_owner")
    connection.execute(f"ALTER TABLE plate_read ATTACH PARTITION {partition} {bounds}")


def _sizes(connection: psycopg.Connection[Any]) -> dict[str, float]:
    row = connection.execute(
        "SELECT sum(pg_table_size(relid)) / 1e6, sum(pg_indexes_size(relid)) / 1e6,"
        " pg_total_relation_size('plate') / 1e6 FROM pg_partition_tree('plate_read') WHERE isleaf"
    ).fetchone()
    assert row is not None
    names = ("table_mb", "index_mb", "dictionary_mb")
    return {"bytes_a_read": 0.0} | {name: round(float(value), 1) for name, value in zip(names, row, strict=True)}
