"""`unjai patrol plan`: a file in, rounds out; a broken file says where."""

import json

import pytest
from typer.testing import CliRunner

from tests.patrol.towns import small
from unjai.__main__ import cli


def _run(file, *more):
    return CliRunner().invoke(cli, ["patrol", "plan", str(file), "--json", "--seconds", "0.2", *more])


@pytest.fixture
def town(tmp_path):
    file = tmp_path / "town.json"
    file.write_text(json.dumps(small(), ensure_ascii=False), "utf-8")
    return file


def test_a_plan_is_told_with_times_reasons_and_figures(town):
    ran = _run(town, "--seed", "kept secret")
    told = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert told["format"] == "unjai-patrol-plan-result/1"
    assert 0 < told["covered_share"] <= 1
    assert [one["unit"] for one in told["rounds"]] == ["u1", "u2", "u3"]
    stop = told["rounds"][0]["stops"][0]
    assert stop["arrive"] < stop["leave"]
    assert stop["words"]["th"]
    assert "{" not in json.dumps(
        [s["words"] for one in told["rounds"] for s in one["stops"]], ensure_ascii=False
    ).replace('{"', "")
    again = json.loads(_run(town, "--seed", "kept secret", "--effort", told["effort"]).stdout)
    assert again["rounds"] == told["rounds"]


def test_the_least_a_town_needs(tmp_path):
    file = tmp_path / "least.json"
    file.write_text(
        '{"shift": {"date": "2026-11-23", "from": "๒๐.๐๐ น.", "to": "04:00"}, "units": 2,'
        ' "places": [{"id": 7, "lon": 100.5, "lat": 13.7}]}',
        "utf-8-sig",
    )
    told = json.loads(_run(file).stdout)
    assert told["rounds"][0]["from"] == "20:00"
    assert {note["code"] for note in told["notes"]} == {"depot_guessed", "ways_straight"}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{", "patrol_plan_file_unreadable", "1"),
        ('{"shift": {"date": "2026-11-23"}, "units": 1, "places": []}', "patrol_plan_file_wrong", "places"),
        ('{"shift": {"date": "2026-11-23"}, "units": 1, "places": [{"id": "a", "lan": 1}]}', "patrol_plan_file_wrong", "places.0.lan"),
        ('{"shift": {"date": "2026-11-23", "from": "25:00"}, "units": 1, "places": [{"id": "a"}]}', "patrol_plan_file_wrong", "shift.from"),
        ('{"shift": {"date": "2026-11-23"}, "units": [], "places": [{"id": "a", "lon": 100, "lat": 13}]}', "patrol_plan_infeasible", "สายตรวจ"),
        ('{"shift": {"date": "2026-11-23"}, "units": 1, "places": [{"id": "a", "lon": NaN, "lat": 13}]}', "patrol_plan_file_wrong", "lon"),
    ],
)  # fmt: skip
def test_a_broken_town_says_where_in_both_languages(tmp_path, text, code, said):
    file = tmp_path / "broken.json"
    file.write_text(text, "utf-8")
    ran = _run(file)
    error = json.loads(ran.stdout)["error"]
    assert ran.exit_code == 1
    assert error["code"] == code
    assert said in error["th"]
    assert error["en"]


def test_a_file_that_is_not_there(tmp_path):
    assert json.loads(_run(tmp_path / "none.json").stdout)["error"]["code"] == "patrol_plan_file_missing"
