"""ONVIF devices: what they say, wrong hosts, refused passwords, dead lines, turning; and searching the network."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cameras.conftest import HERE, POLE_WALK
from tests.cameras.onvif_device import Device
from unjai.cameras import discovery, onvif
from unjai.cameras.rules.onvif import Found, dialled, probe_matches
from unjai.cameras.secrets import Login
from unjai.cameras.store.events import event_sources
from unjai.model.actor import system
from unjai.model.errors import DecodeError, UnjaiError

LOGIN = Login(username="admin", password="รหัส")
ANSWER = """<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Front%20Gate
 onvif://www.onvif.org/hardware/DS_2CD onvif://www.onvif.org/location/country/thailand</d:Scopes>
<d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"""


@pytest.fixture
def device():
    made = Device()
    yield made
    made.close()


async def code(asked):
    with pytest.raises(UnjaiError) as caught:
        await asked
    return caught.value.code


async def test_a_device_says_what_it_is_and_its_wrong_host_is_mended(device):
    told = await onvif.describe(device.url, LOGIN)
    assert (told.maker, told.model, told.ptz, told.failed) == ("Maker", "M1", True, ())
    assert [(one.token, one.codec, one.width, one.url) for one in told.profiles] == [
        ("main", "h264", 1920, "rtsp://127.0.0.1:8554/stream"),
        ("sub", "h264", 640, "rtsp://127.0.0.1:8554/stream"),
    ]
    assert told.snapshot_url == "http://127.0.0.1/snap.jpg"
    assert abs(told.clock_off_s) < 5


async def test_each_call_may_fail_alone(device):
    device.broken = {"GetDeviceInformation", "GetStreamUri"}
    told = await onvif.describe(device.url, LOGIN)
    assert (told.maker, [one.url for one in told.profiles]) == ("", ["", ""])
    assert set(told.failed) == {"GetDeviceInformation", "GetStreamUri"}


async def test_a_wrong_password_a_printer_and_a_dead_line_are_told_apart(device):
    assert await code(onvif.describe(device.url, Login(username="admin", password="x"))) == "camera_password_refused"
    device.plain = True
    assert await code(onvif.describe(device.url, LOGIN)) == "camera_not_camera"
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    assert await code(onvif.describe(f"http://127.0.0.1:{port}/", LOGIN)) == "camera_no_answer"


async def test_a_camera_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(onvif, "OPEN_S", 0.3)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        assert await code(onvif.describe(url, LOGIN)) == "camera_no_answer"


async def test_turning_is_one_message_a_press_and_ends_by_itself(device):
    turner = onvif.Turner()
    await turner.move(device.url, LOGIN, "main", pan=0.5, tilt=0, zoom=-0.2, for_s=2)
    await turner.stop(device.url, LOGIN, "main")
    await turner.preset(device.url, LOGIN, "main", "2")
    before = device.said.count("GetServices")
    await turner.move(device.url, LOGIN, "main", pan=0, tilt=1, zoom=0, for_s=-0.45)
    device.moved.clear()
    await asyncio.to_thread(device.moved.wait, 20)
    await turner.close()
    assert device.said.count("GetServices") == before == 1
    names = [name for name in device.said if name in {"ContinuousMove", "Stop", "GotoPreset"}]
    assert names == ["ContinuousMove", "Stop", "GotoPreset", "ContinuousMove", "Stop"]
    assert 'x="0.5"' in device.moves[0]
    assert ">2<" in device.moves[2]
    assert await onvif.presets(device.url, LOGIN, "main") == [("1", "ปากซอย"), ("2", "2")]


async def test_what_does_not_turn_says_so():
    device = Device(ptz=False)
    try:
        assert await code(onvif.presets(device.url, LOGIN, "")) == "camera_no_ptz"
    finally:
        device.close()


async def test_the_routes_ask_the_device_with_the_kept_login(client_of, device):
    admin = client_of()
    said = {"onvif_url": device.url, "onvif_profile": "main", "ptz": True, "username": "admin", "password": "รหัส"}
    one = (await admin.post("/api/cameras", json={**POLE_WALK, **said})).json()
    told = await admin.post("/api/cameras-onvif", json={"url": device.url, "camera_id": one["id"]})
    assert told.json()["profiles"][0]["url"] == "rtsp://127.0.0.1:8554/stream"
    bare = await admin.post("/api/cameras-onvif", json={"url": device.url})
    assert bare.json()["error"]["code"] == "camera_password_refused"
    operator = client_of("operator")
    assert (await operator.get(f"/api/cameras/{one['id']}/presets")).json()[0]["name"] == "ปากซอย"
    turned = await operator.post(f"/api/cameras/{one['id']}/turn", json={"do": "preset", "preset": "1"})
    assert turned.json() == {"done": "preset"}
    assert device.said[-1] == "GotoPreset"
    assert (await client_of("superintendent").get(f"/api/cameras/{one['id']}/presets")).status_code == 403
    await operator._transport.app.state.turner.close()


def test_an_answer_names_the_device_at_the_address_it_came_from():
    both = ANSWER.format(addresses="http://169.254.1.1/onvif/device_service http://10.0.0.7:8000/onvif/device_service")
    (found,) = probe_matches(both.encode(), "10.0.0.7")
    assert found == Found(
        url="http://10.0.0.7:8000/onvif/device_service",
        host="10.0.0.7",
        name="Front Gate",
        hardware="DS 2CD",
        location="country/thailand",
    )
    (moved,) = probe_matches(ANSWER.format(addresses="http://0.0.0.0:80/onvif").encode(), "10.0.0.9")
    assert moved.url == "http://10.0.0.9:80/onvif"
    assert probe_matches(ANSWER.format(addresses="ftp://x").encode(), "10.0.0.9") == []


def test_an_answer_with_entities_expands_nothing():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    body = bomb + ANSWER.format(addresses="http://0.0.0.0/&a;&b;").split("?>", 1)[1]
    try:
        found = probe_matches(body.encode(), "10.0.0.9")
    except DecodeError:
        return
    assert all("root" not in one.url and "aaaa" not in one.url for one in found)


@given(st.binary(max_size=200))
def test_junk_is_no_answer(body):
    with pytest.raises(DecodeError):
        probe_matches(body, "10.0.0.9")


@given(st.sampled_from(["rtsp://0.0.0.0/a?b=1", "http://u:p@[::1]:8554/x", "rtsp://cam:99999/x", "rtsp://host"]))
def test_the_dialled_host_stands_in_every_address(url):
    assert "//10.0.0.9" in dialled(url, "10.0.0.9")
    assert "u:p" not in dialled(url, "10.0.0.9")
    assert ":77/" in dialled(url + "/", "10.0.0.9", 77)


async def test_a_search_hears_who_answers_and_no_junk():
    heard = asyncio.get_running_loop().create_future()

    class Camera(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, addr):
            if not heard.done():
                heard.set_result(data)
            self.transport.sendto(b"junk", addr)
            self.transport.sendto(ANSWER.format(addresses="http://127.0.0.1:81/onvif").encode(), addr)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Camera, local_addr=("127.0.0.1", 0))
    found = await discovery.search(0.3, addresses=["127.0.0.1"], to=transport.get_extra_info("sockname"))
    transport.close()
    assert [one.url for one in found] == ["http://127.0.0.1:81/onvif"]
    assert b"NetworkVideoTransmitter" in await heard
    assert "127.0.0.1" in discovery.own_addresses()


async def test_hearing_a_camera_is_switched_on_in_the_register(client_of, station, clock):
    admin = client_of()
    said = {**POLE_WALK, "main_url": "rtsp://10.0.0.5/main", "onvif_url": "http://10.0.0.5/onvif", "events": True}
    one = (await admin.post("/api/cameras", json=said)).json()
    assert one["events"]

    async def asked():
        async with station.tx(system(HERE)) as tx:
            return [(found.key, found.url) for found in await event_sources(tx)]

    assert await asked() == [("cam-1", "http://10.0.0.5/onvif")]
    for change in ({"events": False}, {"events": True, "state": "retired"}, {"state": "working", "onvif_url": ""}):
        await admin.patch(f"/api/cameras/{one['id']}", json=change)
        assert await asked() == []
    told = (await admin.get(f"/api/cameras/{one['id']}")).json()
    assert (told["events"], told["bearing_deg"]) == (True, None)
