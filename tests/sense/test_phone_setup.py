"""From the code on the sheet to the unit's position: what is scanned is used as the apps use it, on duty and off."""

import asyncio
import base64
import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from tests.people.conftest import HERE, account_actor, make_account, world  # noqa: F401  a fixture
from tests.platform.engines.conftest import Centre
from tests.platform.engines.mqtt import Device, RefusedError
from unjai.app import INTAKE
from unjai.model.errors import UnjaiError
from unjai.people import flows
from unjai.people.flows import phones
from unjai.people.flows.devices import issue_own
from unjai.people.registry import Refusals, Registry
from unjai.platform.engines.alone import start_nats
from unjai.platform.streams import Bus
from unjai.sense import mqtt_door
from unjai.sense.base import sensors
from unjai.sense.http_door import Doors
from unjai.sense.intake import Intake

ADMIN = account_actor("administrator")
GPS = {"gps": sensors()["gps"]}
HOURS = itertools.count(20, 20)
BEGIN = datetime.now(UTC) - timedelta(hours=200)
"""The broker stamps what it takes by the machine's own clock: a phone ahead of that would be refused."""
PLACE = {"lat": 18.80412, "lon": 98.98173}


@pytest.fixture
async def crewed(db, clock, world):  # noqa: F811
    """A unit with a phone, its officer as actor, and the registry as the doors hold it."""
    async with db.tx(ADMIN) as tx:
        found = next((unit for unit in await flows.list_units(tx, ADMIN, clock) if unit.call_sign == "ตั้ง 1"), None)
    if found is None:
        crew = await make_account(db, clock, "setup.crew", ("officer", HERE))
        async with db.tx(ADMIN) as tx:
            unit_id = await flows.create_unit(
                tx,
                ADMIN,
                clock,
                call_sign="ตั้ง 1",
                kind="car",
                name_th="ตั้ง",
                account_id=crew,
                device_id=world.phone_here,
            )
    else:
        unit_id, crew = found.id, found.account_id
    # duties of another test are not this one's
    clock.move(BEGIN + timedelta(hours=next(HOURS)) - clock.now())
    actor = account_actor("officer", account_id=crew)
    object.__setattr__(actor, "unit_id", unit_id)
    return actor


async def sheet_of(db, clock, actor, way="http", **door):
    async with db.tx(actor) as tx:
        return await phones.own_phone_sheet(tx, actor, clock, base_url="https://ccoc.example", way=way, **door)


async def duty(db, clock, actor, registry, *, on):
    async with db.tx(actor) as tx:
        await (flows.sign_on if on else flows.sign_off)(tx, actor, clock, unit_id=actor.unit_id)
    clock.move(timedelta(seconds=5))
    async with db.tx(ADMIN) as tx:
        await registry.load(tx, clock.now())


def scanned(sheet, app):
    return next(code.text for code in sheet.codes if code.app == app)


def config_of(sheet):
    query = urlsplit(scanned(sheet, "owntracks")).query
    return json.loads(base64.b64decode(unquote_plus(query.removeprefix("inline="))))


def location(clock):
    return {"_type": "location", "tst": int(clock.now().timestamp()), "acc": 6, **PLACE}


@pytest.fixture
async def door(db, bus, clock, crewed):
    """The HTTP doors over the registry of the database; what they let in is heard."""
    registry, heard = Registry(), []
    taking = Intake(steps=INTAKE, registry=registry, bus=bus, clock=clock, refusals=Refusals())
    doors = Doors(intake=taking, clock=clock, who=lambda _request: None, citizen_door=lambda: None)

    async def note(message):
        heard.extend(json.loads(message.data))

    listening = await bus.nc.subscribe(f"obs.{HERE}.fleet.position.>", cb=note)
    app = Starlette(routes=doors.routes(GPS))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://ccoc.example") as client:
        yield client, registry, heard
    await listening.unsubscribe()
    await taking.close()


