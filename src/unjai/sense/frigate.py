"""Frigate (https://frigate.video), a video recorder that finds objects: what it tells over MQTT.

Topics, with ``mqtt.topic_prefix: frigate/<device key>`` in its configuration: ``events``, ``reviews``,
``tracked_object_update``, ``available`` and ``stats`` below ``frigate/<key>/``.

Places are watched, not persons: a recognised face's name never leaves this file, neither as an update of its own nor as
the sub-label of an object. A plate that it read is a `plate_read` like any other box's; the name of a known car is not
kept, and what objects say of plates besides is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import plate_words as words
from unjai.sense import wire
from unjai.sense.base import Kind, MqttTopic, Sensor

MAX_BODY_BYTES: Final = 256 * 1024
_MAX_NAMES: Final = 20
_MAX_CAMERAS: Final = 200
_LIVES: Final = frozenset({"new", "update", "end"})
_NAMELESS: Final = frozenset({"person", "face", "car", "motorcycle", "bus", "truck", "license_plate"})
"""Labels whose sub-label names a person or a known car; of others it is a sort (a delivery's, an animal's)."""


class Frigate(Sensor):
    """A recorder whose cameras stand in the registry under the names it gives them."""

    key = "frigate"
    th = "Frigate (เครื่องบันทึกภาพที่ตรวจจับวัตถุ)"
    en = "Frigate (video recorder that finds objects)"
    devices = ("recorder",)
    kinds = (
        Kind(name="camera_object", retention="device", th="กล้องพบวัตถุ", en="Camera sees an object"),
        Kind(name="camera_review", retention="device", th="ช่วงภาพที่ควรดู", en="Footage worth a look"),
        Kind(name="camera_note", retention="device", th="คำบรรยายจากกล้อง", en="What a camera says of an object"),
        Kind(name="recorder_status", retention="device", th="สถานะเครื่องบันทึกภาพ", en="Recorder status"),
        words.PLATE_READ,
    )
    topics = tuple(
        MqttTopic(filter=f"frigate/+/{event}", device_level=1, max_body_bytes=MAX_BODY_BYTES)
        for event in ("events", "reviews", "tracked_object_update", "available", "stats")
    )
    unread = ("frigate/{device}/#",)

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the topic."""
        return received.device or _topic(received)[0]

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give one reading of a message that says something new, none of an update that only moves the box."""
        body = wire.trimmed(received.body, MAX_BODY_BYTES)
        key, event = _topic(received)
        if event == "available":
            return (_available(received.device or key, body),)
        said = wire.parse_json(body)
        if not isinstance(said, Mapping):
            raise DecodeError("message_unreadable")
        read = _READ.get(event or _guessed(said))
        if read is None:
            raise DecodeError("topic_unknown", topic=wire.text(received.topic_or_path, 80) or "")
        found = read(received.device or key, said)
        return () if found is None else (found,)


def _topic(received: Received) -> tuple[str | None, str]:
    levels = received.topic_or_path.split("/")
    if len(levels) != 3 or levels[0] != "frigate":  # noqa: PLR2004  frigate/key/event
        return None, ""
    return wire.device_key(levels[1]), levels[2]


def _guessed(said: Mapping[str, object]) -> str:
    """Name the topic of a captured payload that came without one."""
    after = said.get("after")
    if isinstance(after, Mapping):
        return "reviews" if "severity" in after else "events"
    if "cameras" in said:
        return "stats"
    return "tracked_object_update" if "type" in said and "id" in said else ""


def _available(key: str | None, body: bytes) -> Reading:
    word = body.decode("ascii", "replace").strip().lower()
    if word not in ("online", "offline", "stopped"):
        raise DecodeError("message_unreadable")
    return Reading(kind="recorder_status", device_key=key, payload={"online": word == "online"})


def _names(value: object) -> list[str]:
    """Return zones or labels as texts; Frigate also writes ``[name, score]``."""
    if not isinstance(value, list):
        return []
    found = (wire.text(one[0] if isinstance(one, list) and one else one, 60) for one in value[:_MAX_NAMES])
    return [one for one in found if one is not None]


def _lives(said: Mapping[str, object]) -> tuple[str, Mapping[str, object], Mapping[str, object]]:
    """Return in which part of its life a thing is, what it was and what it is."""
    life = wire.text(said.get("type"), 12) or ""
    before, after = said.get("before"), said.get("after")
    if life not in _LIVES or not isinstance(after, Mapping):
        raise DecodeError("message_unreadable")
    return life, before if isinstance(before, Mapping) else {}, after


def _named(thing: Mapping[str, object]) -> tuple[str, str]:
    own, camera = wire.text(thing.get("id"), 60), wire.text(thing.get("camera"), 60)
    if own is None or camera is None:
        raise DecodeError("message_unreadable")
    return own, camera


def _object(key: str | None, said: Mapping[str, object]) -> Reading | None:
    life, was, now = _lives(said)
    own, camera = _named(now)
    zones, entered = _names(now.get("current_zones")), _names(now.get("entered_zones"))
    still = wire.flag(now.get("stationary"))
    if life == "update" and all(
        was.get(name) == now.get(name) for name in ("current_zones", "entered_zones", "stationary", "false_positive")
    ):
        return None
    label = wire.text(now.get("label"), 40)
    at = wire.moment(now.get("end_time") if life == "end" else now.get("frame_time"))
    sort = None if label is None or label in _NAMELESS else next(iter(_names([now.get("sub_label")])), None)
    payload = wire.present(
        life=life,
        event=own,
        camera=camera,
        label=label,
        sort=sort,
        score=wire.between(now.get("top_score"), 0, 1),
        zones=zones or None,
        entered=entered or None,
        stationary=still,
        wrong=wire.flag(now.get("false_positive")) or None,
        started_at=_iso(now.get("start_time")),
        ended_at=_iso(now.get("end_time")),
        speed=wire.between(now.get("current_estimated_speed"), 0, 500) or None,
        clip=wire.flag(now.get("has_clip")),
        snapshot=wire.flag(now.get("has_snapshot")),
    )
    name = f"{own}:{life}" + ("" if at is None else f":{wire.millis(at)}")
    return Reading(kind="camera_object", device_key=key, observed_at=at, payload=payload, own_id=name)


def _review(key: str | None, said: Mapping[str, object]) -> Reading | None:
    life, was, now = _lives(said)
    own, camera = _named(now)
    data = now.get("data")
    data = data if isinstance(data, Mapping) else {}
    then = was.get("data")
    then = then if isinstance(then, Mapping) else {}
    if life == "update" and was.get("severity") == now.get("severity") and then.get("zones") == data.get("zones"):
        return None
    started, ended = wire.moment(now.get("start_time")), wire.moment(now.get("end_time"))
    payload = wire.present(
        life=life,
        review=own,
        camera=camera,
        severity=wire.text(now.get("severity"), 20),
        labels=_names(data.get("objects")) or None,
        zones=_names(data.get("zones")) or None,
        sounds=_names(data.get("audio")) or None,
        events=_names(data.get("detections")) or None,
        started_at=_iso(now.get("start_time")),
        ended_at=_iso(now.get("end_time")),
    )
    name = f"{own}:{life}:{payload.get('severity', '')}:{','.join(_names(data.get('zones')))[:80]}"
    at = ended if life == "end" else started
    return Reading(kind="camera_review", device_key=key, observed_at=at, payload=payload, own_id=name)


def _update(key: str | None, said: Mapping[str, object]) -> Reading | None:
    """Read a tracked object's update. Of a face nothing is kept, not even that it was seen."""
    sort = wire.text(said.get("type"), 30) or ""
    if sort == "face":
        return None
    own = wire.text(said.get("id"), 60)
    if own is None or not sort:
        raise DecodeError("message_unreadable")
    at = wire.moment(said.get("timestamp"))
    if sort == "lpr":
        return _plate(key, said, own, at)
    payload = wire.present(
        event=own,
        camera=wire.text(said.get("camera"), 60),
        about=sort,
        text=wire.text(said.get("description"), 500),
        label=wire.text(said.get("sub_label") or said.get("attribute"), 60) if sort == "classification" else None,
        score=wire.between(said.get("score"), 0, 1),
    )
    name = f"{own}:{sort}:" + (str(wire.millis(at)) if at else str(payload.get("text", ""))[:80])
    return Reading(kind="camera_note", device_key=key, observed_at=at, payload=payload, own_id=name)


