"""What cameras say by themselves (ONVIF PullPoint events, Profile M's among them), read forgivingly. Pure.

Topics as the ONVIF Core, Imaging and Analytics specifications name them, and as makers bend them (a vendor's name
before or in the middle of a topic, another name for the state). What is about a face, a person's looks or a plate is
refused here and never goes further, not even as a topic. What nobody knows is counted by its topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from unjai.model.errors import DecodeError

if TYPE_CHECKING:
    from lxml.etree import _Element

What = Literal["motion", "tampering", "line", "area", "loitering", "object", "input", "sound", "picture"]
Thing = Literal["person", "vehicle", "animal", "other"]

MOST_BYTES: Final = 1_000_000
MOST_MESSAGES: Final = 200
"""A camera that says more at once is counted, not heard."""
_MOST_ITEMS: Final = 40
_MOST_TEXT: Final = 80
_MOST_TOPIC: Final = 120
_MOST_KNOWN: Final = 200
_LOST_S: Final = 60.0

_PERSONAL: Final = re.compile(
    r"fac(e|ial)|humantrait|attribute|gender|\bage\b|\bemotion|identi|biometr|bodytemp"
    r"|recognition|(?<!tem)plate|anpr|\blpr\b"
)
"""Topics, classes and rules that are about who somebody is, how he looks, or a plate."""
_KNOWN: Final[tuple[tuple[str, What, Thing | None], ...]] = (
    (r"globalscenechange|scenechange|tamper|videoblind|videomask|shelter", "tampering", None),
    (r"imagetoo(dark|bright|blurry)|signalloss|videoloss|/defocus", "picture", None),
    (r"linedetect|linecross|crossline|tripwire|linecounter", "line", None),
    (r"loiter", "loitering", None),
    (r"fielddetect|objectsinside|crossregion|intrusion|regionentrance|regionexit|invasion", "area", None),
    (r"people|human|pedestrian", "object", "person"),
    (r"vehicle", "object", "vehicle"),
    (r"dogcat|\bpet|animal", "object", "animal"),
    (r"objectdetect|objectanalytics|objectclass|smartevent", "object", None),
    (r"digitalinput|alarmin\b|device/io/(port|virtualinput|virtualport)|logicalinput", "input", None),
    (r"detectedsound|audiodetect|audioanalytics|audiosource", "sound", None),
    (r"motion|(^|/)vmd", "motion", None),
)
"""The first that is found in a topic (lower case, without prefixes) says what it is about, and about which thing."""
_TOPICS: Final = tuple((re.compile(pattern), what, thing) for pattern, what, thing in _KNOWN)
_STATES: Final = (
    "state",
    "ismotion",
    "isinside",
    "logicalstate",
    "istamper",
    "isloitering",
    "issounddetected",
    "islinecross",
    "isintrusion",
    "ispeople",
    "isvehicle",
    "ispet",
    "active",
    "detected",
    "value",
)
_SOURCES: Final = ("videosourceconfigurationtoken", "videosourcetoken", "videosource", "vsconf", "source")
_CLASSES: Final[Mapping[str, Thing]] = {
    "human": "person",
    "person": "person",
    "people": "person",
    "humanbody": "person",
    "humanhead": "person",
    "pedestrian": "person",
    "vehicle": "vehicle",
    "vehical": "vehicle",
    "car": "vehicle",
    "bus": "vehicle",
    "truck": "vehicle",
    "motorcycle": "vehicle",
    "motorbike": "vehicle",
    "bicycle": "vehicle",
    "bike": "vehicle",
    "animal": "animal",
    "dog": "animal",
    "cat": "animal",
}
"""Classes of Profile M's objects (`tt:ObjectType`, and what makers write)."""
_YES: Final = frozenset({"true", "1", "on", "yes", "active", "high"})
_NO: Final = frozenset({"false", "0", "off", "no", "inactive", "low"})


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraEvent:
    """One thing that a camera says.

    `state` is None for what happens at once and has no end (a line crossed). `began` is false for what only was so when
    we came. `source` is the video source that it names, `rule` the camera's own name for its rule, `thing` what it saw.
    """

    what: What
    state: bool | None
    topic: str
    began: bool = True
    said_at: str | None = None
    thing: Thing | None = None
    source: str | None = None
    rule: str | None = None
    object_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """What one answer held: events, how many were refused or unreadable or too many, and topics that nobody knows."""

    events: tuple[CameraEvent, ...] = ()
    unknown: tuple[str, ...] = ()
    personal: int = 0
    broken: int = 0


def pulled(body: bytes) -> Pulled:
    """Return what an answer to PullMessages (or a Notify) says; raise `onvif_answer_unreadable` for what is none.

    A fault is none: the subscription is gone, or never was.
    """
    from lxml import etree  # noqa: PLC0415  only who hears cameras needs it

    if len(body) > MOST_BYTES:
        raise DecodeError("onvif_answer_unreadable")
    forgiving = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, forgiving)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DecodeError("onvif_answer_unreadable") from error
    if root is None or root.getroottree().docinfo.doctype or _name(root) != "Envelope":
        raise DecodeError("onvif_answer_unreadable")
    if not any(_name(one) in {"PullMessagesResponse", "Notify"} for one in root.iter("{*}*")):
        raise DecodeError("onvif_answer_unreadable")
    events: list[CameraEvent] = []
    unknown: list[str] = []
    personal = broken = 0
    for number, message in enumerate(root.iter("{*}NotificationMessage")):
        if number >= MOST_MESSAGES:
            broken += 1
            continue
        read = _message(message)
        if isinstance(read, CameraEvent):
            events.append(read)
        elif read is None:
            personal += 1
        elif read:
            unknown.append(read)
        else:
            broken += 1
    return Pulled(events=tuple(events), unknown=tuple(unknown), personal=personal, broken=broken)


