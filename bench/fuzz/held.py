"""What must hold of any message: it is decoded into what can be stored, or refused by `DecodeError`."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC

from bench.fuzz.junk import message, places
from unjai.model.errors import DecodeError
from unjai.model.reading import Received, digest_of
from unjai.sense.base import Sensor, decoded, kinds, sensors

EXAMPLES = 5


def wrong_with(sensor: type[Sensor], received: Received) -> tuple[str, str]:
    """Return what became of a message (decoded, refused) and what is wrong with that, if anything."""
    try:
        sensor.claimed(received)
        sensor.signed(received, sensor.Settings())
        readings, _refusal = decoded(sensor, sensor.open(received, sensor.Settings()))
    except DecodeError as error:
        json.dumps(error.facts, allow_nan=False)
        return "refused", ""
    except Exception as error:  # noqa: BLE001  that is what is looked for
        return "raised", repr(error)
    for reading in readings:
        at = reading.observed_at
        if reading.kind not in kinds() or (at is not None and at.tzinfo is not UTC):
            return "decoded", f"kind {reading.kind}, at {at!r}"
        try:
            json.dumps(dict(reading.payload), allow_nan=False, ensure_ascii=False).encode()
            digest_of(reading)
        except (TypeError, ValueError) as error:
            return "decoded", repr(error)
    return "decoded" if readings else "nothing", ""


def piece(task: tuple[str, int, int]) -> tuple[str, Counter[str], list[str]]:
    """Send `count` messages of one seed to a sensor."""
    key, seed, count = task
    sensor, dice = sensors()[key], random.Random(seed)
    doors = places(sensor)
    came, examples = Counter[str](), list[str]()
    for _ in range(count):
        received = message(dice, key, doors)
        what, wrong = wrong_with(sensor, received)
        came[what] += 1
        if wrong:
            came["unexpected"] += 1
            examples.append(f"{key}: {wrong[:200]} from {received!r}"[:600])
    return key, came, examples[:EXAMPLES]
