"""The officer's own page as a door: of a crew one phone tells the place, and only while its holder is on duty."""

from datetime import timedelta

import httpx
from starlette.applications import Starlette

from tests.people.conftest import HERE, account_actor, enter, make_account, world  # noqa: F401  a fixture
from unjai.app import INTAKE
from unjai.people import flows
from unjai.people.flows.sign_on import Said
from unjai.people.registry import Refusals, Registry
from unjai.sense.base import sensors
from unjai.sense.http_door import Doors
from unjai.sense.intake import Intake

ADMIN = account_actor("administrator")


async def test_only_the_phone_that_counts_is_heard_and_only_on_duty(db, bus, clock, world):  # noqa: F811
    crew = [await make_account(db, clock, f"phone.{name}", ("officer", HERE)) for name in ("first", "second")]
    async with db.tx(ADMIN) as tx:
        device = world.phone_here
        unit_id = await flows.create_unit(
            tx, ADMIN, clock, call_sign="ชุด 1", kind="car", name_th="ชุด", account_id=crew[0], device_id=device
        )
    registry, heard, speaking = Registry(), [], []

    async def who(_request):
        return speaking[-1]

    async def note(parcel, _intake):
        """Hear what was let in, after it is durable."""
        heard.extend(parcel.seen)

    taking = Intake(steps=(*INTAKE, note), registry=registry, bus=bus, clock=clock, refusals=Refusals())
    doors = Doors(intake=taking, clock=clock, who=who, citizen_door=lambda: None)

    async def tells(client, name):
        """One phone says where it is; return how many positions came through in all."""
        clock.move(timedelta(seconds=10))
        speaking.append((await enter(db, clock, f"phone.{name}")).actor)
        async with db.tx(ADMIN) as tx:
            await registry.load(tx, clock.now())
        fix = {"_type": "location", "tst": int(clock.now().timestamp()), "acc": 6, "lat": 18.804, "lon": 98.981}
        answer = await client.post("/api/officer/position", json=[fix], headers={"X-Unjai": "1"})
        assert answer.status_code in (200, 409), answer.text
        return len(heard)

    app = Starlette(routes=doors.routes({"gps": sensors()["gps"]}))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://ccoc.example") as client:
        assert await tells(client, "first") == 0, "off duty"
        first = (await enter(db, clock, "phone.first")).actor
        async with db.tx(first) as tx:
            await flows.sign_on(tx, first, clock, unit_id=unit_id, said=Said(crew=[(crew[1], None)]))
        assert await tells(client, "first") == 1
        assert await tells(client, "second") == 1, "named by another: their phone tells nothing"
        second = (await enter(db, clock, "phone.second")).actor
        async with db.tx(second) as tx:
            await flows.sign_on(tx, second, clock, unit_id=unit_id)
        assert await tells(client, "second") == 1, "the first one counts"
        async with db.tx(first) as tx:
            await flows.sign_off(tx, first, clock, unit_id=unit_id)
        assert await tells(client, "second") == 2
        assert await tells(client, "first") == 2, "off duty again"
    await taking.close()
