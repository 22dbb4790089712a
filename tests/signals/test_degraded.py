"""What the bench of what ours loses stands on: a junction whose controller is lost, turns that are not told, ratios."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from xml.etree.ElementTree import parse

from bench.signals.degraded import Lost, Unturned, compared
from tests.signals.test_sumo import FLOWS, NET
from unjai.signals.junction import Decision, JunctionId, Picture
from unjai.signals.plants.sumo_net import read
from unjai.signals.plants.sumo_programs import actuated
from unjai.signals.plants.sumo_scenario import Scenario

LOST = """
import json, sys
from pathlib import Path
from unjai.signals.controller.baselines import MaxWave
from unjai.signals.plants import sumo_net, sumo_programs
from unjai.signals.plants.sumo import Run
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_versions import api

folder = Path(sys.argv[1])
scenario, sumo, seen, lamps = find(folder), api("current"), [], []
step = sumo.simulationStep

def stepped(until):
    step(until)
    lamps.append(sumo.trafficlight.getRedYellowGreenState("A0"))

sumo.simulationStep = stepped

def look(at, driven):
    seen.append((at, sumo.trafficlight.getProgram("A0"), driven["A0"].alone))

class Counted(MaxWave):
    made = 0
    def __init__(self, junction):
        Counted.made += 1
        super().__init__(junction)

Run(
    api=sumo, scenario=scenario, places=sumo_net.read(scenario.net), make=Counted, decision_s=5, on_step=look,
    lost=lambda at, driven: frozenset(driven) if 100 <= at < 200 else frozenset(),
    extra=(sumo_programs.actuated(scenario.net, folder / "actuated.add.xml"),),
).go(1)
print(json.dumps({"seen": seen, "lamps": lamps, "made": Counted.made}))
"""


def test_a_junction_that_lost_its_controller_runs_its_own_program_and_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "crossing.net.xml").write_text(NET.read_text("utf-8"), "utf-8")
    (tmp_path / "crossing.rou.xml").write_text(FLOWS, "utf-8")
    done = subprocess.run([sys.executable, "-c", LOST, str(tmp_path)], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    programs = {at: (program, alone) for at, program, alone in told["seen"]}
    assert programs[95] == programs[300] == ("online", False)
    assert programs[100] == programs[195] == ("unjai", True)
    jumps = [(a, b) for old, new in pairwise(told["lamps"]) for a, b in zip(old, new, strict=True)]
    assert not [one for one in jumps if one[0] in "Gg" and one[1] == "r"]
    assert told["made"] == 2


MISSED = """
import json, sys
from pathlib import Path
from unjai.signals.junction import Decision
from unjai.signals.plants import sumo_net
from unjai.signals.plants.sumo import Run
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_versions import api

class Counts:
    seen = left = inside = 0
    def __init__(self, junction):
        self.phases = len(junction.phases)
    def decide(self, picture):
        Counts.seen += len(picture.seen)
        Counts.left += len(picture.left)
        Counts.inside += len(picture.inside)
        return Decision(phase=int(picture.at_s // 30) % self.phases)

scenario = find(Path(sys.argv[1]))
found = []
for share in (0, 1):
    Counts.seen = Counts.left = Counts.inside = 0
    places = sumo_net.read(scenario.net)
    Run(api=api("current"), scenario=scenario, places=places, make=Counts, sees=lambda _track: not share).go(1)
    found.append([Counts.seen, Counts.left, Counts.inside])
print(json.dumps(found))
"""


def test_who_is_missed_is_missed_everywhere_also_when_he_leaves(tmp_path: Path) -> None:
    (tmp_path / "crossing.net.xml").write_text(NET.read_text("utf-8"), "utf-8")
    (tmp_path / "crossing.rou.xml").write_text(FLOWS, "utf-8")
    done = subprocess.run([sys.executable, "-c", MISSED, str(tmp_path)], check=True, capture_output=True, text=True)
    all_seen, none_seen = json.loads(done.stdout.splitlines()[-1])
    assert all(all_seen)
    assert none_seen == [0, 0, 0]


def test_of_several_junctions_the_busiest_is_lost_for_good_and_one_alone_for_a_third() -> None:
    whole = Scenario(name="x", net=Path(), routes=(), additional=(), begin_s=100.0, end_s=3700.0)
    many = {JunctionId(key): SimpleNamespace(lanes=Counts(total)) for key, total in (("a", 5), ("b", 9))}
    lost = Lost(scenario=whole)
    assert lost(699, many) == frozenset()
    assert lost(700, many) == {"b"}
    many[JunctionId("a")].lanes = Counts(99)
    assert lost(3000, many) == {"b"}
    alone = Lost(scenario=whole)
    one = {JunctionId("a"): many[JunctionId("a")]}
    assert [bool(alone(at, one)) for at in (1299, 1300, 2499, 2500)] == [False, True, True, False]


class Counts:
    """How many left, as a Counter tells."""

    def __init__(self, count: int) -> None:
        self.count = count

    def total(self) -> int:
        return self.count


def test_turns_that_are_not_told_come_out_equal_and_lanes_as_they_were() -> None:
    (place,) = read(NET)
    junction = place.junction
    shared = next(link.from_lane for link in junction.links if link.turn == "l")
    ways = [number for number, link in enumerate(junction.links) if link.from_lane == shared]
    pictures: list[Picture] = []

    class Keeps:
        def decide(self, picture: Picture) -> Decision:
            pictures.append(picture)
            return Decision(phase=0)

    blind = Unturned(junction, Keeps())
    for at in range(len(ways)):
        blind.decide(Picture(at_s=at, phase=0, green_s=at, seen=(), left=(ways[0], ways[0])))
    told = [number for picture in pictures for number in picture.left]
    assert sorted(told) == sorted(ways * 2)


def test_ratios_are_by_seed_and_each_goal_counts_what_misses_it() -> None:
    found = compared({"actuated": [30.0, 20.0], "undisturbed": [20.0, 10.0], "lost": [24.0, 21.0]})
    assert found["lost"]["to_undisturbed_by_seed"] == [1.2, 2.1]
    assert (found["lost"]["to_undisturbed_missed"], found["lost"]["to_actuated_missed"]) == (1, 1)
    assert found["undisturbed"]["to_actuated_missed"] == 0
    assert "to_actuated" not in found["actuated"]


def test_the_actuated_program_shows_the_yellow_of_all_and_keeps_the_nets_phases(tmp_path: Path) -> None:
    logic = parse(actuated(NET, tmp_path / "a.add.xml", yellow_s=3)).getroot().find("tlLogic")
    assert logic is not None
    phases = [dict(phase.attrib) for phase in logic.iter("phase")]
    assert all(phase["duration"] == "3" for phase in phases if "y" in phase["state"])
    assert all({"minDur", "maxDur"} <= set(phase) for phase in phases if "y" not in phase["state"])
    assert [phase["state"] for phase in phases] == [
        phase.attrib["state"] for phase in next(parse(NET).getroot().iter("tlLogic")).iter("phase")
    ]
