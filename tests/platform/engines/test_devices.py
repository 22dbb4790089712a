"""The promises that MQTT devices get, tried on the real server: who may speak, and what an acknowledgement means."""

import asyncio
import contextlib
import shutil
import subprocess
from pathlib import Path

import nats
import pytest

from tests.platform.engines.conftest import Centre
from tests.platform.engines.mqtt import Device, RefusedError, text
from unjai.model.clock import SystemClock
from unjai.people.callout import Callout, Granted
from unjai.platform.engines import nats as nats_engine
from unjai.platform.engines.alone import start_nats
from unjai.platform.engines.device_streams import ACKNOWLEDGED, LIGHT, ensure_device_streams
from unjai.platform.engines.nats_log import follow_refused


def on_disc(store, needle):
    return [file for file in Path(store).rglob("*") if file.is_file() and needle in file.read_bytes()]


async def test_right_secret_comes_in_and_wrong_one_does_not(centre):
    device = await Device.connect(centre.port, "p1", "right")
    await device.publish("sos/p1/press", "1")
    await device.leave()
    with pytest.raises(RefusedError):
        await Device.connect(centre.port, "p1", "wrong")
    with pytest.raises(RefusedError):
        await Device.connect(centre.port, "nobody", "right")
    assert await centre.acknowledged.take(1) == [("sos.p1.press", b"1", 1)]


async def test_engine_users_do_not_come_in_by_mqtt_nor_devices_by_nats(centre):
    with pytest.raises(RefusedError):
        await Device.connect(centre.port, "core", centre.engine.server.secrets.core)
    reader, writer = await asyncio.open_connection("127.0.0.1", centre.engine.server.port)
    writer.write(b'CONNECT {"user":"p1","pass":"right","verbose":false}\r\nPING\r\n')
    assert b"Authorization Violation" in await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_door_user_may_not_speak(centre):
    device = await Device.connect(centre.port, "door", centre.engine.server.secrets.door)
    await device.publish("sos/p1/press", "forged")
    await device.leave()
    assert await centre.acknowledged.bodies(1, 0.2) == []


async def test_each_quality_of_service_arrives_once(centre):
    device = await Device.connect(centre.port, "p1", "right")
    for qos in (0, 1, 2):
        await device.publish("sos/p1/heartbeat", f"q{qos}", qos)
    await device.leave()
    subject = "sos.p1.heartbeat"
    assert await centre.acknowledged.take(2) == [(subject, b"q1", 1), (subject, b"q2", 2)]
    assert await centre.light.take(2, 0.5) == [(subject, b"q0", 0)]
    for stream in (ACKNOWLEDGED, LIGHT):
        assert (await centre.js.stream_info(stream)).state.messages == 0


async def test_publish_header_carries_the_quality_of_service(centre):
    heard = await centre.nc.subscribe("sos.>")
    device = await Device.connect(centre.port, "p1", "right")
    for qos in (0, 1, 2):
        await device.publish("sos/p1/press", "x", qos)
        assert (await heard.next_msg(timeout=5)).headers["Nmqtt-Pub"] == str(qos)
    await device.leave()


async def test_messages_wait_for_a_core_that_is_away(centre):
    device = await Device.connect(centre.port, "p1", "right")
    await centre.close()
    await device.publish("sos/p1/press", "sure", 1)
    await device.publish("sos/p1/press", "light", 0)
    await device.ping()
    await centre.open()
    assert await centre.acknowledged.bodies(1) == [b"sure"]
    assert await centre.light.bodies(1) == [b"light"]
    await device.publish("sos/p1/press", "still here")
    await device.leave()


async def test_unsettled_message_comes_again(centre):
    """As when core is killed in between: within the consumer's patience it is handed out once more."""
    device = await Device.connect(centre.port, "p1", "right")
    await device.publish("sos/p1/press", "x")
    await device.leave()
    [first] = await centre.acknowledged.fetch(1, 5)
    assert (await centre.js.consumer_info(ACKNOWLEDGED, "core")).config.ack_wait <= 5
    await first.nak()
    assert await centre.acknowledged.bodies(1) == [b"x"]


async def test_streams_are_there_before_core_is_after_a_kill(centre):
    """The server restarts, core is still away: what a device may still say then is kept, at any QoS."""
    await centre.close()
    centre.engine.kill()
    centre.engine = start_nats(centre.engine.server.folder.parent, mqtt_port=centre.port)
    nc = await nats.connect(centre.engine.url("core"))
    for stream in (ACKNOWLEDGED, LIGHT):
        assert (await nc.jetstream().consumer_info(stream, "core")).name == "core"
    await nc.close()
    await centre.open()


async def test_acknowledged_is_synced_and_light_is_not(centre):
    """Kill -9 proves nothing of a power cut: the calls to the disc are counted."""
    if not (tool := shutil.which("strace")):
        pytest.skip("strace is not installed: the syncs of an acknowledged press were not counted")
    counted = {}
    device = await Device.connect(centre.port, "p1", "right")
    for qos in (0, 1):
        report = centre.engine.server.folder / f"strace{qos}"
        words = [
            tool,
            "-f",
            "-qq",
            "-e",
            "trace=fsync,fdatasync",
            "-o",
            str(report),
            "-p",
            str(centre.engine.child.pid),
        ]
        tracer = await asyncio.create_subprocess_exec(*words, stderr=subprocess.DEVNULL)
        status = Path(f"/proc/{centre.engine.child.pid}/status")
        while "TracerPid:\t0\n" in status.read_text():
            if tracer.returncode is not None:
                pytest.skip("strace may not look at processes here: the syncs were not counted")
            await asyncio.sleep(0.02)
        for _ in range(20):
            await device.publish("sos/p1/press", "x", qos)
        await device.ping()
        tracer.terminate()
        await tracer.wait()
        counted[qos] = report.read_text().count("sync(")
    await device.leave()
    assert counted[1] >= 20
    assert counted[0] < 20