def _plate(key: str | None, said: Mapping[str, object], own: str, at: datetime | None) -> Reading:
    """Read a plate; an object whose plate is read again, better, is a further read of the same track."""
    plate, raw = words.plate_of(said.get("plate"))
    return words.reading(
        key,
        at=at,
        own=f"lpr:{own}",
        plate=plate,
        raw=raw,
        confidence=words.share(said.get("score")),
        plate_width_px=_across(said.get("plate_box")),
        track=own,
        camera=wire.device_key(said.get("camera")),
        reader="frigate",
    )


def _across(box: object) -> float | None:
    if not isinstance(box, list) or len(box) != 4:  # noqa: PLR2004  left, top, right, bottom
        return None
    left, right = wire.number(box[0]), wire.number(box[2])
    return None if left is None or right is None else wire.between(right - left, 1, 10_000)


def _stats(key: str | None, said: Mapping[str, object]) -> Reading:
    """Read the minute's figures: which cameras give pictures, and how the recorder fares."""
    cameras, service = said.get("cameras"), said.get("service")
    service = service if isinstance(service, Mapping) else {}
    seen: dict[str, float] = {}
    if isinstance(cameras, Mapping):
        for name, figures in list(cameras.items())[:_MAX_CAMERAS]:
            rate = wire.between(figures.get("camera_fps"), 0, 1_000) if isinstance(figures, Mapping) else None
            if (camera := wire.text(name, 60)) is not None and rate is not None:
                seen[camera] = rate
    payload = wire.present(
        online=True,
        firmware=wire.text(service.get("version"), 40),
        uptime_s=wire.between(service.get("uptime"), 0, 1e10),
        frames_per_s=seen or None,
        blind=sorted(camera for camera, rate in seen.items() if rate == 0) or None,
    )
    at = wire.moment(service.get("last_updated"))
    return Reading(kind="recorder_status", device_key=key, observed_at=at, payload=payload)


def _iso(value: object) -> str | None:
    at = wire.moment(value)
    return None if at is None else at.isoformat()


_READ: Final[Mapping[str, Callable[[str | None, Mapping[str, object]], Reading | None]]] = {
    "events": _object,
    "reviews": _review,
    "tracked_object_update": _update,
    "stats": _stats,
}