async def test_owntracks_by_http_as_it_was_scanned(db, bus, clock, crewed, door):
    client, registry, heard = door
    config = config_of(await sheet_of(db, clock, crewed))
    who = (config["username"], config["password"])
    for on in (False, True, False):
        await duty(db, clock, crewed, registry, on=on)
        answer = await client.post(config["url"], json=location(clock), auth=who)
        assert (answer.status_code, answer.json()) == (200, [])
    await bus.answers(5)
    assert len(heard) == 1
    older = config_of(await sheet_of(db, clock, crewed))
    async with db.tx(ADMIN) as tx:
        await registry.load(tx, clock.now())
    refused = await client.post(config["url"], json=location(clock), auth=who)
    assert refused.status_code == 401  # a new sheet makes the one before void
    taken = await client.post(older["url"], json=location(clock), auth=(older["username"], older["password"]))
    assert taken.status_code == 200


async def test_traccar_client_as_it_was_scanned(db, bus, clock, crewed, door):
    client, registry, heard = door
    code = urlsplit(scanned(await sheet_of(db, clock, crewed), "traccar"))
    server, said = f"{code.scheme}://{code.netloc}{code.path}", dict(parse_qsl(code.query))
    for on in (False, True, False):
        await duty(db, clock, crewed, registry, on=on)
        coords = {"latitude": PLACE["lat"], "longitude": PLACE["lon"], "accuracy": 6, "speed": 3, "heading": 90}
        at = clock.now().isoformat()
        body = {"location": {"timestamp": at, "coords": coords, "is_moving": True}, "device_id": said["id"]}
        assert (await client.post(server, json=body)).status_code == 200
        form = {"id": said["id"], **PLACE, "timestamp": int(clock.now().timestamp()) + 1}
        assert (await client.get(server, params=form)).status_code == 200  # the older app and OsmAnd
    await bus.answers(5)
    assert len(heard) == 2
    assert parse_qs(code.query)["heartbeat"] == ["60"]


async def test_owntracks_by_mqtt_as_it_was_scanned(db, clock, crewed, tmp_path):
    """The real broker asks us who comes; off duty not even its disc sees the place, and a repeat changes nothing."""
    registry, refusals = Registry(), Refusals()
    engine = start_nats(tmp_path / "data")
    centre = Centre(engine)
    places: asyncio.Queue = asyncio.Queue()

    async def check(user, password):
        device = registry.authenticate(user, password)
        return None if device is None else mqtt_door.permit(registry, clock, GPS, device)

    centre.check = check
    try:
        await centre.open()
        bus = await Bus.connect(engine.url("core"), name="core")
        await bus.make_streams()
        taking = Intake(steps=INTAKE, registry=registry, bus=bus, clock=clock, refusals=refusals)
        reading = asyncio.create_task(mqtt_door.MqttDoor(bus, taking, GPS).run())

        async def note(message):
            for one in json.loads(message.data):
                await places.put(one)

        await bus.nc.subscribe(f"obs.{HERE}.fleet.position.>", cb=note)
        sheet = await sheet_of(db, clock, crewed, "mqtt", mqtt_port=centre.port, mqtt_tls=False)
        config = config_of(sheet)
        assert (config["host"], config["port"], config["tls"]) == ("ccoc.example", centre.port, False)
        topic = config["pubTopicBase"].replace("%u", config["username"]).replace("%d", config["deviceId"])
        for on in (False, True):
            await duty(db, clock, crewed, registry, on=on)
            clock.move(timedelta(seconds=60))
            phone = await Device.connect(
                config["port"], config["username"], config["password"], client_id=config["clientId"]
            )
            note_ = "on-duty" if on else "off-duty"
            await phone.publish(topic, json.dumps({**location(clock), "tag": note_}), config["pubQos"])
            await phone.leave()
        seen = await asyncio.wait_for(places.get(), 20)
        assert json.dumps(seen).count("on-duty") == 1
        assert places.empty()
        with pytest.raises(RefusedError):
            await Device.connect(config["port"], config["username"], "guessed", client_id="x")
        await duty(db, clock, crewed, registry, on=False)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await taking.close()
        await bus.close()
        await centre.close()
    finally:
        engine.stop()


async def test_only_ones_own_unit_and_only_who_crews_one(db, clock, crewed, world):  # noqa: F811
    nobody = account_actor("officer")
    with pytest.raises(UnjaiError, match="crew_missing"):
        await sheet_of(db, clock, nobody)
    desk = account_actor("operator")
    with pytest.raises(UnjaiError, match="right_missing"):
        await sheet_of(db, clock, desk)
    async with db.tx(crewed) as tx:
        with pytest.raises(UnjaiError, match="not_found"):
            await issue_own(tx, crewed, clock, device_id=world.pole_here)
