"""SOS poles and boxes — เสารับแจ้งเหตุ SOS, ตู้ SOS — over MQTT 3.1.1.

Topics: ``sos/<key>/press``, ``release``, ``heartbeat``, ``battery``, ``tamper``, ``ack``. By HTTP the same, for a page
or a program in a box: ``POST /sos/press`` and so on. Commands to the pole stand under ``sos/<key>/command``.
The topic says what happened; the payload may add to it. A JSON object, an empty payload and plain text (``1``, ``ON``,
``press``) are all read, because the simplest poles and ``mosquitto_pub -m press`` send no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError
from unjai.model.geometry import Point
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Kind, MqttTopic, Sensor, setting

MAX_BODY_BYTES: Final = 16 * 1024
_MAX_WORD: Final = 64
_PERCENT: Final = 100.0

_KINDS: Final = {
    "press": "sos_press",
    "release": "sos_release",
    "heartbeat": "pole_heartbeat",
    "battery": "pole_battery",
    "tamper": "pole_tamper",
    "ack": "pole_ack",
}
_ON: Final = frozenset({"on", "started", "sounding", "received", "acknowledged", "ok", "true", "1"})
_OVER: Final = frozenset({"done", "off", "ended", "stopped", "finished", "false", "0"})
_CANNOT: Final = frozenset({"refused", "failed", "error", "unable"})
_LET_GO: Final = frozenset({"0", "off", "false", "release", "released", "up"})
_GONE: Final = frozenset({"0", "off", "false", "offline", "lost", "dead"})
_SHUT: Final = frozenset({"0", "off", "false", "closed", "close", "ok", "restored"})
_TIMES: Final = ("at", "time", "timestamp", "ts")
_STATES: Final = ("state", "value", "event")


_KINDS_OF_POINT: Final = (
    {"value": "pole", "th": "เสา", "en": "pole"},
    {"value": "box", "th": "ตู้", "en": "box"},
    {"value": "alarm", "th": "จุดแจ้งเหตุ (ปุ่มอย่างเดียว)", "en": "alarm point (a button alone)"},
)


class Settings(BaseModel):
    """What stands at the point: it is offered on the console only where it is there."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    point: Literal["pole", "box", "alarm"] = setting(
        "pole",
        th="ลักษณะจุดแจ้งเหตุ",
        en="Kind of point",
        help_th="เสา ตู้ หรือปุ่มแจ้งเหตุที่ติดตั้งเดี่ยว",
        help_en="A pole, a box, or a button alone.",
        choices=_KINDS_OF_POINT,
    )
    siren: bool = setting(
        default=False,
        th="มีไซเรน",
        en="Has a siren",
        help_th="ศูนย์สั่งให้ดังได้ และจุดต้องตอบรับคำสั่ง",
        help_en="The centre can sound it; the point must acknowledge.",
    )
    light: bool = setting(
        default=False,
        th="มีไฟสัญญาณ",
        en="Has a light",
        help_th="ศูนย์สั่งให้กะพริบได้ และจุดต้องตอบรับคำสั่ง",
        help_en="The centre can flash it; the point must acknowledge.",
    )
    voice: bool = setting(
        default=False,
        th="มีไมโครโฟนและลำโพง",
        en="Has a microphone and a loudspeaker",
        help_th="คุยกับศูนย์ได้ผ่านหน้าจอ /pole หรือโปรแกรม unjai pole",
        help_en="Talks with the centre by the page /pole or the program unjai pole.",
    )


def _taken(_received: Received, _readings: object) -> Answer:
    return Answer(status=201, body=b'{"status":"received"}', media_type="application/json")


