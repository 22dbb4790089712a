import contextlib
import socket

import nats
import pytest

from unjai.model.clock import SystemClock
from unjai.people.callout import Callout, Granted
from unjai.platform.engines.alone import start_nats
from unjai.platform.engines.device_streams import ensure_device_streams
from unjai.platform.engines.links import Door


@pytest.fixture
def data(tmp_path):
    """A data folder whose parents everybody may pass, unlike pytest's own."""
    return tmp_path / "data"


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
        self.acknowledged, self.light = await ensure_device_streams(self.js, self.door)
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


def listening(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
