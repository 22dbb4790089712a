"""fsync and fdatasync per acknowledgement, counted by strace while messages go one by one."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.centre import Centre
from bench.load import position
from unjai.model.clock import SystemClock

MESSAGES = 40
_CALLS = "fsync,fdatasync,sync_file_range,msync"


@contextlib.contextmanager
def _traced(pids: list[int]) -> Iterator[list[int]]:
    """Count the calls of these processes and their children; the one number stands in the list afterwards."""
    found: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls"
        asked = ["strace", "-f", "-q", "-e", f"trace={_CALLS}", "-o", str(file)]
        tracer = subprocess.Popen(
            [*asked, *(word for pid in pids for word in ("-p", str(pid)))], stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        while not all(_is_traced(pid) for pid in pids) and time.monotonic() < until:
            time.sleep(0.05)
        try:
            yield found
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(timeout=10)
        found.append(len(re.findall(r"(?:fsync|fdatasync)\(.*= 0$", file.read_text(errors="replace"), re.MULTILINE)))


def _is_traced(pid: int) -> bool:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("TracerPid:"):
            return line.split()[1] != "0"
    return False


def _backends(postmaster: int) -> list[int]:
    """Return PostgreSQL's postmaster and its children: backends fork from it, but older ones are there already."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def per_ack(centre: Centre, username: str, phone: tuple[str, str], pole: tuple[str, str]) -> dict[str, float] | None:
    """Return the syncs per acknowledged press, position and call; None where there is no strace."""
    if shutil.which("strace") is None:
        return None
    nats, postgres = [centre.pid("nats")], _backends(centre.pid("postgres"))
    with centre.client(username) as operator:
        return {
            "press": _count(nats, lambda: _presses(centre, *pole)),
            "position": _count(nats, lambda: _positions(centre, *phone)),
            "call": _count(postgres, lambda: _calls(operator)),
        }


def _count(pids: list[int], send: Callable[[], None]) -> float:
    with _traced(pids) as found:
        send()
    return round(found[0] / MESSAGES, 2)


def _presses(centre: Centre, key: str, secret: str) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=key, protocol=mqtt.MQTTv311)
    client.username_pw_set(key, secret)
    client.connect("127.0.0.1", centre.mqtt_port)
    client.loop_start()
    first = SystemClock().now() - timedelta(seconds=MESSAGES)
    for number in range(MESSAGES):  # a second apart: two of one millisecond would be counted as one doubled
        at = (first + timedelta(seconds=number)).isoformat()
        said: dict[str, Any] = {"seq": number, "boot": secrets_token(), "at": at}
        client.publish(f"sos/{key}/press", json.dumps(said), qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def secrets_token() -> str:
    """Return a name that no earlier message had."""
    return secrets.token_hex(6)


def _positions(centre: Centre, key: str, secret: str) -> None:
    start_s = int(SystemClock().now().timestamp()) - MESSAGES
    with httpx.Client(base_url=centre.url, auth=(key, secret)) as client:
        for number in range(MESSAGES):
            client.post("/gps/owntracks", json=position(start_s + number)).raise_for_status()


def _calls(operator: httpx.Client) -> None:
    for _ in range(MESSAGES):
        body = {"code": "NOI", "place_text": "หน้าตลาด"}
        operator.post("/api/calls", json=body, headers={"Idempotency-Key": secrets_token()}).raise_for_status()
