"""Junctions with signals: what detectors see before, on and behind them, what a controller shows, and its log.

Topics ``signal/<device key>/<event>``, or ``POST /signal/<event>`` with the device's key and secret. Which junction a
box speaks of stands in its settings, never in its messages: a box cannot speak of another one's junction. Lanes are
named as in the junction's file. What counts only now (`seen`, `beyond`, `turns`, `state`) is kept in no table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from unjai.model.errors import DecodeError
from unjai.model.ids import EPOCH
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Kind, MqttTopic, Sensor, setting

MAX_BODY_BYTES: Final = 64 * 1024
MOST_VEHICLES: Final = 200
MOST_LANES: Final = 64
MOST_EVENTS: Final = 600
EVENTS: Final = ("seen", "beyond", "turns", "state", "count", "log")
_KINDS: Final = frozenset({"car", "motorcycle", "heavy"})
_COLOURS: Final = frozenset({"green", "yellow", "red"})
_MOST_CODE, _MOST_PARAM = 511, 32_767
_LONGEST_COUNT_S: Final = 3_600
_LONGEST_TURNS_S: Final = 60
_MOST_WAYS: Final = 256


class Settings(BaseModel):
    """Where a box stands."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    junction: str = setting(
        "",
        th="รหัสทางแยก",
        en="Junction code",
        help_th="รหัสของทางแยกในหน้าสัญญาณไฟจราจร อุปกรณ์นี้พูดแทนทางแยกนี้เท่านั้น",
        help_en="The junction's code on the page of signals. This device speaks of that junction alone.",
        max_length=40,
    )


def _kept(_received: Received, _readings: object) -> Answer:
    return Answer(status=202)


class Signal(Sensor):
    """A camera's box, loops or a gateway at a junction, or the signal controller itself."""

    key = "signal"
    th = "กล่องตรวจนับรถและตู้ควบคุมไฟจราจร"
    en = "Traffic detectors and signal controllers"
    devices = ("signal_box",)
    Settings = Settings
    kinds = (
        Kind(name="signal_seen", retention="moment", th="รถที่เห็นก่อนถึงแยก", en="Vehicles seen before a junction"),
        Kind(name="signal_beyond", retention="moment", th="ที่ว่างหลังแยกและรถกลางแยก", en="Room behind, and who is on it"),
        Kind(name="signal_turns", retention="moment", th="จำนวนรถแยกตามทางที่ไป", en="Vehicles by the way they took"),
        Kind(name="signal_state", retention="moment", th="จังหวะสัญญาณไฟที่กำลังแสดง", en="The phase that shows"),
        Kind(name="signal_count", retention="device", th="จำนวนรถที่ผ่านเส้นหยุด", en="Vehicles over the stop lines"),
        Kind(name="signal_log", retention="device", th="บันทึกละเอียดของตู้ควบคุม", en="The controller's detailed log"),
    )
    routes = (
        HttpPush(
            paths=tuple(f"/signal/{event}" for event in EVENTS),
            auth=("basic",),
            max_body_bytes=MAX_BODY_BYTES,
            answer=_kept,
        ),
    )
    topics = tuple(
        MqttTopic(filter=f"signal/+/{event}", device_level=1, max_body_bytes=MAX_BODY_BYTES) for event in EVENTS
    )

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the topic."""
        return received.device or _topic(received)[0]

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give the one reading of a message."""
        said = wire.parse_json(wire.trimmed(received.body, MAX_BODY_BYTES))
        key, event = _topic(received)
        read = _READ.get(event)
        if not isinstance(said, Mapping):
            raise DecodeError("message_unreadable")
        if read is None:
            raise DecodeError("topic_unknown", topic=wire.text(received.topic_or_path, 80) or "")
        at = wire.moment(said.get("at"))
        if at is None:
            raise DecodeError("message_unreadable")
        payload = read(said, at)
        return (Reading(kind=f"signal_{event}", device_key=received.device or key, observed_at=at, payload=payload),)


def _topic(received: Received) -> tuple[str | None, str]:
    levels = received.topic_or_path.split("/")
    if len(levels) != 3:  # noqa: PLR2004  signal/key/event, or /signal/event
        return None, ""
    if levels[0] == "signal":
        return wire.device_key(levels[1]), levels[2]
    return None, levels[2] if levels[:2] == ["", "signal"] else ""


def _seen(said: Mapping[str, object], _at: datetime) -> dict[str, object]:
    """Give ``lanes`` (those that were looked at) and ``vehicles``: lane, distance, speed, kind, track, waited."""
    vehicles = [one for one in map(_vehicle, _list(said.get("vehicles"), MOST_VEHICLES)) if one is not None]
    named = [wire.device_key(one) for one in _list(said.get("lanes"), MOST_LANES)]
    every = dict.fromkeys([*(one for one in named if one is not None), *(str(one[0]) for one in vehicles)])
    lanes = list(every)[:MOST_LANES]
    if not lanes:
        raise DecodeError("message_unreadable")
    return {"lanes": lanes, "vehicles": [one for one in vehicles if one[0] in lanes]}


def _vehicle(one: object) -> list[object] | None:
    """Return a vehicle, or None for one of which lane or distance are not known."""
    if not isinstance(one, Mapping):
        return None
    lane, distance = wire.device_key(one.get("lane")), wire.between(one.get("distance_m"), 0, 5_000)
    if lane is None or distance is None:
        return None
    kind = one.get("kind")
    return [
        lane,
        round(distance, 1),
        round(wire.between(one.get("speed_mps"), 0, 100) or 0.0, 1),
        kind if isinstance(kind, str) and kind in _KINDS else "car",
        wire.text(one.get("track"), 20) or "",
        round(wire.between(one.get("waited_s"), 0, 100_000) or 0.0, 1),
    ]


