"""More than the demo zone has, for load: a station, patrol phones on duty, signed-in screens; made in bulk."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from sqlalchemy import insert, select, update

from bench.centre import Centre
from unjai.model.actor import Actor, system
from unjai.model.clock import SystemClock
from unjai.model.ids import DeviceId, StationId, new_id
from unjai.people.events import RegistryChanged
from unjai.people.flows import create_account
from unjai.people.flows.devices import secret_hash
from unjai.people.store.tables import account, device_credential, duty, session, unit
from unjai.platform.database import Database, Tx
from unjai.platform.outbox import emit
from unjai.territory.flows import add_station, import_devices, import_zones
from unjai.territory.store import device, org_unit

ON_DUTY_FOR = timedelta(hours=2)
"""How long ago the phones' duty began, so that positions of the last two hours may be kept."""

EDGE_S = 60.0
"""How long the edge may take to hear of new phones."""

LON, LAT, SIDE = 100.26, 16.80, 0.012


@asynccontextmanager
async def setup(centre: Centre, *stations: StationId) -> AsyncIterator[tuple[Tx, Actor, SystemClock]]:
    """Open one transaction of the system at some stations of a running centre."""
    db, clock, actor = Database(centre.database_url(), connections=1), SystemClock(), system(*stations)
    try:
        async with db.tx(actor) as tx:
            yield tx, actor, clock
    finally:
        await db.close()


async def make_station(centre: Centre, code: str) -> StationId:
    """Add a fictional station with a square zone of some 1.7 km² and nothing in it."""
    async with setup(centre) as (tx, actor, clock):
        parents = select(org_unit.c.code).where(org_unit.c.level == "provincial").order_by(org_unit.c.id).limit(1)
        added = await add_station(
            tx,
            actor,
            clock,
            code=code,
            name_th=f"สถานีทดสอบ {code} (สมมุติ)",
            name_en=f"Bench station {code} (fictional)",
            parent_code=str(await tx.scalar(parents)),
            lon=LON,
            lat=LAT,
            fictional=True,
        )
    station = StationId(added.id)
    west, south, east, north = LON - SIDE / 2, LAT - SIDE / 2, LON + SIDE / 2, LAT + SIDE / 2
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    zone = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"code": "z", "name_th": "พื้นที่ทดสอบ", "name_en": "Bench zone", "fictional": True},
    }
    async with setup(centre, station) as (tx, actor, clock):
        body = {"type": "FeatureCollection", "features": [zone]}
        report = await import_zones(tx, actor, clock, station_id=station, body=body)
    if report.refused:
        raise RuntimeError(f"the zone was refused: {report.refused[:2]}")
    return station


async def make_fleet(centre: Centre, station: StationId, count: int, name: str = "bench") -> dict[str, str]:
    """Return key and secret of `count` phones whose units are on duty; the edge knows them when this returns."""
    made = {f"{name}-{number:03d}": secrets.token_urlsafe(24) for number in range(count)}
    phones = [
        {
            "type": "Feature",
            "geometry": None,
            "properties": {"key": key, "kind": "phone", "name_th": key, "name_en": key, "owner_kind": "police"},
        }
        for key in made
    ]
    async with setup(centre, station) as (tx, actor, clock):
        body = {"type": "FeatureCollection", "features": phones}
        report = await import_devices(tx, actor, clock, station_id=station, body=body)
        if report.refused:
            raise RuntimeError(f"phones were refused: {report.refused[:2]}")
        now = clock.now()
        known = await tx.all(select(device.c.id, device.c.key).where(device.c.key.in_(made)))
        rows = [{**row, "station_id": station, "unit_id": new_id(now)} for row in known]
        common = {"station_id": station}
        units = [
            {
                **common,
                "id": row["unit_id"],
                "call_sign": row["key"],
                "kind": "motorcycle",
                "name_th": row["key"],
                "name_en": row["key"],
                "capabilities": [],
                "device_id": row["id"],
            }
            for row in rows
        ]
        since = now - ON_DUTY_FOR
        duties = [
            {**common, "id": new_id(now), "unit_id": row["unit_id"], "from_at": since, "signed_on_by": "bench"}
            for row in rows
        ]
        kept = [
            {
                **common,
                "device_id": row["id"],
                "secret_hash": secret_hash(made[row["key"]]),
                "issued_at": now,
                "issued_by": "bench",
            }
            for row in rows
        ]
        await tx.execute(insert(unit), units)
        await tx.execute(insert(duty), duties)
        await tx.execute(insert(device_credential), kept)
        for row in rows:
            await tx.execute(update(device).where(device.c.id == row["id"]).values(unit_id=row["unit_id"]))
        await emit(tx, clock, RegistryChanged(station_id=station, device_id=DeviceId(rows[-1]["id"])))
    await _known(centre, made)
    return made


async def _known(centre: Centre, made: dict[str, str]) -> None:
    """Wait until the edge takes messages of the last phone (an empty one is taken and means nothing)."""
    key, until = next(reversed(made)), asyncio.get_running_loop().time() + EDGE_S
    async with httpx.AsyncClient(base_url=centre.url) as client:
        while True:
            said = await client.post("/gps/owntracks", auth=(key, made[key]), content=b"")
            if said.status_code == 200:
                return
            if asyncio.get_running_loop().time() > until:
                raise RuntimeError(f"the edge never heard of the new phones: {said.status_code} {said.text}")
            await asyncio.sleep(0.1)


async def make_account(centre: Centre, station: StationId, username: str, role: str) -> None:
    """Add an account with one role at a station."""
    async with setup(centre, station) as (tx, actor, clock):
        await create_account(
            tx,
            actor,
            clock,
            username=username,
            name_th=username,
            name_en=username,
            home_id=station,
            roles=[(role, station)],
            password=secrets.token_urlsafe(16),
            must_change=False,
        )


async def sign_in(centre: Centre, station: StationId, usernames: Sequence[str]) -> list[str]:
    """Return one session's cookie value for each name; a name may stand there often (one person, many screens).

    The rows are those that `POST /api/session` writes; 200 password hashes would be seconds of load on the edge.
    """
    async with setup(centre, station) as (tx, _actor, clock):
        now = clock.now()
        wanted = select(account.c.id, account.c.username).where(account.c.username.in_(set(usernames)))
        ids = {row["username"]: row["id"] for row in await tx.all(wanted)}
        tokens = [secrets.token_urlsafe(32) for _ in usernames]
        rows = [
            {
                "id": new_id(now),
                "account_id": ids[username],
                "token_hash": secret_hash(token),
                "station_id": station,
                "created_at": now,
                "expires_at": now + timedelta(hours=4),
                "last_seen": now,
                "ip": "127.0.0.1",
                "agent": "bench",
            }
            for username, token in zip(usernames, tokens, strict=True)
        ]
        await tx.execute(insert(session), rows)
    return tokens
