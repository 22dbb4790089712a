"""What ours loses where it knows less or is gone: `python -m bench.signals --degraded`.

Each seed is driven undisturbed, by SUMO's actuated control, and by ours with one thing missing:

- `missed_10`, `missed_20`, `missed_30`: so many vehicles in a hundred are never detected;
- `unknown_turns`: who leaves a lane is counted, where to is not, so every way of a lane is as likely as the others;
- `lost`: one junction has no controller. Of several, the one over which most have driven by minute 10 has none from
  then on; a junction alone has none in the middle third of the run. SUMO's actuated control drives it meanwhile, from
  the phase that shows. Who comes back has learned nothing yet.

Goals: at most 1.25 times the delay of the same seed undisturbed, and never more than actuated. A ratio is told by seed,
with its median: one run that comes to a stand decides a mean.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unjai.commands.signals import made, seeing
from unjai.signals.controller.base import Controller
from unjai.signals.junction import Decision, Junction, JunctionId, Picture
from unjai.signals.plants import sumo_net, sumo_programs
from unjai.signals.plants.sumo import Run
from unjai.signals.plants.sumo_scenario import Scenario, find
from unjai.signals.plants.sumo_versions import api

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "traffic"
MAPS = ("cologne1", "cologne3", "ingolstadt1", "ingolstadt21")
MISSED = {"missed_10": 0.1, "missed_20": 0.2, "missed_30": 0.3}
DEGRADED = (*MISSED, "unknown_turns", "lost")
LOST_AFTER_S = 600.0
MOST = 1.25


def main() -> None:
    """Print a table, or one JSON object on the last line with `--json`."""
    given = _arguments()
    began = time.monotonic()
    conditions = ("actuated", "undisturbed", *given.conditions)
    seeds = range(given.first, given.first + given.seeds)
    jobs = [(name, condition, seed) for name in given.maps for seed in seeds for condition in conditions]
    delays: dict[str, dict[str, list[float]]] = {name: {one: [] for one in conditions} for name in given.maps}
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.workers, mp_context=spawned, max_tasks_per_child=1) as pool:
        runs = [pool.submit(drive, given.folder / "resco" / job[0], *job[1:], given) for job in jobs]
        for number, ((name, condition, seed), run) in enumerate(zip(jobs, runs, strict=True), 1):
            delays[name][condition].append(run.result())
            told = f"{number}/{len(jobs)} {name} {condition} seed {seed}: {run.result():.1f} s"
            print(told, file=sys.stderr, flush=True)
    found = {
        "bench": "signals-degraded",
        "quick": given.quick,
        "sumo": given.sumo,
        "decision_s": given.decision,
        "seeds": list(seeds),
        "goals": {"to_undisturbed": MOST, "to_actuated": 1.0},
        "maps": {name: compared(by) for name, by in delays.items()},
        "took_s": round(time.monotonic() - began, 1),
    }
    print(json.dumps(found) if given.json else table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--degraded", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="ingolstadt1, one seed, missed_30 and lost: under 50 s")
    parser.add_argument("--maps", type=lambda text: text.split(","), help="comma-separated; default all four")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="holds resco/MAP")
    parser.add_argument("--conditions", type=lambda text: text.split(","), help=f"default {','.join(DEGRADED)}")
    parser.add_argument("--seeds", type=int, help="how many; default 10, quick 1")
    parser.add_argument("--first", type=int, default=1, help="the first seed; whatever is tried is tried on 201 and on")
    parser.add_argument("--sumo", choices=("1.9.1", "current"), default="1.9.1")
    parser.add_argument("--decision", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.maps = given.maps or (["ingolstadt1"] if given.quick else list(MAPS))
    given.conditions = given.conditions or (["missed_30", "lost"] if given.quick else list(DEGRADED))
    given.seeds = given.seeds or (1 if given.quick else 10)
    if unknown := set(given.conditions) - set(DEGRADED):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(DEGRADED)}")
    for name in [name for name in given.maps if not (given.folder / "resco" / name).is_dir()]:
        print(f"SKIPPED LOUDLY: the map {name} is not in {given.folder.name}", file=sys.stderr)
        given.maps.remove(name)
    return given


def drive(where: Path, condition: str, seed: int, given: argparse.Namespace) -> float:
    """Drive one map once, in a process of its own, and return the delay."""
    sumo = api(given.sumo)
    scenario = find(where)
    make = made("unjai", given.decision)
    assert make is not None
    with tempfile.TemporaryDirectory(prefix="unjai-degraded-") as folder:
        run = Run(
            api=sumo,
            scenario=scenario,
            places=sumo_net.read(scenario.net),
            make=make,
            decision_s=given.decision,
            sees=seeing(MISSED.get(condition, 0.0), seed),
        )
        if condition in {"actuated", "lost"}:
            run.extra = (sumo_programs.actuated(scenario.net, Path(folder) / "actuated.add.xml"),)
        if condition == "actuated":
            run.make = None
        if condition == "lost":
            run.lost = Lost(scenario=scenario)
        if condition == "unknown_turns":
            run.make = lambda junction: Unturned(junction, make(junction))
        return run.go(seed).delay_s


@dataclass(kw_only=True)
class Lost:
    """Which junction has no controller, and when."""

    scenario: Scenario
    which: frozenset[JunctionId] = frozenset()

    def __call__(self, at_s: float, driven: Mapping[JunctionId, Any]) -> frozenset[JunctionId]:
        """Return it; none before and, where it stands alone, after its time."""
        since = at_s - self.scenario.begin_s
        if len(driven) == 1:
            third = ((self.scenario.end_s or 0.0) - self.scenario.begin_s) / 3
            return frozenset(driven) if third <= since < 2 * third else frozenset()
        if since >= LOST_AFTER_S and not self.which:
            self.which = frozenset({max(driven, key=lambda key: driven[key].lanes.total())})
        return self.which


class Unturned:
    """A controller that is told from which lane somebody left, and never where to: each way of it in turn."""

    def __init__(self, junction: Junction, inner: Controller) -> None:
        """Begin with the first way of each lane."""
        self.lane_of = [link.from_lane for link in junction.links]
        self.ways = {
            lane: [k for k, link in enumerate(junction.links) if link.from_lane == lane and not link.pedestrian]
            for lane in self.lane_of
        }
        self.inner = inner

    def decide(self, picture: Picture) -> Decision:
        """Decide as the other would that saw it so."""
        return self.inner.decide(replace(picture, left=tuple(self._next(self.lane_of[k]) for k in picture.left)))

    def _next(self, lane: int) -> int:
        ways = self.ways[lane]
        ways.append(ways.pop(0))
        return ways[-1]


def compared(by: dict[str, list[float]]) -> dict[str, Any]:
    """Return delays and ratios by condition, each by seed with its median, and what misses its goal."""
    found: dict[str, Any] = {}
    for condition, delays in by.items():
        one: dict[str, Any] = {"delays_s": [round(delay, 1) for delay in delays]}
        one["delay_median_s"] = round(statistics.median(delays), 1)
        found[condition] = one
        if condition == "actuated":
            continue
        for peer, goal in (("undisturbed", MOST), ("actuated", 1.0)):
            if condition == peer:
                continue
            ratios = [mine / other for mine, other in zip(delays, by[peer], strict=True)]
            one[f"to_{peer}"] = round(statistics.median(ratios), 3)
            one[f"to_{peer}_by_seed"] = [round(ratio, 2) for ratio in ratios]
            one[f"to_{peer}_missed"] = sum(ratio > goal for ratio in ratios)
    return found


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table of Markdown."""
    lines = [
        "| map | what is missing | delay s, median | to undisturbed: median (worst) | to actuated: median (worst) |",
        "|---|---|---|---|---|",
    ]
    for name, by in found["maps"].items():
        for condition, one in by.items():
            ratios = [
                f"{one[f'to_{peer}']} ({max(one[f'to_{peer}_by_seed'])})" if f"to_{peer}" in one else ""
                for peer in ("undisturbed", "actuated")
            ]
            lines.append(f"| {name} | {condition} | {one['delay_median_s']} | {' | '.join(ratios)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
