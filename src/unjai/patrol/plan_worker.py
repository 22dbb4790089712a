"""The process that makes a station's plan: neither web nor core may spend its CPU, nor hold the solver in memory.

``python -m unjai.patrol.plan_worker``: on standard input JSON (town, seed, seconds), on standard output the town as it
was planned (streets turned into travel times) and the result, or why no plan can be made.
"""

from __future__ import annotations

import math
import os
import resource
import sys
import time
from typing import Any

import msgspec

from unjai.patrol import plan_view as view
from unjai.patrol.rules.plan_draw import day_seed, unseen_days
from unjai.patrol.rules.plan_make import make_plan
from unjai.patrol.rules.plan_town import Infeasible, Prepared, prepared
from unjai.patrol.schemas.plan_file import Town

MEMORY_BYTES = 4_000_000_000
CPU_S = 240
_GENTLE = 5


def work(order: dict[str, Any]) -> dict[str, Any]:
    """Make the plan that the order asks for."""
    began = time.monotonic()

    def elapsed() -> float:
        return time.monotonic() - began

    try:
        first = prepared(Town.model_validate(order["town"]))
        town = with_travel(order["town"], first)
        ready = prepared(Town.model_validate(town))
    except Infeasible as error:
        return {"infeasible": view.infeasible(error)}
    written = Town.model_validate(town)
    day = written.shift.date
    made = make_plan(
        ready.problem,
        seed=day_seed(order["seed"].encode(), day.isoformat()),
        elapsed=elapsed,
        seconds=order["seconds"],
        unseen=unseen_days([place.last_visit for place in written.places], day),
    )
    result = view.told(ready, made, seed="", day=day.isoformat(), seconds=elapsed())
    result["ways"] = first.ways.how
    return {"town": town, "result": result}


def with_travel(town: dict[str, Any], ready: Prepared) -> dict[str, Any]:
    """Return a town whose streets became travel times, in whole seconds: small, and quick to read again."""
    tables = {
        kind: [[round(value) if math.isfinite(value) else None for value in row] for row in matrix.tolist()]
        for kind, matrix in ready.problem.travel_s.items()
    }
    ids = sorted(ready.ways.node, key=lambda name: ready.ways.node[name])
    rest = {name: value for name, value in town.items() if name not in {"streets", "nodes"}}
    return {**rest, "travel": {"ids": ids, "unit": "s", **tables}}


def main() -> None:
    """Read an order, write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    os.nice(_GENTLE)
    order = msgspec.json.decode(sys.stdin.buffer.read())
    sys.stdout.buffer.write(msgspec.json.encode(work(order)))


if __name__ == "__main__":
    main()
