"""The cameras that this centre serves itself: what their process makes of the pictures, as messages like any other's.

No door of the outside leads here: the cameras' process hands its messages to the intake (`unjai.roles.sight`). Each
is one JSON object whose `say` is `health`, `hit`, `count` or `event`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Kind, Sensor

MAX_BODY_BYTES: Final = 64 * 1024
_MOST_TRACKS: Final = 20
_MOST_STEPS: Final = 60
_MOST_COUNTERS: Final = 20
_CORNERS: Final = 4
TROUBLES: Final = frozenset({"no_signal", "frozen", "covered", "defocused", "turned", "dark", "clock"})
_KINDS: Final = frozenset({"person", "bicycle", "car", "motorcycle", "bus", "truck", "dog"})
EVENTS: Final = frozenset(
    {"motion", "tampering", "line", "area", "loitering", "object", "input", "sound", "picture", "other"}
)
_THINGS: Final = frozenset({"person", "vehicle", "animal", "other"})


class Camera(Sensor):
    """A camera of the registry, served by the centre."""

    key = "camera"
    th = "กล้องของศูนย์"
    en = "The centre's own cameras"
    devices = ("camera",)
    kinds = (
        Kind(name="camera_health", retention="device", th="สภาพภาพของกล้อง", en="Camera's health"),
        Kind(name="camera_hit", retention="device", th="กล้องพบเหตุตามกฎ", en="Camera finds what a rule looks for"),
        Kind(name="camera_measured", retention="device", th="เหตุที่กล้องพบสิ้นสุดแล้ว", en="What a camera found is over"),
        Kind(name="camera_count", retention="device", th="จำนวนที่กล้องนับได้", en="Camera's counts"),
        Kind(name="camera_event", retention="device", th="กล้องแจ้งเองผ่าน ONVIF", en="Camera says by itself (ONVIF)"),
    )

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give the one reading of a message."""
        said = wire.parse_json(wire.trimmed(received.body, MAX_BODY_BYTES))
        if not isinstance(said, Mapping):
            raise DecodeError("message_unreadable")
        read = _READ.get(wire.text(said.get("say"), 12) or "")
        if read is None:
            raise DecodeError("message_unreadable")
        return (read(received.device, said),)


def _health(key: str | None, said: Mapping[str, object]) -> Reading:
    troubles = said.get("troubles")
    if not isinstance(troubles, list):
        raise DecodeError("message_unreadable")
    began, ended = (wire.text(said.get(name), 12) for name in ("began", "ended"))
    payload = wire.present(
        troubles=sorted(one for one in troubles[:_MOST_TRACKS] if isinstance(one, str) and one in TROUBLES),
        online=wire.flag(said.get("online")),
        began=began if began in TROUBLES else None,
        ended=ended if ended in TROUBLES else None,
        measure=wire.between(said.get("measure"), 0, 1),
        since=_iso(said.get("since")),
        frames_per_s=wire.between(said.get("fps"), 0, 1_000),
        clock_off_s=wire.number(said.get("clock_off_s")),
    )
    at = wire.moment(said.get("at"))
    own = None if at is None else f"{began or ''}:{ended or ''}:{wire.millis(at)}"
    return Reading(kind="camera_health", device_key=key, observed_at=at, payload=payload, own_id=own)


def _hit(key: str | None, said: Mapping[str, object]) -> Reading:
    rule, scene = wire.text(said.get("rule_id"), 40), wire.text(said.get("scene"), 40)
    at, since = wire.moment(said.get("at")), wire.moment(said.get("since"))
    if rule is None or scene is None or at is None or since is None:
        raise DecodeError("message_unreadable")
    tracks = said.get("tracks")
    numbers = (
        [one for one in map(wire.whole, tracks[:_MOST_TRACKS]) if one is not None] if isinstance(tracks, list) else []
    )
    clip = said.get("clip")
    payload = wire.present(
        rule_id=rule,
        version=wire.whole(said.get("version")),
        scene=scene,
        since=since.isoformat(),
        tracks=numbers,
        box=_box(said.get("box")),
        path=_path(said.get("path")),
        facts=_facts(said.get("facts")),
        still=wire.text(said.get("still"), 40),
        clip={"from": _iso(clip.get("from")), "until": _iso(clip.get("until"))} if isinstance(clip, Mapping) else None,
        th=wire.text(said.get("th"), 200),
        en=wire.text(said.get("en"), 200),
    )
    own = f"{rule}:{wire.millis(at)}:{'-'.join(map(str, numbers))[:80]}"
    return Reading(kind="camera_hit", device_key=key, observed_at=at, payload=payload, own_id=own)


