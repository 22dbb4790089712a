"""The page of what is kept how long: made from the rules themselves, whole, and with words."""

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest

import unjai
from tests.web.edge import Centre
from unjai.platform.config import Settings
from unjai.platform.streams import RECORDED
from unjai.web.keeping import NONE, RULES, Station, span_of
from unjai.web.kept import words

SOURCE = Path(unjai.__file__).parent
PAGE = SOURCE.parents[1] / "frontend/src/citizen/kept"
PASSING = {
    "import_file": "a sheet that somebody is reading in, an hour",
    "watch_import_row": "a sheet that somebody is reading in, two days",
    "plate_notice": "what an officer was told of a hit, three days; the hit itself is on the page",
    "device_outage": "when a device was silent: nothing about people",
    "listening": "when the centre listened: nothing about people",
    "audit_waiting": "rows of the log that wait for their seal",
    "recovery_code": "an account's own codes, replaced by new ones",
    "plate_unmatched": "reads that wait to be compared, seconds",
}
"""Tables that are emptied of what is old, and hold nothing that a citizen would ask about, or for moments."""


def _emptied() -> dict[str, str]:
    """Every table that a function of a store empties by a moment that it is given, with the function."""
    found: dict[str, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        if "demo" in file.parts or "delete" not in (text := file.read_text("utf-8")):
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                continue
            given = [*node.args.args, *node.args.kwonlyargs]
            moments = {
                one.arg for one in given if one.annotation is not None and ast.unparse(one.annotation) == "datetime"
            }
            if not moments:
                continue
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "delete" and call.args:
                    table = ast.unparse(call.args[0])
                    found[table] = f"{file.relative_to(SOURCE)}:{node.name}"
    return found


def test_every_table_that_is_emptied_of_what_is_old_is_on_the_page():
    told = {table for rule in RULES for table in rule.tables} | set(PASSING)
    emptied = _emptied()
    assert {"escort_walk", "escort_fix", "camera_still", "patrol_hour", "sos_call"} <= set(emptied)
    assert {table: where for table, where in emptied.items() if table not in told and table != "table"} == {}


def test_every_retention_class_is_on_the_page():
    told = {table for rule in RULES for table in rule.tables}
    tables = {"plate_read" if name == "plates" else f"obs_{name}" for name in RECORDED}
    assert tables <= told


def test_every_row_and_no_other_has_its_words_and_the_app_has_the_same():
    wanted = {f"kept.row.{rule.key}" for rule in RULES}
    wanted |= {f"kept.who.{rule.who}" for rule in RULES} | {f"kept.why.{rule.why}" for rule in RULES}
    parts = ("kept.row.", "kept.who.", "kept.why.")
    assert {key for key in words() if key.startswith(parts)} == wanted
    for language in ("th", "en"):
        app = json.loads((PAGE / f"{language}.json").read_text("utf-8"))
        assert app == {key: text[language] for key, text in words().items()}


@pytest.mark.parametrize(
    ("length", "unit", "amount"),
    [
        (timedelta(hours=24), "hours", 24),
        (timedelta(minutes=90), "hours", 2),
        (timedelta(days=30), "days", 30),
        (timedelta(days=3.5), "days", 4),
    ],
)
def test_a_length_is_never_told_shorter_than_it_is(length, unit, amount):
    assert (span_of(length).unit, span_of(length).amount) == (unit, amount)


def test_nothing_kept_is_told_as_nothing():
    assert span_of(timedelta()) == NONE


def test_a_station_that_sets_other_days_tells_them():
    rules = {rule.key: rule for rule in RULES}
    here = Station(settings=Settings(plates_days=9, backup_dir="/copies", backup_keep=5), video_days=12)
    assert rules["plate"].span(here).amount == 9
    assert (rules["backup"].span(here).unit, rules["backup"].span(here).amount) == ("copies", 5)
    assert rules["video"].span(here).amount == 12
    assert rules["backup"].span(Station(settings=Settings(), video_days=0)) == NONE


async def test_anybody_may_read_it(centre: Centre):
    async with centre.client() as screen:
        told = (await screen.get("/api/kept")).json()
        thai = await screen.get("/kept")
        english = await screen.get("/kept?lang=en")
    assert [row["key"] for row in told["rows"]] == [rule.key for rule in RULES]
    assert next(row["span"] for row in told["rows"] if row["key"] == "walk") == {"unit": "hours", "amount": 24}
    assert told["station"]["name_th"] in thai.text
    assert "<script" not in thai.text + english.text
    for rule in RULES:
        assert words()[f"kept.row.{rule.key}"]["th"] in thai.text
        assert words()[f"kept.row.{rule.key}"]["en"].replace("'", "&#x27;") in english.text
