"""Which indexes the search uses, and that a page walked and gathered is the page of one query."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from unjai.platform.engines.alone import Postgres

_MANY = """
INSERT INTO incident_search (incident_id, station_id, opened_at, code, priority, state, outcome, channel, lon, lat,
    acknowledged_by, ack_s, response_s, doc)
SELECT gen_random_uuid(), 10, now() - n * interval '1 minute', 'C' || n % 40, 1 + n % 3, 'closed', 'resolved', 'call',
       98.98 + n % 141 * 0.0001, 18.79 + n / 141 * 0.0001, 'ผู้รับเรื่อง ' || n % 7, n % 59,
       CASE WHEN n % 5 > 0 THEN n * 7919 % 500 + CASE WHEN n % 1999 = 0 THEN 9000 ELSE 0 END END, 'ซอย ' || n || ' เสียงดัง ' || left(md5(n::text), 8) FROM generate_series(1, 20000) n
"""


@pytest.mark.parametrize(
    ("asked", "role", "index"),
    [
        ('{"words": [{"like": "%ซอย 19999%", "codes": []}]}', "unjai_search", "ix_incident_search_doc"),
        ('{"words": [{"like": "%ซอย 19999%", "codes": ["ZZ"]}]}', "unjai_search", "ix_incident_search_doc"),
        ('{"words": [{"like": "%ฆ่า%", "codes": []}]}', "unjai_search", "ix_incident_search_doc"),
        ('{"words": [{"like": "%9/3%", "codes": []}]}', "unjai_search", "ix_incident_search_doc"),
        ('{"code": ["C7"]}', "unjai_app", "ix_incident_search_code"),
        ('{"acknowledged_by": ["ไม่มี"]}', "unjai_app", "ix_incident_search_by"),
        ('{"channel": ["camera"]}', "unjai_app", "ix_incident_search_channel"),
        ('{"outcome": ["no_trace"]}', "unjai_app", "ix_incident_search_outcome"),
        ('{"ack_over_s": 600}', "unjai_app", "ix_incident_search_ack"),
        ('{"response_over_s": 600}', "unjai_app", "ix_incident_search_slow"),
        ('{"state": ["new", "on_scene"]}', "unjai_app", "ix_incident_search_open"),
        ('{"unit_id": "00000000-0000-7000-8000-000000000001"}', "unjai_app", "ix_assignment_"),
        (
            '{"near": {"south": 18.7, "north": 18.7001, "west": 98, "east": 99, "lat": 18.7, "lon": 98.9, "squeeze": 1, "radius_deg": 1}}',
            "unjai_app",
            "ix_incident_search_place",
        ),
    ],
)
def test_what_is_rare_is_gathered_by_its_index(many: Connection, asked: str, role: str, index: str):
    """With twenty thousand rows: words as the guarded function's owner asks, filters under row-level security."""
    plan = _plan(many, "incident_gather(CAST(:asked AS jsonb), '{10}', 0)", asked, role)
    assert index in plan, plan


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("{}", "ix_incident_search_recent"),
        ('{"sort": "oldest"}', "ix_incident_search_recent"),
        ('{"sort": "slowest"}', "ix_incident_search_slow"),
    ],
)
def test_pages_are_read_in_the_order_of_an_index(many: Connection, asked: str, index: str):
    """Nothing is sorted, neither without a filter nor in the short walk that a filter begins with."""
    for query in ("incident_query(CAST(:asked AS jsonb), '{10}')", "incident_walk(CAST(:asked AS jsonb), '{10}', 500)"):
        plan = _plan(many, query, asked, "unjai_app")
        assert index in plan, plan


def test_words_under_row_level_security_would_use_no_index(many: Connection):
    """Why the guarded function is there: LIKE is not leakproof. If this fails, it may go."""
    asked = '{"words": [{"like": "%ซอย 19999%", "codes": []}]}'
    query = "incident_gather(CAST(:asked AS jsonb), '{10}', 0)"
    assert "ix_incident_search_doc" not in _plan(many, query, asked, "unjai_app")


@pytest.fixture(scope="module")
def many(postgres: Postgres, database_name: str) -> Iterator[Connection]:
    """One transaction with twenty thousand rows, rolled back at the end."""
    engine = create_engine(postgres.dsn("postgres", database_name))
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(_MANY))
        connection.execute(text("ANALYZE incident_search"))
        connection.execute(text("SELECT set_config('unjai.stations', '10', true)"))
        connection.execute(text("SET LOCAL random_page_cost = 1.1"))
        yield connection
    engine.dispose()


def _plan(many: Connection, query: str, asked: str, role: str) -> str:
    with many.begin_nested() as point:
        many.execute(text(f"SET LOCAL ROLE {role}"))
        said = many.scalar(text(f"SELECT {query}"), {"asked": asked})
        lines = [str(line[0]) for line in many.execute(text(f"EXPLAIN {said}".replace(":", "\\:")))]
        point.rollback()
    return "\n".join(lines)


@pytest.mark.parametrize("sort", ["newest", "oldest", "slowest"])
@pytest.mark.parametrize(
    "asked",
    [
        {"words": [{"like": "%เสียงดัง%", "codes": []}], "code": ["C7"]},
        {"words": [{"like": "%ซอย 77%", "codes": []}]},
        {"code": ["C7"], "priority": [1]},
        {"code": ["C7", "C8"], "channel": ["call"], "response_over_s": 9_000.0},
        {"code": ["none"]},
    ],
)
def test_a_page_walked_and_gathered_is_the_page_of_one_query(many: Connection, asked: dict[str, Any], sort: str):
    """The short walk finds the first hits, the gathering the rest: together they are what one plain query gives."""
    after = None
    with many.begin_nested() as point:
        many.execute(text("SET LOCAL ROLE unjai_search"))
        for _ in range(2):
            put = json.dumps({**asked, "sort": sort, "limit": 300} | ({"after": after} if after else {}))
            found = many.execute(text("SELECT * FROM incident_matches(CAST(:asked AS jsonb))"), {"asked": put})
            rows = [tuple(row) for row in found]
            said = many.scalar(text("SELECT incident_query(CAST(:asked AS jsonb), '{10}')"), {"asked": put})
            assert rows == [tuple(row) for row in many.execute(text(str(said).replace(":", "\\:")))]
            if not rows:
                break
            key = rows[-1][2] if sort == "slowest" else rows[-1][1].isoformat()
            after = {"key": key, "id": str(rows[-1][0])}
        point.rollback()
