"""Rules about what people tell: repeated presses, reports by kind and hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from unjai.picture.alerts.rules.facts import Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, param

REPORTS: Mapping[str, Words] = {
    "sos_press": Words(th="การกดปุ่ม SOS", en="an SOS button pressed"),
    "citizen_sos": Words(th="การขอความช่วยเหลือจากประชาชน", en="a citizen's call for help"),
    "citizen_report": Words(th="การแจ้งเหตุจากประชาชน", en="a citizen's report"),
    "unit_distress": Words(th="การขอความช่วยเหลือจากสายตรวจ", en="a unit's call for help"),
    "pole_tamper": Words(th="ฝาเสาถูกเปิดหรือถูกงัด", en="a pole's cover opened"),
    "hook_alarm": Words(th="การแจ้งเหตุจากระบบอื่น", en="an alarm of another system"),
}


class PressesParams(Params):
    """How many in how long."""

    count: int = param(3, th="กดตั้งแต่", en="Pressed at least", unit_th="ครั้ง", unit_en="times", ge=2, le=20)
    minutes: int = param(10, th="ภายใน", en="Within", unit_th="นาที", unit_en="min", ge=1, le=120)


class Presses(AlertKind):
    """One button is pressed again and again: somebody in great need, a broken button, or mischief."""

    key = "presses"
    th = "กดปุ่มขอความช่วยเหลือซ้ำหลายครั้ง"
    en = "Help button pressed again and again"
    Params = PressesParams
    hears = frozenset({"sos_press"})
    usual = Usual(do="notice", priority=2, code="SOS")

    @staticmethod
    def decide(params: PressesParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Count presses by their ids, so that one told twice is one; those that were told of once are spent."""
        if not isinstance(fact, Seen):
            return None
        now, own = fact.at.timestamp(), str(fact.id)
        known: Mapping[str, list[Any]] = memory.get("presses", {})
        newest = max([now, *(float(at) for at, _spent in known.values())])
        presses = {key: pair for key, pair in known.items() if newest - pair[0] <= params.minutes * 60}
        if own in presses or newest - now > params.minutes * 60:
            return None
        presses[own] = [now, False]
        count = sum(not spent for _at, spent in presses.values())
        if count < params.count:
            return Finding(memory={"presses": presses})
        spent = {key: [at, True] for key, (at, _spent) in presses.items()}
        return Finding(memory={"presses": spent}, happened=True, facts={"count": count, "minutes": params.minutes})

    @staticmethod
    def clause(params: PressesParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"ปุ่มของ{scope.who.th}ถูกกดตั้งแต่ {params.count} ครั้งใน {params.minutes} นาที",
            en=f"the button of {scope.who.en} is pressed {params.count} times or more within {params.minutes} min",
        )

    @staticmethod
    def told(params: PressesParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        count, minutes = facts.get("count", params.count), params.minutes
        return Words(th=f"กดปุ่ม {count} ครั้งใน {minutes} นาที", en=f"pressed {count} times in {minutes} min")


class ReportedParams(Params):
    """What sort of telling."""

    report: Literal["sos_press", "citizen_sos", "citizen_report", "unit_distress", "pole_tamper", "hook_alarm"] = param(
        "citizen_report", th="เมื่อมี", en="When there is", choices=REPORTS
    )


class Reported(AlertKind):
    """A telling of a chosen sort at the hours and places of the rule, beside the incident that it opens anyway."""

    key = "reported"
    th = "มีการแจ้งเหตุในเวลาและพื้นที่ที่กำหนด"
    en = "Something is reported at a time and place"
    Params = ReportedParams
    hears = frozenset(REPORTS)
    usual = Usual(do="notice", priority=2, holdoff_s=0)

    @classmethod
    def hears_of(cls, params: Any) -> frozenset[str]:
        """Return the one kind that was chosen."""
        return frozenset({params.report})

    @staticmethod
    def decide(params: ReportedParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Each telling is one happening; a cover that is shut again is none."""
        if not isinstance(fact, Seen) or fact.payload.get("open") is False:
            return None
        return Finding(memory=memory, happened=True, facts={"report": params.report})

    @staticmethod
    def clause(params: ReportedParams, scope: Scope) -> Words:
        """Return the condition in words."""
        what = REPORTS[params.report]
        if scope.anyone:
            return Words(th=f"มี{what.th}", en=f"there is {what.en}")
        return Words(th=f"มี{what.th}ทาง{scope.who.th}", en=f"there is {what.en} by {scope.who.en}")

    @staticmethod
    def told(params: ReportedParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened."""
        what = REPORTS[params.report]
        return Words(th=what.th, en=what.en)
