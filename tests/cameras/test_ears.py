"""Hearing what cameras say: subscriptions on a device that behaves and on those that do not, each alone."""

import asyncio
import contextlib
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.cameras import makers
from tests.cameras.pullpoint_device import EventDevice
from unjai.cameras import onvif_transport, pullpoint
from unjai.cameras.rules.onvif_events import CameraEvent, Pulled
from unjai.cameras.secrets import Login
from unjai.cameras.store.events import EventSource
from unjai.cameras.worker import ears as worker
from unjai.cameras.worker.ears import MOST_A_MINUTE, Ears, _Ear
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId

LOGIN = Login(username="admin", password="รหัส")


@pytest.fixture
def device_of():
    made = []

    def make(**told):
        made.append(EventDevice(**told))
        return made[-1]

    yield make
    for one in made:
        one.close()


def source(device, key="cam", **changed):
    told = {
        "camera_id": DeviceId(uuid4()),
        "station_id": StationId(1),
        "key": key,
        "url": device.url,
        "profile": "main",
    }
    return EventSource(**{**told, "username": LOGIN.username, "password": LOGIN.password, **changed})


class Town:
    """Ears on several cameras, and what they said."""

    def __init__(self, *sources):
        self.sources = list(sources)
        self.said = asyncio.Queue()
        self.ears = Ears(
            clock=SystemClock(), sources=self.listed, say=lambda one, told: self.said.put_nowait((one.key, told))
        )

    async def listed(self):
        return self.sources

    async def next(self):
        async with asyncio.timeout(30):
            return await self.said.get()

    async def until(self, one, wanted):
        async with asyncio.timeout(30):
            while not ((told := self.ears.state(one.camera_id)) and wanted(told)):
                await asyncio.sleep(0.01)
        return told


@contextlib.asynccontextmanager
async def hearing(*sources):
    town = Town(*sources)
    running = asyncio.create_task(town.ears.run())
    try:
        yield town
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def pulled_once(device, profile="main"):
    async with pullpoint.subscribed(device.url, LOGIN, profile) as subscription:
        return await subscription.pull()


async def code(asked):
    with pytest.raises(UnjaiError) as caught:
        await asked
    return caught.value.code


# -- one subscription ------------------------------------------------------------------------------------------------


async def test_a_camera_is_subscribed_to_heard_and_told_good_bye(device_of):
    device = device_of()
    device.say(makers.HIKVISION_MOTION, makers.BENIGN)
    found = await pulled_once(device)
    assert [one.what for one in found.events] == ["motion"]
    assert found.unknown == ("Monitoring/ProcessorUsage",)
    assert device.ended.is_set()
    calls = [name for name in device.said if "ubscri" in name or name in {"PullMessages", "SetSynchronizationPoint"}]
    assert calls == ["CreatePullPointSubscription", "SetSynchronizationPoint", "PullMessages", "Unsubscribe"]


async def test_a_subscription_that_fails_half_way_is_not_left_with_the_camera(device_of, monkeypatch):
    device = device_of()

    def broken(_service):
        raise UnjaiError("onvif_call_failed", 502, host="camera", call="pullpoint")

    monkeypatch.setattr(pullpoint, "_raw", broken)
    assert await code(pulled_once(device)) == "onvif_call_failed"
    calls = [call for call in device.said if call in {"CreatePullPointSubscription", "Unsubscribe"}]
    assert calls == ["CreatePullPointSubscription", "Unsubscribe"]


async def test_what_the_camera_gave_us_to_show_is_shown_and_its_wrong_host_is_mended(device_of):
    device = device_of()
    device.say(makers.HIKVISION_MOTION)
    await pulled_once(device)
    assert len(device.headers) == 3
    for head in device.headers:
        assert "SubscriptionId" in head
        assert ">41<" in head
        assert "/onvif/subscription?id=7" in head


async def test_a_lease_is_renewed_before_it_ends_and_by_a_moment_where_a_span_is_not_understood(device_of, monkeypatch):
    device = device_of(broken_time=True)
    device.say(makers.BENIGN)
    await pulled_once(device)
    assert device.said.index("Renew") < device.said.index("PullMessages")
    other = device_of()
    monkeypatch.setattr(pullpoint, "LEASE_S", -1.0)
    other.say(makers.BENIGN)
    await pulled_once(other)
    assert "Renew" in other.said