def _message(holder: _Element) -> CameraEvent | str | None:
    """Return an event; None for what is personal, the topic of what nobody knows, "" for what cannot be read."""
    topic = topic_of("".join(_child(holder, "Topic").itertext()) if _has(holder, "Topic") else "")
    outer = _child(holder, "Message") if _has(holder, "Message") else None
    inner = None if outer is None else _child(outer, "Message") if _has(outer, "Message") else outer
    if not topic or inner is None:
        return ""
    found = known(topic)
    data, source, key = (_items(inner, part) for part in ("Data", "Source", "Key"))
    items = {**source, **key, **data}
    classes = [items[name] for name in ("classtypes", "objecttype", "classtype", "type") if name in items]
    rule = _text(items.get("rule") or items.get("rulename"))
    if _PERSONAL.search(topic.lower()) or any(_PERSONAL.search(one.lower()) for one in (*classes, rule or "")):
        return None
    if found is None:
        return topic
    what, thing = found
    words = [word.lower() for one in classes for word in re.split(r"\W+", one)]
    named = next((_CLASSES[word] for word in words if word in _CLASSES), None)
    operation = str(inner.get("PropertyOperation") or "")
    state = False if operation == "Deleted" else _state(data, what)
    return CameraEvent(
        what=what,
        state=state,
        topic=topic,
        began=operation != "Initialized",
        said_at=_text(inner.get("UtcTime"), 40),
        thing=named or thing or _thing_of(data) or ("other" if classes else None),
        source=_text(next((source[name] for name in _SOURCES if source.get(name)), None)),
        rule=rule,
        object_id=_text(items.get("objectid"), 40),
    )


def topic_of(said: str) -> str:
    """Return a topic without namespaces' prefixes and blanks: `RuleEngine/LineDetector/Crossed`."""
    parts = [part.rpartition(":")[2].strip() for part in said.strip().split("/")]
    plain = "/".join(re.sub(r"[^\w.-]", "", part, flags=re.ASCII) for part in parts)
    return plain.strip("/")[:_MOST_TOPIC]


def known(topic: str) -> tuple[What, Thing | None] | None:
    """Return what a topic (as `topic_of` gives it) is about, None where nobody knows."""
    low = topic.lower()
    return next(((what, thing) for pattern, what, thing in _TOPICS if pattern.search(low)), None)


def _state(data: Mapping[str, str], what: What) -> bool | None:
    """Return yes or no; None where nothing of the kind is said, or where the thing has no lasting state."""
    if what == "object" and "classtypes" in data:  # Profile M: the classes that are there now, empty when none is
        return bool(data["classtypes"].strip())
    told = [data[name] for name in _STATES if name in data]
    if not told and what not in {"line", "object"}:
        told = [value for name, value in data.items() if name not in {"objectid", "count", "window"}]
    for value in told:
        word = value.strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
    return None


def _thing_of(data: Mapping[str, str]) -> Thing | None:
    """Return what a camera that says it by the name of the state means (`IsPeople`, `IsVehicle`)."""
    for name, thing in (("ispeople", "person"), ("isvehicle", "vehicle"), ("ispet", "animal")):
        if data.get(name, "").strip().lower() in _YES:
            return thing  # type: ignore[return-value]
    return None


def _items(message: _Element, part: str) -> dict[str, str]:
    """Return the simple items of a part, names in lower case; what is structured is left out."""
    found: dict[str, str] = {}
    for holder in message.iterchildren("{*}" + part):
        for item in holder.iterchildren("{*}SimpleItem"):
            name, value = item.get("Name"), item.get("Value")
            if name and value is not None and len(found) < _MOST_ITEMS:
                found.setdefault(str(name).strip().lower()[:_MOST_TEXT], str(value)[:_MOST_TEXT])
    return found


def _child(holder: _Element, name: str) -> _Element:
    return next(iter(holder.iterchildren("{*}" + name)))


def _has(holder: _Element, name: str) -> bool:
    return next(iter(holder.iterchildren("{*}" + name)), None) is not None


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(value: object, limit: int = _MOST_TEXT) -> str | None:
    """Return what may be kept and shown of a text."""
    said = "".join(sign for sign in str(value or "") if sign.isprintable()).strip()[:limit]
    return said or None


@dataclass(slots=True)
class Known:
    """What one camera has said so far: the same thing said again is no news. Remembers no more than it must."""

    _true: dict[tuple[str, str, str, str], dict[str, float]] = field(default_factory=dict)

    def news(self, events: Iterable[CameraEvent], at_s: float) -> list[CameraEvent]:
        """Return the events that say something new; `at_s` grows.

        A state is news when it changes; one that was there when we came is news once. Of several objects inside one
        area the first begins and the last ends it. What has not been said for a minute is news again when it begins:
        its end was lost.
        """
        return [one for one in events if self._new(one, at_s)]

    def _new(self, one: CameraEvent, at_s: float) -> bool:
        if one.state is None:
            return one.began
        key = (one.what, one.source or "", one.rule or "", one.topic)
        inside, name = self._true.get(key), one.object_id or ""
        if one.state:
            lost = inside is not None and one.began and at_s - max(inside.values()) > _LOST_S
            if inside is None or lost:
                if inside is None and len(self._true) >= _MOST_KNOWN:
                    self._true.pop(next(iter(self._true)))
                self._true[key] = {name: at_s}
                return True
            if name in inside or len(inside) < _MOST_KNOWN:
                inside[name] = at_s
            return False
        if inside is None:
            return False
        inside.pop(name, None)
        if inside and name:
            return False
        del self._true[key]
        return True
