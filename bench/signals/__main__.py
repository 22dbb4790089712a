"""Drive RESCO's maps with every controller, each run a process of its own, and set delays beside the published ones.

Maps lie in `../shared/data/traffic` (or `--folder`); a map that is not there is named and left out. The published
figures were made in SUMO 1.9.1 with a decision each 10 s; the same controller loses far less in newer versions, so only
1.9.1 is set beside them. The delay is RESCO's: time lost and waited for the road by all scheduled trips over their
number. `held` counts runs of ours in which traffic came to a stand for good (one vehicle in a hundred never let in, or
twice the median delay); they stand in the means. `--green-way`, `--degraded`, `--motorcycles` and
`--virtual` are benches of their own, in the files of these names.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.signals import degraded, green_way, motorcycles, peer, virtual

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "traffic"
MAPS = ("cologne1", "cologne3", "ingolstadt1", "ingolstadt21")
RULES = ("fixed", "actuated", "webster", "max-pressure", "cyclic-max-pressure", "max-wave")
FIRST_SEED = 1
"""Parameters were chosen on seeds from 101 on."""
T95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}


def main() -> None:
    """Print what was found; the last line is one JSON object with `--json`."""
    given = _arguments()
    began = time.monotonic()
    found: dict[str, Any] = {"bench": "signals", "quick": given.quick, "sumo": given.sumo, "maps": {}}
    jobs = [
        (name, controller, decision, seed)
        for name in given.maps
        for controller, decision in _drivers(given)
        for seed in range(FIRST_SEED, FIRST_SEED + given.seeds)
    ]
    runs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for number, (job, run) in enumerate(_all(jobs, given), 1):
        name, controller, decision, _ = job
        key = f"{controller}_{decision}s" if controller == "unjai" else controller
        runs.setdefault((name, key), []).append(run)
        print(f"{number}/{len(jobs)} {name} {key} seed {run['seed']}: {run['delay_s']:.1f} s", file=sys.stderr)
    for (name, key), these in runs.items():
        found["maps"].setdefault(name, {})[key] = told(these)
    for name, by in found["maps"].items():
        by["published"] = published(name)
    found["took_s"] = round(time.monotonic() - began, 1)
    print(json.dumps(found) if given.json else table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="one map and one seed, unless said: under 50 s")
    parser.add_argument("--maps", type=lambda text: text.split(","), help="comma-separated; default all four")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="holds resco/MAP and resco_published.csv")
    parser.add_argument("--seeds", type=int, help="how many; default 10, quick 1")
    parser.add_argument("--sumo", choices=("1.9.1", "current"), default="1.9.1")
    parser.add_argument("--decision", type=lambda text: [int(one) for one in text.split(",")], default=[10, 5])
    parser.add_argument("--controllers", type=lambda text: text.split(","), help="default ours and every rule")
    parser.add_argument("--peer", action="store_true", help="an outside peer too, in 1.9.1 (peer.py)")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.peer and given.sumo != "1.9.1":
        parser.error("--peer drives SUMO 1.9.1")
    given.maps = given.maps or (["cologne1"] if given.quick else list(MAPS))
    given.seeds = given.seeds or (1 if given.quick else 10)
    there = [name for name in given.maps if (given.folder / "resco" / name).is_dir()]
    for name in set(given.maps) - set(there):
        print(f"SKIPPED LOUDLY: the map {name} is not in {given.folder.name}", file=sys.stderr)
    given.maps = there
    return given


def _drivers(given: argparse.Namespace) -> Iterator[tuple[str, int]]:
    for controller in (*(given.controllers or ("unjai", *RULES)), *(peer.PEERS if given.peer else ())):
        for decision in given.decision if controller == "unjai" else given.decision[:1]:
            yield controller, decision


def _all(jobs: list[tuple[str, str, int, int]], given: argparse.Namespace) -> Iterable[tuple[Any, dict[str, Any]]]:
    def one(job: tuple[str, str, int, int]) -> dict[str, Any]:
        name, controller, decision, seed = job
        if controller in peer.PEERS:
            return peer.run(given.folder / "resco" / name, controller, seed)
        asked = [sys.executable, "-m", "unjai", "signals", "run", "--json", "--sumo", given.sumo]
        asked += ["--scenario", str(given.folder / "resco" / name), "--controller", controller]
        asked += ["--decision", str(decision), "--seed", str(seed)]
        done = subprocess.run(asked, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{name} {controller}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    with ThreadPoolExecutor(given.workers) as pool:
        yield from zip(jobs, pool.map(one, jobs), strict=True)


def told(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return means with half their 95 % interval (Student's t over seeds), medians, and what came to a stand."""
    delays = [run["delay_s"] for run in runs]
    middle = statistics.median(delays)
    found: dict[str, Any] = {"runs": len(runs)}
    for key in ("delay_s", "trip_s", "wait_s"):
        values = [run[key] for run in runs]
        found[key] = round(statistics.fmean(values), 2)
        if len(values) > 1:
            half = T95.get(len(values), 2.0) * statistics.stdev(values) / math.sqrt(len(values))
            found[f"{key}_ci95"] = round(half, 2)
    found["delay_median_s"] = round(middle, 2)
    found["delays_s"] = [round(delay, 1) for delay in delays]
    found["held"] = sum(run["not_inserted"] > 0.01 * run["scheduled"] or run["delay_s"] > 2 * middle for run in runs)
    found["decision_ms_p99"] = max(run["decision_ms_p99"] for run in runs)
    return found


def published(name: str) -> dict[str, float]:
    """Return the lowest published mean (of the last ten episodes, for those that learn) and the lowest best episode."""
    file = FOLDER / "resco_published.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["map"] == name and row["metric"] == "delay_s"]
    if not rows:
        return {}
    return {
        "best_mean_s": min(float(row["mean_last10"] or row["mean_all"]) for row in rows),
        "best_median_s": min(float(row["median"]) for row in rows),
        "best_episode_s": min(float(row["best_episode"]) for row in rows),
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table of Markdown."""
    lines = ["| map | controller | delay s | median | trip s | wait s | held |", "|---|---|---|---|---|---|---|"]
    for name, by in found["maps"].items():
        for key, one in by.items():
            if key == "published":
                lines.append(
                    f"| {name} | published: best mean, best episode "
                    f"| {one.get('best_mean_s')}, {one.get('best_episode_s')} | | | | |"
                )
            else:
                lines.append(
                    f"| {name} | {key} | {one['delay_s']} ± {one.get('delay_s_ci95', '–')} | {one['delay_median_s']} "
                    f"| {one['trip_s']} | {one['wait_s']} | {one['held']} of {one['runs']} |"
                )
    return "\n".join(lines)


def asked() -> None:
    """Run the bench that was asked for."""
    others = {
        "--green-way": green_way.main,
        "--degraded": degraded.main,
        "--motorcycles": motorcycles.main,
        "--virtual": virtual.main,
    }
    next((other for name, other in others.items() if name in sys.argv), main)()


if __name__ == "__main__":
    asked()
