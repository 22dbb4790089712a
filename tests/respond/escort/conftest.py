"""The pages of a walker, her friend and the desk, at the street of two kilometres; core's look, moved by hand."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from tests.respond.conftest import HERE, Town, along
from unjai.model.actor import Actor, system
from unjai.model.geometry import Point
from unjai.platform.database import Database
from unjai.platform.http import Ground, handle_errors
from unjai.respond.escort.api import router
from unjai.respond.escort.door import PositionDoor
from unjai.respond.escort.flows.following import Watch
from unjai.respond.escort.store.tables import escort_walk

WALK_MPS = 1.25


def citizen() -> Actor:
    return Actor(kind="citizen", key="citizen", name="ประชาชน", stations=frozenset({HERE}))


@dataclass(kw_only=True)
class Page:
    """A walk's own page and the centre behind it."""

    town: Town
    worker: Database
    app: FastAPI
    watch: Watch = field(default_factory=Watch)
    walk_id: UUID = field(default_factory=uuid4)
    token: str = ""
    no: int = 0
    desk: Actor | None = None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        own = {"x-unjai-walk": self.token, "X-Unjai": "1"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=own) as client:
            return await client.request(method, f"/api{path}", json=body)

    async def mine(self, method: str, path: str = "", body: Any = None) -> httpx.Response:
        return await self.ask(method, f"/escort/walks/{self.walk_id}{path}", body)

    async def begin(self, origin: Point, target: Point, **facts: Any) -> dict[str, Any]:
        said = {"from": {"lon": origin.lon, "lat": origin.lat}, "to": {"lon": target.lon, "lat": target.lat}}
        answer = await self.ask("POST", "/escort/walks", said | facts)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        self.walk_id, self.token = UUID(told["id"]), told["token"]
        return told

    async def send(self, *places: Point, battery: int = 80, every_s: float = 5.0, off_s: float = 0.0) -> httpx.Response:
        """Send positions as one list, the last of them taken now by a clock that may be wrong."""
        now = self.town.clock.now().timestamp() + off_s
        fixes = [
            {
                "no": self.no + 1 + number,
                "lon": one.lon,
                "lat": one.lat,
                "acc": one.accuracy_m or 8.0,
                "tst": now - (len(places) - 1 - number) * every_s,
                "batt": battery,
            }
            for number, one in enumerate(places)
        ]
        self.no += len(places)
        return await self.mine("POST", "/positions", {"fixes": fixes, "sent": now})

    async def look(self) -> int:
        return await self.watch.once(self.worker, self.town.clock, [HERE])

    async def go(self, seconds: int, place=None, *, send_every_s: int = 20) -> None:
        """Let time pass; `place` tells where she is so many seconds later, None is silence."""
        for second in range(0, seconds, send_every_s):
            if place is not None:
                await self.send(*(place(second + later) for later in range(0, send_every_s, 5)))
            await self.look()
            self.town.clock.move(timedelta(seconds=send_every_s))
        await self.look()

    async def answer(self, text: str = "", *, ends: bool = False) -> httpx.Response:
        return await self.mine("POST", "/end" if ends else "/answer", {"id": str(uuid4()), "word": text})

    async def row(self) -> dict[str, Any]:
        async with self.town.db.tx(system(HERE)) as tx:
            found = await tx.one(escort_walk.select().where(escort_walk.c.id == self.walk_id))
        assert found is not None
        return found


@pytest.fixture
async def page(town: Town, worker_db: Database):
    """A page that has begun nothing yet."""
    async with town.db.tx(system(HERE)) as tx:
        await tx.execute(delete(escort_walk))
    app = FastAPI()
    made: list[Page] = []

    async def who(_request):
        return made[0].desk

    ground = Ground(db=town.db, clock=town.clock, who=who, citizen=lambda _request: citizen())
    app.state.ground = ground
    handle_errors(app)
    app.router.routes.extend(PositionDoor(ground, 0.0).routes())
    app.include_router(router, prefix="/api")
    made.append(Page(town=town, worker=worker_db, app=app))
    return made[0]


@pytest.fixture
async def walking(page: Page) -> Page:
    """Somebody on her way from 600 m to 1,600 m along the street, with a duress word."""
    await page.begin(along(600), along(1600), duress_word="ดอกไม้", phone="081-234-5678")
    await page.go(120, lambda s: along(600 + s * WALK_MPS, 3))
    return page
