"""What it is worth to know motorcycles from cars: `python -m bench.signals --motorcycles`.

The Bangkok junction (left-hand traffic) with 60 % motorcycles, 35 % cars and 5 % buses and lorries, in SUMO's sublane
model: motorcycles ride beside one another and filter to the front between the queues. Only the current SUMO. Who turns
where was not counted and is taken as equal shares; `--share` of what was counted is driven.

`unjai` knows the classes; `unjai_all_cars` is the same, told that every vehicle is a car. SUMO's actuated control and
max-pressure are driven beside. Delays by class are of the vehicles that were let in.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

from bench.signals.green_way import COUNTS, FOLDER, counted
from unjai.commands.signals import made
from unjai.signals.controller.base import Controller
from unjai.signals.junction import Decision, Picture
from unjai.signals.plants import sumo_net, sumo_programs
from unjai.signals.plants.sumo import Run
from unjai.signals.plants.sumo_scenario import Scenario
from unjai.signals.plants.sumo_versions import api

PLACE = "thai/sathorn-surasak"
DRIVERS = ("actuated", "max-pressure", "unjai_all_cars", "unjai")
CLASSES = ("motorcycle", "car", "heavy")
TYPES = {
    'vClass="motorcycle" length="2.0" width="0.8" minGap="1.0" accel="3.0" sigma="0.5" maxSpeed="16.7" '
    'latAlignment="arbitrary" minGapLat="0.3" maxSpeedLat="1.5"': 0.60,
    'vClass="passenger" accel="1.895" sigma="0.5"': 0.35,
    'vClass="bus" accel="1.2" sigma="0.5"': 0.05,
}
"""By the order of `CLASSES`."""
SUBLANES = ("--lateral-resolution", "0.8")


def main() -> None:
    """Print a table, or one JSON object on the last line with `--json`."""
    given = _arguments()
    began = time.monotonic()
    seeds = range(given.first, given.first + given.seeds)
    jobs = [(driver, seed) for seed in seeds for driver in DRIVERS]
    runs: dict[str, list[dict[str, Any]]] = {driver: [] for driver in DRIVERS}
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.workers, mp_context=spawned, max_tasks_per_child=1) as pool:
        for (driver, seed), run in zip(jobs, [pool.submit(drive, *job, given) for job in jobs], strict=True):
            runs[driver].append(run.result())
            print(f"{driver} seed {seed}: {run.result()}", file=sys.stderr, flush=True)
    found = {
        "bench": "signals-motorcycles",
        "quick": given.quick,
        "sumo": "current",
        "decision_s": given.decision,
        "share": given.share,
        "minutes": given.minutes,
        "seeds": list(seeds),
        "drivers": {driver: summed(these, runs["unjai_all_cars"]) for driver, these in runs.items()},
        "took_s": round(time.monotonic() - began, 1),
    }
    print(json.dumps(found) if given.json else table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--motorcycles", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="one seed, 6 minutes: under 50 s")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"holds {PLACE}")
    parser.add_argument("--seeds", type=int, help="how many; default 5, quick 1")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--decision", type=int, default=5)
    parser.add_argument("--minutes", type=float, help="default 30, quick 6")
    parser.add_argument("--share", type=float, default=1.0, help="of what was counted")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.seeds = given.seeds or (1 if given.quick else 5)
    given.minutes = given.minutes or (6 if given.quick else 30)
    if not (given.folder / PLACE).is_dir():
        parser.exit(1, f"SKIPPED LOUDLY: {PLACE} is not in {given.folder.name}\n")
    return given


def drive(driver: str, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """Drive the junction once, in a process of its own; return the delays of all and of each class."""
    where = given.folder / PLACE
    by_class: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="unjai-motorcycles-") as folder:
        routes = Path(folder) / "counted.rou.xml"
        routes.write_text(counted(where / COUNTS, given.minutes, given.share, TYPES), "utf-8")
        net = where / "intersection.net.xml"
        run = Run(
            api=api("current"),
            scenario=Scenario(
                name=PLACE, net=net, routes=(routes,), additional=(), begin_s=0.0, end_s=given.minutes * 60
            ),
            places=sumo_net.read(net),
            make=made(driver.removesuffix("_all_cars"), given.decision),
            decision_s=given.decision,
            options=SUBLANES,
            reads=lambda trips: by_class.update(_delays(trips)),
        )
        if driver == "actuated":
            run.extra = (sumo_programs.actuated(net, Path(folder) / "actuated.add.xml"),)
        if driver == "unjai_all_cars" and (make := run.make):
            run.make = lambda junction: AllCars(make(junction))
        trips = run.go(seed)
    return {"delay_s": trips.delay_s, "scheduled": trips.scheduled, "not_inserted": trips.not_inserted, **by_class}


class AllCars:
    """A controller that is told of no class."""

    def __init__(self, inner: Controller) -> None:
        """Keep the one that decides."""
        self.inner = inner

    def decide(self, picture: Picture) -> Decision:
        """Decide as the other would who takes every vehicle for a car."""
        return self.inner.decide(replace(picture, seen=tuple(replace(one, kind="car") for one in picture.seen)))


def _delays(trips: Path) -> dict[str, float]:
    delays: dict[str, list[float]] = defaultdict(list)
    for _, element in iterparse(trips, events=("end",)):
        facts = element.attrib
        if element.tag == "tripinfo" and float(facts["depart"]) >= 0:
            name = CLASSES[int(facts["vType"].removeprefix("type").partition("@")[0])]
            delays[name].append(float(facts["timeLoss"]) + float(facts["departDelay"]))
    return {f"{name}_delay_s": statistics.fmean(values) for name, values in delays.items()}


def summed(runs: list[dict[str, Any]], blind: list[dict[str, Any]]) -> dict[str, Any]:
    """Return means over seeds, and by seed the ratio to ours that knows no class."""
    found = {key: round(statistics.fmean(run[key] for run in runs), 1) for key in runs[0]}
    ratios = [round(run["delay_s"] / other["delay_s"], 3) for run, other in zip(runs, blind, strict=True)]
    return {
        **found,
        "delays_s": [round(run["delay_s"], 1) for run in runs],
        "to_all_cars": round(statistics.median(ratios), 3),
        "to_all_cars_by_seed": ratios,
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table of Markdown."""
    lines = [
        "| controller | delay s (by seed) | motorcycles | cars | heavy | not let in | to ours that knows no class |",
        "|---|---|---|---|---|---|---|",
    ]
    for driver, one in found["drivers"].items():
        classes = " | ".join(str(one.get(f"{name}_delay_s", "")) for name in CLASSES)
        out = f"{one['not_inserted']:.0f} of {one['scheduled']:.0f}"
        lines.append(
            f"| {driver} | {one['delay_s']} ({one['delays_s']}) | {classes} | {out} "
            f"| {one['to_all_cars']} ({one['to_all_cars_by_seed']}) |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
