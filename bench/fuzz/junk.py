"""Junk that looks like messages: cheap to make, so that decoding is what takes the time."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from unjai.model.reading import Received
from unjai.sense.base import Sensor
from unjai.sense.decode import messages

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"
AT = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
NASTY: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2**31, 2**53 + 1, 2**63, 10**25, -(10**25), 1e308, -0.0, 5e-324, 90.0001, 180.0001),
    *(
        "",
        "0",
        "-1",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "1_0",
        "๑๒",
        "๒๒ พ.ย. ๖๙",
        "31/02/69",
        "29/02/2570",
        "2569-11-22",
    ),
    *(
        "2026-11-22T01:30:05+07:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "x" * 300,
        "\x00",
        "\ufffe",
    ),
    *("sos", "alarm", "online", "update", "end", "face", "a.b", "\u202e", "👮", [], {}, [[]], {"a": []}, [None], [{}]),
)
WORDS: tuple[str, ...] = tuple(
    re.findall(
        r"\w+",
        "_type location locations coords latitude longitude lat lon acc tst timestamp at when id device_id deviceid "
        "rid topic event alarm extras battery activity geofence seq boot state button open phone text kind silent vel "
        "rad batt bs cog t _id created_at desc uuid valid speed cell wifi data iOS type before after camera label "
        "score sub_label top_score start_time end_time frame_time current_zones entered_zones severity cameras service "
        "objects detections level waypoints",
    )
)
TYPES: tuple[str, ...] = ("location", "transition", "lwt", "status", "encrypted", "waypoint", "waypoints", "card")


@cache
def _seeds(key: str) -> tuple[Received, ...]:
    found: list[Received] = []
    for file in sorted((GOLDEN / key).glob("*.json")):
        for case in json.loads(file.read_text("utf-8")):
            message = next(messages(json.dumps([case["message"]]).encode()))
            if isinstance(message, Received):
                found.append(message)
    return tuple(found)


def places(sensor: type[Sensor]) -> tuple[str, ...]:
    """Return the topics and paths of a sensor with a device in them, and some that are of none."""
    paths = [path for route in sensor.routes for path in route.paths]
    filters = [topic.filter.replace("+", "KEY-1") for topic in sensor.topics]
    return (*paths, *filters, "", "/", "sos//press", "owntracks/a", "frigate/KEY-1", "//hooks//")


def _value(dice: random.Random, depth: int) -> Any:
    turn = dice.random()
    if depth <= 0 or turn < 0.6:
        return dice.choice(NASTY) if turn < 0.5 else dice.uniform(-400, 2e9)
    if turn < 0.75:
        return [_value(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(WORDS): _value(dice, depth - 1) for _ in range(dice.randrange(7))}


def _mangled(dice: random.Random, body: bytes) -> bytes:
    if dice.random() < 0.4 and body[:1] in (b"{", b"["):
        try:
            said = json.loads(body)
        except ValueError:
            said = None
        if isinstance(said, dict):
            for _ in range(dice.randrange(1, 4)):
                name = dice.choice([*said, dice.choice(WORDS)])
                if dice.random() < 0.2:
                    said.pop(name, None)
                else:
                    said[name] = _value(dice, 2)
            return json.dumps(said, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    whole = bytearray(body)
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(whole) + 1)
        whole[at : at + dice.randrange(6)] = dice.randbytes(dice.randrange(6))
    if dice.random() < 0.1:
        whole = whole[: dice.randrange(len(whole) + 1)] * dice.randrange(1, 4)
    return bytes(whole)


def _made(dice: random.Random) -> bytes:
    turn = dice.random()
    if turn < 0.2:
        return dice.randbytes(dice.randrange(200))
    if turn < 0.3:
        pairs = (f"{dice.choice(WORDS)}={dice.choice(NASTY)}" for _ in range(dice.randrange(8)))
        return "&".join(pairs).encode("utf-8", "surrogatepass")
    said = _value(dice, 3)
    if isinstance(said, dict) and dice.random() < 0.5:
        said["_type"] = dice.choice(TYPES)
    return json.dumps(said).encode()


def message(dice: random.Random, key: str, doors: tuple[str, ...]) -> Received:
    """Return one message for the sensor called `key`."""
    seeds = _seeds(key)
    seed = dice.choice(seeds)
    body = _mangled(dice, seed.body) if dice.random() < 0.5 else _made(dice)
    place = seed.topic_or_path if dice.random() < 0.7 else dice.choice(doors)
    query = dict(seed.query)
    if dice.random() < 0.3:
        query |= {dice.choice(WORDS): str(dice.choice(NASTY)) for _ in range(dice.randrange(5))}
    headers = dict(seed.headers)
    if dice.random() < 0.2:
        names = ("webhook-id", "webhook-timestamp", "webhook-signature", "x-limit-d", "content-type")
        headers |= {dice.choice(names): str(dice.choice(NASTY)) for _ in range(3)}
    device = "CPK-1" if dice.random() < 0.5 else None
    return Received(body=body, received_at=AT, topic_or_path=place, query=query, headers=headers, device=device)