def _measured(key: str | None, said: Mapping[str, object]) -> Reading:
    rule, tracks = wire.text(said.get("rule_id"), 40), said.get("tracks")
    at, hit_at, facts = wire.moment(said.get("at")), wire.moment(said.get("hit_at")), _facts(said.get("facts"))
    if rule is None or at is None or hit_at is None or facts is None or not isinstance(tracks, list):
        raise DecodeError("message_unreadable")
    numbers = [one for one in map(wire.whole, tracks[:_MOST_TRACKS]) if one is not None]
    payload = wire.present(rule_id=rule, hit_at=hit_at.isoformat(), tracks=numbers, facts=facts)
    own = f"measured:{rule}:{wire.millis(hit_at)}:{'-'.join(map(str, numbers))[:80]}"
    return Reading(kind="camera_measured", device_key=key, observed_at=at, payload=payload, own_id=own)


def _count(key: str | None, said: Mapping[str, object]) -> Reading:
    begin, end = wire.moment(said.get("from")), wire.moment(said.get("until"))
    if begin is None or end is None:
        raise DecodeError("message_unreadable")
    there, crossed, inside, counters = (said.get(name) for name in ("there", "crossed", "inside", "counters"))
    payload = wire.present(
        until=end.isoformat(),
        looks=wire.whole(said.get("looks")),
        counters=[
            own
            for one in (counters[:_MOST_COUNTERS] if isinstance(counters, list) else ())
            if (own := wire.text(one, 40)) is not None
        ]
        or None,
        inside=[
            wire.present(
                area=wire.text(one.get("area"), 60),
                kind=one["kind"],
                mean=wire.between(one.get("mean"), 0, 10_000),
                most=wire.whole(one.get("most")),
            )
            for one in (inside[:100] if isinstance(inside, list) else ())
            if isinstance(one, Mapping) and isinstance(one.get("kind"), str) and one["kind"] in _KINDS
        ]
        or None,
        there={
            kind: wire.present(mean=wire.between(one.get("mean"), 0, 10_000), most=wire.whole(one.get("most")))
            for kind, one in (there.items() if isinstance(there, Mapping) else ())
            if kind in _KINDS and isinstance(one, Mapping)
        },
        crossed=[
            wire.present(
                line=wire.text(one.get("line"), 60),
                kind=one["kind"],
                way=wire.text(one.get("way"), 5),
                count=wire.whole(one.get("count")),
            )
            for one in (crossed[:100] if isinstance(crossed, list) else ())
            if isinstance(one, Mapping) and isinstance(one.get("kind"), str) and one["kind"] in _KINDS
        ]
        or None,
    )
    own = f"count:{wire.millis(begin)}"
    return Reading(kind="camera_count", device_key=key, observed_at=begin, payload=payload, own_id=own)


def _event(key: str | None, said: Mapping[str, object]) -> Reading:
    """Read what a camera said by itself; `state` is left out of what happens at once."""
    what, at = wire.text(said.get("what"), 12), wire.moment(said.get("at"))
    if what not in EVENTS or at is None:
        raise DecodeError("message_unreadable")
    thing = wire.text(said.get("thing"), 12)
    payload = wire.present(
        what=what,
        state=wire.flag(said.get("state")),
        thing=thing if thing in _THINGS else None,
        rule=wire.text(said.get("rule"), 80),
        source=wire.text(said.get("source"), 80),
        topic=wire.text(said.get("topic"), 120),
        already=True if said.get("began") is False else None,
        said_at=_own_time(said.get("said_at")),
    )
    about = ":".join(str(payload.get(name, "")) for name in ("what", "state", "source", "rule", "topic"))
    own = f"event:{wire.millis(at)}:{about}"
    return Reading(kind="camera_event", device_key=key, observed_at=at, payload=payload, own_id=own)


def _own_time(value: object) -> str | None:
    """Return what a camera's own clock said; nonsense is left out, its event is not."""
    try:
        return _iso(value)
    except DecodeError:
        return None


def _box(value: object) -> list[float] | None:
    """Return a box in fractions of the picture: left, top, right, bottom."""
    if not isinstance(value, list) or len(value) != _CORNERS:
        return None
    edges = [wire.between(one, 0, 1) for one in value]
    return None if None in edges else edges  # type: ignore[return-value]


def _path(value: object) -> list[list[float]] | None:
    """Return where the first track was: seconds before the hit, and its box each time."""
    if not isinstance(value, list):
        return None
    found: list[list[float]] = []
    for one in value[-_MOST_STEPS:]:
        box = _box(one[1:]) if isinstance(one, list) else None
        ago = wire.between(one[0], -600, 600) if isinstance(one, list) and one else None
        if box is not None and ago is not None:
            found.append([ago, *box])
    return found or None


def _facts(value: object) -> dict[str, object] | None:
    if not isinstance(value, Mapping):
        return None
    found: dict[str, object] = {}
    for name, one in list(value.items())[:_MOST_TRACKS]:
        told = wire.number(one) if not isinstance(one, str) else wire.text(one, 80)
        if (key := wire.text(name, 40)) is not None and told is not None:
            found[key] = told
    return found or None


def _iso(value: object) -> str | None:
    at = wire.moment(value)
    return None if at is None else at.isoformat()


_READ: Final[Mapping[str, Callable[[str | None, Mapping[str, object]], Reading]]] = {
    "health": _health,
    "hit": _hit,
    "measured": _measured,
    "count": _count,
    "event": _event,
}
