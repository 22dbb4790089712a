"""The loop closed: the station decides, SNMP commands the virtual controller, its lamps move SUMO's traffic."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import warnings
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from unjai.commands.signals_virtual import virtual
from unjai.model.errors import UnjaiError
from unjai.signals.junction import Phase
from unjai.signals.plants.sumo_net import read
from unjai.signals.virtual.sumo import Monitor, cabinet

NETS = Path(__file__).parent / "crossing"
WALKED = NETS / "walked.net.xml"
ROUTES = """<routes>
  <flow id="we" from="left0A0" to="A0right0" begin="0" end="180" vehsPerHour="500"/>
  <flow id="wn" from="left0A0" to="A0top0" begin="0" end="180" vehsPerHour="100"/>
  <flow id="ns" from="top0A0" to="A0bottom0" begin="0" end="180" vehsPerHour="150"/>
  <personFlow id="east" begin="5" end="120" period="30"><walk from="left0A0" to="A0right0"/></personFlow>
  <personFlow id="north" begin="15" end="120" period="60"><walk from="bottom0A0" to="A0top0"/></personFlow>
</routes>"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A crossing of left-hand traffic with pedestrians' crossings on all four sides."""
    (tmp_path / "walked.net.xml").write_text(WALKED.read_text("utf-8"), "utf-8")
    (tmp_path / "walked.rou.xml").write_text(ROUTES, "utf-8")
    return tmp_path


@pytest.fixture
def sumo() -> None:
    if importlib.util.find_spec("libsumo") is None:
        warnings.warn(pytest.PytestWarning("SKIPPED LOUDLY: libsumo is absent"), stacklevel=2)
        pytest.skip("libsumo is absent")


def process(*asked: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", *asked], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.usefixtures("sumo")
def test_the_look_ahead_drives_sumo_by_snmp_and_no_lamp_is_unsafe(scenario: Path) -> None:
    told = process("tests.signals.closed_loop", str(scenario))
    assert (told["wrong"], told["conflicts"], told["troubles"]) == ([], 0, {})
    assert (told["unfinished"], told["trips"] > 30) == (0, True)
    assert told["commanded_s"] > len(told["shown"]) - 20
    assert set(told["served"]) == set(told["walked"]) == {"1", "2"}
    letters = list(zip(*told["shown"], strict=True))
    for signal, walks in ((1, False), (10, False), (12, True), (13, True)):
        greens = [len(list(one)) for lamp, one in groupby(letters[signal]) if lamp in "Gg"]
        assert min(greens[:-1]) >= 5
        assert not walks or set(greens) == {5}


@pytest.mark.usefixtures("sumo")
def test_by_itself_it_runs_its_own_plan(scenario: Path) -> None:
    asked = ("--scenario", str(scenario), "--controller", "none", "--json")
    told = process("unjai", "signals", "virtual", *asked)
    assert {"delay_s", "trip_s", "wait_s", "not_inserted", "controller", "sumo", "seed", "junction"} <= set(told)
    assert (told["commanded_s"], told["conflicts"], told["flashing"], told["unfinished"]) == (0, 0, "", 0)
    assert set(told["green_s"]) == set(told["walk_s"]) == {"1", "2"}


def test_a_cabinet_times_the_walk_itself() -> None:
    place, core = cabinet(read(WALKED, red_clear_s=1.0, min_green_s=5.0)[0])
    assert [phase.state for phase in place.junction.phases] == ["gGgrrrgGgrrrrGrG", "rrrgGgrrrgGgGrGr"]
    assert [phase.number for phase in place.junction.phases] == [1, 2]
    assert (core.timings[1].walk_s, core.timings[1].ped_clear_s, core.timings[1].red_clear_s) == (5.0, 6.0, 1.0)


def test_more_phases_than_a_controller_knows_are_refused() -> None:
    (place,) = read(NETS / "crossing.net.xml")
    letters = [f"{number:05b}".replace("0", "r").replace("1", "g").ljust(12, "r") for number in range(1, 18)]
    object.__setattr__(place.junction, "phases", tuple(Phase(state=one) for one in letters))
    with pytest.raises(UnjaiError, match="signals_phases_many"):
        cabinet(place)


def test_the_monitor_trips_on_lamps_that_cross_whatever_phases_are_said_to_show() -> None:
    """Signals 1 and 10 cross; 2 turns across 7 and yields to it."""
    junction = read(WALKED)[0].junction

    def trips(*lit: dict[int, str]) -> list[bool]:
        monitor = Monitor(junction)
        return [monitor.conflict("".join(one.get(at, "r") for at in range(16))) for one in lit]

    assert trips({1: "G", 10: "G"}) == [True]
    assert trips({1: "G"}, {1: "y"}, {1: "y", 10: "G"}) == [False, False, True]
    assert trips({1: "G"}, {1: "y"}, {10: "G"}) == [False, False, False]
    assert trips({2: "g", 7: "G"}, {2: "y", 7: "G"}) == [False, False]
    assert trips({1: "G", 12: "G"}) == [True]  # pedestrians on the road


@pytest.mark.parametrize(
    ("old", "new", "asked", "code"),
    [
        ("", "", {"controller": "hope"}, "signals_controller_unknown"),
        ("", "", {"junction": "nowhere"}, "signals_junction_choose"),
        ("</net>", "", {}, "signals_net_broken"),
        ('<tlLogic id="A0"', '<tlLogic id="nobody"', {}, "signals_net_empty"),
        ('duration="37"', 'duration="-37"', {}, "signals_negative_time"),
        ("gGgrrrgGgrrrrGrG", "GGGGGGGGGGGGGGGG", {}, "signals_conflict"),
    ],
)
def test_what_cannot_be_driven_says_why(capsys, scenario: Path, old: str, new: str, asked: dict[str, str], code: str):
    net = scenario / "walked.net.xml"
    net.write_text(net.read_text("utf-8").replace(old, new) if old else net.read_text("utf-8"), "utf-8")
    wished = {"junction": "", "controller": "unjai", **asked}
    assert virtual(scenario, port=0, seed=1, as_json=True, **wished) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code
    assert error["th"] != error["en"]
