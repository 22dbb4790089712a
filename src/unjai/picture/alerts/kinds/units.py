"""Rules about patrols: into or out of an area, stopped on the way, too fast, nobody there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from unjai.model.geometry import Point, distance_m
from unjai.picture.alerts.rules.facts import Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, clock_of, number, param

POSITION = frozenset({"position"})
_FIXES = 2
"""Fixes in a row that must agree: one alone may be a leap of the receiver."""
_SLOWER = 0.9


def _fix(fact: Fact, memory: Mapping[str, Any]) -> Seen | None:
    """Return a fact that is a newer fix than what is remembered."""
    if not isinstance(fact, Seen) or fact.point is None or fact.payload.get("valid") is False:
        return None
    return fact if fact.at.timestamp() > clock_of(memory) else None


class CrossedParams(Params):
    """Which way."""

    way: Literal["enter", "leave", "both"] = param(
        "leave",
        th="เมื่อสายตรวจ",
        en="When a unit",
        choices={
            "enter": Words(th="เข้าพื้นที่", en="enters the area"),
            "leave": Words(th="ออกจากพื้นที่", en="leaves the area"),
            "both": Words(th="เข้าหรือออกจากพื้นที่", en="enters or leaves the area"),
        },
    )


class Crossed(AlertKind):
    """A unit went into or out of an area."""

    key = "area_crossed"
    th = "สายตรวจเข้าหรือออกจากพื้นที่"
    en = "Unit enters or leaves an area"
    Params = CrossedParams
    hears = POSITION
    subject = "unit"
    area = "target"

    @staticmethod
    def decide(params: CrossedParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Two fixes on the other side are a crossing; the first ones only tell where the unit is."""
        seen = _fix(fact, memory)
        if seen is None:
            return None
        now, was = seen.at.timestamp(), memory.get("inside")
        if was is None or seen.inside == was:
            return Finding(memory={"t": now, "inside": seen.inside if was is None else was, "n": 0})
        count = int(memory.get("n", 0)) + 1
        if count < _FIXES:
            return Finding(memory={"t": now, "inside": was, "n": count})
        way = "enter" if seen.inside else "leave"
        after = {"t": now, "inside": seen.inside, "n": 0}
        return Finding(memory=after, happened=params.way in (way, "both"), facts={"way": way})

    @staticmethod
    def clause(params: CrossedParams, scope: Scope) -> Words:
        """Return the condition in words."""
        th = {"enter": "เข้า", "leave": "ออกจาก", "both": "เข้าหรือออกจาก"}[params.way]
        en = {"enter": "enters", "leave": "leaves", "both": "enters or leaves"}[params.way]
        return Words(th=f"{scope.who.th}{th}{scope.area.th}", en=f"{scope.who.en} {en} {scope.area.en}")

    @staticmethod
    def told(params: CrossedParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        entered = facts.get("way", params.way) == "enter"
        return Words(th="เข้าพื้นที่" if entered else "ออกจากพื้นที่", en="entered the area" if entered else "left the area")


class StoppedParams(Params):
    """How long within how many metres."""

    minutes: int = param(5, th="หยุดนิ่งนานกว่า", en="Stopped for longer than", unit_th="นาที", unit_en="min", ge=1, le=240)
    radius_m: int = param(
        40,
        th="ถือว่าหยุดเมื่ออยู่ในรัศมี",
        en="Counts as stopped within",
        help_th="เผื่อความคลาดเคลื่อนของเครื่องรับตำแหน่ง",
        help_en="Room for the receiver's error.",
        unit_th="เมตร",
        unit_en="m",
        ge=10,
        le=500,
    )


class Stopped(AlertKind):
    """A unit that is on its way to an incident stands still."""

    key = "unit_stopped"
    th = "สายตรวจหยุดนิ่งระหว่างไปที่เกิดเหตุ"
    en = "Unit stopped on its way to an incident"
    Params = StoppedParams
    hears = POSITION
    subject = "unit"
    state = True
    usual = Usual(do="notice", priority=2, holdoff_s=900)

    @staticmethod
    def decide(params: StoppedParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Stand still by fixes only: a phone that sends nothing is not known to have stopped."""
        seen = _fix(fact, memory)
        if seen is None or seen.point is None:
            return None
        now, unit = seen.at.timestamp(), seen.thing.unit
        if unit is None or unit.state != "en_route":
            return Finding(memory={"t": now}, holds=False)
        anchor = memory.get("lon"), memory.get("lat")
        here = {"t": now, "lon": seen.point.lon, "lat": seen.point.lat, "from": now}
        if anchor[0] is None or anchor[1] is None:
            return Finding(memory=here, holds=False)
        if distance_m(Point(lon=anchor[0], lat=anchor[1]), seen.point) > params.radius_m:
            return Finding(memory=here, holds=False)
        since = clock_of(memory, "from")
        still = now - since >= params.minutes * 60
        facts = {"minutes": int((now - since) // 60)} if still else {}
        kept = {**memory, "t": now}
        return Finding(memory=kept, holds=still, since=datetime.fromtimestamp(since, UTC), facts=facts)

    @staticmethod
    def clause(params: StoppedParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"{scope.who.th}หยุดนิ่งนานกว่า {params.minutes} นาทีระหว่างไปที่เกิดเหตุ",
            en=f"{scope.who.en} stands still for longer than {params.minutes} min on the way to an incident",
        )

    @staticmethod
    def told(params: StoppedParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        minutes = facts.get("minutes", params.minutes)
        return Words(th=f"หยุดนิ่ง {minutes} นาทีระหว่างไปที่เกิดเหตุ", en=f"stopped for {minutes} min on the way")


class SpeedParams(Params):
    """How fast."""

    kmh: int = param(90, th="เร็วกว่า", en="Faster than", unit_th="กม./ชม.", unit_en="km/h", ge=20, le=250)


class TooFast(AlertKind):
    """A unit drives faster than the station wants."""

    key = "unit_speed"
    th = "สายตรวจใช้ความเร็วเกินกำหนด"
    en = "Unit faster than allowed"
    Params = SpeedParams
    hears = POSITION
    subject = "unit"
    state = True
    usual = Usual(do="log", lasts_s=15, clear_s=30)

    @staticmethod
    def decide(params: SpeedParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Two fixes in a row must say so; a tenth slower is over."""
        seen = _fix(fact, memory)
        speed = None if seen is None else number(seen.payload.get("speed_mps"))
        if seen is None or speed is None:
            return None
        now, kmh = seen.at.timestamp(), speed * 3.6
        count = int(memory.get("n", 0)) + 1 if kmh > params.kmh else 0
        top = max(kmh, clock_of(memory, "top")) if count else kmh
        holds = True if count >= _FIXES else False if kmh < params.kmh * _SLOWER else None
        facts = {"kmh": round(top)} if holds else {}
        return Finding(memory={"t": now, "n": count, "top": top}, holds=holds, facts=facts)

    @staticmethod
    def clause(params: SpeedParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"{scope.who.th}ใช้ความเร็วเกิน {params.kmh} กม./ชม.", en=f"{scope.who.en} drives over {params.kmh} km/h"
        )

    @staticmethod
    def told(params: SpeedParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        kmh = facts.get("kmh", params.kmh)
        return Words(th=f"ความเร็ว {kmh} กม./ชม.", en=f"{kmh} km/h")


class NobodyParams(Params):
    """How long."""

    minutes: int = param(
        30,
        th="ไม่มีสายตรวจนานกว่า",
        en="No unit for longer than",
        help_th="นับจากตำแหน่งสุดท้ายที่ส่งจากในพื้นที่ ควรนานกว่ารอบส่งตำแหน่งของโทรศัพท์",
        help_en="Counted from the last position sent from inside; should be longer than the phones' pause between two.",
        unit_th="นาที",
        unit_en="min",
        ge=5,
        le=1440,
    )


class Nobody(AlertKind):
    """No unit sends a position from inside the area."""

    key = "area_empty"
    th = "ไม่มีสายตรวจในพื้นที่"
    en = "No unit inside an area"
    Params = NobodyParams
    hears = POSITION
    subject = "area"
    area = "target"
    state = True
    alone = True
    usual = Usual(do="notice", priority=3, holdoff_s=1800)

    @staticmethod
    def decide(params: NobodyParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Every fix from inside starts the time anew."""
        most = timedelta(minutes=params.minutes)
        if isinstance(fact, Seen):
            if not fact.inside or fact.thing.unit is None or fact.point is None or fact.payload.get("valid") is False:
                return None
            last = max(clock_of(memory), fact.at.timestamp())
            look_at = datetime.fromtimestamp(last, UTC) + most
            if look_at <= fact.at:
                return None
            return Finding(memory={"t": last}, holds=False, look_at=look_at)
        since = max(datetime.fromtimestamp(clock_of(memory), UTC), fact.listening_since)
        if fact.at - since < most:
            return Finding(memory=memory, look_at=since + most)
        return Finding(memory=memory, holds=True, since=since, facts={"minutes": params.minutes})

    @staticmethod
    def clause(params: NobodyParams, scope: Scope) -> Words:
        """Return the condition in words."""
        return Words(
            th=f"ไม่มี{scope.who.th}ส่งตำแหน่งจากใน{scope.area.th}นานกว่า {params.minutes} นาที",
            en=f"no position comes from {scope.who.en} inside {scope.area.en} for longer than {params.minutes} min",
        )

    @staticmethod
    def told(params: NobodyParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened."""
        return Words(
            th=f"ไม่มีสายตรวจในพื้นที่นานกว่า {params.minutes} นาที", en=f"no unit inside for over {params.minutes} min"
        )
