"""The centre's own reader: what the cameras' process read of one vehicle, as one message.

No door of the outside leads here: the process hands its messages to the intake, as for `sense.camera`. `message_of`
writes them; a message is one JSON object for one track, its pictures kept by the process itself before it speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from unjai.model.errors import DecodeError
from unjai.model.plate import Plate, parse, parse_special
from unjai.model.reading import Reading, Received
from unjai.sense import plate_words as words
from unjai.sense import wire
from unjai.sense.base import Sensor

MAX_BODY_BYTES: Final = 64 * 1024
_DIGEST: Final = 64


class Told(Protocol):
    """What the reader knows of one plate (`vision.plates.PlateRead`)."""

    @property
    def registration(self) -> str | None: ...  # noqa: D102  as there
    @property
    def province(self) -> str | None: ...  # noqa: D102
    @property
    def confidence(self) -> float: ...  # noqa: D102
    @property
    def province_confidence(self) -> float: ...  # noqa: D102
    @property
    def alternatives(self) -> Sequence[tuple[str, float]]: ...  # noqa: D102
    @property
    def width_px(self) -> float: ...  # noqa: D102
    @property
    def frames(self) -> int: ...  # noqa: D102


def message_of(read: Told, *, at: datetime, track: str, reader: str, **facts: Any) -> bytes:
    """Write one read as a message of `Lpr`.

    `facts` are what else is known: ``lane``, ``direction``, ``plate_colour``, ``vehicle`` (``type``, ``colour``),
    ``crop`` and ``still`` (SHA-256 of pictures that lie in the store of the day already).
    """
    said = {
        "registration": read.registration,
        "province": read.province,
        "confidence": read.confidence,
        "province_confidence": read.province_confidence,
        "alternatives": [
            {"registration": one, "province": read.province, "confidence": sure} for one, sure in read.alternatives
        ],
        "plate_width_px": read.width_px,
        "frames": read.frames,
        "at": at.isoformat(),
        "track": track,
        "reader": reader,
    }
    return msgspec.json.encode(said | facts)


class Lpr(Sensor):
    """A lane camera of the registry, read by the centre itself."""

    key = "lpr"
    th = "กล้องอ่านทะเบียนรถของศูนย์"
    en = "The centre's own plate reader"
    devices = ("camera",)
    kinds = (words.PLATE_READ,)

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give the one reading of a message."""
        said = wire.parse_json(wire.trimmed(received.body, MAX_BODY_BYTES))
        if not isinstance(said, Mapping):
            raise DecodeError("message_unreadable")
        at, track = wire.moment(said.get("at")), wire.text(said.get("track"), 60)
        if at is None or track is None:
            raise DecodeError("message_unreadable")
        plate = _plate(said)
        car = said.get("vehicle")
        car = car if isinstance(car, Mapping) else {}
        told = [
            one
            for one in words.others(said.get("alternatives"))
            if plate is None or one["registration"] != plate.registration
        ]
        return (
            words.reading(
                received.device,
                at=at,
                own=f"track:{track}",
                plate=plate,
                raw=None,
                confidence=words.share(said.get("confidence")),
                province_confidence=words.share(said.get("province_confidence")),
                alternatives=told or None,
                plate_colour=words.colour(said.get("plate_colour")),
                vehicle=words.vehicle(car.get("type"), car.get("colour"), car.get("make")),
                frames=wire.whole(said.get("frames")),
                plate_width_px=wire.between(said.get("plate_width_px"), 0, 10_000),
                track=track,
                direction=wire.text(said.get("direction"), 20),
                lane=wire.text(said.get("lane"), 20),
                reader=wire.text(said.get("reader"), 60),
                crop=_digest(said.get("crop")),
                still=_digest(said.get("still")),
            ),
        )


def _plate(said: Mapping[str, object]) -> Plate | None:
    """Return the plate; what no plate can be is a broken message here, not an unreadable plate."""
    registration, province = wire.text(said.get("registration"), 60), wire.text(said.get("province"), 60)
    if registration is None:
        return None
    try:
        return parse(registration, province)
    except DecodeError as error:
        if error.code != "plate_vowels":
            raise
        return parse_special(registration, province)


def _digest(value: object) -> str | None:
    said = wire.text(value, _DIGEST)
    return (
        said if said is not None and len(said) == _DIGEST and all(one in "0123456789abcdef" for one in said) else None
    )