async def test_another_station_code_shuts_nobody_out(centre):
    device = await Device.connect(centre.port, "p1", "right", client_id="pole", keep=True)
    await device.publish("sos/p1/press", "before")
    await device.leave()
    await centre.close()
    centre.engine.stop()
    centre.engine = start_nats(centre.engine.server.folder.parent, mqtt_port=centre.port, station_code="สน. CPK-01")
    await centre.open()
    device = await Device.connect(centre.port, "p1", "right", client_id="pole", keep=True)
    await device.publish("sos/p1/press", "after")
    await device.leave()
    assert await centre.acknowledged.bodies(2) == [b"before", b"after"]


async def test_acknowledged_press_survives_kill_of_the_server(data):
    """Kill -9 the moment the PUBACK is read, again and again: every acknowledged press is there."""
    engine = start_nats(data)
    port, sent = engine.mqtt_port, []
    try:
        for turn in range(8):
            centre = await Centre(engine).open()
            device = await Device.connect(port, "p1", "right")
            for number in range(1, 4):
                await device.publish("sos/p1/press", f"{turn}-{number}", number=number)
                sent.append(f"{turn}-{number}".encode())
            engine.kill()
            device.drop()
            await centre.close()
            engine = start_nats(data, mqtt_port=port)
        centre = await Centre(engine).open()
        assert await centre.acknowledged.bodies(len(sent)) == sent
        await centre.close()
    finally:
        engine.stop()


async def test_nothing_is_acknowledged_that_cannot_be_stored(centre):
    """Without room the PUBACK stays away, so the device sends again."""
    config = (await centre.js.stream_info("$MQTT_msgs")).config
    config.max_bytes, config.discard = 2000, "new"
    await centre.js.update_stream(config)
    device = await Device.connect(centre.port, "p1", "right")
    stored = 0
    with contextlib.suppress(TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        async with asyncio.timeout(3):
            while True:
                await device.publish("sos/p1/press", "x" * 200)
                stored += 1
    device.drop()
    await device.gone()
    assert 0 < stored < 20
    assert len(await centre.acknowledged.bodies(stored)) == stored


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


async def test_devices_come_back_after_the_server_was_killed(centre):
    device = await Device.connect(centre.port, "p1", "right", client_id="c")
    engine = centre.engine
    engine.kill()
    await device.gone()
    centre.engine = start_nats(engine.server.folder.parent, mqtt_port=engine.mqtt_port)
    try:
        while True:
            try:
                device = await Device.connect(centre.port, "p1", "right", client_id="c")
                break
            except (RefusedError, ConnectionError):
                await asyncio.sleep(0.05)
        await device.publish("sos/p1/press", "back")
        await device.leave()
        assert await centre.acknowledged.bodies(1) == [b"back"]
    finally:
        centre.engine.stop()


async def test_junk_and_giants_harm_nobody_else(centre):
    good = await Device.connect(centre.port, "p1", "right")
    for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\xff", b"\x00" * 64, b"\x30\x05\x00\x01a"):
        reader, writer = await asyncio.open_connection("127.0.0.1", centre.port)
        writer.write(junk)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    giant = await Device.connect(centre.port, "p2", "right")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await giant.publish("sos/p2/press", b"x" * 10_000_000)
    await giant.gone()
    await good.publish("sos/p1/press", "fine")
    await good.leave()
    assert await centre.acknowledged.bodies(1) == [b"fine"]


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
                    await asyncio.sleep(0.005)
        await device.leave()
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
        await centre.close()
    finally:
        engine.stop()
    assert counted == 300
    assert len(list(engine.server.log.parent.glob("nats.log.*"))) > 1


async def test_mosquitto_presses_and_is_refused(centre):
    if not (tool := shutil.which("mosquitto_pub")):
        pytest.skip("mosquitto_pub is not installed (apt install mosquitto-clients): no foreign MQTT client was tried")

    async def run(*more):
        words = [tool, "-h", "127.0.0.1", "-p", str(centre.port), "-u", "p1", *more]
        process = await asyncio.create_subprocess_exec(*words, stderr=subprocess.PIPE)
        said = (await process.communicate())[1].decode()
        return process.returncode, said

    assert await run("-P", "right", "-t", "sos/p1/press", "-m", "help", "-q", "1") == (0, "")
    code, said = await run("-P", "wrong", "-t", "sos/p1/press", "-m", "help", "-q", "1")
    assert code != 0
    assert "not authorised" in said
    assert await centre.acknowledged.bodies(1) == [b"help"]


async def test_streams_are_made_again_on_what_is_there(centre):
    await ensure_device_streams(centre.js, centre.door)
    await ensure_device_streams(centre.js, None)
    assert (await centre.js.stream_info("$MQTT_rmsgs")).config.max_age == 86_400


@pytest.mark.parametrize("subject", ["$MQTT.>", ">", "*.p1", "$JS.API.>"])
def test_permit_names_own_subjects_only(subject):
    with pytest.raises(ValueError, match="own subjects"):
        Granted(publish=(subject,))


async def test_callout_is_quiet_without_a_server(centre):
    callout = Callout(centre.system, SystemClock())
    centre.engine.kill()
    assert await callout.kick("p1") == 0
    centre.engine = start_nats(centre.engine.server.folder.parent, mqtt_port=centre.port)
