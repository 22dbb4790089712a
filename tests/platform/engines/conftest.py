import contextlib
import subprocess

import nats
import pytest

from unjai.model.clock import SystemClock
from unjai.people.callout import Callout, Granted
from unjai.platform.engines import postgres
from unjai.platform.engines.alone import start_nats
from unjai.platform.engines.device_streams import ACKNOWLEDGED, LIGHT, ensure_device_streams
from unjai.platform.engines.links import Door


@pytest.fixture
def data(tmp_path):
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A cluster as the first start makes it."""
    data = tmp_path_factory.mktemp("template") / "data"
    postgres.prepare(data).forget_sockets()
    return data


@pytest.fixture
def made(data, template):
    """A data folder whose cluster is made already: initdb syncs a thousand files, once is enough."""
    data.mkdir()
    subprocess.run(["cp", "-a", str(template / "pg"), str(data / "pg")], check=True)
    return data


class Inbox:
    """Reads one of the two streams by the consumer that core uses."""

    def __init__(self, js, stream):
        self.js, self.stream, self.pull = js, stream, None

    async def fetch(self, batch, timeout_s):
        self.pull = self.pull or await self.js.pull_subscribe_bind("core", self.stream)
        try:
            return await self.pull.fetch(batch, timeout=timeout_s)
        except (nats.errors.TimeoutError, TimeoutError):
            return []

    async def take(self, count, timeout_s=5.0):
        """Settle `count` messages and return them as core sees them: what RAW has a second time is left out."""
        taken = []
        while len(taken) < count and (fresh := await self.fetch(50, timeout_s)):
            for message in fresh:
                await message.ack()
                qos = int(message.headers["Nmqtt-Pub"])
                if self.stream == ACKNOWLEDGED or qos == 0:
                    taken.append((message.subject.removeprefix("$MQTT.msgs."), message.data, qos))
        return taken

    async def bodies(self, count, timeout_s=5.0):
        return [body for _, body, _ in await self.take(count, timeout_s)]


class Centre:
    """NATS with core's part served: devices p1 (a pole), off (a phone off duty), on (a phone on duty)."""

    def __init__(self, engine):
        self.engine = engine
        self.rights = {
            "p1": Granted(publish=("sos.p1.>",)),
            "p2": Granted(publish=("sos.p2.>",)),
            "on": Granted(publish=("owntracks.on.on",), subscribe=("owntracks.on.on.cmd",)),
            "off": Granted(publish=()),
        }
        self.asked = []

    async def check(self, user, password):
        self.asked.append(user)
        return self.rights.get(user) if password == "right" else None

    async def open(self):
        self.nc = await nats.connect(self.engine.url("core"), reconnect_time_wait=0.05, max_reconnect_attempts=-1)
        self.system = await nats.connect(self.engine.url("sys"), reconnect_time_wait=0.05, max_reconnect_attempts=-1)
        self.js = self.nc.jetstream()
        await ensure_device_streams(self.js, self.door)
        self.acknowledged, self.light = Inbox(self.js, ACKNOWLEDGED), Inbox(self.js, LIGHT)
        self.callout = Callout(self.system, SystemClock())
        await self.callout.serve(self.nc, self.engine.callout_seed, self.check)
        return self

    @property
    def door(self):
        return Door(host="127.0.0.1", port=self.engine.mqtt_port, user="door", password=self.engine.server.secrets.door)

    @property
    def port(self):
        return self.engine.mqtt_port

    async def close(self):
        await self.callout.close()
        for nc in (self.nc, self.system):
            with contextlib.suppress(Exception):
                await nc.close()


@pytest.fixture
async def centre(data):
    engine = start_nats(data)
    centre = Centre(engine)
    try:
        await centre.open()
        yield centre
        await centre.close()
    finally:
        centre.engine.stop()