class SosPole(Sensor):
    """A button on a pole or in a box, known by its place on the map."""

    key = "sos_pole"
    th = "เสารับแจ้งเหตุ SOS"
    en = "SOS pole"
    devices = ("sos_pole",)
    kinds = (
        Kind(name="sos_press", retention="device", th="กดปุ่มขอความช่วยเหลือ", en="Help button pressed", urgent=True),
        Kind(name="sos_release", retention="device", th="ปล่อยปุ่มขอความช่วยเหลือ", en="Help button released"),
        Kind(name="pole_heartbeat", retention="device", th="สัญญาณชีพของเสา", en="Pole heartbeat"),
        Kind(name="pole_battery", retention="device", th="ระดับแบตเตอรี่ของเสา", en="Pole battery level"),
        Kind(name="pole_tamper", retention="device", th="ฝาเสาถูกเปิดหรือถูกงัด", en="Pole cover opened"),
        Kind(name="pole_ack", retention="device", th="เสาตอบรับคำสั่ง", en="Pole answers a command"),
    )
    Settings = Settings
    topics = tuple(
        MqttTopic(filter=f"sos/+/{event}", device_level=1, max_body_bytes=MAX_BODY_BYTES) for event in _KINDS
    )
    routes = (
        HttpPush(
            paths=tuple(f"/sos/{event}" for event in _KINDS),
            auth=("basic", "device"),
            max_body_bytes=MAX_BODY_BYTES,
            answer=_taken,
        ),
    )
    hears = ("sos/{device}/command",)

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the topic."""
        return received.device or _topic(received.topic_or_path)[0]

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give exactly one reading of a message; see the module for what a payload may hold.

        A press is never turned away for a time or a place that cannot be read: the pole is known, our time counts, and
        ``unreadable`` in the payload names the field.
        """
        body = wire.trimmed(received.body, MAX_BODY_BYTES)
        key, event = _topic(received.topic_or_path)
        said = _said(body)
        if event is None:  # a captured payload without its topic names its event itself
            word = wire.text(said.get("event"), _MAX_WORD) or ""
            event = {"pressed": "press", "released": "release"}.get(word.lower(), word.lower())
            if event not in _KINDS:
                raise DecodeError("topic_unknown", topic=wire.text(received.topic_or_path, 80) or "")
        word = _word(said)
        if event == "press" and word in _LET_GO:
            event = "release"
        payload = _PAYLOADS[event](said, word)
        at: datetime | None = None
        place: Point | None = None
        unreadable: list[str] = []
        try:
            at = _time(said)
        except DecodeError:
            if event != "press":
                raise
            unreadable.append("at")
        try:
            place = _own_place(said)
        except DecodeError:
            if event != "press":
                raise
            unreadable.append("lat")
        if unreadable:
            payload["unreadable"] = unreadable
        return (
            Reading(
                kind=_KINDS[event],
                device_key=received.device or key,
                observed_at=at,
                point=place,
                payload=payload,
                own_id=_own_id(event, said, at),
            ),
        )


def _topic(topic: str) -> tuple[str | None, str | None]:
    """Return the key and the event of ``sos/<key>/<event>``; no key of ``/sos/<event>``; else two times None."""
    levels = topic.strip("/").split("/")
    if len(levels) == 2 and levels[0] == "sos" and levels[1] in _KINDS:  # noqa: PLR2004  by HTTP
        return None, levels[1]
    if len(levels) != 3 or levels[0] != "sos" or levels[2] not in _KINDS:  # noqa: PLR2004  its three levels
        return None, None
    return wire.device_key(levels[1]), levels[2]


def _said(body: bytes) -> Mapping[str, object]:
    """Return what the payload says as names and values; a bare word or number stands under ``state``."""
    if not body:
        return {}
    try:
        found = wire.parse_json(body)
    except DecodeError:
        if body[:1] in b'{["' or len(body) > _MAX_WORD:
            raise
        found = _plain(body)
    if isinstance(found, Mapping):
        return found
    if found is None:
        return {}
    if isinstance(found, str | int | float) and wire.text(str(found)[:_MAX_WORD]) is not None:
        return {"state": found}
    raise DecodeError("message_unreadable")


def _plain(body: bytes) -> str:
    for encoding in ("utf-8", "cp874"):
        try:
            found = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if found.isprintable():
            return found
    raise DecodeError("message_unreadable")


def _word(said: Mapping[str, object]) -> str:
    """Return the state a payload names, in small letters; empty where it names none."""
    for name in _STATES:
        value = said.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        if found := wire.text(value, _MAX_WORD):
            return found.lower()
    return ""


