"""What a green way is worth to the car, and what it costs the others: `python -m bench.signals --green-way`.

A patrol car enters every few minutes and drives one of the ways of the map that pass most signals. It is a car as any
other: no right of way, no other lane, the speed that all may drive. Each seed is driven twice with the same cars, once
with the green way and once without; compared are the cars that arrived in both. What is told of a car is what a station
knows: its place each decision, its way, and an arrival by the roads' own speeds, as if nobody stood before it.

`cost` is what all others lost together for each second that the cars won. One map, one seed is one sample: traffic that
met one car differently is another traffic afterwards, so a single pair says little of the others' delay.

The Bangkok junction comes as counts of five minutes by approach: who turns where was not counted and is taken as equal
shares of the ways that its file names, and the counts are driven at `--share` of what was counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

from unjai.commands.signals import made
from unjai.signals.controller.greenway import Coming, GreenWay
from unjai.signals.junction import Junction
from unjai.signals.plants import sumo_net
from unjai.signals.plants.sumo import Run
from unjai.signals.plants.sumo_net import Place, edge_of
from unjai.signals.plants.sumo_scenario import Scenario, find
from unjai.signals.plants.sumo_versions import api

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "traffic"
PLACES = {"cologne3": "resco/cologne3", "ingolstadt21": "resco/ingolstadt21", "sathorn": "thai/sathorn-surasak"}
MINUTES = {"cologne3": 60, "ingolstadt21": 20, "sathorn": 40}
WARMS_S = 300.0
STOOD = 0.01
CAR = "patrol-"
ROUTES = 6
"""So many different ways are driven in turn."""
TYPE = '<vType id="patrol" vClass="passenger" speedFactor="1" speedDev="0"/>'
TURNS = {
    "W": ("W -N", "W -E"),
    "E": ("E -W",),
    "S": ("S -N", "S -W", "S -E"),
    "N": ("N -E", "N -W"),
}
"""Ways of the Bangkok junction by the approach that was counted."""
COUNTS = "20162023_volume.csv"
COUNTED_FROM = " 08:00:00"
USUAL = {'accel="1.895" sigma="0.5"': 1.0}


def main() -> None:
    """Print a table, or one JSON object on the last line with `--json`."""
    given = _arguments()
    began = time.monotonic()
    jobs = [(name, seed, given) for name in given.maps for seed in range(given.first, given.first + given.seeds)]
    pairs: list[dict[str, Any]] = []
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.workers, mp_context=spawned, max_tasks_per_child=1) as pool:
        both = [(job, [pool.submit(drive, *job, on) for on in (False, True)]) for job in jobs]
        for (name, seed, _), runs in both:
            without, with_ = (one.result() for one in runs)
            pairs.append({"map": name, "seed": seed, **compared(without, with_)})
            print(json.dumps(pairs[-1]), file=sys.stderr)
    found = {
        "bench": "signals-green-way",
        "sumo": given.sumo,
        "controller": given.controller,
        "decision_s": given.decision,
        "every_min": given.every,
        "pairs": pairs,
        "maps": {name: summed([pair for pair in pairs if pair["map"] == name]) for name in given.maps},
        "took_s": round(time.monotonic() - began, 1),
    }
    print(json.dumps(found) if given.json else table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--green-way", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--maps", type=lambda text: text.split(","), default=list(PLACES))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="holds resco/ and thai/")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--sumo", choices=("1.9.1", "current"), default="current")
    parser.add_argument("--controller", default="unjai", help="what decides when nobody comes")
    parser.add_argument("--decision", type=int, default=5)
    parser.add_argument("--every", type=float, default=4.0, help="minutes between two cars")
    parser.add_argument("--minutes", type=float, help="how much of the map's hour; default by map")
    parser.add_argument("--share", type=float, default=0.7, help="of what was counted at the Bangkok junction")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    for name in [name for name in given.maps if not (given.folder / PLACES[name]).is_dir()]:
        print(f"SKIPPED LOUDLY: the map {name} is not in {given.folder.name}", file=sys.stderr)
        given.maps.remove(name)
    return given


def drive(name: str, seed: int, given: argparse.Namespace, green_way: bool) -> dict[str, Any]:
    """Drive one map once, in a process of its own; return the cars and what the others lost together."""
    sumo = api(given.sumo)
    with tempfile.TemporaryDirectory(prefix="unjai-green-way-") as folder:
        scenario = _scenario(name, given, Path(folder))
        places = sumo_net.read(scenario.net)
        ways = most_signals(sumo, scenario, places)
        dice = random.Random(seed)
        dice.shuffle(ways)
        assert scenario.end_s is not None
        file = Path(folder) / "patrol.rou.xml"
        file.write_text(_cars(ways, scenario.begin_s, scenario.end_s, given.every * 60), "utf-8")
        cars: dict[str, dict[str, float]] = {}
        make = made(given.controller, given.decision)
        assert make is not None, "one that decides, not a program of SUMO's"

        def around(junction: Junction) -> GreenWay:
            return GreenWay(junction, make(junction), every_s=given.decision)

        run = Run(
            api=sumo,
            scenario=replace(scenario, routes=(*scenario.routes, file)),
            places=places,
            make=around if green_way else make,
            decision_s=given.decision,
            on_step=(lambda at, driven: _tell(sumo, at, driven)) if green_way else None,
            reads=lambda trips: cars.update(_own(trips)),
        )
        trips = run.go(seed)
    others = trips.delay_s * trips.scheduled - sum(car["delay_s"] for car in cars.values())
    return {
        "cars": cars,
        "others_s": others,
        "others": trips.scheduled - len(cars),
        "not_inserted": trips.not_inserted,
        "signals": [signals for signals, _ in ways],
    }


def _scenario(name: str, given: argparse.Namespace, folder: Path) -> Scenario:
    where = given.folder / PLACES[name]
    minutes = given.minutes or MINUTES[name]
    if name != "sathorn":
        found = find(where)
        return replace(found, end_s=min(found.end_s or math.inf, found.begin_s + minutes * 60))
    routes = folder / "counted.rou.xml"
    routes.write_text(counted(where / COUNTS, minutes, given.share, USUAL), "utf-8")
    net = where / "intersection.net.xml"
    return Scenario(name=name, net=net, routes=(routes,), additional=(), begin_s=0.0, end_s=minutes * 60)


def counted(file: Path, minutes: float, share: float, types: Mapping[str, float]) -> str:
    """Return routes of `share` of what was counted, of these types of vehicles (as SUMO describes one), parted so."""
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    first = next(number for number, row in enumerate(rows) if row["Time"].endswith(COUNTED_FROM))
    flows = ["<routes>", *(f'<vType id="type{number}" {kind}/>' for number, kind in enumerate(types))]
    for step, row in enumerate(rows[first : first + math.ceil(minutes / 5)]):
        for approach, ends in TURNS.items():
            each = float(row[f"{approach}1"]) * share / len(ends)
            for (number, part), way in product(enumerate(types.values()), ends):
                start, end = way.split()
                flows.append(
                    f'<flow id="{start}{end}{step}.{number}" type="type{number}" from="{start}" to="{end}" '
                    f'departLane="best" departSpeed="max" begin="{step * 300}" end="{step * 300 + 300}" '
                    f'number="{round(each * part)}"/>'
                )
    return "\n".join([*flows, "</routes>"])


def most_signals(sumo: Any, scenario: Scenario, places: list[Place]) -> list[tuple[int, str]]:
    """Return the ways of the map's own trips that pass most signals, each with their number, as edges."""
    signalled = {ends for place in places for ends in place.ways}
    sumo.start([sumo.unjai_binary, "-n", str(scenario.net), "--no-step-log", "--no-warnings"])
    found: dict[str, int] = {}
    try:
        for start, end in sorted(set(_ends(scenario))):
            edges = sumo.simulation.findRoute(start, end).edges
            found[" ".join(edges)] = sum(pair in signalled for pair in pairwise(edges))
    finally:
        sumo.close()
    most = sorted(found, key=lambda way: (-found[way], way))
    return [(found[way], way) for way in most[:ROUTES] if found[way]]


