"""Run the bench."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg

import bench.kill
from bench import machine
from bench.centre import Centre, a_folder, running
from bench.command import command
from bench.fleet import make_fleet
from bench.ingest.__main__ import libpq
from bench.kill.clients import PHONES_DUTY, Clients, Plan
from bench.kill.count import KINDS, Ledger, counted, told
from bench.kill.syncs import per_ack
from unjai.model.clock import SystemClock
from unjai.model.ids import StationId

VICTIMS = ("core", "web", "nats", "postgres")
ROUNDS, QUICK_ROUNDS = 100, 3
PHONES, POSITIONS_PER_S, PRESSES_PER_S, CALLS_PER_S = 60, 190.0, 8.0, 1.0
OPERATOR = "operator"
TWO_AT_ONCE = 0.25
PAUSE_S = (0.5, 4.0)
LOST_AFTER_S = 60.0
"""A round that is not over by then ends the bench."""


def pids(centre: Centre) -> dict[str, int]:
    """Return the processes that run, by part."""
    try:
        found: dict[str, int] = centre.state["pids"]
    except (OSError, ValueError):
        return {}
    return found


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round: who was killed, and after how many seconds each thing was there again."""

    victims: tuple[str, ...]
    back: dict[str, float]

    @property
    def took_s(self) -> float:
        """The recovery: the slowest of all."""
        return max(self.back.values())

    def __str__(self) -> str:
        """Say it in a line."""
        parts = ", ".join(f"{name} {took:.1f}" for name, took in sorted(self.back.items(), key=lambda one: one[1]))
        return f"{'+'.join(self.victims)} {self.took_s:.1f} s ({parts})"


def kill_round(centre: Centre, ledger: Ledger, victims: Sequence[str]) -> Round:
    """Kill; wait until the parts are new, every door acknowledges again and a press begun since is a report."""
    before = pids(centre)
    began = time.monotonic()
    for victim in victims:
        os.kill(before[victim], signal.SIGKILL)
    asked: dict[str, Callable[[], bool]] = {
        "processes": lambda: all(pids(centre).get(victim, before[victim]) != before[victim] for victim in victims),
        "healthy": lambda: _healthy(centre),
        **{kind: partial(_speaks, ledger, began, kind) for kind in KINDS},
        "told": lambda: _told_since(centre, ledger, began),
    }
    back: dict[str, float] = {}
    while time.monotonic() < began + LOST_AFTER_S:
        for name in asked.keys() - back.keys():
            if asked[name]():
                back[name] = time.monotonic() - began
        if len(back) == len(asked):
            return Round(victims=tuple(victims), back=back)
        time.sleep(0.05)
    raise RuntimeError(f"{victims} were killed; after {LOST_AFTER_S} s only {back}: {centre.logs()}")


def _speaks(ledger: Ledger, began: float, kind: str) -> bool:
    return next(ledger.since(began, kind), None) is not None


def _told_since(centre: Centre, ledger: Ledger, began: float) -> bool:
    """Tell whether a press begun since then reached the operators: it is a report of an incident."""
    try:
        return told(libpq(centre), list(ledger.since(began, "press")))
    except psycopg.Error:
        return False


def _healthy(centre: Centre) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{centre.url}/healthz", timeout=2).status_code == 200
    return False


def plan_of(centre: Centre, folder: Path, phones: dict[str, str], cookies: dict[str, str]) -> Plan:
    """Return what the clients shall do at the demo zone."""
    with centre.client(OPERATOR) as client:
        ring = client.get("/api/zone").json()["zone"]["geometry"]["coordinates"][0]
    box = (min(x for x, _ in ring), min(y for _, y in ring), max(x for x, _ in ring), max(y for _, y in ring))
    return Plan(
        port=centre.port,
        mqtt_port=centre.mqtt_port,
        ledger=folder / "acknowledged.jsonl",
        phones=phones,
        poles={key: secret for key, secret in centre.secrets["devices"].items() if key.startswith("pole-")},
        cookies=cookies,
        start_s=int((SystemClock().now() - PHONES_DUTY).timestamp()),
        positions_per_s=POSITIONS_PER_S,
        presses_per_s=PRESSES_PER_S,
        calls_per_s=CALLS_PER_S,
        box=box,
    )


async def measure(quick: bool, rounds: int) -> dict[str, Any]:
    """Kill, count, and say what was found."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(a_folder())
        centre = stack.enter_context(running(folder / "data"))
        phones = await make_fleet(centre, StationId(centre.secrets["station_id"]), PHONES, name="kill")
        return await asyncio.to_thread(_rounds_of, centre, folder, phones, rounds, strace=not quick)


def _rounds_of(centre: Centre, folder: Path, phones: dict[str, str], rounds: int, *, strace: bool) -> dict[str, Any]:
    dice, done = random.Random(), list[Round]()
    with centre.client(OPERATOR) as operator:
        plan = plan_of(centre, folder, phones, dict(operator.cookies))
    syncs = per_ack(centre, OPERATOR, next(iter(phones.items())), next(iter(plan.poles.items()))) if strace else None
    plan.ledger.touch()
    ledger = Ledger(plan.ledger)
    with Clients(plan):
        _until_all_speak(centre, ledger)
        for _ in range(rounds):
            time.sleep(dice.uniform(*PAUSE_S))
            victims = dice.sample(VICTIMS, 2 if dice.random() < TWO_AT_ONCE else 1)
            done.append(kill_round(centre, ledger, victims))
            print(f"{len(done)}: {done[-1]}", file=sys.stderr, flush=True)
        time.sleep(1.0)
    rows = ledger.read()
    found = counted(libpq(centre), rows)
    took = [one.took_s for one in done]
    parts = {name: [one.back[name] for one in done] for name in done[0].back}
    return {
        "rounds": len(done),
        "acknowledged": sum(row["kind"] != "strange" for row in rows),
        "lost": sum(found[name] for name in found if name.startswith("lost")),
        "doubled": sum(found[name] for name in found if name.startswith("doubled")),
        "worst_recovery_s": round(max(took), 2),
        "median_recovery_s": round(statistics.median(took), 2),
        **found,
        "strange": [row["what"] for row in rows if row["kind"] == "strange"][:5],
        "audit_verified": _verified(centre),
        "worst_by_part_s": {name: round(max(those), 2) for name, those in parts.items()},
        "median_by_part_s": {name: round(statistics.median(those), 2) for name, those in parts.items()},
        "killed": dict(Counter("+".join(sorted(one.victims)) for one in done)),
        "syncs_per_ack": syncs,
        "load_average": machine.load_average(),
    }


def _until_all_speak(centre: Centre, ledger: Ledger) -> None:
    until = time.monotonic() + LOST_AFTER_S
    while not all(_speaks(ledger, 0.0, kind) for kind in KINDS):
        if time.monotonic() > until:
            raise RuntimeError(f"the clients were never acknowledged: {ledger.rows[:5]} {centre.logs()}")
        time.sleep(0.1)


def _verified(centre: Centre) -> bool:
    asked = [sys.executable, "-m", "unjai", "audit", "verify", "--data", str(centre.data)]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _rounds() -> int | None:
    """Take `--rounds N` out of the command line, which all benches share."""
    if "--rounds" not in sys.argv:
        return None
    at = sys.argv.index("--rounds")
    said = sys.argv[at + 1]
    del sys.argv[at : at + 2]
    return int(said)


if __name__ == "__main__":
    asked = _rounds()
    command(
        bench.kill.__doc__,
        lambda quick, _began: measure(quick, asked or (QUICK_ROUNDS if quick else ROUNDS)),
        nought=("lost", "doubled"),
    )