def _time(said: Mapping[str, object]) -> datetime | None:
    for name in _TIMES:
        if name in said:
            return wire.moment(said[name], BANGKOK)
    return None


def _own_place(said: Mapping[str, object]) -> Point | None:
    """Return where the pole says it is; most say nothing and are where the registry has them."""
    if said.get("lat") is None and said.get("lon") is None:
        return None
    return wire.place(said.get("lon"), said.get("lat"), said.get("acc"))


def _own_id(event: str, said: Mapping[str, object], at: datetime | None) -> str | None:
    """Name the message: a sequence counts only within one boot, so alone it names nothing without a time."""
    seq, boot = wire.text(said.get("seq"), 40), wire.text(said.get("boot"), 40)
    if seq is not None and boot is not None:
        return f"{event}:{boot}:{seq}"
    if at is not None:
        return f"{event}:@{wire.millis(at)}" + (f":{seq}" if seq is not None else "")
    if event == "ack":  # a point says each thing of a command once
        return f"ack:{wire.text(said.get('command'), 64)}:{_word(said)}"
    return None


def _share(value: object) -> float | None:
    """Return a battery as a share of 1. Up to 1 it is a share already, above it is percent."""
    found = wire.between(value, 0, _PERCENT)
    return found if found is None or found <= 1 else found / _PERCENT


def _battery(said: Mapping[str, object]) -> dict[str, object]:
    percent = wire.between(said.get("battery_percent"), 0, _PERCENT)
    share = _share(said.get("battery")) if percent is None else percent / _PERCENT
    return wire.present(
        battery=share,
        battery_v=wire.between(said.get("battery_v"), 0, 1_000),
        mains=wire.flag(said.get("mains")),
        charging=wire.flag(said.get("charging")),
    )


def _common(said: Mapping[str, object]) -> dict[str, object]:
    return wire.present(
        seq=wire.whole(said.get("seq")),
        boot=wire.text(said.get("boot"), 40),
        button=wire.text(said.get("button"), 40),
    )


def _press(said: Mapping[str, object], _word: str) -> dict[str, object]:
    return {**_common(said), **_battery(said)}


def _heartbeat(said: Mapping[str, object], word: str) -> dict[str, object]:
    """`online` is False only where the pole's last will says that it is gone."""
    return {
        **_common(said),
        **_battery(said),
        **wire.present(
            uptime_s=wire.between(said.get("uptime_s"), 0, 1e10),
            rssi_dbm=wire.between(said.get("rssi_dbm"), -200, 50),
            temperature_c=wire.between(said.get("temperature_c"), -60, 150),
            firmware=wire.text(said.get("firmware"), 40),
        ),
        "online": word not in _GONE,
    }


def _level(said: Mapping[str, object], _word: str) -> dict[str, object]:
    """A battery message that gives no level, no voltage and no state of the mains says nothing."""
    found = _battery(said)
    if "battery" not in found and (share := _share(said.get("state", said.get("level")))) is not None:
        found["battery"] = share
    if not found:
        raise DecodeError("battery_unreadable")
    return {**_common(said), **found}


def _tamper(said: Mapping[str, object], word: str) -> dict[str, object]:
    """`open` is True unless the message says that the cover is shut: a bare message is an alarm."""
    said_open = wire.flag(said.get("open"))
    return {**_common(said), **_battery(said), "open": word not in _SHUT if said_open is None else said_open}


def _ack(said: Mapping[str, object], word: str) -> dict[str, object]:
    """Say which command, and whether it works now, is over, or cannot be done."""
    command = wire.text(said.get("command"), 64)
    state = "on" if word in _ON else "done" if word in _OVER else "refused" if word in _CANNOT else None
    if command is None or state is None:
        raise DecodeError("ack_unreadable")
    return {**_common(said), "command": command, "state": state, **wire.present(why=wire.text(said.get("why"), 200))}


_PAYLOADS: Final = {
    "press": _press,
    "release": _press,
    "heartbeat": _heartbeat,
    "battery": _level,
    "tamper": _tamper,
    "ack": _ack,
}
