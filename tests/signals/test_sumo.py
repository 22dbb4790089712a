"""SUMO scenarios: what is read of them, how a run is counted, and a whole run of a crossing that is ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unjai.model.errors import UnjaiError
from unjai.signals.plants.sumo_net import _beyond, _Net, read
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_trips import counted, departures

NET = Path(__file__).parent / "crossing" / "crossing.net.xml"
FLOWS = """<routes>
  <flow id="we" from="left0A0" to="A0right0" begin="0" end="600" vehsPerHour="500"/>
  <flow id="ns" from="top0A0" to="A0bottom0" begin="0" end="600" vehsPerHour="120"/>
</routes>"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "crossing.net.xml").write_text(NET.read_text("utf-8"), "utf-8")
    (tmp_path / "crossing.rou.xml").write_text(FLOWS, "utf-8")
    (tmp_path / "crossing.sumocfg").write_text(
        "<configuration><input><net-file value='crossing.net.xml'/><route-files value='crossing.rou.xml'/></input>"
        "<time><begin value='0'/><end value='900'/></time></configuration>",
        "utf-8",
    )
    return tmp_path


def run(folder: Path, *more: str) -> dict[str, Any]:
    """In a process of its own: libsumo and other tests' libraries do not share one."""
    asked = [sys.executable, "-m", "unjai", "signals", "run", "--json", "--scenario", str(folder), *more]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    return {"status": done.returncode, **json.loads(done.stdout.splitlines()[-1])}


def test_a_crossing_is_read_with_its_lanes_ways_and_phases() -> None:
    (place,) = read(NET)
    junction = place.junction
    assert len(junction.lanes) == 4
    assert [phase.state for phase in junction.phases] == ["GGgrrrGGgrrr", "rrrGGgrrrGGg"]
    left = next(link for link in junction.links if link.turn == "l")
    straight = {link.signal for link in junction.links if link.turn == "s"}
    assert left.yields_to & straight
    assert left.speed_mps < 13.0


def test_where_a_road_leads_does_not_hang_on_the_order_of_what_is_known() -> None:
    """Sets of names have another order in each process: the same seed drove another traffic."""
    lanes = {f"{edge}_0": (90.0, 13.9) for edge in "abcdef"}
    ways = {"a": "bd", "b": "c", "c": "d", "d": "e", "e": "f"}
    found = [
        _beyond(_Net(lanes=lanes, after={edge: order(to) for edge, to in ways.items()}), {"a"})  # type: ignore[misc]
        for order in (list, lambda to: list(reversed(to)))
    ]
    assert found[0] == found[1]


def test_phases_that_conflict_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "all-green.net.xml"
    broken.write_text(NET.read_text("utf-8").replace("GGgrrrGGgrrr", "GGGGGGGGGGGG"), "utf-8")
    with pytest.raises(UnjaiError, match="signals_conflict"):
        read(broken)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("</net>", "", "signals_net_broken"),
        ('<tlLogic id="A0"', '<tlLogic id="nobody"', "signals_net_empty"),
        ('duration="42"', 'duration="-42"', "signals_negative_time"),
    ],
)
def test_a_network_that_cannot_be_driven_says_why(tmp_path: Path, old: str, new: str, code: str) -> None:
    broken = tmp_path / "broken.net.xml"
    broken.write_text(NET.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(UnjaiError, match=code):
        read(broken)


def test_a_folder_without_a_scenario_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnjaiError, match="signals_scenario_none"):
        find(tmp_path)
    (tmp_path / "x.sumocfg").write_text("<configuration>", "utf-8")
    with pytest.raises(UnjaiError, match="signals_scenario_broken"):
        find(tmp_path)
    (tmp_path / "x.sumocfg").write_text(
        "<configuration><net-file value='gone.net.xml'/><route-files value='r.xml'/></configuration>", "utf-8"
    )
    with pytest.raises(UnjaiError, match="signals_scenario_file"):
        find(tmp_path)


