"""A rule about the cameras themselves: covered, turned away, frozen, out of focus, too dark, clock wrong, no signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from unjai.picture.alerts.rules.facts import Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, clock_of, param

CAMERA_HEALTH: Final = "camera_health"
TROUBLES: Final[Mapping[str, Words]] = {
    "covered": Words(th="ภาพถูกบังหรือถูกพ่นสี", en="covered or sprayed"),
    "turned": Words(th="กล้องถูกหันไปทางอื่น", en="turned away"),
    "frozen": Words(th="ภาพค้าง", en="picture frozen"),
    "defocused": Words(th="ภาพไม่ชัด หลุดโฟกัส", en="out of focus"),
    "dark": Words(th="ภาพมืดจนมองไม่เห็น", en="too dark to see"),
    "clock": Words(th="นาฬิกาของกล้องไม่ตรง", en="camera's clock is wrong"),
    "no_signal": Words(th="ไม่มีสัญญาณภาพ", en="no signal"),
}
"""What can be wrong with a camera, the most pressing first."""


class CameraHealthParams(Params):
    """Which troubles count."""

    covered: bool = param(True, th="ถูกบังหรือถูกพ่นสี", en="Covered or sprayed")
    turned: bool = param(True, th="ถูกหันไปทางอื่น", en="Turned away")
    frozen: bool = param(True, th="ภาพค้าง", en="Picture frozen")
    defocused: bool = param(True, th="ภาพไม่ชัด", en="Out of focus")
    dark: bool = param(True, th="มืดจนมองไม่เห็น", en="Too dark to see")
    clock: bool = param(False, th="นาฬิกาไม่ตรง", en="Clock wrong")
    no_signal: bool = param(
        False,
        th="ไม่มีสัญญาณภาพ",
        en="No signal",
        help_th="ศูนย์แจ้งอุปกรณ์เงียบให้อยู่แล้ว เลือกเมื่อต้องการให้แจ้งด้วยกฎนี้อีก",
        help_en="A silent device is told of anyway; choose it to be told by this rule as well.",
    )


class CameraHealth(AlertKind):
    """A camera gives pictures that are of no use. Its process judges them, with times of its own against flapping."""

    key = "camera_health"
    th = "ภาพจากกล้องใช้การไม่ได้"
    en = "Camera's picture is of no use"
    Params = CameraHealthParams
    hears = frozenset({CAMERA_HEALTH})
    state = True
    judged = True
    usual = Usual(do="incident", code="TMP", priority=2, holdoff_s=1800, clear_s=60)

    @staticmethod
    def decide(params: CameraHealthParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Hold while any chosen trouble is said to be there; older news never undoes newer."""
        if not isinstance(fact, Seen) or fact.at.timestamp() < clock_of(memory):
            return None
        said = fact.payload.get("troubles")
        if not isinstance(said, list):
            return None
        wrong = [name for name in TROUBLES if name in said and getattr(params, name)]
        return Finding(memory={"t": fact.at.timestamp()}, holds=bool(wrong), facts={"troubles": wrong} if wrong else {})

    @staticmethod
    def clause(params: CameraHealthParams, scope: Scope) -> Words:
        """Return the condition in words."""
        chosen = [words for name, words in TROUBLES.items() if getattr(params, name)]
        who = Words(th="กล้อง", en="a camera") if scope.anyone else scope.who
        if not chosen:
            return Words(th=f"{who.th}มีปัญหาที่ไม่ได้เลือกไว้", en=f"{who.en} has a trouble that none is chosen of")
        th = " หรือ".join(one.th for one in chosen)
        return Words(th=f"{who.th}มีปัญหา: {th}", en=f"{who.en} has a trouble: {', or '.join(one.en for one in chosen)}")

    @staticmethod
    def told(params: CameraHealthParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened."""
        names = facts.get("troubles")
        wrong = [TROUBLES[name] for name in names if name in TROUBLES] if isinstance(names, list) else []
        if not wrong:
            return Words(th="ภาพใช้การไม่ได้", en="picture of no use")
        return Words(th=", ".join(one.th for one in wrong), en=", ".join(one.en for one in wrong))
