"""`unjai signals run`: a controller drives a SUMO scenario; the last line is what came of it."""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from unjai.model.errors import UnjaiError
from unjai.platform.i18n import render
from unjai.signals.controller.ahead import LookAhead, Settings
from unjai.signals.controller.base import Make
from unjai.signals.controller.baselines import CyclicMaxPressure, MaxPressure, MaxWave, Webster
from unjai.signals.junction import Junction
from unjai.signals.plants import sumo_net, sumo_programs
from unjai.signals.plants.sumo import Run
from unjai.signals.plants.sumo_scenario import find
from unjai.signals.plants.sumo_trips import Trips
from unjai.signals.plants.sumo_versions import Version, api

CONTROLLERS = ("unjai", "fixed", "actuated", "webster", "max-pressure", "cyclic-max-pressure", "max-wave")


def run(
    where: Path, *, controller: str, version: Version, decision_s: int, seed: int, missed: float, as_json: bool
) -> int:
    """Run one scenario and write what came of it; return 0, or 1 with the reason, in JSON too."""
    return answered(lambda: _run(where, controller, version, decision_s, seed, missed), as_json=as_json)


def answered(work: Callable[[], dict[str, Any]], *, as_json: bool) -> int:
    """Do the work and write what it found; return 0, or 1 with the reason, in JSON too."""
    began = time.monotonic()
    try:
        found = work()
    except UnjaiError as error:
        if not as_json:
            raise
        told = {"error": {"code": error.code, **render(error.code, error.facts), **error.facts}}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return 1
    found["took_s"] = round(time.monotonic() - began, 1)
    lines = json.dumps(found) if as_json else "\n".join(f"{name}: {value}" for name, value in found.items())
    sys.stdout.write(lines + "\n")
    return 0


def _run(where: Path, controller: str, version: Version, decision_s: int, seed: int, missed: float) -> dict[str, Any]:  # noqa: PLR0917
    if controller not in CONTROLLERS:
        raise UnjaiError("signals_controller_unknown", controller=controller, known=", ".join(CONTROLLERS))
    if decision_s < 1 or not 0 <= missed < 1:
        raise UnjaiError("signals_settings", decision=decision_s, missed=missed)
    scenario = find(where)
    places = sumo_net.read(scenario.net)
    with tempfile.TemporaryDirectory(prefix="unjai-signals-") as folder, Bar(scenario.name, controller) as told:
        extra = (sumo_programs.actuated(scenario.net, Path(folder) / "actuated.add.xml"),) * (controller == "actuated")
        one = Run(
            api=api(version),
            scenario=scenario,
            places=places,
            make=made(controller, decision_s),
            decision_s=decision_s,
            extra=extra,
            sees=seeing(missed, seed),
            told=told,
        )
        trips = one.go(seed)
    return {
        "scenario": scenario.name,
        "controller": controller,
        "sumo": version,
        "seed": seed,
        "decision_s": decision_s,
        "missed": missed,
        "junctions": len(places),
        **figures(trips),
        "decision_ms_p99": round(one.slowest_ms(), 2),
    }


def figures(trips: Trips) -> dict[str, float]:
    """Return what trips came to, as every answer has it."""
    return {
        "delay_s": round(trips.delay_s, 3),
        "trip_s": round(trips.trip_s, 3),
        "wait_s": round(trips.wait_s, 3),
        "scheduled": trips.scheduled,
        "not_inserted": trips.not_inserted,
        "unfinished": trips.unfinished,
    }


def seeing(missed: float, seed: int) -> Callable[[str], bool]:
    """Return whether a camera sees a vehicle: never one of the share that it misses."""
    dice = random.Random(seed)  # noqa: S311
    seen: dict[str, bool] = {}
    return lambda track: not missed or seen.setdefault(track, dice.random() >= missed)


def made(controller: str, decision_s: int) -> Make | None:
    """Return what makes a junction's controller; None where SUMO's own programs drive."""
    makers: dict[str, Callable[[Junction], Any]] = {
        "unjai": lambda junction: LookAhead(junction, Settings(step_s=decision_s)),
        "webster": Webster,
        "max-pressure": MaxPressure,
        "cyclic-max-pressure": CyclicMaxPressure,
        "max-wave": MaxWave,
    }
    return makers.get(controller)


class Bar:
    """A bar on the terminal, where there is one."""

    def __init__(self, name: str, controller: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
        self.task = self.bar.add_task(f"{name} · {controller}", total=1.0)

    def __enter__(self) -> Callable[[float], None]:
        self.bar.start()
        return lambda share: self.bar.update(self.task, completed=share)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
