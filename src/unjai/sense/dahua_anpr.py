"""Dahua cameras that read plates: what they push over HTTP, as ITSAPI (TollgateInfo) or as an event (TrafficJunction).

``POST /anpr/dahua/<device key>/<secret>``: JSON with ``Picture`` (``Plate``, ``SnapInfo``, ``Vehicle``, pictures as
base64), or an event ``{"Code": "TrafficJunction", "Data": {…}}``, also in its text form
``Code=TrafficJunction;action=Pulse;index=0;data={…}``. A keep-alive is taken and gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import plate_words as words
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Sensor

_CODE: Final = "TrafficJunction"
_NOTHING: Final[Mapping[str, object]] = {}
_WAYS: Final[Mapping[str, str]] = {"obverse": "in", "reverse": "out", "approach": "in", "leave": "out"}


def _thanks(_received: Received, _readings: Sequence[Reading]) -> Answer:
    return Answer(body=b'{"Result":true,"Message":"Success"}', media_type="application/json")


class DahuaAnpr(Sensor):
    """A camera of Dahua that reads plates by itself."""

    key = "dahua_anpr"
    th = "กล้องอ่านทะเบียน Dahua"
    en = "Dahua plate camera (ITSAPI)"
    devices = ("camera", "recorder")
    kinds = (words.PLATE_READ,)
    routes = (
        HttpPush(
            paths=("/anpr/dahua/{device}/{secret}",),
            auth=("basic", "path"),
            max_body_bytes=words.MAX_BODY_BYTES,
            answer=_thanks,
        ),
    )

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the path."""
        return received.device or words.key_in_path(received.topic_or_path, "dahua")

    @staticmethod
    def pictures(received: Received) -> Mapping[str, bytes]:
        """Return the plate's picture and the scene's."""
        return words.named(_pictures(_said(received)).values())

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give the read of a passing vehicle, nothing of a keep-alive or of another event."""
        said, key = _said(received), received.device or words.key_in_path(received.topic_or_path, "dahua")
        if "Active" in said:
            return ()
        if "Picture" in said:
            return (_tollgate(key, said),)
        if "Code" in said:
            return (_junction(key, _of(said, "Data")),) if said.get("Code") == _CODE else ()
        raise DecodeError("message_unreadable")


def _said(received: Received) -> Mapping[str, object]:
    body = wire.trimmed(received.body, words.MAX_BODY_BYTES)
    if body.startswith(b"Code="):
        head, _, data = body.partition(b"data=")
        code = head.decode("latin-1")[5:].partition(";")[0].strip()
        return {"Code": code, "Data": wire.parse_json(data)} if code == _CODE else {"Code": code}
    said = wire.parse_json(body)
    if not isinstance(said, Mapping):
        raise DecodeError("message_unreadable")
    return said


def _of(said: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = said.get(name)
    return found if isinstance(found, Mapping) else _NOTHING


def _pictures(said: Mapping[str, object]) -> dict[str, bytes]:
    shown = _of(said, "Picture")
    found = {
        "crop": words.jpeg_of(_of(shown, "CutoutPic").get("Content")),
        "still": words.jpeg_of(_of(shown, "NormalPic").get("Content"))
        or words.jpeg_of(_of(shown, "VehiclePic").get("Content")),
    }
    return {part: body for part, body in found.items() if body is not None}


def _tollgate(key: str | None, said: Mapping[str, object]) -> Reading:
    shown = _of(said, "Picture")
    read, snap, car = _of(shown, "Plate"), _of(shown, "SnapInfo"), _of(shown, "Vehicle")
    plate, raw = words.plate_of(read.get("PlateNumber"), read.get("Region") or read.get("Province"))
    at = wire.moment(snap.get("AccurateTime") or snap.get("SnapTime"), BANGKOK)
    lane = wire.text(snap.get("LanNo", snap.get("LaneNo")), 20)
    pictures = _pictures(said)
    number = wire.text(read.get("UploadNum"), 20) or ""
    return words.reading(
        key,
        at=at,
        own=f"toll:{lane or ''}:{plate.registration if plate else raw or ''}:{number}"[:120],
        plate=plate,
        raw=raw,
        confidence=words.share(read.get("Confidence"), 100),
        plate_colour=words.colour(read.get("PlateColor")),
        plate_width_px=_width(read.get("BoundingBox")),
        vehicle=words.vehicle(car.get("VehicleType"), car.get("VehicleColor"), car.get("VehicleSign")),
        direction=_WAYS.get((wire.text(snap.get("Direction"), 20) or "").lower()),
        lane=lane,
        reader="dahua",
        crop=words.digest(pictures.get("crop")),
        still=words.digest(pictures.get("still")),
    )


def _junction(key: str | None, data: Mapping[str, object]) -> Reading:
    car, read, body = _of(data, "TrafficCar"), _of(data, "Object"), _of(data, "Vehicle")
    if not car and not read:
        raise DecodeError("message_unreadable")
    plate, raw = words.plate_of(car.get("PlateNumber") or read.get("Text"), car.get("Province"))
    # `UTC` of these events is the local time as if it were UTC; `RealUTC` is what its name says.
    at = wire.moment(data.get("RealUTC")) or wire.moment(data.get("LocaleTime"), BANGKOK)
    millis = wire.between(data.get("UTCMS"), 0, 999)
    if at is not None and millis is not None:
        at = at.replace(microsecond=0) + timedelta(milliseconds=int(millis))
    lane = wire.text(data.get("Lane", car.get("Lane")), 20)
    own = wire.text(data.get("GroupID"), 30) or ""
    return words.reading(
        key,
        at=at,
        own=f"junction:{own}:{wire.text(read.get('ObjectID'), 30) or ''}:{lane or ''}",
        plate=plate,
        raw=raw,
        confidence=words.share(read.get("Confidence"), 255),
        plate_colour=words.colour(car.get("PlateColor")),
        plate_width_px=_width(read.get("OriginalBoundingBox")),
        vehicle=words.vehicle(body.get("Category"), car.get("VehicleColor"), car.get("VehicleSign")),
        direction=_WAYS.get((wire.text(data.get("JunctionDirection"), 20) or "").lower()),
        lane=lane,
        reader="dahua",
    )


def _width(box: object) -> float | None:
    """Return the width of a box of four numbers; one of noughts is none."""
    if not isinstance(box, list) or len(box) != 4:  # noqa: PLR2004  left, top, right, bottom
        return None
    left, right = wire.number(box[0]), wire.number(box[2])
    return None if left is None or right is None or not 0 < right - left < 10_000 else right - left  # noqa: PLR2004
