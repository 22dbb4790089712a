"""The detailed log: what changes mean in the Indiana enumerations, and an hour of a known answer through `atspm`."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NIGHT
from unjai.signals import measures
from unjai.signals.rules import hires
from unjai.signals.rules.hires import Event, of_phase


def codes(before, now):
    return [(one.code, one.param) for one in of_phase(before, now, NIGHT)]


def test_a_phase_from_green_to_green():
    assert codes(None, (2, "green")) == [(1, 2)]
    assert codes((2, "green"), (2, "green")) == []
    assert codes((2, "green"), (2, "yellow")) == [(7, 2), (8, 2)]
    assert codes((2, "yellow"), (2, "red")) == [(9, 2), (10, 2)]
    assert codes((2, "red"), (4, "green")) == [(1, 4)]
    assert codes((2, "green"), (4, "green")) == [(7, 2), (1, 4)]


shown = st.tuples(st.integers(1, 8), st.sampled_from(["green", "yellow", "red"]))


@given(st.none() | shown, shown)
def test_every_code_has_a_name_and_each_green_is_said_once(before, now):
    found = codes(before, now)
    assert all(code in hires.NAMES for code, _param in found)
    assert [code for code, _param in found].count(1) == (now[1] == "green" and before != now)


def an_hour():
    """Sixty cycles of a minute. Of four arrivals of phase 2 three come in its green; every second cycle its presence
    detector is on all the time: 45 of 60 arrivals a quarter on green, thirty split failures.
    """
    found = []
    for cycle in range(60):
        begin = NIGHT + timedelta(minutes=cycle)

        def at(second, code, param, begin=begin):
            found.append(Event(at=begin + timedelta(seconds=second), code=code, param=param))

        for phase, off in ((2, 0), (4, 30)):
            for second, code in ((0, 1), (25, 7), (25, 8), (28, 9), (28, 10), (30, 11)):
                at(off + second, code, phase)
        for second in (5, 10, 15, 40):
            at(second, 82, 2)
            at(second + 0.5, 81, 2)
        on, off = (0.3, 59.9) if cycle % 2 else (3, 4)
        at(on, 82, 1)
        at(off, 81, 1)
    return sorted(found, key=lambda one: (one.at, one.code))


async def test_a_made_up_hour_gives_its_known_answer(file):
    figures = await measures.figures_of(file, an_hour())
    assert figures["arrivals"] == 240
    assert figures["on_green"] == pytest.approx(0.75)
    assert figures["split_failures"] == 30
    assert figures["cycles"] == pytest.approx(60, abs=1)


async def test_a_log_without_a_line_gives_no_figures(file):
    assert await measures.figures_of(file, []) == {}


async def test_what_is_exported_is_what_atspm_reads(tmp_path):
    import io

    import pyarrow.parquet

    events = an_hour()[:5]
    body = await measures.worked({"do": "parquet", "events": measures.plain(events)})
    table = pyarrow.parquet.read_table(io.BytesIO(body))
    assert tuple(table.column_names) == measures.COLUMNS
    assert table.column("EventId").to_pylist() == [one.code for one in events]
    assert next(row[0] for row in measures.lines(events)) == "2026-11-22 01:14:09.000"
    assert str(table.column("TimeStamp")[0]) == "2026-11-22 01:14:09"


def test_detectors_belong_to_the_phase_that_lets_their_lane_go(file):
    found = {one["number"]: (one["phase"], one["use"]) for one in measures.detectors_of(file)}
    assert found[1] == (2, "presence")
    assert found[2] == (2, "advance")
    assert found[16] == (8, "advance")
