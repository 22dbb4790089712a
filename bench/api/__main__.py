"""Run the bench."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
import secrets
import time
from functools import cache
from typing import Any

import httpx

import bench.api
from bench.api.night import Night
from bench.api.people import Crowd, crowd
from bench.api.role import Task, asked_by
from bench.api.tally import EXAMPLES, Tally
from bench.centre import Centre, a_folder, running
from bench.command import command
from unjai.model.ids import StationId
from unjai.people.page import Declared, declared
from unjai.people.rights import ROLES
from unjai.platform.http import ANYONE, PUBLIC
from unjai.roles.web import documented

LEFT_OUT = {
    "DELETE /api/session": "signs the bench itself out; asked by nobody instead",
}
"""What is not asked, and why. Accounts and sessions of the bench's own are not named in any path."""
ACCOUNTS, QUICK_ACCOUNTS = 8, 1
QUICK_S, FULL_S = 34.0, 3_600.0
"""After how long nothing new is begun."""
NOBODY = "nobody"
"""Asks without having signed in."""
QUICK_ROLES = ("supervisor", "administrator", "superintendent", "officer", "inquiry")
_FIRST = ("administrator", "operator", "supervisor", "superintendent")


@cache
def _routes() -> list[Declared]:
    return declared(documented().routes)


def _shares(quick: bool) -> dict[str, list[str]]:
    """Return what each role is to ask: all it may, or with `quick` each operation by one that may, evenly."""
    routes = _routes()
    roles = QUICK_ROLES if quick else (*_FIRST, *(role for role in ROLES if role not in _FIRST))
    shares: dict[str, list[str]] = {role: [] for role in roles}
    for item in routes:
        label = f"{item.method} {item.path}"
        fits = [role for role in roles if item.right in {PUBLIC, ANYONE, *ROLES[role].rights}]
        if label in LEFT_OUT:
            continue
        for role in [min(fits, key=lambda one: len(shares[one]))] if quick else fits:
            shares[role].append(label)
    return {**shares, NOBODY: [f"{item.method} {item.path}" for item in routes if item.right == PUBLIC]}


def _looks(role: str) -> list[str]:
    """Return where a role may look for what there is."""
    routes = _routes()
    may = {ANYONE, *(ROLES[role].rights if role in ROLES else ())}
    return [item.path for item in routes if item.method == "GET" and "{" not in item.path and item.right in may]


def _tasks(centre: Centre, made: Crowd, seed: int, *, quick: bool, until: float) -> list[Task]:
    return [
        Task(
            url=centre.url,
            role=role,
            cookies=made.cookies.get(role, ["none=none"]),
            ours=made.ours,
            labels=labels,
            looks=[] if role == NOBODY else _looks(role),
            seed=seed,
            examples=1 if quick else 25,
            odd=4 if quick else 500,
            borders=not quick,
            devices=centre.secrets["devices"] if role == "officer" else {},
            doors=5 if quick else 300,
            until=until,
        )
        for role, labels in _shares(quick).items()
    ]


async def measure(quick: bool, began: float) -> dict[str, Any]:
    """Start a centre, fill it a little, and ask."""
    return await asyncio.to_thread(_measure, quick, began)


def _measure(quick: bool, began: float) -> dict[str, Any]:
    seed, until = secrets.randbits(32), began + (QUICK_S if quick else FULL_S)
    with a_folder() as folder, running(folder / "data") as centre:
        station = StationId(httpx.get(f"{centre.url}/api/info").json()["station"]["id"])
        wanted = (*QUICK_ROLES, "operator") if quick else tuple(ROLES)
        made = asyncio.run(crowd(centre, station, wanted, QUICK_ACCOUNTS if quick else ACCOUNTS))
        night = Night(centre.url, made.cookies)
        night.happen()
        tally, tasks = Tally(), _tasks(centre, made, seed, quick=quick, until=until)
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            for one in pool.imap_unordered(asked_by, tasks, chunksize=1):
                tally += one
        asked = tally.operations
        centre.wait_until_usable(60)
        logged = _errors_logged(centre)
        healthy = httpx.get(f"{centre.url}/healthz", timeout=10).json()["status"] == "ok"
    return {
        "operations": len(asked & {label for task in tasks for label in task.labels}),
        "of": len({label for task in tasks for label in task.labels}),
        "requests": tally.requests,
        "server_errors": sum(tally.server_errors.values()),
        "unexpected_schema": len(tally.unexpected),
        "accepted": tally.between(200, 400),
        "refused": tally.between(400, 500) - tally.between(429, 430),
        "limited": tally.between(429, 430),
        "unserved": sum(tally.unserved.values()),
        "doors": len([label for label in asked if label.startswith("door ")]),
        "roles": len(tasks),
        "healthy": healthy,
        "logged": len(logged),
        "not_made": night.refused,
        "left_out": LEFT_OUT,
        "seed": seed,
        "took_s": round(time.monotonic() - began, 1),
        "which": dict(tally.server_errors.most_common(EXAMPLES)),
        "schema": dict(tally.unexpected.most_common(EXAMPLES)),
        "examples": [*tally.examples[:EXAMPLES], *logged[:EXAMPLES]],
    }


def _errors_logged(centre: Centre) -> list[str]:
    """Return the lines by which web and core say that something broke."""
    lines = (line for name in ("web", "core") for line in (centre.data / "log" / f"{name}.log").open("rb"))
    told = (line.decode("utf-8", "replace") for line in lines)
    return [line[:400] for line in told if re.search(r"\b(ERROR|CRITICAL|Traceback)\b", line)]


if __name__ == "__main__":
    command(bench.api.__doc__, measure, nought=("server_errors",))
