"""The webhook's signature: the standard's own vectors, its library as the signer, and the door itself."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Signer
from starlette.applications import Starlette

from tests.conftest import NIGHT, shared_data
from unjai.app import INTAKE
from unjai.model.ids import DeviceId, StationId
from unjai.model.reading import Received
from unjai.people.registry import DeviceEntry, Refusals, Registry
from unjai.sense import intake
from unjai.sense.base import sensors
from unjai.sense.http_door import Doors
from unjai.sense.webhook import TOLERANCE_S, Settings, Webhook

SECRET = "whsec_" + base64.b64encode(b"a night without a moon over the town").decode()
OTHER = "whsec_" + base64.b64encode(b"another night").decode()
BODY = json.dumps({"type": "gate.opened", "timestamp": NIGHT.isoformat(), "data": {"text": "ประตูหลังเปิด"}})


def headers(secret: str, body: str = BODY, own: str = "msg_1", at: datetime = NIGHT) -> dict[str, str]:
    """What the standard's own library would send."""
    signature = Signer(secret).sign(own, at, body)
    return {"webhook-id": own, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def message(given_headers: dict[str, str], body: str = BODY) -> Received:
    return Received(body=body.encode(), received_at=NIGHT, topic_or_path="/hooks/GATE-1", headers=given_headers)


def test_the_standards_vectors():
    for one in json.loads(shared_data("protocols/webhooks/standard_webhooks_vectors.json").read_text()):
        received = Received(
            body=one["payload"].encode(),
            received_at=datetime.fromtimestamp(one["timestamp"], UTC),
            headers={
                "webhook-id": one["id"],
                "webhook-timestamp": str(one["timestamp"]),
                "webhook-signature": one["signature"],
            },
        )
        assert Webhook.signed(received, Settings(webhook_secret=one["secret"])) is one["valid"]


def test_while_a_secret_is_replaced_either_signs():
    both = Settings(webhook_secret=f"{OTHER} {SECRET}")
    assert Webhook.signed(message(headers(SECRET)), both)
    assert Webhook.signed(message(headers(OTHER)), both)
    assert not Webhook.signed(message(headers(SECRET)), Settings(webhook_secret=OTHER))


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "whsec_???", "plain"])
def test_without_a_usable_secret_nothing_is_signed(secret):
    said = f"msg_1.{int(NIGHT.timestamp())}.{BODY}".encode()
    empty = base64.b64encode(hmac.new(b"", said, "sha256").digest()).decode()
    given_headers = headers(SECRET) | {"webhook-signature": f"v1,{empty}"}
    assert not Webhook.signed(message(given_headers), Settings(webhook_secret=secret))


@given(off_s=st.integers(-4000, 4000))
def test_an_old_message_is_no_message(off_s):
    received = replace(message(headers(SECRET)), received_at=NIGHT + timedelta(seconds=off_s))
    assert Webhook.signed(received, Settings(webhook_secret=SECRET)) is (abs(off_s) <= TOLERANCE_S)


@given(at=st.integers(0, len(BODY.encode()) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_is_found(at, bit):
    body = bytearray(BODY.encode())
    body[at] ^= 1 << bit
    received = replace(message(headers(SECRET)), body=bytes(body))
    assert not Webhook.signed(received, Settings(webhook_secret=SECRET))


@given(junk=st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))
def test_junk_signs_nothing(junk):
    assert not Webhook.signed(message(junk), Settings(webhook_secret=SECRET))


@pytest.fixture
async def door(bus, clock):
    """The HTTP doors with one hook and one pole in the registry."""
    registry = Registry()
    for key, own in (("GATE-1", {"webhook_secret": SECRET}), ("SHUT-1", {"webhook_secret": SECRET}), ("BARE-1", {})):
        registry._by_key[key] = DeviceEntry(
            device_id=DeviceId(uuid4()),
            key=key,
            station_id=StationId(7101),
            kind="hook",
            name_th="ประตู",
            name_en="Gate",
            mark=1,
            silent_after_s=86_400,
            disabled=key == "SHUT-1",
            settings=own,
        )
    taking = intake.Intake(steps=INTAKE, registry=registry, bus=bus, clock=clock, refusals=Refusals())
    doors = Doors(intake=taking, clock=clock, who=lambda _request: None, citizen_door=lambda: None)
    app = Starlette(routes=doors.routes({"webhook": sensors()["webhook"]}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre") as client:
        yield client, taking
    await taking.close()


async def post(client: httpx.AsyncClient, key: str, given_headers: dict[str, str], body: str = BODY) -> httpx.Response:
    return await client.post(f"/hooks/{key}", content=body, headers=given_headers)


async def test_a_signed_message_is_kept_and_its_repeat_is_the_same(door, bus):
    client, _taking = door
    before = (await bus.js.stream_info("OBS_DEVICE")).state.messages
    assert (await post(client, "GATE-1", headers(SECRET))).status_code == 202
    assert (await post(client, "GATE-1", headers(SECRET))).status_code == 202
    found = await bus.js.get_last_msg("OBS_DEVICE", "obs.7101.device.hook_event.GATE-1")
    assert found.data.count(b"gate.opened") == 1
    assert (await bus.js.stream_info("OBS_DEVICE")).state.messages - before <= 2


@pytest.mark.parametrize("key", ["GATE-1", "SHUT-1", "BARE-1", "NOBODY"])
async def test_whoever_did_not_sign_is_refused(door, key):
    client, taking = door
    answer = await post(client, key, headers(OTHER if key == "GATE-1" else SECRET))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "device_unknown"
    assert (taking.refusals._counts[key, "device_unknown"] == 1) is (key != "NOBODY")


async def test_the_same_id_with_other_words_is_told(door):
    client, taking = door
    assert (await post(client, "GATE-1", headers(SECRET, own="msg_2"))).status_code == 202
    other = BODY.replace("opened", "closed")
    await post(client, "GATE-1", headers(SECRET, other, own="msg_2"), other)
    assert taking.refusals._counts["GATE-1", "id_reused"] == 1
