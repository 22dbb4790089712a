"""A plain door for whatever reads plates and speaks no other language: JSON, one read or a list of them.

``POST /anpr/push/<device key>/<secret>``: ``plate``, ``province``, ``confidence`` 0–1, ``at``, ``id``, ``camera``,
``lane``, ``direction``, ``track``, ``frames``, ``plate_width_px``, ``plate_colour``, ``vehicle`` (``type``, ``colour``,
``make``), ``alternatives``, ``crop`` and ``still`` (JPEG as base64). Only ``plate`` is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import plate_words as words
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Sensor

MOST: Final = 100


def _kept(_received: Received, _readings: Sequence[Reading]) -> Answer:
    return Answer(status=202)


class PlatePush(Sensor):
    """A program or box that tells plates in our own words."""

    key = "plate_push"
    th = "อุปกรณ์อ่านทะเบียนรถ (JSON)"
    en = "Plate reader of another make (JSON)"
    devices = ("hook", "camera", "recorder")
    kinds = (words.PLATE_READ,)
    routes = (
        HttpPush(
            paths=("/anpr/push/{device}/{secret}",),
            auth=("basic", "path"),
            max_body_bytes=words.MAX_BODY_BYTES,
            answer=_kept,
        ),
    )

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the path."""
        return received.device or words.key_in_path(received.topic_or_path, "push")

    @staticmethod
    def pictures(received: Received) -> Mapping[str, bytes]:
        """Return the pictures of all reads of the message."""
        return words.named(words.jpeg_of(one.get(part)) for one in _entries(received) for part in ("crop", "still"))

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give one reading an entry; an entry without a plate is refused after the others were given."""
        key = received.device or words.key_in_path(received.topic_or_path, "push")
        wrong: DecodeError | None = None
        for row, said in enumerate(_entries(received)):
            try:
                yield _read(key, said)
            except DecodeError as error:
                wrong = wrong or DecodeError(error.code, **{**error.facts, "row": row})
        if wrong is not None:
            raise wrong


def _entries(received: Received) -> Iterator[Mapping[str, object]]:
    said = wire.parse_json(wire.trimmed(received.body, words.MAX_BODY_BYTES))
    entries = said if isinstance(said, list) else [said]
    good = [one for one in entries if isinstance(one, Mapping)]
    if not 0 < len(entries) <= MOST or len(good) != len(entries):
        raise DecodeError("message_unreadable")
    yield from good


def _read(key: str | None, said: Mapping[str, object]) -> Reading:
    if "plate" not in said:
        raise DecodeError("message_unreadable")
    plate, raw = words.plate_of(said["plate"], said.get("province"))
    at = wire.moment(said.get("at"), BANGKOK)
    car = said.get("vehicle")
    car = car if isinstance(car, Mapping) else {}
    own = wire.text(said.get("id"), 80) or f"{plate.registration if plate else raw or ''}:{said.get('lane', '')}"
    return words.reading(
        key,
        at=at,
        own=own[:120],
        plate=plate,
        raw=raw,
        confidence=words.share(said.get("confidence")),
        province_confidence=words.share(said.get("province_confidence")),
        alternatives=words.others(said.get("alternatives")) or None,
        plate_colour=words.colour(said.get("plate_colour")),
        vehicle=words.vehicle(car.get("type"), car.get("colour"), car.get("make")),
        frames=wire.between(said.get("frames"), 0, 100_000),
        plate_width_px=wire.between(said.get("plate_width_px"), 0, 10_000),
        track=wire.text(said.get("track"), 60),
        direction=wire.text(said.get("direction"), 20),
        lane=wire.text(said.get("lane"), 20),
        reader=wire.text(said.get("reader"), 60),
        camera=wire.device_key(said.get("camera")),
        crop=words.digest(words.jpeg_of(said.get("crop"))),
        still=words.digest(words.jpeg_of(said.get("still"))),
    )
