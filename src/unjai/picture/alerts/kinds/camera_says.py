"""A rule about what cameras say by themselves: motion, tampering, a line crossed, an input, by their own analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from unjai.picture.alerts.rules.facts import Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, param

CAMERA_EVENT: Final = "camera_event"
SAYINGS: Final[Mapping[str, Words]] = {
    "tampering": Words(th="กล้องถูกรบกวนหรือภาพเปลี่ยนทั้งภาพ", en="tampering or a changed view"),
    "line": Words(th="มีการข้ามเส้น", en="a line crossed"),
    "area": Words(th="มีสิ่งเข้ามาในเขตที่กำหนด", en="something inside a watched area"),
    "loitering": Words(th="มีคนวนเวียนอยู่นาน", en="loitering"),
    "object": Words(th="พบคน รถ หรือสัตว์", en="a person, vehicle or animal"),
    "input": Words(th="สัญญาณเข้าของกล้องทำงาน", en="an input of the camera"),
    "sound": Words(th="ได้ยินเสียงผิดปกติ", en="a sound"),
    "picture": Words(th="ภาพมืด สว่างจ้า หรือไม่ชัด", en="a picture too dark, bright or blurred"),
    "motion": Words(th="มีความเคลื่อนไหว", en="motion"),
}
"""What a camera can say, the most pressing first; what no one here knows is `other` and fires no rule."""
THINGS: Final[Mapping[str, Words]] = {
    "any": Words(th="อะไรก็ได้", en="anything"),
    "person": Words(th="คน", en="a person"),
    "vehicle": Words(th="รถ", en="a vehicle"),
    "animal": Words(th="สัตว์", en="an animal"),
}


def _says(default: Any, name: str) -> Any:
    words = SAYINGS[name]
    return param(default, th=words.th, en=words.en[0].upper() + words.en[1:])


class CameraSaysParams(Params):
    """Which sayings count."""

    tampering: bool = _says(True, "tampering")  # noqa: FBT003
    line: bool = _says(True, "line")  # noqa: FBT003
    area: bool = _says(True, "area")  # noqa: FBT003
    loitering: bool = _says(True, "loitering")  # noqa: FBT003
    object: bool = _says(False, "object")  # noqa: FBT003
    input: bool = _says(True, "input")  # noqa: FBT003
    sound: bool = _says(False, "sound")  # noqa: FBT003
    picture: bool = _says(False, "picture")  # noqa: FBT003
    motion: bool = _says(False, "motion")  # noqa: FBT003
    thing: Literal["any", "person", "vehicle", "animal"] = param(
        "any",
        th="เฉพาะเมื่อกล้องบอกว่าเป็น",
        en="Only when the camera says it is",
        help_th="กล้องหลายรุ่นไม่บอกว่าเป็นอะไร เลือก “อะไรก็ได้” หากไม่แน่ใจ",
        help_en="Many cameras do not say what it is; choose “anything” when in doubt.",
        choices=THINGS,
    )


class CameraSays(AlertKind):
    """A camera's own analysis or input tells of something; the centre did not see it itself."""

    key = "camera_says"
    th = "กล้องแจ้งเอง (ONVIF)"
    en = "The camera itself says (ONVIF)"
    Params = CameraSaysParams
    hears = frozenset({CAMERA_EVENT})
    usual = Usual(do="notice", code="OTH", priority=3, holdoff_s=600)

    @staticmethod
    def decide(params: CameraSaysParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Each beginning is one happening; what ends, and what nobody chose, is none."""
        if not isinstance(fact, Seen) or fact.payload.get("state") is False:
            return None
        what, thing = fact.payload.get("what"), fact.payload.get("thing")
        if not isinstance(what, str) or what not in SAYINGS or not getattr(params, what):
            return None
        if params.thing not in {"any", thing}:
            return None
        facts = {"what": what, "thing": thing, "rule": fact.payload.get("rule")}
        told = {name: value for name, value in facts.items() if isinstance(value, str)}
        return Finding(memory=memory, happened=True, facts=told)

    @staticmethod
    def clause(params: CameraSaysParams, scope: Scope) -> Words:
        """Return the condition in words."""
        chosen = [words for name, words in SAYINGS.items() if getattr(params, name)]
        who = Words(th="กล้อง", en="a camera") if scope.anyone else scope.who
        if not chosen:
            return Words(th=f"{who.th}แจ้งเองว่ามีเหตุที่ไม่ได้เลือกไว้", en=f"{who.en} says what none is chosen of")
        th, en = " หรือ".join(one.th for one in chosen), ", or ".join(one.en for one in chosen)
        if params.thing == "any":
            return Words(th=f"{who.th}แจ้งเองว่า{th}", en=f"{who.en} itself says: {en}")
        thing = THINGS[params.thing]
        return Words(
            th=f"{who.th}แจ้งเองว่า{th} และบอกว่าเป็น{thing.th}",
            en=f"{who.en} itself says: {en}; and that it is {thing.en}",
        )

    @staticmethod
    def told(params: CameraSaysParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened, with the thing and the camera's own name for its rule where it gave them."""
        what, thing, rule = (facts.get(name) for name in ("what", "thing", "rule"))
        words = SAYINGS.get(what) if isinstance(what, str) else None
        if words is None:
            return Words(th="กล้องแจ้งเหตุเอง", en="the camera says something")
        th, en = words.th, words.en
        if isinstance(thing, str) and thing in THINGS and thing != "any" and what != "motion":
            th, en = f"{th} ({THINGS[thing].th})", f"{en} ({THINGS[thing].en})"
        named = f" — {rule}" if isinstance(rule, str) and rule else ""
        return Words(
            th=f"กล้องแจ้งเอง: {th}{named}" if words else th, en=f"the camera says: {en}{named}" if words else en
        )
