"""Years of a station, made in the database: incidents with Thai texts, reports, assignments, steps, positions.

What a station has is uneven, and the fill is so too: codes as Zipf would have them, some met five times in five years
and one never; poles that bring SOS alone; operators and units that come and go; hot spots; notes on some incidents,
pictures on some. The last incidents are not filled in bulk but lived through: written by the triggers, state by state,
after the tables were vacuumed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.filling import Noted, bare, connected
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
OPEN = 12
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
OPERATORS = [f"ส.ต.อ. ผู้รับเรื่อง ที่ {number}" for number in range(1, 61)]
SELDOM = "พ.ต.ท. ผู้ตรวจการ"
COMMON_CODES = ["NOI", "TRF", "DRK", "FGT", "SOS", "ACC", "SUS", "111", "MCT", "LOS", "DSL", "LGT", "ACI", "ANI", "MED"]
RARE_CODES = ["RAP", "241", "511"]
"""Met once in 40,000 incidents, once in 200,000, never."""


@dataclass(frozen=True, kw_only=True)
class Filled(Noted):
    """What was made, and how long it took."""

    incidents: int
    positions: int
    days: int
    first: datetime
    last: datetime
    seconds: float

    @property
    def units(self) -> list[UnitId]:
        """Return the units: twenty busy ones, one seldom sent, one of the first year, a new one, an idle one."""
        return [UnitId(named_id("bench", f"unit {number}")) for number in range(UNITS)]

    @property
    def open_from(self) -> int:
        """Return the number of the first of the incidents that are still open."""
        return self.incidents - OPEN + 1


_SAID = (Path(__file__).with_suffix(".sql")).read_text("utf-8").strip().rstrip(";").split(";\n\n")
_PEOPLE, _MEANS, _YEARS, _SEARCHED, _POSITIONS = _SAID[:3], _SAID[3:7], _SAID[7:-2], _SAID[-2], _SAID[-1]
_STILL_OPEN = """
UPDATE incident SET arrived_at = CASE WHEN state = 'on_scene' THEN arrived_at END,
    acknowledged_at = CASE WHEN state <> 'new' THEN acknowledged_at END,
    acknowledged_by = CASE WHEN state <> 'new' THEN acknowledged_by END
WHERE state <> 'closed'
"""
_STATES = ("new", "acknowledged", "assigned", "en_route", "on_scene")

_TABLES = ("incident", "report", "assignment", "attachment", "timeline", "incident_search")


@contextmanager
def _quiet(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Fill without indexes, keys between tables and triggers."""
    with bare(connection, _TABLES, but="ix_report_incident_id"):
        connection.execute("SET session_replication_role = replica")
        yield
        connection.execute("SET session_replication_role = origin")


def _chunks(first: int, last: int) -> Iterator[dict[str, int]]:
    for low in range(first, last + 1, _STEP):
        yield {"low": low, "high": min(low + _STEP - 1, last)}


async def partitions(cluster: Postgres, last: datetime, days: int) -> None:
    """Make the partitions of so many days as core would have made them week by week."""
    owner = Database(cluster.dsn("unjai_owner"), connections=1)
    for week in range(days // 7 + 1, -1, -1):
        async with owner.tx(system()) as tx:
            await keep_partitions(tx, last - timedelta(days=7 * week))
    await owner.close()


def fill(cluster: Postgres, last: datetime, *, incidents: int, positions: int, days: int, lived: int) -> Filled:
    """Fill the database as its superuser, the last `lived` incidents by the triggers; blocks for minutes."""
    began = time.monotonic()
    first = last - timedelta(days=365 * YEARS)
    devices = [named_id("bench", f"device {number}") for number in range(UNITS)]
    filled = Filled(incidents=incidents, positions=positions, days=days, first=first, last=last, seconds=0.0)
    known = event_codes()
    codes = [*COMMON_CODES, *(code for code in known if code not in COMMON_CODES + RARE_CODES), *RARE_CODES]
    words: dict[str, Any] = {"roads": ROADS, "spots": SPOTS, "doings": DOINGS, "colours": COLOURS, "cars": CARS}
    words |= {"operators": OPERATORS, "codes": codes, "priorities": [known[code].priority for code in codes]}
    words |= {"devices": devices, "units": filled.units}
    words |= {"last": last, "count": incidents, "gap": (last - first) / incidents}
    with connected(cluster, ("SELECT setseed(0.191)", *_MEANS)) as connection, ThreadPoolExecutor(1) as beside:
        for said in _PEOPLE:
            connection.execute(said, words if "%(" in said else None)
        rest = beside.submit(_positions, cluster, devices, last, positions, days)
        with _quiet(connection):
            for chunk in _chunks(1, incidents - lived):
                for said in (*_YEARS, _SEARCHED):
                    connection.execute(said, {**words, **chunk})
        rest.result()
        connection.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}, obs_fleet")
        _live(connection, words, incidents - lived + 1, filled)
        _check(connection, incidents)
        connection.execute("CHECKPOINT")
    return replace(filled, seconds=time.monotonic() - began)


def _positions(cluster: Postgres, devices: Sequence[object], last: datetime, positions: int, days: int) -> None:
    """Fill in the positions, half of them in the last `DENSE_DAYS`."""
    dense_from = last - timedelta(days=DENSE_DAYS)
    with connected(cluster, ("SELECT setseed(0.191)", *_MEANS)) as connection:
        for number, (from_at, to_at) in enumerate(((last - timedelta(days=days), dense_from), (dense_from, last))):
            count = positions // 2
            gap = (to_at - from_at) / (count / ON_AT_ONCE)
            for chunk in _chunks(1, count):
                facts = {"devices": devices, "from_at": from_at, "gap": gap, "round": str(number), **chunk}
                connection.execute(_POSITIONS, facts)


def _live(connection: psycopg.Connection[Any], words: dict[str, Any], first: int, filled: Filled) -> None:
    """Let the last incidents be written as flows write them: opened, worked state by state, all but a few closed."""
    facts = {**words, "low": first, "high": filled.incidents}
    for said in _YEARS:
        connection.execute(said, facts)
    ended = connection.execute(
        "SELECT seq, id, outcome, closed_at FROM incident WHERE seq BETWEEN %(low)s AND %(high)s ORDER BY seq", facts
    ).fetchall()
    moved = "UPDATE incident SET state = %s, outcome = %s, closed_at = %s, version = version + 1 WHERE id = %s"
    with connection.cursor() as cursor:
        for number, key, outcome, closed_at in ended:
            for state in _STATES[: 1 + number % len(_STATES)] if number >= filled.open_from else _STATES:
                cursor.execute(moved, (state, None, None, key))
            if number < filled.open_from:
                cursor.execute(moved, ("closed", outcome, closed_at, key))
    connection.execute(_STILL_OPEN)


def _check(connection: psycopg.Connection[Any], incidents: int) -> None:
    """See that the words written in bulk are those that the triggers would have written."""
    other = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE doc <> incident_document(incident_id)) FROM incident_search"
        " TABLESAMPLE SYSTEM (0.2)"
    ).fetchone()
    held = connection.execute("SELECT count(*) FROM incident_search").fetchone()
    if other is None or other[1] or held is None or held[0] != incidents:
        raise RuntimeError(f"the fill is not what the triggers would make: {other}, {held}")
