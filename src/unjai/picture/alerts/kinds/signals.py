"""A rule about traffic signals: the controller is lost or not to be trusted, the picture of a junction is not whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from unjai.picture.alerts.rules.facts import SIGNAL_TROUBLE, Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, clock_of, param

PICTURE: Final = "picture"
TROUBLES: Final[Mapping[str, Words]] = {
    "signals_street_conflict": Words(th="ตู้แสดงไฟเขียวขัดกัน", en="greens that cross"),
    "signals_flashing": Words(th="ไฟกะพริบ", en="flashing"),
    "signals_set_ignored": Words(th="ตู้รับคำสั่งแล้วไม่ทำตาม", en="the controller ignores commands"),
    "signals_timing_changed": Words(th="ค่าเวลาในตู้เปลี่ยนไป", en="times in the cabinet changed"),
    "signals_backup_time": Words(th="เวลาสำรองของตู้ใช้ไม่ได้", en="backup time unusable"),
    "signals_no_answer": Words(th="ตู้ควบคุมไม่ตอบ", en="the controller does not answer"),
    "signals_plant_silent": Words(th="ตู้ควบคุมไม่ตอบ", en="the controller does not answer"),
    "signals_manual": Words(th="มีผู้คุมด้วยมือที่ตู้", en="manual control at the cabinet"),
    "signals_preempted": Words(th="ตู้ถูกแทรกหรือหยุดเวลา", en="preempted or stopped"),
    "signals_time_leapt": Words(th="นาฬิกาของศูนย์กระโดด", en="the centre's clock leapt"),
    "signals_clock_unusable": Words(th="นาฬิกาของศูนย์ใช้ไม่ได้", en="the centre's clock is unusable"),
    "signals_wish_stale": Words(th="ไม่มีคำสั่งใหม่จากระบบ", en="no fresh wish of the program"),
    PICTURE: Words(th="ภาพรถก่อนถึงแยกไม่ครบ", en="not every lane is seen"),
}
"""What can be wrong at a junction, the most pressing first; another code is trouble with the controller too."""
_OTHER: Final = Words(th="ตู้ควบคุมมีปัญหา", en="trouble with the controller")


class SignalTroubleParams(Params):
    """Which troubles count."""

    controller: bool = param(True, th="ตู้ควบคุมขาดหายหรือเชื่อไม่ได้", en="Controller lost or not to be trusted")
    picture: bool = param(True, th="ภาพรถก่อนถึงแยกไม่ครบ", en="Not every lane is seen")


class SignalTrouble(AlertKind):
    """The program cannot drive or watch a junction as it should. The process of signals says so and says when over."""

    key = SIGNAL_TROUBLE
    th = "สัญญาณไฟทางแยกมีปัญหา"
    en = "Trouble at a junction's signals"
    Params = SignalTroubleParams
    hears = frozenset({SIGNAL_TROUBLE})
    state = True
    stored = False
    names = True
    usual = Usual(do="notice", code="SIG", priority=2, lasts_s=10, clear_s=60)

    @staticmethod
    def decide(params: SignalTroubleParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Hold while any chosen trouble is said to be there; older news never undoes newer."""
        if not isinstance(fact, Seen) or fact.at.timestamp() < clock_of(memory):
            return None
        said = fact.payload.get("troubles")
        if not isinstance(said, list):
            return None
        codes = [str(one) for one in said if (params.picture if one == PICTURE else params.controller)]
        junction = {name: str(fact.payload.get(name) or "") for name in ("junction_th", "junction_en")}
        facts = {"troubles": codes, **junction} if codes else {}
        return Finding(memory={"t": fact.at.timestamp()}, holds=bool(codes), facts=facts)

    @staticmethod
    def clause(params: SignalTroubleParams, scope: Scope) -> Words:
        """Return the condition in words."""
        who = Words(th="ทางแยก", en="a junction") if scope.anyone else scope.who
        chosen = [Words(th="ตู้ควบคุมขาดหายหรือเชื่อไม่ได้", en="its controller lost or not to be trusted")]
        chosen = chosen if params.controller else []
        chosen += [Words(th="ภาพรถไม่ครบ", en="lanes that nobody sees")] if params.picture else []
        if not chosen:
            return Words(th=f"{who.th}มีปัญหาที่ไม่ได้เลือกไว้", en=f"{who.en} has a trouble that none is chosen of")
        th, en = " หรือ".join(one.th for one in chosen), ", or ".join(one.en for one in chosen)
        return Words(th=f"{who.th}มีปัญหา: {th}", en=f"{who.en} has {en}")

    @staticmethod
    def told(params: SignalTroubleParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened, and at which junction."""
        codes = facts.get("troubles")
        known = [TROUBLES.get(str(one), _OTHER) for one in codes] if isinstance(codes, list) else []
        wrong = known or [_OTHER]
        th, en = facts.get("junction_th") or "", facts.get("junction_en") or ""
        return Words(
            th=" ".join(filter(None, (th, ", ".join(one.th for one in wrong)))),
            en=": ".join(filter(None, (en or th, ", ".join(one.en for one in wrong)))),
        )
