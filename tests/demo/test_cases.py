"""The demo's cases: the same each time, marked as made up, in the past, in the zone."""

from datetime import UTC, datetime

from unjai.demo.cases import demo_cases
from unjai.demo.town import town
from unjai.evaluate.rules.cases.offences import offences
from unjai.model.ids import StationId

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_made_up_cases_say_so_and_are_the_same_each_time():
    rows = demo_cases(town().places, station_id=StationId(1), now=NOW)
    assert rows == demo_cases(town().places, station_id=StationId(1), now=NOW)
    assert all(row["simulated"] == 1 and row["source_key"].startswith("จำลอง ") for row in rows)
    assert len({row["source_key"] for row in rows}) == len(rows)
    assert 400 < len(rows) < 1000
    assert max(row["ended"] for row in rows) < NOW
    assert {row["found_by"] for row in rows} == {"reported", "patrol", "camera"}
    assert all(row["offence"] in offences() and row["group4"] == offences()[row["offence"]].group4 for row in rows)
