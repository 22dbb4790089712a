"""The table of what may be tried against presence names tests that are there."""

import re
from pathlib import Path

HERE = Path(__file__).parents[2]


def test_each_thing_that_may_be_tried_has_its_tests():
    table = (
        (HERE / "docs" / "patrol.md").read_text("utf-8").partition("| tried | answer | test |")[2].partition("\n\n")[0]
    )
    rows = [line for line in table.splitlines()[2:] if line]
    written = "".join(file.read_text("utf-8") for file in (HERE / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)\(", written))
    named = [set(re.findall(r"`(test_\w+)`", row)) for row in rows]
    assert len(rows) >= 15
    assert all(named)
    assert {name for names in named for name in names} <= there