def test_a_net_and_routes_are_a_scenario_too(scenario: Path) -> None:
    (scenario / "crossing.sumocfg").unlink()
    found = find(scenario)
    assert (found.begin_s, found.end_s) == (0.0, None)


def test_every_scheduled_trip_counts_also_one_that_was_never_let_in(tmp_path: Path) -> None:
    routes = tmp_path / "r.rou.xml"
    routes.write_text(
        "<routes><vehicle id='a' depart='10'/><trip id='b' depart='50'/><vehicle id='early' depart='2'/>"
        "<vehicle id='late' depart='100'/></routes>",
        "utf-8",
    )
    due = departures((routes,), 5, 100)
    assert due == {"a": 10, "b": 50}
    trips = tmp_path / "trips.xml"
    trips.write_text(
        "<tripinfos><tripinfo id='a' depart='12' arrival='40' duration='28' timeLoss='6' departDelay='2' "
        "waitingTime='3'/></tripinfos>",
        "utf-8",
    )
    told = counted(trips, due, 100)
    assert told.delay_s == (6 + 2 + 50) / 2
    assert (told.scheduled, told.not_inserted, told.trip_s, told.wait_s) == (2, 1, 28, 3)


def test_a_flow_is_scheduled_trips_too_unless_it_comes_by_chance_or_has_no_end(tmp_path: Path) -> None:
    routes = tmp_path / "r.rou.xml"
    routes.write_text(
        "<routes><flow id='n' begin='0' end='60' number='3'/><flow id='h' begin='90' end='130' vehsPerHour='180'/>"
        "<flow id='p' begin='10' end='31' period='10'/><flow id='exp' begin='0' end='60' period='exp(0.1)'/>"
        "<flow id='chance' begin='0' end='60' probability='0.1'/><flow id='on' begin='0' period='10'/>"
        "<flow id='none' begin='0' end='60' number='0'/><flow id='none' begin='0' end='60' vehsPerHour='0'/></routes>",
        "utf-8",
    )
    due = departures((routes,), 5, 100)
    assert due == {"n.1": 20, "n.2": 40, "h.0": 90, "p.0": 10, "p.1": 20, "p.2": 30}


def test_a_run_ends_with_its_figures_and_ours_waits_less_than_the_nets_own_program(scenario: Path) -> None:
    ours, fixed = run(scenario), run(scenario, "--controller", "fixed")
    assert {"delay_s", "trip_s", "wait_s", "not_inserted", "controller", "sumo", "seed"} <= set(ours)
    assert (ours["status"], ours["controller"], ours["sumo"], ours["not_inserted"]) == (0, "unjai", "current", 0)
    assert ours["scheduled"] == fixed["scheduled"] > 90
    assert ours["delay_s"] < fixed["delay_s"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--controller", "hope"], "signals_controller_unknown"),
        (["--decision", "0"], "signals_settings"),
        (["--missed", "1"], "signals_settings"),
    ],
)
def test_a_wish_that_cannot_be_is_answered_in_both_languages(scenario: Path, more: list[str], code: str) -> None:
    told = run(scenario, *more)
    assert told["status"] == 1
    assert told["error"]["code"] == code
    assert told["error"]["th"] != told["error"]["en"]


def test_a_run_that_sumo_gives_up_says_so(scenario: Path) -> None:
    routes = scenario / "crossing.rou.xml"
    routes.write_text(routes.read_text("utf-8").replace("left0A0", "nowhere"), "utf-8")
    told = run(scenario)
    assert (told["status"], told["error"]["code"]) == (1, "signals_sumo_stopped")


@pytest.mark.parametrize(
    ("bench", "told"),
    [("--json", "published"), ("--degraded", "undisturbed"), ("--green-way", "patrol car"), ("--virtual", "own plan")],
)
def test_each_bench_says_how_it_is_asked(capsys, monkeypatch, bench: str, told: str):
    from bench.signals.__main__ import asked

    monkeypatch.setattr("sys.argv", ["bench.signals", bench, "--help"])
    with pytest.raises(SystemExit):
        asked()
    assert told in " ".join(capsys.readouterr().out.split())
