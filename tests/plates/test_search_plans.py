"""Which indexes the searches of plates use, and that no day outside the question is opened."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, create_engine, text

from tests.conftest import NIGHT
from unjai.model.ids import id_floor
from unjai.model.plate import skeleton
from unjai.platform.engines.alone import Postgres

DAYS = 6
_PLATES = """
INSERT INTO plate (station_id, last_day, registration, province, skeleton, digits)
SELECT 10, '2026-11-21', n % 9 + 1 || substr('กขคงจฉชซฌญ', n % 10 + 1, 1) || substr('ฐฑฒณดตถทธนบ', n % 11 + 1, 1) || n, '50',
       n::text, n::text FROM generate_series(1000, 9999) n
"""
_READS = """
INSERT INTO plate_read (id, station_id, plate_id, received_at, digest, camera_id)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid, 10, (SELECT min(id) FROM plate) + n % 9000, at, n, n % 40 + 1
FROM (SELECT n, timestamptz '{night}' - n * interval '{gap} s' AS at FROM generate_series(1, 24000) n) one
"""


@pytest.fixture(scope="module")
def many(postgres: Postgres, database_name: str) -> Iterator[Connection]:
    """One transaction with nine thousand plates and six days of reads, rolled back at the end."""
    engine = create_engine(postgres.dsn("postgres", database_name))
    with engine.connect() as connection:
        for number in range(DAYS + 1):
            day = NIGHT.replace(hour=0, minute=0, second=0) - timedelta(days=number)
            name = f"plate_read_{day:%Y%m%d%H}"
            bounds = f"FROM ('{id_floor(day)}') TO ('{id_floor(day + timedelta(days=1))}')"
            connection.execute(text(f"CREATE TABLE {name} PARTITION OF plate_read FOR VALUES {bounds}"))
        connection.execute(text(_PLATES))
        connection.execute(
            text("INSERT INTO plate_camera (station_id, key) SELECT 10, 'C' || n FROM generate_series(1, 40) n")
        )
        gap = DAYS * 86_400 // 24_000
        connection.execute(
            text(_READS.replace("{night}", NIGHT.isoformat()).replace("{gap}", str(gap)).replace(":", "\\:"))
        )
        connection.execute(text("ANALYZE plate, plate_camera, plate_read"))
        connection.execute(text("LOAD 'auto_explain'"))
        for name, value in (("log_min_duration", "0"), ("log_nested_statements", "on"), ("log_analyze", "on")):
            connection.execute(text(f"SET LOCAL auto_explain.{name} = {value}"))
        connection.execute(text("SET LOCAL client_min_messages = log"))
        yield connection
    engine.dispose()


def plans(many: Connection, function: str, *, first: str = "SELECT 1", **asked: object) -> str:
    """Return the plans that a function really ran after a first statement, without what was never begun."""
    heard: list[str] = []
    driver = many.connection.driver_connection
    assert driver is not None

    def hear(said) -> None:
        heard.append(said.message_primary or "")

    driver.add_notice_handler(hear)
    span = {"low": str(id_floor(NIGHT - timedelta(days=DAYS))), "high": str(id_floor(NIGHT))}
    put = {"station": 10, "most": 500, **span, **asked}
    with many.begin_nested() as point:
        many.execute(text(first))
        heard.clear()
        many.execute(text("SET LOCAL ROLE unjai_search"))
        many.execute(text(f"SELECT * FROM {function}(CAST(:asked AS jsonb))"), {"asked": json.dumps(put)}).all()
        point.rollback()
    driver.remove_notice_handler(hear)
    lines = "\n".join(heard).splitlines()
    return "\n".join(line for line in lines if "never executed" not in line)


def opened(plan: str) -> set[str]:
    """Return the partitions of reads that a plan scanned."""
    return set(re.findall(r" on (plate_read_\d{10})", plan))


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"by": "exact", "plate": "3ขฐ1001", "province": "50"}, "uq_plate_station_id_registration_province"),
        ({"by": "wildcard", "plate": "3ขฐ10__", "indexed": True}, "ix_plate_registration"),
        ({"by": "wildcard", "plate": "%ฐ1001", "indexed": True}, "ix_plate_registration"),
        (
            {"by": "wildcard", "plate": "_ขฐ1___", "way": "forward", "heads": ["2ขฐ1", "3ขฐ1"]},
            "uq_plate_station_id_registration_province",
        ),
        ({"by": "wildcard", "plate": "_ขฐ1__1", "way": "backward", "heads": ["1001ฐ", "1101ฐ"]}, "ix_plate_backward"),
        ({"by": "look_alike", "plate": "1001"}, "ix_plate_skeleton"),
        ({"by": "digits", "plate": "1001", "province": "50"}, "ix_plate_digits"),
    ],
)
def test_plates_are_found_by_the_index_of_their_kind(many, asked, index):
    plan = plans(many, "plate_reads_of", **asked)
    assert index in plan, plan
    assert "Seq Scan on plate " not in plan, plan
    assert re.search(r"Index Cond: \(\(plate_id = [a-z_0-9.]+\) AND \(id >= ", plan), plan
    assert "Seq Scan on plate_read" not in plan, plan


def test_only_the_days_on_which_a_plate_was_seen_are_opened(many):
    """Bit n of `days` is n days before the last one; two of the six days are marked."""
    seen = "UPDATE plate SET last_day = '2026-11-21', days = 9 WHERE registration = '3ขฐ1001'"
    plan = plans(many, "plate_reads_of", first=seen, by="exact", plate="3ขฐ1001", province="50")
    assert opened(plan) == {"plate_read_2026112100", "plate_read_2026111800"}, plan
    unknown = plans(many, "plate_reads_of", by="exact", plate="3ขฐ1001", province="50")
    assert len(opened(unknown)) >= DAYS, unknown


def test_of_a_long_time_at_a_place_the_newest_reads_alone_are_fetched(many):
    plan = plans(many, "plate_reads_of", cameras=["C1", "C2", "C3"], most=5)
    newest = plan[plan.index("newest :=") :]
    assert "Index Only Scan" in newest or "Heap Fetches" in newest, plan
    fetched = [float(one) for one in re.findall(r"Scan .* on plate_read_\d+ .*rows=([0-9.]+) loops", plan)]
    assert max(fetched) <= 5, plan


def test_reads_of_a_place_are_found_by_camera_and_time_in_their_day_alone(many):
    hour = {"low": str(id_floor(NIGHT - timedelta(hours=2))), "high": str(id_floor(NIGHT - timedelta(hours=1)))}
    plan = plans(many, "plate_reads_of", cameras=["C1", "C2", "C3"], **hour)
    assert "camera_id" in plan
    assert "Seq Scan on plate_read" not in plan, plan
    assert opened(plan) == {f"plate_read_{NIGHT:%Y%m%d}00"}


def test_a_convoy_reads_two_cameras_and_no_more(many):
    plan = plans(many, "plate_convoy_of", cameras=["C1"], then_cameras=["C2"], within_s=600, later=str(id_floor(NIGHT)))
    assert "Seq Scan on plate_read" not in plan, plan
    assert "_pkey" not in plan, plan


def test_company_looks_into_the_days_of_the_meetings_alone(many):
    plan = plans(many, "plate_company_of", by="exact", plate="3ขฐ1001", within_s=60)
    assert "Seq Scan on plate_read" not in plan, plan
    assert "_pkey" not in plan, plan


def test_under_row_level_security_a_pattern_would_use_no_index(many):
    """Why the guarded functions are there: LIKE is not leakproof. If this fails, they may go."""
    with many.begin_nested() as point:
        many.execute(text("SELECT set_config('unjai.stations', '10', true)"))
        many.execute(text("SET LOCAL ROLE unjai_worker"))
        lines = many.execute(text("EXPLAIN SELECT id FROM plate WHERE lower(registration) LIKE '3ขฐ10__'"))
        plan = "\n".join(str(line[0]) for line in lines)
        point.rollback()
    assert "ix_plate_registration" not in plan


def test_a_skeleton_is_what_python_makes_of_it():
    """The functions take a skeleton and compare it as it is: one place alone knows how it is made."""
    assert skeleton("1กข1234") == skeleton(skeleton("1กข1234"))
