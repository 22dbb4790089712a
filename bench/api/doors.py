"""Junk through the sensors' own HTTP doors: what `bench.fuzz` sends to a decoder, sent to the process that decodes."""

from __future__ import annotations

import itertools
import random
import re
from functools import partial
from urllib.parse import quote

import httpx

from bench.api.odd import twice
from bench.api.tally import Tally
from bench.fuzz.junk import message, places
from bench.load import authorization
from unjai.sense.base import sensors

_ADDRESSES = 20
"""From how many addresses it comes: what is open to everybody is limited by address."""


def ask(url: str, devices: dict[str, str], officer: list[str], tally: Tally, *, seed: int, each: int) -> None:
    """Send `each` messages to every path that a sensor declares, half of them with a device's own secret."""
    dice, turn = random.Random(seed), itertools.cycle(officer)
    clients = [
        httpx.Client(base_url=url, timeout=60, transport=httpx.HTTPTransport(local_address=f"127.0.7.{number + 1}"))
        for number in range(_ADDRESSES)
    ]
    proofs = [authorization(key, secret) for key, secret in devices.items()]
    for key, sensor in sensors().items():
        doors = places(sensor)
        for push in sensor.routes:
            for path, method in itertools.product(push.paths, push.methods):
                for _ in range(each):
                    received = message(dice, key, doors)
                    headers = {name: value.encode("utf-8", "replace") for name, value in received.headers.items()}
                    headers |= {"X-Unjai": b"1", "Cookie": next(turn).encode()}
                    if proofs and dice.random() < 0.5:
                        headers["Authorization"] = _value(dice.choice(proofs)).encode()
                    where = re.sub(r"{\w+}", lambda _found: quote(_word(dice, devices), safe=""), path)
                    query = {name: value.encode("utf-8", "replace") for name, value in received.query.items()}
                    label = f"door {method} {path}"
                    asked = f"{where} {received.body[:300]!r}"
                    try:
                        more = {"params": query, "headers": _sendable(headers), "content": received.body}
                        client = dice.choice(clients)
                        answer = twice(partial(client.request, method, where, **more))
                    except httpx.HTTPError as error:
                        tally.unanswered(label, repr(error), asked)
                        continue
                    tally.answered(label, answer.status_code, answer.headers, answer.content, asked)
    for client in clients:
        client.close()


def _value(header: str | bytes) -> str:
    said = header.decode() if isinstance(header, bytes) else header
    return said.partition(":")[2].strip() if said.lower().startswith("authorization:") else said.strip()


def _word(dice: random.Random, devices: dict[str, str]) -> str:
    return dice.choice([*list(devices)[:10], "KEY-1", "\x00", "ก" * 300, "..", "00000000-0000-0000-0000-000000000000"])


def _sendable(headers: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out what no client can send."""
    return {name: value for name, value in headers.items() if not re.search(rb"[\x00\r\n]", value) and name != "host"}
