"""What 300 watched walks at a position each five seconds cost a running centre, over what it costs without a walk."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from bench.centre import Centre, a_folder, running
from bench.machine import tree_cpu_s
from unjai.model.clock import SystemClock
from unjai.model.geometry import Point, distance_m
from unjai.respond.escort.rules.line import Line

WALKS, EVERY_S = 300, 5.0
_ADDRESS_HOLDS = 50
_WAY_M = 250.0
"""Nobody arrives while it is measured: of a walk that is over the centre keeps no position."""
_ONE_LINE = httpx.Limits(max_connections=1, keepalive_expiry=60.0)
"""Each phone holds a connection of its own, as long as a browser does."""
_SETTLES_S = 10.0
_BEGINS_S = EVERY_S + 2.0
"""By then each walk has sent its first position and core has written that it is watched."""
_PARTS = ("web", "core", "postgres", "nats")


@dataclass(kw_only=True)
class Walker:
    """One phone: its walk, its way, how far it is."""

    client: httpx.AsyncClient
    walk_id: str
    token: str
    line: Line
    along_m: float = 0.0
    no: int = 0
    taken: int = 0
    waits_s: list[float] = field(default_factory=list)

    async def send(self) -> None:
        """Send where she is now."""
        x, y, _, _ = self.line.walked(self.along_m)
        lon, lat = self.line.plane.degrees([(x, y)])[0]
        now = SystemClock().now().timestamp()
        self.no += 1
        body = {"fixes": [{"no": self.no, "lon": lon, "lat": lat, "acc": 8, "tst": now, "batt": 70}], "sent": now}
        began = time.monotonic()
        answer = await self.client.post(
            f"/api/escort/walks/{self.walk_id}/positions", json=body, headers={"x-unjai-walk": self.token}
        )
        self.taken += answer.status_code == 200
        self.waits_s.append(time.monotonic() - began)
        self.along_m += 1.3 * EVERY_S


def measured(quick: bool) -> dict[str, Any]:
    """Return the share of a core for 300 walks, how quickly positions are durable, and that none was lost."""
    with a_folder() as folder, running(folder / "data") as centre:
        return asyncio.run(_measured(centre, 15.0 if quick else 60.0))


async def _measured(centre: Centre, seconds: float) -> dict[str, Any]:
    await asyncio.sleep(_SETTLES_S)
    rest = await _share(centre, seconds)
    walkers = await _begun(centre)
    try:
        sending = asyncio.create_task(_walk(walkers, seconds + _BEGINS_S))
        await asyncio.sleep(_BEGINS_S)
        load = await _share(centre, seconds)
        await sending
        kept = await asyncio.to_thread(_kept, centre)
    finally:
        for walker in walkers:
            await walker.client.aclose()
    waits = sorted(wait for walker in walkers for wait in walker.waits_s)
    extra = {name: round(load[name] - rest[name], 4) for name in _PARTS}
    return {
        "escort_core_share_300": round(extra["web"] + extra["core"], 4),
        "escort_core_share_300_with_engines": round(sum(extra.values()), 4),
        "escort_shares": extra,
        "escort_walks": len(walkers),
        "escort_position_p99_s": round(waits[int(len(waits) * 0.99)], 3),
        "escort_positions_taken": sum(walker.taken for walker in walkers),
        "escort_positions_lost": sum(walker.taken for walker in walkers) - kept,
    }


async def _begun(centre: Centre) -> list[Walker]:
    """Begin all walks, from several addresses of this machine: one alone may not begin so many."""
    random, walkers = Random("load"), list[Walker]()
    with centre.client() as page:
        streets = page.get("/api/streets").json()["features"]
    corners = [corner for street in streets for corner in street["geometry"]["coordinates"]]
    places = [Point(lon=lon, lat=lat) for lon, lat in corners]
    plain = ssl.create_default_context()
    while len(walkers) < WALKS:
        address = f"127.0.0.{2 + len(walkers) // _ADDRESS_HOLDS}"
        transport = httpx.AsyncHTTPTransport(local_address=address, verify=plain, limits=_ONE_LINE)
        client = httpx.AsyncClient(base_url=centre.url, transport=transport, timeout=30)
        a, b = random.choice(places), random.choice(places)
        while distance_m(a, b) < _WAY_M:
            a, b = random.choice(places), random.choice(places)
        said = {"from": {"lon": a.lon, "lat": a.lat}, "to": {"lon": b.lon, "lat": b.lat}}
        answer = await client.post("/api/escort/walks", json=said)
        if answer.status_code != 201:
            raise RuntimeError(f"a walk was not begun: {answer.text[:300]}")
        told = answer.json()
        line = Line([(lon, lat) for lon, lat in told["way"]["points"]])
        walkers.append(Walker(client=client, walk_id=told["id"], token=told["token"], line=line))
    return walkers


async def _walk(walkers: list[Walker], seconds: float) -> None:
    random = Random("phase")
    until = time.monotonic() + seconds

    async def one(walker: Walker, phase_s: float) -> None:
        await asyncio.sleep(phase_s)
        while time.monotonic() < until:
            began = time.monotonic()
            await walker.send()
            await asyncio.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))

    await asyncio.gather(*(one(walker, random.uniform(0, EVERY_S)) for walker in walkers))


async def _share(centre: Centre, seconds: float) -> dict[str, float]:
    pids = {name: centre.pid(name) for name in _PARTS}
    before, began = {name: tree_cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
    await asyncio.sleep(seconds)
    lasted = time.monotonic() - began
    return {name: (tree_cpu_s(pid) - before[name]) / lasted for name, pid in pids.items()}


def _kept(centre: Centre) -> int:
    engine = create_engine(centre.database_url("postgres"))
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM obs_escort")) or 0)
    finally:
        engine.dispose()
