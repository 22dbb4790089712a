"""What of watching may be told to everybody: the registry, small classes, guarded numbers."""

import ast
from importlib.resources import files
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from unjai.platform.ledger.watching import (
    KINDS,
    LEAST,
    WATCHED,
    classes_of,
    kind_of,
    numbers,
    told_about,
    told_classes,
    told_number,
)

COUNTS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 40), max_size=9)


@given(COUNTS)
def test_no_class_that_is_told_is_small_and_none_can_be_worked_out(counts):
    told = told_classes(counts)
    left = sum(counts.values()) - sum(told.values())
    assert all(counts[name] == count and count >= LEAST for name, count in told.items())
    assert left == 0 or left >= LEAST or not told
    hidden = set(counts) - set(told)
    if told and len(hidden) == 1:  # one class alone: its number is what is left, and that is not small
        assert counts[hidden.pop()] >= LEAST


@given(COUNTS)
def test_nothing_is_left_out_without_need(counts):
    if all(count >= LEAST for count in counts.values()):
        assert told_classes(counts) == dict(sorted(counts.items()))


@given(st.integers(0, 30))
def test_few_of_what_is_guarded_look_like_none(count):
    assert told_number(KINDS["hit_confirmed"], count) == (count if count >= LEAST else None)
    assert told_number(KINDS["plate_search"], count) == count
    assert told_about(count) == (count - count % 10 if count >= 10 else None)


def test_a_row_of_the_log_is_of_one_kind_or_of_none():
    assert kind_of("camera.watch", {"way": "replay"}) == KINDS["camera_replay"]
    assert kind_of("camera.watch", {"way": "still"}) == KINDS["camera_live"]
    assert kind_of("camera.watch_end", {"way": "live"}) is None
    assert kind_of("incident.close", {}) is None
    search = {"asked": {"kind": "exact", "plate": "กก1234"}, "reason": "stolen", "wide": False}
    assert classes_of(KINDS["plate_search"], search) == {"reason": "stolen", "how": "exact", "wide": "no"}
    assert classes_of(KINDS["plate_search"], {}) == {"reason": "other", "how": "other", "wide": "other"}


def test_the_numbers_of_a_day_hold_no_plate_no_case_and_no_name():
    facts = {
        "asked": {"kind": "exact", "plate": "กก 1234"},
        "reason": "stolen",
        "said": "ตามหารถ",
        "case": "12/2569",
        "wide": True,
    }
    made = numbers([(KINDS["plate_search"], facts)] * 6 + [(KINDS["plate_search"], {**facts, "reason": "warrant"})])
    assert made["plate_search"]["n"] == 7
    assert made["plate_search"]["by"] == {"reason": {}, "how": {"exact": 7}, "wide": {"yes": 7}}
    assert made["hit_confirmed"] == {"n": None}
    assert made["camera_live"] == {"n": 0}
    assert not any(word in str(made) for word in ("กก", "2569", "ตามหา"))


def test_every_action_that_counts_as_watching_is_written_somewhere():
    """A misspelt action would count nothing for ever."""
    source = Path(str(files("unjai")))
    words = {
        node.value
        for file in source.rglob("*.py")
        if file.name != "watching.py" or "ledger" not in file.parts
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    steps = "".join(file.read_text("utf-8") for file in (source / "platform" / "migrations").rglob("*.sql"))
    put_together = {"breakglass.take", "plates.watch.approve", "plates.watch.take"}  # f"breakglass.{what}"
    missing = [
        one.action for one in WATCHED if one.action not in words | put_together and f"'{one.action}'" not in steps
    ]
    assert missing == []
