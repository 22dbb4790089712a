"""Run by `test_full_disc…` on a small disc at /mnt: the centre says that it is full, and stores again by itself."""

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace

from tests.platform.engines.conftest import Centre
from tests.platform.engines.mqtt import Device, RefusedError
from tests.platform.engines.test_supervisor import up
from unjai.platform.engines.secrets import nats_secrets

DATA = Path("/mnt/centre/data")
FILL = Path("/mnt/fill")


def engine(centre):
    """What a test of devices needs of the running centre's NATS."""
    words = nats_secrets(DATA)
    place = centre.state()["nats_url"].removeprefix("nats://")
    return SimpleNamespace(
        url=lambda user: f"nats://{user}:{getattr(words, user)}@{place}",
        mqtt_port=centre.mqtt_port,
        callout_seed=words.callout_seed,
        server=SimpleNamespace(secrets=words),
    )


async def press(port, word):
    """Press once; say whether it was acknowledged."""
    with contextlib.suppress(RefusedError, TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        async with asyncio.timeout(2):
            device = await Device.connect(port, "p1", "right")
            await device.publish("sos/p1/press", word.ljust(5000))
            await device.leave()
            return True
    return False


def fill():
    with FILL.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(bytes(65536))
        # nothing is left, not even for one press


async def story(running):
    centre = await Centre(engine(running)).open()
    assert await press(running.mqtt_port, "before")
    nats_pid = running.pids()["nats"]
    fill()
    assert not await press(running.mqtt_port, "full"), "acknowledged what cannot be stored"
    await asyncio.to_thread(running.until, lambda: "disc_full" in running.said())
    FILL.unlink()
    await asyncio.to_thread(running.until, lambda: running.pids().get("nats", nats_pid) != nats_pid)
    while not await press(running.mqtt_port, "after"):
        await asyncio.sleep(0.1)
    words = [body.split()[0] for body in await centre.acknowledged.bodies(2)]
    assert words in ([b"before", b"after"], [b"before", b"full", b"after"]), words
    await centre.close()


if __name__ == "__main__":
    with up(DATA) as running:
        running.ready()
        asyncio.run(story(running))
        assert running.end() == 0, running.said()