def _beyond(said: Mapping[str, object], _at: datetime) -> dict[str, object]:
    """Give ``outs`` (lane, room, whether its last vehicle moves) and ``inside`` (from, to, metres to go, speed).

    Either is left out where the box does not look: an empty ``inside`` says that nobody is on the junction.
    """
    outs, inside = said.get("outs"), said.get("inside")
    found = [one for one in map(_out, _list(outs, MOST_LANES)) if one is not None]
    if not found and not isinstance(inside, list):
        raise DecodeError("message_unreadable")
    there = [one for one in map(_inside, _list(inside, MOST_VEHICLES)) if one is not None]
    return wire.present(outs=found or None, inside=there if isinstance(inside, list) else None)


def _out(one: object) -> list[object] | None:
    """Return a lane that goes out; of one whose last vehicle is not said to move it is taken that it stands."""
    if not isinstance(one, Mapping):
        return None
    lane, room = wire.device_key(one.get("lane")), wire.between(one.get("room_m"), 0, 5_000)
    return None if lane is None or room is None else [lane, round(room, 1), wire.flag(one.get("moving")) is True]


def _inside(one: object) -> list[object] | None:
    """Return a vehicle on the junction, or None for one whose way, place or speed is not known."""
    if not isinstance(one, Mapping) or (way := _way(one)) is None:
        return None
    to_go, speed = wire.between(one.get("to_go_m"), 0, 500), wire.between(one.get("speed_mps"), 0, 100)
    return None if to_go is None or speed is None else [*way, round(to_go, 1), round(speed, 1)]


def _turns(said: Mapping[str, object], _at: datetime) -> dict[str, object]:
    """Give ``lasts_s`` and ``ways``: from, to, vehicles since ``at``; an empty list says that nobody left."""
    lasts, ways = wire.whole(said.get("lasts_s")), said.get("ways")
    if lasts is None or not 1 <= lasts <= _LONGEST_TURNS_S or not isinstance(ways, list):
        raise DecodeError("message_unreadable")
    found = [one for one in map(_turn, ways[:_MOST_WAYS]) if one is not None]
    if ways and not found:
        raise DecodeError("message_unreadable")
    return {"lasts_s": lasts, "ways": found}


def _turn(one: object) -> list[object] | None:
    if not isinstance(one, Mapping) or (way := _way(one)) is None:
        return None
    vehicles = wire.whole(one.get("vehicles"))
    return [*way, vehicles] if vehicles is not None and 0 <= vehicles <= MOST_VEHICLES else None


def _way(one: Mapping[str, object]) -> tuple[str, str] | None:
    """Return from which lane to which, or None where either is not named."""
    start, end = wire.device_key(one.get("from_lane")), wire.device_key(one.get("to_lane"))
    return None if start is None or end is None else (start, end)


def _state(said: Mapping[str, object], _at: datetime) -> dict[str, object]:
    """Give ``phase`` (the controller's number), ``colour`` and how long it shows (``for_s``)."""
    phase, colour = wire.whole(said.get("phase")), said.get("colour")
    if phase is None or not 1 <= phase <= 64 or not isinstance(colour, str) or colour not in _COLOURS:  # noqa: PLR2004
        raise DecodeError("message_unreadable")
    return wire.present(phase=phase, colour=colour, for_s=wire.between(said.get("for_s"), 0, 100_000))


def _count(said: Mapping[str, object], _at: datetime) -> dict[str, object]:
    """Give ``lasts_s`` and by lane what went over the stop line: car, motorcycle, heavy, occupancy (0 to 1)."""
    lasts, lanes = wire.whole(said.get("lasts_s")), said.get("lanes")
    if lasts is None or not 1 <= lasts <= _LONGEST_COUNT_S or not isinstance(lanes, Mapping):
        raise DecodeError("message_unreadable")
    found: dict[str, object] = {}
    for name, one in list(lanes.items())[:MOST_LANES]:
        key = wire.device_key(name)
        if key is not None and isinstance(one, Mapping):
            counts = {kind: int(wire.between(one.get(kind), 0, 10_000) or 0) for kind in sorted(_KINDS)}
            found[key] = wire.present(**counts, occupancy=wire.between(one.get("occupancy"), 0, 1))
    if not found:
        raise DecodeError("message_unreadable")
    return {"lasts_s": lasts, "lanes": found}


def _log(said: Mapping[str, object], at: datetime) -> dict[str, object]:
    """Give ``events``: milliseconds since 1970, code, parameter; those an hour off the message's time are left out."""
    events = [one for one in (_event(one, at) for one in _list(said.get("events"), MOST_EVENTS)) if one is not None]
    if not events:
        raise DecodeError("message_unreadable")
    return {"events": events}


def _event(one: object, at: datetime) -> list[int] | None:
    if not isinstance(one, list) or len(one) != 3:  # noqa: PLR2004  time, code, parameter
        return None
    try:
        when = wire.moment(one[0])
    except DecodeError:
        return None
    code, param = wire.whole(one[1]), wire.whole(one[2])
    if when is None or code is None or param is None or abs(when - at) > timedelta(hours=1):
        return None
    if not (0 <= code <= _MOST_CODE and 0 <= param <= _MOST_PARAM):
        return None
    return [(when - EPOCH) // timedelta(milliseconds=1), code, param]


def _list(value: object, most: int) -> list[Any]:
    return value[:most] if isinstance(value, list) else []


_READ: Final[Mapping[str, Callable[[Mapping[str, object], datetime], dict[str, object]]]] = {
    "seen": _seen,
    "beyond": _beyond,
    "turns": _turns,
    "state": _state,
    "count": _count,
    "log": _log,
}
