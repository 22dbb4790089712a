"""Run the bench."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg

import bench.ingest
from bench import machine
from bench.centre import Centre, a_folder, running
from bench.command import command
from bench.fleet import make_fleet, make_station
from bench.ingest.naive import Naive
from bench.load import Answers, Phones, all_acknowledged, send
from unjai.model.clock import SystemClock

PHONES = 200
BATCH = 100
SINGLE_CONNECTIONS = 64
BATCH_CONNECTIONS = 8
MOST_PER_S = {1: 6_000, BATCH: 30_000}
"""No run is prepared for more than this many positions a second."""
KEPT_S = 30.0
QUICK_S = 44.0
SPARE_S = 9.0
"""What the rest takes after the rounds: RECORD, counting, stopping."""


@dataclass
class Rounds:
    """What the rounds gave."""

    singles: list[float] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)
    peers: list[float] = field(default_factory=list)
    runs: list[Answers] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)


def libpq(centre: Centre) -> str:
    """Return how to connect to the centre's database past row-level security."""
    return f"host={centre.state['sockets']} dbname=unjai user=postgres"


def rows(database: str) -> Counter[tuple[str, int]]:
    """Return how often each (phone, Unix second) stands in the table of positions."""
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT source, extract(epoch FROM observed_at)::bigint FROM obs_fleet WHERE source LIKE 'bench-%'"
        ).fetchall()
    return Counter((str(source), int(at_s)) for source, at_s in found)


async def count_kept(database: str, expected: int) -> float:
    """Wait until RECORD has written as many rows as were acknowledged; return when that was."""
    until = time.perf_counter() + KEPT_S
    with psycopg.connect(database, autocommit=True) as connection:
        while time.perf_counter() < until:
            found = connection.execute("SELECT count(*) FROM obs_fleet WHERE source LIKE 'bench-%'").fetchone()
            if found is not None and found[0] >= expected:
                break
            await asyncio.sleep(0.05)
    return time.perf_counter()


async def take_turn(centre: Centre, phones: Phones, into: Rounds, *, batch: int, seconds: float) -> float:
    """Run one of ours and return acknowledged positions a second."""
    requests = phones.tell(int(MOST_PER_S[batch] * seconds) // batch, batch)
    connections = BATCH_CONNECTIONS if batch > 1 else SINGLE_CONNECTIONS
    began = time.perf_counter()
    run = await send(centre.port, requests, connections=connections, seconds=seconds)
    into.runs.append(run)
    if set(run.statuses) != {200}:
        raise RuntimeError(f"answers were {dict(run.statuses)}: {centre.logs()}")
    kept_at = await count_kept(libpq(centre), sum(one.positions for one in into.runs))
    if batch > 1:
        into.kept.append(run.positions / (kept_at - began))
    return run.positions / run.took_s


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Run all three in turns and return their medians."""
    rounds, seconds = (3, 2.0) if quick else (5, 5.0)
    into = Rounds()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(a_folder())
        centre = stack.enter_context(running(folder / "data", demo_zone=False))
        station = await make_station(centre, "BENCH")
        fleet = await make_fleet(centre, station, PHONES)
        phones = Phones(fleet, int(SystemClock().now().timestamp()) - 7_000)
        naive = Naive(folder, libpq(centre))
        stack.callback(naive.close)
        for turn in range(rounds):
            if quick and turn and time.monotonic() - began + 4.5 * seconds > QUICK_S - SPARE_S:
                break
            into.singles.append(await take_turn(centre, phones, into, batch=1, seconds=seconds))
            into.batches.append(await take_turn(centre, phones, into, batch=BATCH, seconds=seconds))
            into.peers.append(await asyncio.to_thread(naive.rate, seconds))
        acknowledged, stored = all_acknowledged(into.runs), rows(libpq(centre))
    return {
        "positions_per_s_batched": round(statistics.median(into.batches), 1),
        "positions_per_s_single": round(statistics.median(into.singles), 1),
        "naive_per_s": round(statistics.median(into.peers), 1),
        "ratio_to_naive": _ratio(into.batches, into.peers),
        "ratio_single_to_naive": _ratio(into.singles, into.peers),
        "kept_per_s": round(statistics.median(into.kept), 1),
        "acknowledged": len(acknowledged),
        "lost": sum(one not in stored for one in acknowledged),
        "doubled": sum(count - 1 for count in stored.values()),
        "unasked": sum(one not in acknowledged for one in stored),
        "rounds": len(into.batches),
        "load_average": machine.load_average(),
    }


def _ratio(ours: list[float], peers: list[float]) -> float:
    return round(statistics.median(mine / theirs for mine, theirs in zip(ours, peers, strict=True)), 2)


if __name__ == "__main__":
    command(bench.ingest.__doc__, measure, nought=("lost", "doubled"))
