"""What a device may say and hear on the real server, whose permit ends when, and that each refusal is counted."""

import asyncio

import pytest

from tests.platform.engines.conftest import Centre
from tests.platform.engines.mqtt import Device, RefusedError, on_disc, text
from unjai.model.clock import SystemClock
from unjai.people.callout import Callout, Granted
from unjai.platform.engines import nats as nats_engine
from unjai.platform.engines.alone import start_nats
from unjai.platform.engines.nats_log import follow_refused


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_no_device_speaks_for_another(centre, qos):
    device = await Device.connect(centre.port, "p1", "right", will=("sos/p2/press", "forged"))
    for topic in ("sos/p2/press", "$MQTT/msgs/sos/p2/press", "$MQTT/rmsgs/sos/p2/press", "$JS/API/STREAM/DELETE/RAW"):
        await device.publish(topic, "forged", qos)
    await device.publish("sos/p2/press", "forged", qos, retain=True)
    await device.ping()
    device.drop()
    await device.gone()
    later = await Device.connect(centre.port, "p2", "right")
    await later.publish("sos/p2/press", "true")
    await later.leave()
    assert await centre.acknowledged.bodies(1) == [b"true"]
    assert await centre.light.bodies(1, 0.2) == []
    assert await centre.acknowledged.bodies(1, 0.2) == []
    assert not on_disc(centre.engine.server.folder, b"forged")


async def test_no_device_listens_to_another(centre):
    device = await Device.connect(centre.port, "on", "right")
    for topic in ("sos/#", "#", "+/p1/press", "owntracks/+/on", "owntracks/off/off/cmd", "evt/#"):
        assert await device.subscribe(topic) == 0x80, topic
    assert await device.subscribe("owntracks/on/on/cmd") == 1
    await centre.nc.publish("owntracks.on.on.cmd", b"hello")
    head = await device.reader.readexactly(2)
    assert text("owntracks/on/on/cmd") + b"hello" in await device.reader.readexactly(head[1])
    await device.leave()
    silent = await Device.connect(centre.port, "p1", "right")
    assert await silent.subscribe("sos/p1/press") == 0x80
    await silent.leave()


async def test_off_duty_position_never_reaches_a_disc(centre):
    """An officer who signs off is thrown out, comes back without the right to tell places, and is not written down."""
    phone = await Device.connect(centre.port, "on", "right", client_id="phone")
    await phone.publish("owntracks/on/on", '{"note":"on-duty-place"}', retain=True)
    assert on_disc(centre.engine.server.folder, b"on-duty-place")
    centre.rights["on"] = Granted(publish=())
    assert await centre.callout.kick("on") == 1
    await phone.gone()
    phone = await Device.connect(centre.port, "on", "right", client_id="phone")
    for qos in (0, 1, 2):
        for retain in (False, True):
            await phone.publish("owntracks/on/on", '{"note":"off-duty-place"}', qos, retain=retain)
    await phone.leave()
    [body] = await centre.acknowledged.bodies(1)
    assert b"on-duty-place" in body
    assert await centre.light.bodies(1, 0.2) == []
    assert not on_disc(centre.engine.server.folder.parent, b"off-duty-place")


async def test_kick_finds_connections_of_an_earlier_core(centre):
    first = await Device.connect(centre.port, "p1", "right", client_id="a")
    second = await Device.connect(centre.port, "p1", "right", client_id="b")
    other = await Device.connect(centre.port, "p2", "right")
    await centre.close()
    await centre.open()
    assert await centre.callout.kick("p1") == 2
    await first.gone()
    await second.gone()
    await other.publish("sos/p2/press", "untouched")
    await other.leave()
    assert await centre.callout.kick("p1") == 0


async def test_duty_that_ended_while_core_was_away_ends_the_permit(centre):
    phone = await Device.connect(centre.port, "on", "right")
    pole = await Device.connect(centre.port, "p1", "right")
    await centre.close()
    centre.rights["on"] = Granted(publish=())
    await centre.open()
    assert await centre.callout.recheck(centre.rights.get) == 1
    await phone.gone()
    await pole.publish("sos/p1/press", "untouched")
    assert await centre.callout.recheck(centre.rights.get) == 0
    del centre.rights["p1"]
    assert await centre.callout.recheck(centre.rights.get) == 1
    await pole.gone()


