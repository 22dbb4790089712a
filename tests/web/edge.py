"""The whole edge for tests: two stations, an account of every role at each."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import insert

from tests.conftest import NIGHT
from unjai.model.actor import system
from unjai.model.clock import MovedClock
from unjai.model.ids import DeviceId, StationId, named_id
from unjai.people import flows as people
from unjai.people.api.accounts import COOKIE
from unjai.people.page import Declared, declared
from unjai.people.rights import ROLES
from unjai.platform.database import Database
from unjai.territory.store import device, org_unit, territory_version, zone

HERE, THERE = StationId(10), StationId(11)
ROOT = system(HERE, THERE)
PASSWORD = "หมูกระทะริมโขง 3 ชุด"
CALLER = "นางสาวผู้แจ้ง ทดสอบ"
SQUARE = [[98.98, 18.78], [99.0, 18.78], [99.0, 18.8], [98.98, 18.8], [98.98, 18.78]]

FORM = {"X-Unjai": "1", "Idempotency-Key": "from-the-rights-test"}
PLACE = {"lon": 98.99, "lat": 18.79}


@dataclass(kw_only=True)
class Centre:
    """The whole edge, with two stations and something to see at one of them."""

    app: FastAPI
    db: Database
    data: Path
    clock: MovedClock
    ids: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    tokens: dict[tuple[str, StationId], str] = field(default_factory=dict)

    def client(self, role: str | None = None, station: StationId = HERE) -> httpx.AsyncClient:
        """A screen, signed in with a role at a station."""
        cookies = {} if role is None else {COOKIE: self.tokens[role, station]}
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=FORM, cookies=cookies)

    def routes(self) -> list[Declared]:
        """Every declared route; those that end the session come last."""
        return sorted(
            declared(self.app.routes), key=lambda item: (item.method, item.path) == ("DELETE", "/api/session")
        )

    def path(self, item: Declared, *, known: bool) -> str:
        """The path of a route with real ids in it, or with ids of nothing."""
        fixed = {
            "role": "officer",
            "org_unit_id": str(HERE),
            "thing": "zone",
            "kind": "places",
            "form": "csv",
            "day": "2026-11-22",
        }
        fixed |= {"begins_ms": "1795000000000", "number": "0", "shot": "0", "part": "crop"}

        def filled(match: re.Match[str]) -> str:
            name = "zone" if match[1] == "key" else match[1].removesuffix("_id")
            found = self.ids.get(name) if known else None
            return fixed.get(match[1]) or found or str(uuid4())

        return re.sub(r"{([a-z_]+)}", filled, item.path)


_DEVICES = {"pole-secret": "sos_pole", "phone-secret": "phone", "spare-secret": "phone", "camera-secret": "camera"}


async def stations(db: Database) -> dict[str, DeviceId]:
    devices = {name: DeviceId(named_id("rights", name)) for name in _DEVICES}
    async with db.tx(ROOT) as tx:
        for key, parent, path, level in (
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ):
            named = {"code": f"หน่วย {key}", "name_th": f"หน่วย {key}", "name_en": f"Unit {key}"}
            await tx.execute(insert(org_unit).values(id=key, parent_id=parent, path=path, level=level, **named))
        for station in (HERE, THERE):
            own = {"station_id": station, "version": 1, "stamp": uuid4(), "changed_at": NIGHT}
            await tx.execute(insert(territory_version).values(**own))
            await tx.execute(
                insert(zone).values(
                    id=named_id("rights", f"zone {station}"),
                    station_id=station,
                    code=f"Z{station}",
                    name_th=f"เขต {station}",
                    geometry={"type": "Polygon", "coordinates": [SQUARE]},
                    area_m2=1.0,
                    lon=98.99,
                    lat=18.79,
                )
            )
        for name, device_id in devices.items():
            kind = _DEVICES[name]
            at = {} if kind == "phone" else PLACE
            facts = {"key": name, "name_th": f"เครื่อง {name}", "owner_kind": "police", "silent_after_s": 60}
            await tx.execute(insert(device).values(id=device_id, station_id=HERE, kind=kind, **facts, **at))
    return devices


async def accounts(db: Database, clock: MovedClock) -> dict[tuple[str, StationId], str]:
    tokens = {}
    for station in (HERE, THERE):
        for role in ROLES:
            name = f"{role}.{station}"
            async with db.tx(ROOT) as tx:
                await people.create_account(
                    tx,
                    ROOT,
                    clock,
                    username=name,
                    name_th=f"คน {name}",
                    home_id=station,
                    roles=[(role, station)],
                    password=PASSWORD,
                    must_change=False,
                )
                signed = await people.sign_in(
                    tx, ROOT, clock, username=name, password=PASSWORD, ip=name, agent="rights"
                )
            assert isinstance(signed, people.SignedIn)
            tokens[role, station] = str(signed.token)
    return tokens


async def crews_there(db: Database, clock: MovedClock) -> None:
    """Give the other station's patrols a unit of their own, so that they come as far as ours; the officer's is out."""
    there = system(THERE)
    async with db.tx(there) as tx:
        for role in (name for name, one in ROLES.items() if "unit.self" in one.rights):
            crew = await people.account_id_of(tx, there, clock, username=f"{role}.{THERE}")
            unit_id = await people.create_unit(
                tx, there, clock, call_sign=f"นอก {role}", kind="foot", name_th="สายตรวจอื่น", account_id=crew
            )
            if role == "officer":
                await people.sign_on(tx, there, clock, unit_id=unit_id)
