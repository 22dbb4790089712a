"""The doors of boxes that read plates: pictures on the disc by their day, floods limited, nothing of a read outward."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import NIGHT
from unjai.app import INTAKE
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId
from unjai.people.registry import DeviceEntry, Refusals, Registry
from unjai.platform.dated import DatedMedia
from unjai.platform.streams import observations
from unjai.sense import intake, lpr
from unjai.sense.base import sensors
from unjai.sense.decode import decode_one, messages
from unjai.sense.http_door import Doors

STATION = StationId(7_777)
CROP, STILL = b"\xff\xd8\xffcrop", b"\xff\xd8\xffstill"
SAID = {"plate": "1กข1234", "province": "50", "at": NIGHT.isoformat(), "id": "r-1"}


@pytest.fixture
async def door(bus, clock, tmp_path):
    """The HTTP doors with one box in the registry, whatever its secret."""
    registry = Registry()
    box = DeviceEntry(
        device_id=DeviceId(uuid4()),
        key="GATE-1",
        station_id=STATION,
        kind="hook",
        name_th="ประตู",
        name_en="Gate",
        mark=1,
        silent_after_s=86_400,
        disabled=False,
        settings={},
    )
    registry._by_key["GATE-1"] = box
    registry.authenticate = lambda key, secret: box if (key, secret) == ("GATE-1", "open") else None
    pictures = DatedMedia(tmp_path, "plates")
    taking = intake.Intake(
        steps=INTAKE, registry=registry, bus=bus, clock=clock, refusals=Refusals(), pictures=pictures
    )
    doors = Doors(intake=taking, clock=clock, who=lambda _request: None, citizen_door=lambda: None)
    app = Starlette(routes=doors.routes({"plate_push": sensors()["plate_push"]}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre") as client:
        yield client, taking, pictures
    await taking.close()


def b64(body: bytes) -> str:
    return base64.b64encode(body).decode()


async def test_pictures_are_on_the_disc_under_the_day_they_came_and_only_named_in_the_read(door, bus, clock, tmp_path):
    client, _, pictures = door
    heard = []

    async def note(message):
        heard.append((message.subject, message.data))

    listening = [await bus.nc.subscribe(subject, cb=note) for subject in (f"obs.{STATION}.>", "up.>")]
    said = {**SAID, "crop": b64(CROP), "still": b64(STILL)}
    answer = await client.post("/anpr/push/GATE-1/open", json=said)
    assert answer.status_code == 202
    await bus.answers(5)
    for subscription in listening:
        await subscription.unsubscribe()
    assert [subject for subject, _ in heard] == [f"obs.{STATION}.plates.plate_read.GATE-1"], "and nothing goes up"
    (seen,) = observations(heard[0][1])
    assert b64(CROP) not in heard[0][1].decode()
    day = tmp_path / "plates" / NIGHT.date().isoformat()
    assert day.is_dir()
    assert await pictures.read(seen.payload["crop"], clock.now()) == CROP
    assert await pictures.read(seen.payload["still"], clock.now()) == STILL
    assert await pictures.hold(seen.payload["crop"], clock.now())
    assert pictures.forget(NIGHT.date()) == []
    assert pictures.forget(NIGHT.date() + timedelta(days=1)) == [NIGHT.date().isoformat()]
    assert await pictures.read(seen.payload["crop"], clock.now()) == CROP, "a case holds it"
    with pytest.raises(UnjaiError, match="not_found"):
        await pictures.read(seen.payload["still"], clock.now())
    assert not await pictures.hold(seen.payload["still"], clock.now())


async def test_a_wrong_secret_brings_nothing(door, tmp_path):
    client, _, _ = door
    answer = await client.post("/anpr/push/GATE-1/shut", json={**SAID, "crop": b64(CROP)})
    assert answer.status_code == 401
    assert not (tmp_path / "plates").exists()


async def test_a_box_that_floods_is_limited_and_it_stands_on_its_row(door, tmp_path):
    client, taking, _ = door
    many = [{**SAID, "plate": f"1กข{1000 + number}", "id": f"r-{number}"} for number in range(100)]
    kept = refused = 0
    for _ in range(40):
        answer = await client.post("/anpr/push/GATE-1/open", content=json.dumps(many))
        kept += answer.status_code == 202
        refused += answer.status_code == 429
    assert (kept, refused) == (30, 10)
    counted = {code: count for (_key, code), count in taking.refusals._counts.items()}
    assert counted["device_floods"] == 10
    shot = {**SAID, "id": "late", "crop": b64(CROP)}
    assert (await client.post("/anpr/push/GATE-1/open", json=shot)).status_code == 429
    assert not (tmp_path / "plates").exists(), "what is not taken fills no disc"


async def test_the_same_vehicle_again_and_again_is_counted_and_hides_no_other(door, bus, clock):
    client, taking, _ = door
    heard = []

    async def note(message):
        heard.extend(observations(message.data))

    listening = await bus.nc.subscribe(f"obs.{STATION}.>", cb=note)
    for second in range(50):
        at = (NIGHT + timedelta(milliseconds=2 * second)).isoformat()
        many = [{**SAID, "at": at, "id": f"s-{second}-{number}"} for number in range(100)]
        if second == 30:
            many[50] = {**many[50], "plate": "2ขค5678"}
        assert (await client.post("/anpr/push/GATE-1/open", content=json.dumps(many))).status_code == 202
    await bus.answers(5)
    await listening.unsubscribe()
    assert [seen.payload["registration"] for seen in heard] == ["1กข1234", "2ขค5678"]
    counted = {code: count for (_key, code), count in taking.refusals._counts.items()}
    assert counted == {"plate_repeated": 50 * 100 - 2}


def test_what_our_own_reader_says_is_read_back():
    class Read:
        registration, province, confidence, province_confidence = "1กข1234", "50", 0.98, 0.9
        alternatives = (("1กข1234", 0.98), ("1ทข1234", 0.01))
        width_px, frames = 101.5, 6

    body = lpr.message_of(Read(), at=NIGHT, track="CAM-4-9", reader="unjai-plates 1", lane="2", vehicle={"type": "car"})
    (message,) = messages(json.dumps([{"topic": "lpr", "device": "CAM-4", "body": body.decode()}]).encode())
    (reading,) = decode_one(sensors()["lpr"], message, sensors()["lpr"].Settings())["observations"]
    assert reading["payload"] | {"frames": 6, "lane": "2", "track": "CAM-4-9"} == reading["payload"]
    assert (reading["payload"]["registration"], reading["payload"]["plate_width_px"]) == ("1กข1234", 101.5)
    assert [one["registration"] for one in reading["payload"]["alternatives"]] == ["1ทข1234"]


def test_a_hub_hears_nothing_but_what_is_meant_for_it():
    """The account that is linked exports `up.>` and no subject of an observation begins so."""
    config = (Path(intake.__file__).parents[1] / "platform" / "engines" / "nats.py").read_text()
    linked = config.split("  FED: {{", 1)[1].split("  SYS: {{", 1)[0]
    assert 'exports: [{{ stream: "up.>" }}]' in linked
    assert "obs" not in linked
