"""`unjai walk`: a file of streets in, ways out; what cannot be answered says why and ends with status 1."""

import json

import pytest
from typer.testing import CliRunner

from tests.respond.escort.grids import corner, document
from unjai.__main__ import cli

FROM, TO = corner(0, 0), corner(4, 3)
ENDS = ("--from", f"{FROM.lon},{FROM.lat}", "--to", f"{TO.lon},{TO.lat}")


def _run(file, *more, ends=ENDS):
    return CliRunner().invoke(cli, ["walk", "--graph", str(file), *ends, *more])


@pytest.fixture
def town(tmp_path):
    file = tmp_path / "town.json"
    lit = document(6, 5, lit=lambda a, b: 1 if a[1] == b[1] == 3 else None, patrolled_s=lambda *_: 600)
    file.write_text(json.dumps(lit), "utf-8")
    return file


def test_ways_are_told_with_time_ease_and_reasons(town):
    ran = _run(town, "--at", "22:00", "--json")
    told = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert (told["format"], told["at"], told["dark"]) == ("unjai-walk/1", "22:00", True)
    assert 2 <= len(told["ways"]) <= 3
    first = told["ways"][0]
    assert first["kinds"][0] == "quickest"
    assert first["metres"] == pytest.approx(700, abs=5)
    assert first["seconds"] == pytest.approx(504, abs=5)
    assert 0.15 <= first["ease"] <= first["at_most"] <= 1
    said = [words["th"] for street in first["streets"] for words in (*street["good"], *street["unknown"])]
    assert "สายตรวจผ่านภายใน 30 นาที" in said
    assert "ไม่ทราบว่ามีสถานที่เปิดหรือไม่" in said


def test_by_day_the_sun_lights_every_street(town):
    told = json.loads(_run(town, "--at", "๑๒:๐๐".translate(str.maketrans("๐๑๒", "012")), "--json").stdout)
    assert told["dark"] is False
    assert told["ways"][0]["unlit_m"] == 0


def test_the_terminal_is_told_in_thai_and_english(town):
    ran = _run(town)
    assert ran.exit_code == 0
    assert "เร็วที่สุด" in ran.stdout
    assert "ease" in ran.stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "escort_graph_unreadable"),
        ("[]", "escort_graph_wrong"),
        ('{"coords": [1, 2], "edges": []}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3], "edges": []}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 4], "edges": [0, 9, 5]}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 4], "edges": [0, 1.5, 5]}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 4], "edges": [0, 1, -5]}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 1, 2], "edges": [0, 1, 5]}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 400], "edges": [0, 1, 5]}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, "x"], "edges": [0, 1, 5]}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 4], "edges": [0, 1, 5], "facts": {"lamps": [1]}}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 4], "edges": [0, 1, 5], "facts": {"lit": [1, 0]}}', "escort_graph_wrong"),
        ('{"coords": [1, 2, 3, 4], "edges": [0, 1, 5], "facts": {"lit": ["x"]}}', "escort_graph_wrong"),
    ],
)
def test_a_broken_file_says_so(tmp_path, text, code):
    file = tmp_path / "broken.json"
    file.write_text(text, "utf-8")
    ran = _run(file, "--json")
    assert ran.exit_code == 1
    error = json.loads(ran.stdout)["error"]
    assert error["code"] == code
    assert "{" not in error["th"]


@pytest.mark.parametrize(
    ("more", "ends", "code"),
    [
        ((), ("--from", "0,0", "--to", "98.98,18.8"), "escort_off_map"),
        ((), ("--from", "98.98", "--to", "98.98,18.8"), "escort_place_wrong"),
        ((), ("--from", "nan,1", "--to", "98.98,18.8"), "escort_place_wrong"),
        (("--at", "25:00"), ENDS, "escort_hour_wrong"),
        (("--at", "soon"), ENDS, "escort_hour_wrong"),
    ],
)
def test_a_question_without_an_answer_says_why(town, more, ends, code):
    ran = _run(town, "--json", *more, ends=ends)
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["error"]["code"] == code


def test_a_file_that_is_not_there(tmp_path):
    ran = _run(tmp_path / "none.json", "--json")
    assert json.loads(ran.stdout)["error"]["code"] == "escort_graph_unreadable"
