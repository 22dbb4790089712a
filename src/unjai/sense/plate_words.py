"""What every sensor that brings plates shares: the kind, words of boxes as ours, pictures, and what is a plate at all.

A text that is no Thai plate never becomes a registration: it is kept as unreadable, with what the box said in `raw`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from unjai.model.errors import DecodeError
from unjai.model.plate import Plate, parse, place_of
from unjai.model.reading import Reading
from unjai.sense import wire
from unjai.sense.base import Kind

PLATE_READ: Final = Kind(name="plate_read", retention="plates", th="อ่านทะเบียนรถ", en="Plate read")
MAX_PICTURE_BYTES: Final = 4 * 1024 * 1024
MAX_BODY_BYTES: Final = 12 * 1024 * 1024
_JPEG: Final = b"\xff\xd8\xff"
_RAW: Final = 60
_MOST_OTHERS: Final = 5
_NOTHING: Final = frozenset({"", "unknown", "none", "null", "noplate", "no plate", "unlicensed", "-", "n/a", "0"})

_COLOURS: Final[Mapping[str, str]] = {
    "white": "white",
    "black": "black",
    "gray": "grey",
    "grey": "grey",
    "silver": "silver",
    "silvery": "silver",
    "red": "red",
    "darkred": "red",
    "blue": "blue",
    "darkblue": "blue",
    "cyan": "blue",
    "green": "green",
    "darkgreen": "green",
    "yellow": "yellow",
    "gold": "gold",
    "golden": "gold",
    "brown": "brown",
    "bronze": "bronze",
    "orange": "orange",
    "darkorange": "orange",
    "pink": "pink",
    "purple": "purple",
}
_TYPES: Final[Mapping[str, str]] = {
    "car": "car",
    "sedan": "car",
    "saloon": "car",
    "salooncar": "car",
    "smallcar": "car",
    "hatchback": "car",
    "passengercar": "car",
    "motorvehicle": "car",
    "suv": "suv",
    "suvmpv": "suv",
    "mpv": "van",
    "van": "van",
    "microbus": "van",
    "pickup": "pickup",
    "pickuptruck": "pickup",
    "truck": "truck",
    "lighttruck": "truck",
    "heavytruck": "truck",
    "largetruck": "truck",
    "midtruck": "truck",
    "mediumtruck": "truck",
    "minitruck": "truck",
    "bus": "bus",
    "largebus": "bus",
    "bigbus": "bus",
    "midbus": "bus",
    "motorcycle": "motorcycle",
    "motorbike": "motorcycle",
    "twowheelvehicle": "motorcycle",
    "threewheelvehicle": "tricycle",
    "tricycle": "tricycle",
}


def plate_of(said: object, region: object = None) -> tuple[Plate | None, str | None]:
    """Return the plate that a box said, or None and what it said instead; both None where it says there is none.

    `region` is what it calls the place; one that is no place of a Thai plate is passed over.
    """
    raw = wire.text(said, _RAW)
    if raw is None or raw.lower() in _NOTHING:
        return None, None
    try:
        found = parse(raw)
    except DecodeError:
        return None, raw
    if found.province is None and (code := _place(region)) is not None:
        found = Plate(registration=found.registration, province=code)
    return found, None


def _place(said: object) -> str | None:
    named = wire.text(said, _RAW)
    if named is None:
        return None
    try:
        return place_of(named).code
    except DecodeError:
        return None


def share(value: object, whole: float = 1.0) -> float | None:
    """Return a confidence 0–1 from one that is said of `whole` (100: percent)."""
    found = wire.between(value, 0, whole)
    return None if found is None else round(found / whole, 4)


def colour(value: object) -> str | None:
    """Return a colour in our words."""
    return _COLOURS.get(_bare(value))


def vehicle_type(value: object) -> str | None:
    """Return a sort of vehicle in our words."""
    return _TYPES.get(_bare(value))


def _bare(value: object) -> str:
    said = (wire.text(value, 40) or "").lower()
    return "".join(one for one in said if one.isalpha())


def others(said: object) -> list[dict[str, object]]:
    """Return the next alternatives that are plates: ``registration``, ``province``, ``confidence``."""
    found: list[dict[str, object]] = []
    for one in said[:_MOST_OTHERS] if isinstance(said, list) else ():
        if isinstance(one, Mapping):
            plate, _raw = plate_of(one.get("plate", one.get("registration")), one.get("province"))
            if plate is not None:
                facts = {"registration": plate.registration, "province": plate.province}
                found.append(wire.present(**facts, confidence=share(one.get("confidence"))))
    return found


def reading(
    key: str | None, *, at: datetime | None, own: str, plate: Plate | None, raw: str | None, **facts: object
) -> Reading:
    """Return the reading of one plate. Without a time the box's own id says nothing: it is not used then."""
    payload = wire.present(
        registration=None if plate is None else plate.registration,
        province=None if plate is None else plate.province,
        raw=raw,
        **facts,
    )
    return Reading(kind=PLATE_READ.name, device_key=key, observed_at=at, payload=payload, own_id=own if at else None)


def vehicle(sort: object, paint: object, make: object = None) -> dict[str, object] | None:
    """Return what is known of the vehicle; None for nothing."""
    return wire.present(type=vehicle_type(sort), colour=colour(paint), make=_make(make)) or None


def _make(said: object) -> str | None:
    found = wire.text(said, 40)
    return None if found is None or found.lower() in _NOTHING or found.isdigit() else found


def jpeg(body: bytes) -> bytes | None:
    """Return a picture as it is, if it is a JPEG of a size that a camera sends."""
    return body if body.startswith(_JPEG) and len(body) <= MAX_PICTURE_BYTES else None


def jpeg_of(said: object) -> bytes | None:
    """Return a picture that stands in JSON as base64, with or without its data URL."""
    if not isinstance(said, str) or not said or len(said) > MAX_PICTURE_BYTES * 4 // 3 + 100:
        return None
    try:
        return jpeg(base64.b64decode(said.rpartition(",")[2], validate=True))
    except (binascii.Error, ValueError):
        return None


def digest(body: bytes | None) -> str | None:
    """Return under what name the store will have a picture."""
    return None if body is None else hashlib.sha256(body).hexdigest()


def named(pictures: Iterable[bytes | None]) -> dict[str, bytes]:
    """Return pictures by their digests."""
    return {hashlib.sha256(body).hexdigest(): body for body in pictures if body is not None}


def key_in_path(path: str, root: str) -> str | None:
    """Return the device key of ``/anpr/<root>/<key>``."""
    levels = path.split("/")
    return wire.device_key(levels[3]) if len(levels) >= 4 and levels[1:3] == ["anpr", root] else None  # noqa: PLR2004
