"""The promises that MQTT devices get, tried on the real server: who comes in, and what an acknowledgement means."""

import asyncio
import contextlib
import shutil
import subprocess
from pathlib import Path

import nats
import pytest

from tests.platform.engines.conftest import Centre
from tests.platform.engines.mqtt import Device, RefusedError
from unjai.platform.engines.alone import start_nats
from unjai.platform.engines.device_streams import ACKNOWLEDGED, LIGHT, ensure_device_streams


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
            device = await Device.come_back(port, "p1", "right")
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


async def test_devices_come_back_after_the_server_was_killed(centre):
    device = await Device.connect(centre.port, "p1", "right", client_id="c")
    engine = centre.engine
    engine.kill()
    await device.gone()
    centre.engine = start_nats(engine.server.folder.parent, mqtt_port=engine.mqtt_port)
    try:
        device = await Device.come_back(centre.port, "p1", "right", client_id="c")
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
