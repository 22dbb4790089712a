"""SOS poles as MQTT 3.1.1 clients with QoS 1, one connection each, as they hang in the street."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Iterator

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.centre import Centre
from unjai.model.clock import SystemClock


class Pole:
    """One pole: `say` publishes and returns the moment just before (monotonic)."""

    def __init__(self, centre: Centre, key: str) -> None:
        """Connect with the pole's own secret."""
        self.key, self._seq, self._boot = key, 0, secrets.token_hex(4)
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=key, protocol=mqtt.MQTTv311, clean_session=True
        )
        self.client.username_pw_set(key, centre.secret(key))
        self.client.connect("127.0.0.1", centre.mqtt_port, keepalive=60)
        self.client.loop_start()
        until = time.monotonic() + 20
        while not self.client.is_connected():
            if time.monotonic() > until:
                raise RuntimeError(f"{key} was not let in: {centre.logs()}")
            time.sleep(0.02)

    def say(self, event: str, **facts: object) -> float:
        """Publish `sos/<key>/<event>`; the client sends it at once and repeats it until PUBACK."""
        self._seq += 1
        at = SystemClock().now().isoformat(timespec="milliseconds")
        body = json.dumps({"seq": self._seq, "boot": self._boot, "at": at, **facts}, separators=(",", ":"))
        began = time.monotonic()
        self.client.publish(f"sos/{self.key}/{event}", body, qos=1)
        return began

    def close(self) -> None:
        """Disconnect in order."""
        self.client.disconnect()
        self.client.loop_stop()


@contextlib.contextmanager
def poles_of(centre: Centre) -> Iterator[dict[str, Pole]]:
    """Connect every pole of the demo zone for the length of a block."""
    poles: dict[str, Pole] = {}
    try:
        for key in centre.secrets["devices"]:
            if key.startswith("pole-"):
                poles[key] = Pole(centre, key)
        yield poles
    finally:
        for pole in poles.values():
            pole.close()
