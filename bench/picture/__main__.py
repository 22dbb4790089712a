"""Run the bench; readers and phones are spawned processes, which import their own small modules only."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import bench.picture
from bench import machine
from bench.centre import Centre, a_folder, running, start
from bench.command import command
from bench.fleet import make_fleet, make_station
from bench.picture.console import first_load
from bench.picture.shares import shares
from bench.picture.way import latency
from unjai.model.ids import StationId

WALKERS, SCREENED, ELSEWHERE = 200, 72, 24
"""Phones of the demo station, those of them that walk before the 200 screens, phones of the second station."""
QUICK_S = 45.0


@dataclass(frozen=True)
class Length:
    """How long things last; `idle_s` 0 leaves the idle centre out."""

    presses: int
    share_s: float
    idle_s: float


FULL, QUICK = Length(presses=64, share_s=20.0, idle_s=20.0), Length(presses=12, share_s=6.0, idle_s=0.0)


async def at_rest(centre: Centre, seconds: float) -> dict[str, Any]:
    """Return what a centre with a zone takes while nothing happens."""
    await asyncio.sleep(seconds / 2)
    pids = {name: centre.pid(name) for name in ("web", "core")}
    used, began = {name: machine.cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
    await asyncio.sleep(seconds / 2)
    wall_s = time.monotonic() - began
    return {
        "pss_mb_idle": round(machine.pss_mb(centre.process.pid), 1),
        **{
            f"{name}_core_share_idle": round((machine.cpu_s(pid) - used[name]) / wall_s, 4)
            for name, pid in pids.items()
        },
    }


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Run every part on one centre and return what was found."""
    length, deadline = QUICK if quick else FULL, began + QUICK_S
    found: dict[str, Any] = {}
    with a_folder() as folder:
        with running(folder / "data", demo_zone=False) as centre:
            found["start_s_first"] = round(centre.usable_after_s, 2)
            await asyncio.to_thread(centre.bring_demo_zone)
            if length.idle_s:
                found |= await at_rest(centre, length.idle_s)
            found |= await asyncio.to_thread(first_load, centre)
            home, other = StationId(int(centre.secrets["station_id"])), await make_station(centre, "BENCH")
            mine = await make_fleet(centre, home, WALKERS, "walker")
            theirs = await make_fleet(centre, other, ELSEWHERE, "other")
            found |= await latency(centre, mine, presses=length.presses)
            fleet = {**dict(list(mine.items())[:SCREENED]), **theirs}
            found |= await shares(centre, other, fleet, seconds=length.share_s)
        if not quick or time.monotonic() + found["start_s_first"] + 2.0 < deadline:
            again = start(folder / "data", demo_zone=False)
            found["start_s_second"] = round(again.usable_after_s, 2)
            found["stop_s"] = round(again.stop(), 2)
    found["load_average"] = machine.load_average()
    return found


if __name__ == "__main__":
    command(bench.picture.__doc__, measure, nought=("leaks",))