def _ends(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for file in scenario.routes:
        for _, element in iterparse(file, events=("end",)):
            if element.tag == "route" and element.get("edges"):
                edges = element.attrib["edges"].split()
                yield edges[0], edges[-1]
            elif element.tag in {"trip", "flow"} and element.get("from"):
                yield element.attrib["from"], element.attrib["to"]


def _cars(ways: list[tuple[int, str]], begin_s: float, end_s: float, every_s: float) -> str:
    lines = ["<routes>", TYPE]
    at, number = begin_s + WARMS_S, 0
    while at < end_s - WARMS_S:
        edges = ways[number % len(ways)][1]
        lines.append(
            f'<vehicle id="{CAR}{number}" type="patrol" depart="{at:.1f}" departLane="best" departSpeed="max">'
            f'<route edges="{edges}"/></vehicle>'
        )
        at, number = at + every_s, number + 1
    return "\n".join([*lines, "</routes>"])


def _tell(sumo: Any, at: float, driven: Mapping[Any, Any]) -> None:
    """Say to each junction which cars come to it, by their place and the speed of the road before it."""
    coming: dict[Any, list[Coming]] = {key: [] for key in driven}
    for car in sumo.vehicle.getIDList():
        if not car.startswith(CAR):
            continue
        for key, signal, metres, _ in sumo.vehicle.getNextTLS(car):
            if key not in driven:
                continue
            junction = driven[key].place.junction
            links = _beside(junction, signal)
            speed = max(junction.lanes[junction.links[k].from_lane].speed_mps for k in links)
            coming[key].append(Coming(key=car, links=links, told_s=at, due_s=at + metres / speed, distance_m=metres))
    for key, these in coming.items():
        driven[key].controller.expect(*these)


def _beside(junction: Junction, signal: int) -> frozenset[int]:
    """Return the ways with the same two roads: a station knows the car's way, not its lane."""
    ends = {_roads(junction, k) for k, link in enumerate(junction.links) if link.signal == signal}
    return frozenset(k for k in range(len(junction.links)) if _roads(junction, k) in ends)


def _roads(junction: Junction, number: int) -> tuple[str, str]:
    link = junction.links[number]
    return junction.lanes[link.from_lane].approach, edge_of(junction.outs[link.to_lane].key)


def _own(trips: Path) -> dict[str, dict[str, float]]:
    cars = {}
    for _, element in iterparse(trips, events=("end",)):
        facts = element.attrib
        if element.tag == "tripinfo" and facts["id"].startswith(CAR) and float(facts["depart"]) >= 0:
            waited = float(facts["departDelay"])
            cars[facts["id"]] = {
                "time_s": float(facts["duration"]) + waited,
                "delay_s": float(facts["timeLoss"]) + waited,
                "stops": int(facts["waitingCount"]),
                "arrived": float(facts["arrival"]) >= 0,
            }
    return cars


def compared(without: dict[str, Any], with_: dict[str, Any]) -> dict[str, Any]:
    """Return what one seed came to: means over the cars that arrived in both runs."""
    first, second = without["cars"], with_["cars"]
    both = sorted(car for car in first if first[car]["arrived"] and second.get(car, {}).get("arrived"))
    added = with_["others_s"] - without["others_s"]
    saved = sum(first[car]["time_s"] - second[car]["time_s"] for car in both)
    found: dict[str, Any] = {"cars": len(both), "not_arrived": len(set(first) | set(second)) - len(both)}
    for what in ("time_s", "delay_s", "stops"):
        for name, cars in (("without", first), ("with", second)):
            found[f"{what}_{name}"] = round(sum(cars[car][what] for car in both) / max(len(both), 1), 2)
    return found | {
        "saved_s": round(saved / max(len(both), 1), 2),
        "saved_total_s": round(saved, 1),
        "others": with_["others"],
        "others_delay_s_without": round(without["others_s"] / max(without["others"], 1), 2),
        "others_added_s": round(added / max(with_["others"], 1), 2),
        "others_added_total_s": round(added, 1),
        "stood": [name for name, run in (("without", without), ("with", with_)) if stood(run)],
        "signals": with_["signals"],
    }


def stood(run: dict[str, Any]) -> bool:
    """Return whether traffic came to a stand for good: a vehicle in a hundred was never let in."""
    return bool(run["not_inserted"] > STOOD * run["others"])


def summed(every: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a map came to over its seeds: means over cars, and over the others.

    Pairs in which traffic came to a stand in either run are left out and counted.
    """
    pairs = [pair for pair in every if not pair["stood"]]
    cars = sum(pair["cars"] for pair in pairs)
    found: dict[str, Any] = {"seeds": len(pairs), "cars": cars}
    for which in ("without", "with"):
        found[f"stood_{which}"] = sum(which in pair["stood"] for pair in every)
    if not pairs:
        return found
    for what in ("time_s_without", "time_s_with", "delay_s_without", "delay_s_with", "stops_without", "stops_with"):
        found[what] = round(sum(pair[what] * pair["cars"] for pair in pairs) / max(cars, 1), 2)
    saved = sum(pair["saved_total_s"] for pair in pairs)
    added = sum(pair["others_added_total_s"] for pair in pairs)
    each = [pair["others_added_s"] for pair in pairs]
    return found | {
        "saved_s": round(saved / max(cars, 1), 2),
        "saved_pct": round(100 * saved / max(found["time_s_without"] * cars, 1), 1),
        "delay_saved_pct": round(100 * saved / max(found["delay_s_without"] * cars, 1), 1),
        "others_delay_s_without": round(statistics.fmean(pair["others_delay_s_without"] for pair in pairs), 2),
        "others_added_s": round(statistics.fmean(each), 2),
        "others_added_s_by_seed": each,
        "cost": round(added / saved, 2) if saved > 0 else None,
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table of Markdown."""
    heads = ["map", "cars", "time s: without, with", "saved s (%)", "stops: without, with"]
    heads += ["others' added delay, s a vehicle (by seed)", "vehicle-seconds a saved second"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, one in found["maps"].items():
        if not one["seeds"]:
            continue
        lines.append(
            f"| {name} | {one['cars']} | {one['time_s_without']}, {one['time_s_with']} "
            f"| {one['saved_s']} ({one['saved_pct']}) | {one['stops_without']}, {one['stops_with']} "
            f"| {one['others_added_s']} of {one['others_delay_s_without']} ({one['others_added_s_by_seed']}) "
            f"| {one['cost']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
