"""What the whole chain is worth: the look ahead commanding a controller over SNMP, beside that controller's own plan.

`python -m bench.signals --virtual`. Both drive the same virtual controller with the same times (shortest green 5 s,
yellow 3 s, a second of red, longest green 40 s) at the map's one junction, in the current SUMO, on the same seeds.
`own` is its actuated plan: a phase is called by whoever is within 30 m of the line, and ends when nobody is.
`commanded` is the station's side: it sees 200 m, decides every 5 s, and holds, forces off, omits and calls over SNMP on
loopback.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from unjai.signals.plants.sumo_scenario import find

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "traffic"
MAPS = ("cologne1", "ingolstadt1")
ARMS = {"own": "none", "commanded": "unjai"}


def main() -> None:
    """Print a table, or one JSON object on the last line with `--json`."""
    given = _arguments()
    began = time.monotonic()
    jobs = [(name, arm, seed) for name in given.maps for seed in range(1, given.seeds + 1) for arm in ARMS]
    runs: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with tempfile.TemporaryDirectory(prefix="unjai-virtual-") as folder, ThreadPoolExecutor(given.workers) as pool:
        where = {name: _cut(given.folder / "resco" / name, Path(folder) / name, given.minutes) for name in given.maps}
        for (name, arm, _), run in zip(jobs, pool.map(lambda job: _run(where[job[0]], *job[1:]), jobs), strict=True):
            runs.setdefault(name, {}).setdefault(arm, []).append(run)
            print(f"{name} {arm} seed {run['seed']}: {run['delay_s']:.1f} s", file=sys.stderr)
    found = {
        "bench": "signals-virtual",
        "sumo": "current",
        "quick": given.quick,
        "minutes": given.minutes,
        "maps": {name: {arm: told(these) for arm, these in by.items()} for name, by in runs.items()},
        "took_s": round(time.monotonic() - began, 1),
    }
    print(json.dumps(found) if given.json else table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--virtual", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="one map, one seed and ten minutes, unless said")
    parser.add_argument("--maps", type=lambda text: text.split(","), help="of one junction each; default both")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="holds resco/MAP")
    parser.add_argument("--seeds", type=int, help="how many; default 5, quick 1")
    parser.add_argument("--minutes", type=float, help="how much of the map's hour; default all, quick 10")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.maps = given.maps or list(MAPS[:1] if given.quick else MAPS)
    given.seeds = given.seeds or (1 if given.quick else 5)
    given.minutes = given.minutes or (10.0 if given.quick else 60.0)
    for name in [name for name in given.maps if not (given.folder / "resco" / name).is_dir()]:
        print(f"SKIPPED LOUDLY: the map {name} is not in {given.folder.name}", file=sys.stderr)
        given.maps.remove(name)
    return given


def _cut(map_: Path, into: Path, minutes: float) -> Path:
    """Write a configuration of the map that ends after so many minutes."""
    scenario = find(map_)
    end_s = min(scenario.end_s or float("inf"), scenario.begin_s + minutes * 60)
    into.mkdir()
    routes = ",".join(str(file.resolve()) for file in scenario.routes)
    (into / f"{map_.name}.sumocfg").write_text(
        f"<configuration><input><net-file value='{scenario.net.resolve()}'/><route-files value='{routes}'/></input>"
        f"<time><begin value='{scenario.begin_s}'/><end value='{end_s}'/></time></configuration>",
        "utf-8",
    )
    return into


def _run(where: Path, arm: str, seed: int) -> dict[str, Any]:
    asked = [sys.executable, "-m", "unjai", "signals", "virtual", "--json", "--scenario", str(where)]
    asked += ["--controller", ARMS[arm], "--seed", str(seed)]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{where.name} {arm}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def told(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return means over seeds, each seed's delay, and what the monitors and the station's side had to say."""
    found: dict[str, Any] = {"runs": len(runs), "delays_s": [round(run["delay_s"], 1) for run in runs]}
    found |= {key: round(statistics.fmean(run[key] for run in runs), 2) for key in ("delay_s", "trip_s", "wait_s")}
    found |= {key: sum(run[key] for run in runs) for key in ("not_inserted", "conflicts", "commanded_s")}
    found["flashed"] = sum(bool(run["flashing"]) for run in runs)
    found["trouble_s"] = sum(sum(run["troubles"].values()) for run in runs)
    return found


def table(found: dict[str, Any]) -> str:
    """Return the figures as a table of Markdown."""
    lines = ["| map | driven by | delay s | by seed | trip s | wait s | conflicts |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {arm} | {one['delay_s']} | {one['delays_s']} | {one['trip_s']} | {one['wait_s']} "
        f"| {one['conflicts']} |"
        for name, by in found["maps"].items()
        for arm, one in by.items()
    ]
    return "\n".join(lines)
