"""Rules about devices: silent, low battery, opened, refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from unjai.picture.alerts.rules.facts import QUIET_KINDS, REFUSED, SIGNAL_TROUBLE, Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, clock_of, number, param


class DeviceSilentParams(Params):
    """How long."""

    minutes: int = param(
        30,
        th="เงียบนานกว่า",
        en="Silent for longer than",
        help_th="นับจากข้อความสุดท้ายที่ได้รับ เวลาที่ระบบเองหยุดทำงานไม่นับ",
        help_en="Counted from the last message; time in which the centre itself was down does not count.",
        unit_th="นาที",
        unit_en="min",
        ge=1,
        le=10_080,
    )


class DeviceSilent(AlertKind):
    """Nothing was heard of a device that should speak by itself."""

    key = "device_silent"
    th = "อุปกรณ์เงียบนานเกินกำหนด"
    en = "Device silent for too long"
    Params = DeviceSilentParams
    state = True
    usual = Usual(do="incident", code="DSL", priority=3, clear_s=60, holdoff_s=3600)

    @staticmethod
    def decide(params: DeviceSilentParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Ask again when the time is over; what is heard in between ends it."""
        most = timedelta(minutes=params.minutes)
        if isinstance(fact, Seen):
            if fact.thing.kind in QUIET_KINDS or fact.thing.unit is not None or fact.payload.get("online") is False:
                return None
            if fact.kind == SIGNAL_TROUBLE:
                return None
            heard = max(clock_of(memory), fact.heard_at.timestamp())
            return Finding(memory={"t": heard}, holds=False, look_at=datetime.fromtimestamp(heard, UTC) + most)
        since = max(datetime.fromtimestamp(clock_of(memory), UTC), fact.listening_since)
        if fact.at - since < most:
            return Finding(memory=memory, look_at=since + most)
        return Finding(memory=memory, holds=True, since=since, facts={"minutes": params.minutes})

    @staticmethod
    def clause(params: DeviceSilentParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"{scope.who.th}เงียบนานกว่า {params.minutes} นาที",
            en=f"{scope.who.en} is silent for longer than {params.minutes} min",
        )

    @staticmethod
    def told(params: DeviceSilentParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened."""
        return Words(th=f"เงียบนานกว่า {params.minutes} นาที", en=f"silent for over {params.minutes} min")


class BatteryBelowParams(Params):
    """How low, and how much higher it must be to count as charged."""

    percent: int = param(20, th="แบตเตอรี่ต่ำกว่า", en="Battery below", unit_th="%", unit_en="%", ge=1, le=99)
    margin: int = param(
        5,
        th="ถือว่าพ้นเมื่อสูงกว่านั้นอีก",
        en="Over only when higher by",
        help_th="กันแจ้งซ้ำเมื่อค่าขึ้นลงเล็กน้อย",
        help_en="Keeps a level that wavers from being told again and again.",
        unit_th="จุด %",
        unit_en="points",
        ge=0,
        le=30,
    )


class BatteryBelow(AlertKind):
    """The battery of a device is low."""

    key = "battery_below"
    th = "แบตเตอรี่ต่ำ"
    en = "Battery low"
    Params = BatteryBelowParams
    state = True
    usual = Usual(do="notice", code="OTH", priority=3, lasts_s=1800, holdoff_s=21_600)

    @staticmethod
    def decide(params: BatteryBelowParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Low below the limit, over only above limit and margin; older news never undoes newer."""
        level = number(fact.payload.get("battery")) if isinstance(fact, Seen) else None
        if level is None or fact.at.timestamp() < clock_of(memory):
            return None
        percent = round(level * 100, 1)
        holds = True if percent < params.percent else False if percent >= params.percent + params.margin else None
        return Finding(memory={"t": fact.at.timestamp()}, holds=holds, facts={"percent": percent} if holds else {})

    @staticmethod
    def clause(params: BatteryBelowParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"แบตเตอรี่ของ{scope.who.th}ต่ำกว่า {params.percent} %",
            en=f"the battery of {scope.who.en} is below {params.percent} %",
        )

    @staticmethod
    def told(params: BatteryBelowParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        level = facts.get("percent", params.percent)
        return Words(th=f"แบตเตอรี่เหลือ {level:g} %", en=f"battery at {level:g} %")


class Tampered(AlertKind):
    """The cover of a pole or box stands open."""

    key = "tamper"
    th = "ฝาอุปกรณ์ถูกเปิดหรือถูกงัด"
    en = "Device opened"
    hears = frozenset({"pole_tamper"})
    state = True
    usual = Usual(do="incident", code="TMP", priority=2, lasts_s=300)

    @staticmethod
    def decide(params: Params, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:  # noqa: ARG004
        """Open until it says that it is shut."""
        if not isinstance(fact, Seen) or fact.at.timestamp() < clock_of(memory):
            return None
        return Finding(memory={"t": fact.at.timestamp()}, holds=fact.payload.get("open") is not False)

    @staticmethod
    def clause(params: Params, scope: Scope) -> Words:  # noqa: ARG004
        """Return the condition in words."""
        return Words(th=f"ฝาของ{scope.who.th}ถูกเปิดหรือถูกงัด", en=f"the cover of {scope.who.en} stands open")

    @staticmethod
    def told(params: Params, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened."""
        return Words(th="ฝาถูกเปิดหรือถูกงัด", en="cover open")


class RefusedOftenParams(Params):
    """How many in how long."""

    count: int = param(20, th="ถูกปฏิเสธ", en="Refused", unit_th="ข้อความ", unit_en="messages", ge=1, le=100_000)
    minutes: int = param(10, th="ภายใน", en="Within", unit_th="นาที", unit_en="min", ge=1, le=1440)


class RefusedOften(AlertKind):
    """Messages of a device are refused again and again: wrong secret, wrong topic, or somebody tries."""

    key = "refused_often"
    th = "ข้อความของอุปกรณ์ถูกปฏิเสธบ่อย"
    en = "Messages refused again and again"
    Params = RefusedOftenParams
    hears = frozenset({REFUSED})
    stored = False
    usual = Usual(do="notice", holdoff_s=3600)

    @staticmethod
    def decide(params: RefusedOftenParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Compare the count with what it was so many minutes ago; what was told once starts the count anew."""
        if not isinstance(fact, Seen) or (total := number(fact.payload.get("count"))) is None:
            return None
        now = fact.at.timestamp()
        floor = now - params.minutes * 60
        known = memory.get("past", [])
        past = [pair for pair in known if pair[0] < floor][-1:] + [pair for pair in known if pair[0] >= floor]
        grown = total - min((pair[1] for pair in past), default=total)
        if grown >= params.count:
            facts = {"count": int(grown), "minutes": params.minutes}
            return Finding(memory={"past": [[now, total]]}, happened=True, facts=facts)
        return Finding(memory={"past": [*past[-50:], [now, total]]})

    @staticmethod
    def clause(params: RefusedOftenParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"ข้อความของ{scope.who.th}ถูกปฏิเสธตั้งแต่ {params.count} ครั้งใน {params.minutes} นาที",
            en=f"{params.count} or more messages of {scope.who.en} are refused within {params.minutes} min",
        )

    @staticmethod
    def told(params: RefusedOftenParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        count, minutes = facts.get("count", params.count), params.minutes
        return Words(th=f"ถูกปฏิเสธ {count} ข้อความใน {minutes} นาที", en=f"{count} messages refused in {minutes} min")
