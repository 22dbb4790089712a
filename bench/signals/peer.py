"""An outside peer in the same frame: the max-pressure controllers of `sumoITScontrol` (Riehl and Schlapbach, ETH).

It is under the GPL: it runs in a virtual environment and a process of its own, is no dependency of ours, and is fetched
from the package index only when `--peer` asks for it. `peer_driver.py` is what runs there. It gets the phases of the
net with a yellow of 3 s, the lanes that each phase serves as far up as ours sees, and the parameters of its own
documentation. It counts vehicles by SUMO itself, all of them. Its SCOOT/SCATS wants districts described by hand for
each net, and is left out. Only SUMO 1.9.1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

from unjai.signals.controller.baselines import served
from unjai.signals.plants import sumo_net, sumo_versions
from unjai.signals.plants.sumo_net import Place
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_trips import counted, departures

PACKAGES = ("sumoITScontrol==0.1.0", "numpy")
PEERS = {"peer-max-pressure": "MaxPressure_Flex", "peer-cyclic-max-pressure": "MaxPressure_Fix"}
YELLOW_S = 3


def run(where: Path, controller: str, seed: int) -> dict[str, Any]:
    """Drive a scenario once by the peer; return what `unjai signals run` tells of one of ours."""
    scenario = find(where)
    assert scenario.end_s is not None, "the peer drives until a time"
    places = sumo_net.read(scenario.net)
    old = sumo_versions.api("1.9.1").unjai_binary
    with tempfile.TemporaryDirectory(prefix="unjai-peer-") as folder:
        trips = Path(folder) / "trips.xml"
        started = [old, *scenario.arguments((_programs(places, Path(folder) / "programs.add.xml"),))]
        started += ["--no-step-log", "--no-warnings", "--time-to-teleport", "-1", "--duration-log.disable"]
        started += ["--seed", str(seed), "--tripinfo-output", str(trips), "--tripinfo-output.write-unfinished"]
        asked = {
            "command": started,
            "seconds": scenario.end_s - scenario.begin_s,
            "seed": seed,
            "controller": PEERS[controller],
            "junctions": [described(place) for place in places],
        }
        driver = Path(__file__).with_name("peer_driver.py")
        done = subprocess.run(
            [_python(), str(driver)],
            input=json.dumps(asked),
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(old).parents[2])},
        )
        if done.returncode:
            raise SystemExit(f"{scenario.name} {controller}: {done.stderr[-500:]}")
        due = departures(scenario.routes, scenario.begin_s, scenario.end_s)
        told = asdict(counted(trips, due, scenario.end_s))
    return {**told, "controller": controller, "seed": seed, "decision_ms_p99": 0.0}


def described(place: Place) -> dict[str, Any]:
    """Return what the peer is told of a junction: its phases, and the lanes on which each has vehicles waiting."""
    junction = place.junction
    lanes = {}
    for number in range(len(junction.phases)):
        these = {link.from_lane for link in served(junction, number)}
        above = [one.lane for one in place.before if these & set(one.into)]
        lanes[2 * number] = [*(junction.lanes[lane].key for lane in sorted(these)), *above]
    return {
        "key": junction.key,
        "lanes": lanes,
        "greens": [phase.state for phase in junction.phases],
        "yellows": [yellow(phase.state) for phase in junction.phases],
    }


def yellow(state: str) -> str:
    """Return the yellow after a phase; the peer does not know what comes next, so all of it ends."""
    return "".join("y" if letter in "Gg" else letter for letter in state)


def _programs(places: list[Place], into: Path) -> Path:
    root = Element("additional")
    for place in places:
        logic = SubElement(root, "tlLogic", id=place.junction.key, type="static", programID="peer", offset="0")
        for phase in place.junction.phases:
            SubElement(logic, "phase", duration="1000", state=phase.state)
            SubElement(logic, "phase", duration=str(YELLOW_S), state=yellow(phase.state))
    ElementTree(root).write(into, encoding="utf-8")
    return into


@cache
def _python() -> str:
    """Return the interpreter of the peer's own environment, made when it is first asked for."""
    folder = Path(sys.prefix) / "share" / "signals-peer"
    python = folder / "bin" / "python"
    if not (folder / "made").is_file():
        sys.stderr.write(f"peer: {', '.join(PACKAGES)} → {folder}\n")
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES], check=True)
        (folder / "made").touch()
    return str(python)
