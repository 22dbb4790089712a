"""Years of a station, made in the database: incidents with Thai texts, reports, assignments, steps, positions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from unjai.model.actor import system
from unjai.model.geometry import Point
from unjai.model.ids import UnitId, named_id
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres
from unjai.respond.codes import event_codes
from unjai.sense.store import keep_partitions

HERE = 10
CENTRE = Point(lon=98.985, lat=18.795)
YEARS = 5
UNITS = 24
ON_AT_ONCE = 8
DENSE_DAYS = 30
_STEP = 100_000

ROADS = [
    "ช้างเผือก",
    "โชตนา",
    "มณีนพรัตน์",
    "ห้วยแก้ว",
    "ศรีภูมิ",
    "รัตนโกสินทร์",
    "สนามกีฬา",
    "ราชภัฏ",
    "เทวัญ",
    "หมื่นด้ามพร้าคต",
]
SPOTS = [
    "ตลาดช้างเผือก",
    "หน้าร้านสะดวกซื้อ",
    "ปั๊มน้ำมัน",
    "สถานีขนส่ง",
    "โรงเรียนเทศบาล",
    "วัดป่าเป้า",
    "ร้านอาหารตามสั่ง",
    "หอพักหญิง",
    "สวนสาธารณะ",
    "ประตูช้างเผือก",
    "โรงพยาบาล",
    "ร้านทอง",
    "ธนาคาร",
    "อู่ซ่อมรถ",
    "สะพานลอย",
    "ลานจอดรถ",
]
DOINGS = [
    "ทะเลาะวิวาทกันเสียงดัง",
    "เมาสุราโวยวาย",
    "รถชนกันไม่มีคนเจ็บ",
    "รถล้มมีผู้บาดเจ็บ",
    "ถูกกระชากกระเป๋า",
    "รถจักรยานยนต์หาย",
    "คนแปลกหน้าเดินตาม",
    "ร้องคาราโอเกะเสียงดัง",
    "งัดแงะประตูบ้าน",
    "ไฟถนนดับทั้งซอย",
    "สุนัขจรจัดไล่กัด",
    "เด็กพลัดหลงกับแม่",
    "ผู้สูงอายุหกล้ม",
    "จอดรถขวางทางเข้าออก",
    "ต้นไม้ล้มขวางถนน",
    "ขอความช่วยเหลือด่วน",
    "มั่วสุมเสพยา",
    "ทำโทรศัพท์หาย",
    "ทรัพย์สินในรถถูกขโมย",
    "ควันไฟลอยออกจากอาคาร",
]
COLOURS = [
    "แดง",
    "ดำ",
    "ขาว",
    "น้ำเงิน",
    "บรอนซ์เงิน",
    "เขียว",
    "เหลือง",
    "เทา",
]
CARS = [
    "รถกระบะ",
    "รถเก๋ง",
    "รถจักรยานยนต์",
    "รถตู้",
    "รถสองแถว",
]
OPERATORS = [f"ส.ต.อ. ผู้รับเรื่อง ที่ {number}" for number in range(1, 31)]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What was made, and how long it took."""

    incidents: int
    positions: int
    days: int
    units: list[UnitId]
    first: datetime
    last: datetime
    dense_from: datetime
    seconds: float


_SAID = (Path(__file__).with_suffix(".sql")).read_text("utf-8").strip().rstrip(";").split(";\n\n")
_BEFORE, _YEARS_OF_INCIDENTS, _POSITIONS = _SAID[:5], _SAID[5:-1], _SAID[-1]

_TABLES = ("incident", "report", "assignment", "timeline", "incident_search")


@contextmanager
def _bare(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Take the tables' indexes, keys between them and triggers away while they are filled, and put them back."""
    there = connection.execute(
        "SELECT indexdef, indexname FROM pg_indexes WHERE tablename = ANY (%s) AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint) AND indexname NOT IN ('ix_report_incident_id')",
        (list(_TABLES),),
    ).fetchall()
    for _, name in there:
        connection.execute(f'DROP INDEX "{name}"')
    connection.execute("SET session_replication_role = replica")
    yield
    connection.execute("SET session_replication_role = origin")
    for said, _ in there:
        connection.execute(said)


def _chunks(count: int) -> Iterator[dict[str, int]]:
    for low in range(1, count + 1, _STEP):
        yield {"low": low, "high": min(low + _STEP - 1, count)}


async def partitions(cluster: Postgres, last: datetime, days: int) -> None:
    """Make the partitions of so many days as core would have made them week by week."""
    owner = Database(cluster.dsn("unjai_owner"), connections=1)
    for week in range(days // 7 + 1, -1, -1):
        async with owner.tx(system()) as tx:
            await keep_partitions(tx, last - timedelta(days=7 * week))
    await owner.close()


def fill(cluster: Postgres, last: datetime, *, incidents: int, positions: int, days: int) -> Filled:
    """Fill the database as its superuser; blocks for minutes at full size."""
    began = time.monotonic()
    first = last - timedelta(days=365 * YEARS)
    devices = [named_id("bench", f"device {number}") for number in range(UNITS)]
    units = [named_id("bench", f"unit {number}") for number in range(UNITS)]
    words: dict[str, Any] = {"roads": ROADS, "spots": SPOTS, "doings": DOINGS, "colours": COLOURS, "cars": CARS}
    words |= {"operators": OPERATORS, "codes": list(event_codes()), "devices": devices, "units": units}
    words |= {"last": last, "count": incidents}
    dense_from = last - timedelta(days=DENSE_DAYS)
    with psycopg.connect(cluster.dsn("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SELECT setseed(0.191)")
        for said in _BEFORE:
            connection.execute(said, words if "%(" in said else None)
        with _bare(connection):
            for chunk in _chunks(incidents):
                for said in _YEARS_OF_INCIDENTS:
                    connection.execute(said, {**words, "gap": (last - first) / incidents, **chunk})
            for number, (from_at, to_at) in enumerate(((last - timedelta(days=days), dense_from), (dense_from, last))):
                count = positions // 2
                gap = (to_at - from_at) / (count / ON_AT_ONCE)
                for chunk in _chunks(count):
                    facts = {"devices": devices, "from_at": from_at, "gap": gap, "round": str(number), **chunk}
                    connection.execute(_POSITIONS, facts)
        _check(connection, incidents)
        connection.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}, obs_fleet")
        connection.execute("CHECKPOINT")
    return Filled(
        incidents=incidents,
        positions=positions,
        days=days,
        units=[UnitId(unit) for unit in units],
        first=first,
        last=last,
        dense_from=dense_from,
        seconds=time.monotonic() - began,
    )


def _check(connection: psycopg.Connection[Any], incidents: int) -> None:
    """See that the words written in bulk are those that the triggers would have written."""
    other = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE doc <> incident_document(incident_id)) FROM incident_search"
        " TABLESAMPLE SYSTEM (0.1)"
    ).fetchone()
    held = connection.execute("SELECT count(*) FROM incident_search").fetchone()
    if other is None or other[1] or held is None or held[0] != incidents:
        raise RuntimeError(f"the fill is not what the triggers would make: {other}, {held}")
