"""The peer of `bench.ingest`: Mosquitto, QoS 1, a persistent session, a subscriber that commits before it acknowledges.

Broker, publisher and subscriber are three processes. The subscriber commits each row to the same PostgreSQL (fsync and
synchronous_commit as they are there) by one prepared statement, and only then sends PUBACK. It is what one writes in
an afternoon, written well: the broker keeps up to 1,000 messages in flight to it, and its queue is never empty.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import subprocess
import time
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

from bench.load import encode, position
from unjai.model.clock import SystemClock
from unjai.platform.engines.ports import free_port

_SPAWN = multiprocessing.get_context("spawn")
_TOPIC = "owntracks/naive/phone"
_WAITING = 5_000
_IN_FLIGHT = 1_000
_LIFE_S = 120.0
_WARM_S = 30.0
_ROUND = 1_000_000
_INSERT = (
    "INSERT INTO naive (id, station_id, kind, source, observed_at, received_at, clock, lon, lat, accuracy_m, payload,"
    " digest) VALUES (%s, 1, 'position', %s, to_timestamp(%s), now(), 'ok', %s, %s, %s, %s::jsonb, %s)"
    " ON CONFLICT (id) DO NOTHING"
)


def _client(port: int, name: str, *, clean: bool, manual_ack: bool = False) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=clean, manual_ack=manual_ack)
    client.max_inflight_messages_set(_IN_FLIGHT)
    for _ in range(100):
        try:
            client.connect("127.0.0.1", port)
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return client
    raise RuntimeError("mosquitto did not open its port")


def _publish(port: int, at_s: int, taken: Any, done: Any, stop: Any) -> None:
    """Keep messages waiting at the broker until told to stop; `taken` says how many it has acknowledged."""
    client = _client(port, "publisher", clean=True)
    until, asked = time.monotonic() + _LIFE_S, 0

    def published(*_facts: object) -> None:
        taken.value += 1

    client.on_publish = published
    while not stop.is_set() and time.monotonic() < until:
        if asked - done.value < _WAITING and asked - taken.value < _IN_FLIGHT:
            for _ in range(50):
                client.publish(_TOPIC, encode(position(at_s)), qos=1)
                at_s, asked = at_s + 1, asked + 1
            client.loop(0)
        else:
            client.loop(0.02)
    client.disconnect()


def _subscribe(port: int, database: str, done: Any, stop: Any) -> None:
    """Commit each row, then acknowledge it; `done` says how many."""
    with psycopg.connect(database, autocommit=True) as connection:

        def came(client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
            said = json.loads(message.payload)
            digest = sha256(message.payload).hexdigest()
            key = UUID(digest[:32])
            row = (key, "naive", said["tst"], said["lon"], said["lat"], said["acc"], message.payload.decode(), digest)
            connection.execute(_INSERT, row, prepare=True)
            client.ack(message.mid, message.qos)
            done.value += 1

        client = _client(port, "subscriber", clean=False, manual_ack=True)
        client.on_message = came
        client.subscribe("owntracks/#", qos=1)
        until = time.monotonic() + _LIFE_S
        while not stop.is_set() and time.monotonic() < until:
            client.loop(0.2)
        client.disconnect()


class Naive:
    """The peer, ready to be measured."""

    def __init__(self, folder: Path, database: str) -> None:
        """Start the broker on a free port and make the peer's table; `database` is libpq's connection string."""
        broker = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if broker is None:
            raise RuntimeError("the peer needs Debian's mosquitto (apt install mosquitto)")
        self.port, self.database, self._at_s = free_port(), database, int(SystemClock().now().timestamp())
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nautosave_interval 1\nmax_queued_messages 20000\n"
            f"max_inflight_messages {_IN_FLIGHT}\nlog_type error\nuser root\n"
        )
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS naive (LIKE obs_fleet INCLUDING ALL)")
        self.broker = subprocess.Popen([broker, "-c", str(config)], stderr=subprocess.DEVNULL)

    def rate(self, seconds: float) -> float:
        """Return rows committed a second, counted in PostgreSQL; messages wait at the broker all the time."""
        self._at_s += _ROUND  # no position is told twice, so each is a row
        stop, done, taken = _SPAWN.Event(), _SPAWN.Value("q", 0), _SPAWN.Value("q", 0)
        jobs = [
            _SPAWN.Process(target=_subscribe, args=(self.port, self.database, done, stop), daemon=True),
            _SPAWN.Process(target=_publish, args=(self.port, self._at_s, taken, done, stop), daemon=True),
        ]
        with psycopg.connect(self.database, autocommit=True) as connection:

            def rows() -> int:
                found = connection.execute("SELECT count(*) FROM naive").fetchone()
                return int(found[0]) if found else 0

            connection.execute("TRUNCATE naive")
            for job in jobs:
                job.start()
            try:
                until = time.monotonic() + _WARM_S
                while (done.value < 100 or taken.value - done.value < 500) and time.monotonic() < until:
                    time.sleep(0.01)
                first, began = rows(), time.perf_counter()
                time.sleep(seconds)
                last, took_s, waiting = rows(), time.perf_counter() - began, taken.value - done.value
            finally:
                stop.set()
                for job in jobs:
                    job.join(10)
                    if job.is_alive():
                        job.kill()
        if last <= first or waiting <= 0:
            raise RuntimeError(f"the peer was not kept busy: {last - first} rows, {waiting} messages waiting")
        return (last - first) / took_s

    def close(self) -> None:
        """Stop the broker."""
        self.broker.terminate()
        try:
            self.broker.wait(5)
        except subprocess.TimeoutExpired:
            self.broker.kill()