async def test_a_camera_that_knows_no_renew_is_pulled_on(device_of, monkeypatch):
    device = device_of()
    device.broken = {"Renew", "SetSynchronizationPoint"}
    monkeypatch.setattr(pullpoint, "LEASE_S", -1.0)
    async with pullpoint.subscribed(device.url, LOGIN, "") as subscription:
        for _ in range(2):
            device.say(makers.DAHUA_TAMPER)
            assert [one.what for one in (await subscription.pull()).events] == ["tampering"]
        assert not subscription.renews


async def test_of_a_recorder_only_our_channel_counts(device_of):
    device = device_of(sources=2)
    ours = makers.message("tns1:VideoSource/MotionAlarm", {"State": "true"}, source={"Source": "source-1"})
    theirs = ours.replace("source-1", "source-0")
    async with pullpoint.subscribed(device.url, LOGIN, "sub") as subscription:
        device.say(theirs, ours, makers.AXIS_PORT)
        (one,) = (await subscription.pull()).events
        assert one.source == "source-1"
        assert subscription.elsewhere == 2


@pytest.mark.parametrize(
    ("manner", "wanted"),
    [("gone", "onvif_call_failed"), ("junk", "onvif_call_failed"), ("huge", "camera_not_camera")],
)
async def test_what_a_camera_answers_instead_is_told(device_of, manner, wanted):
    device = device_of()
    device.manner = manner
    assert await code(pulled_once(device)) == wanted


async def test_a_camera_that_hangs_in_a_pull_is_given_up(device_of, monkeypatch):
    device = device_of()
    device.manner = "hang"
    monkeypatch.setattr(pullpoint, "PULL_S", 0.0)
    monkeypatch.setattr(pullpoint, "CALL_S", 0.3)
    assert await code(pulled_once(device)) == "camera_no_answer"


async def test_a_camera_without_events_and_one_that_refuses_are_told_apart(device_of):
    assert await code(pulled_once(device_of(events=False))) == "camera_no_events"
    assert await code(pulled_once(device_of(password="other"))) == "camera_password_refused"