async def test_client_id_of_another_device_is_refused_while_that_lives(centre):
    first = await Device.connect(centre.port, "p1", "right", client_id="same")
    with pytest.raises(RefusedError):
        await Device.connect(centre.port, "p2", "right", client_id="same")
    await first.publish("sos/p1/press", "still here")
    again = await Device.connect(centre.port, "p1", "right", client_id="same")
    await first.gone()
    await again.leave()
    heir = await Device.connect(centre.port, "p2", "right", client_id="same")
    await heir.leave()


async def test_check_that_breaks_lets_nobody_in_and_stops_nothing(centre, caplog):
    async def broken(_user, _password):
        raise RuntimeError("the database is away")

    check, centre.check = centre.check, broken
    await centre.close()
    await centre.open()
    with pytest.raises(RefusedError):
        await Device.connect(centre.port, "p1", "right")
    assert "could not be checked" in caplog.text
    centre.check = check
    await centre.close()
    await centre.open()
    await (await Device.connect(centre.port, "p1", "right")).leave()


async def test_refused_publishes_are_counted_on_the_device_across_restarts(centre, tmp_path):
    place = tmp_path / "place.json"
    log = centre.engine.server.log

    async def counted(count):
        found = {}
        async for batch in follow_refused(log, place, poll_s=0.01):
            for one in batch:
                key = (await centre.callout.device_of(one.server_id, one.cid), one.subject)
                found[key] = found.get(key, 0) + one.count
            if sum(found.values()) >= count:
                break
        return found

    device = await Device.connect(centre.port, "p1", "right", client_id='"-Publish"')
    for _ in range(3):
        await device.publish("sos/p2/press", "forged", 1)
    await device.publish("sos/p2/tamper", "forged", 0)
    await device.ping()
    assert await counted(4) == {("p1", "sos.p2.press"): 3, ("p1", "sos.p2.tamper"): 1}
    # core away: the log is read on later, the connection is found in the server's list
    await centre.close()
    log.rename(log.with_name(f"{log.name}.2026.11.22.01.02.03.000"))
    await device.publish("sos/p2/release", "forged", 1)
    await device.leave()
    await centre.open()
    found = await counted(1)
    while ("p1", "sos.p2.release") not in found:
        found = await counted(1)


async def test_every_refusal_is_counted_once_while_the_server_rotates_its_log(data, monkeypatch, tmp_path):
    monkeypatch.setattr(nats_engine, "_LOG_BYTES", 20_000)  # the server keeps few old files: none may go unread
    engine = start_nats(data)
    counted = 0

    async def count():
        nonlocal counted
        async for batch in follow_refused(engine.server.log, tmp_path / "place", poll_s=0.001):
            counted += sum(one.count for one in batch)

    try:
        centre = await Centre(engine).open()
        counting = asyncio.create_task(count())
        device = await Device.connect(centre.port, "p1", "right")
        for turn in range(1, 301):
            await device.publish("sos/p2/press", "forged")
            async with asyncio.timeout(60):
                while turn % 10 == 0 and counted < turn:
                    assert not counting.done(), counting
                    await asyncio.sleep(0.005)
        await device.leave()
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
        await centre.close()
    finally:
        engine.stop()
    assert counted == 300
    assert len(list(engine.server.log.parent.glob("nats.log.*"))) > 1


@pytest.mark.parametrize("subject", ["$MQTT.>", ">", "*.p1", "$JS.API.>"])
def test_permit_names_own_subjects_only(subject):
    with pytest.raises(ValueError, match="own subjects"):
        Granted(publish=(subject,))


async def test_callout_is_quiet_without_a_server(centre):
    callout = Callout(centre.system, SystemClock())
    centre.engine.kill()
    assert await callout.kick("p1") == 0
    centre.engine = start_nats(centre.engine.server.folder.parent, mqtt_port=centre.port)