async def test_a_device_that_sends_us_elsewhere_is_not_followed_with_our_login(device_of, monkeypatch):
    device = device_of()
    there = device_of()
    handler = device.server.RequestHandlerClass

    def moved(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307)
        self.send_header("Location", there.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    monkeypatch.setattr(handler, "do_POST", moved)
    assert await code(pulled_once(device)) == "camera_redirects"
    assert there.said == []


async def test_a_device_that_asks_for_a_login_by_http_too_gets_a_digest(device_of, monkeypatch):
    device = device_of()
    handler = device.server.RequestHandlerClass
    plain, given = handler.do_POST, []

    def closed(self):
        said = self.headers.get("Authorization", "")
        given.append(said)
        if said:
            plain(self)
            return
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Digest realm="camera", nonce="n0nce", qop="auth", algorithm=MD5')
        self.send_header("Content-Length", "0")
        self.end_headers()

    monkeypatch.setattr(handler, "do_POST", closed)
    device.say(makers.DAHUA_TAMPER)
    assert len((await pulled_once(device)).events) == 1
    assert all(said.startswith('Digest username="admin"') for said in given if said)
    assert not any("รหัส" in said for said in given)


async def test_no_answer_of_any_call_is_read_without_end(device_of, monkeypatch):
    device = device_of()
    monkeypatch.setattr(onvif_transport, "MOST_BYTES", 100)
    assert await code(pulled_once(device)) == "camera_not_camera"


# -- many cameras ----------------------------------------------------------------------------------------------------


async def test_one_that_hangs_refuses_or_talks_junk_stops_no_other(device_of):
    fine = [device_of() for _ in range(2)]
    hang, junk, closed, deaf = device_of(), device_of(), device_of(password="other"), device_of(events=False)
    hang.manner, junk.manner = "hang", "junk"
    bad = {"broken": source(junk), "refused": source(closed), "no_events": source(deaf)}
    away = source(deaf, url="http://127.0.0.1:9/onvif")
    good = [source(one, f"fine-{number}") for number, one in enumerate(fine)]
    async with hearing(source(hang), *bad.values(), away, *good) as town:
        for why, one in (*bad.items(), ("away", away)):
            await town.until(one, lambda told, why=why: (told["signal"], told["why"]) == ("lost", why))
        for number, device in enumerate(fine):
            device.say(makers.HIKVISION_LINE)
            key, told = await town.next()
            assert (key, told["what"], told["rule"]) == (f"fine-{number}", "line", "ประตูหลัง")
            assert "state" not in told
        assert (await town.until(good[0], lambda told: told["taken"]))["signal"] == "live"


async def test_a_camera_that_forgets_us_is_asked_anew(device_of, monkeypatch):
    monkeypatch.setattr(worker, "wait_s", lambda *_: 0.01)
    device = device_of()
    device.manner = "gone"
    own = source(device)
    async with hearing(own) as town:
        await town.until(own, lambda told: told["signal"] == "lost")
        device.manner = "fine"
        device.say(makers.DAHUA_TAMPER)
        _key, told = await town.next()
        assert (told["what"], told["state"]) == ("tampering", True)
    assert device.said.count("CreatePullPointSubscription") > 1


async def test_a_changed_entry_is_taken_over_and_a_gone_one_is_let_go(device_of):
    old, new = device_of(), device_of()
    own = source(old)
    async with hearing(own) as town:
        await town.until(own, lambda told: told["signal"] == "live")
        town.sources = [replace(own, url=new.url)]
        town.ears.look_again()
        new.say(makers.AXIS_VMD)
        assert (await town.next())[1]["what"] == "motion"
        assert await asyncio.to_thread(old.ended.wait, 20)
        town.sources = []
        town.ears.look_again()
        assert await asyncio.to_thread(new.ended.wait, 20)
        assert town.ears.state(own.camera_id) is None


async def test_a_register_that_does_not_answer_ends_nothing(device_of):
    device = device_of()
    own = source(device)
    async with hearing(own) as town:
        await town.until(own, lambda told: told["signal"] == "live")
        asked = asyncio.Event()

        async def broken():
            asked.set()
            raise OSError

        town.ears._sources = broken
        town.ears.look_again()
        await asked.wait()
        device.say(makers.AXIS_VMD)
        assert (await town.next())[1]["what"] == "motion"


async def test_an_unknown_topic_is_shown_and_told_once_an_hour():
    said = []
    ear = _Ear(source_of_nobody(), SystemClock(), lambda _one, told: said.append(told))
    ear.end()
    for at_s in (0, 10, 3599, 3601):
        ear.take(Pulled(unknown=("Monitoring/ProcessorUsage",), personal=1, broken=2), at_s)
    assert [(told["what"], told["topic"]) for told in said] == [("other", "Monitoring/ProcessorUsage")] * 2
    told = ear.heard.told()
    assert (told["unknown"], told["personal"], told["broken"]) == ({"Monitoring/ProcessorUsage": 4}, 4, 8)
    ear.take(Pulled(unknown=tuple(f"X/{number}" for number in range(100))), 4000)
    assert len(ear.heard.unknown) == 30


async def test_a_rule_that_fires_at_every_leaf_is_counted():
    said = []
    ear = _Ear(source_of_nobody(), SystemClock(), lambda _one, told: said.append(told))
    ear.end()
    flood = tuple(CameraEvent(what="line", state=None, topic="RuleEngine/LineDetector/Crossed") for _ in range(500))
    ear.take(Pulled(events=flood), 100.0)
    assert (len(said), ear.heard.left_out) == (MOST_A_MINUTE, 500 - MOST_A_MINUTE)
    ear.take(Pulled(events=flood[:1]), 161.0)
    assert len(said) == MOST_A_MINUTE + 1


def source_of_nobody():
    return EventSource(
        camera_id=DeviceId(uuid4()), station_id=StationId(1), key="x", url="http://127.0.0.1:9/", profile="",
        username=None, password=None,
    )  # fmt: skip
