"""Rules about whatever a device says: a phone's region entered or left, any field of any observation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from unjai.picture.alerts.rules.facts import Fact, Finding, Seen, Words
from unjai.picture.alerts.rules.kind import AlertKind, Params, Scope, Usual, clock_of, number, param


class RegionParams(Params):
    """Which region, which way."""

    region: str = param(
        "",
        th="ชื่อจุดในแอป",
        en="Region in the app",
        help_th="ชื่อที่ตั้งไว้ใน OwnTracks เว้นว่างหมายถึงทุกจุด",
        help_en="Its name in OwnTracks; empty for every region.",
        max_length=80,
    )
    way: Literal["enter", "leave", "both"] = param(
        "both",
        th="เมื่อโทรศัพท์แจ้งว่า",
        en="When a phone says that it",
        choices={
            "enter": Words(th="เข้า", en="entered"),
            "leave": Words(th="ออก", en="left"),
            "both": Words(th="เข้าหรือออก", en="entered or left"),
        },
    )


class Region(AlertKind):
    """A phone tells of a region that its owner drew in the app (OwnTracks `transition`)."""

    key = "region"
    th = "โทรศัพท์เข้าหรือออกจากจุดที่ตั้งไว้ในแอป"
    en = "Phone enters or leaves a region of its app"
    Params = RegionParams
    hears = frozenset({"phone_status"})

    @staticmethod
    def decide(params: RegionParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Take each transition of the region; names are compared without case."""
        way = fact.payload.get("event") if isinstance(fact, Seen) else None
        if way not in ("enter", "leave") or params.way not in (way, "both"):
            return None
        assert isinstance(fact, Seen)
        region = str(fact.payload.get("region") or "")
        if params.region and params.region.strip().casefold() != region.strip().casefold():
            return None
        return Finding(memory=memory, happened=True, facts={"way": way, "region": region})

    @staticmethod
    def clause(params: RegionParams, scope: Scope) -> Words:
        """Return the condition in words."""
        th = {"enter": "เข้า", "leave": "ออกจาก", "both": "เข้าหรือออกจาก"}[params.way]
        en = {"enter": "entered", "leave": "left", "both": "entered or left"}[params.way]
        region = f" “{params.region}”" if params.region else ""
        return Words(
            th=f"{scope.who.th}แจ้งว่า{th}จุด{region or 'ใด ๆ '}".rstrip(),
            en=f"{scope.who.en} says that it {en} " + (f"the region{region}" if region else "any region"),
        )

    @staticmethod
    def told(params: RegionParams, facts: Mapping[str, Any]) -> Words:  # noqa: ARG004
        """Return what happened."""
        entered, region = facts.get("way") == "enter", facts.get("region") or "–"
        return Words(
            th=f"{'เข้า' if entered else 'ออกจาก'}จุด {region}", en=f"{'entered' if entered else 'left'} {region}"
        )


OPERATORS: Mapping[str, Words] = {
    "is": Words(th="เท่ากับ", en="is"),
    "is_not": Words(th="ไม่เท่ากับ", en="is not"),
    "over": Words(th="มากกว่า", en="is over"),
    "under": Words(th="น้อยกว่า", en="is under"),
    "has": Words(th="มีคำว่า", en="contains"),
}


class SaysParams(Params):
    """Which field of which observation, compared with what."""

    observation: str = param(
        "camera_object", th="ชนิดข้อมูล", en="Observation", picks="observation", min_length=1, max_length=60
    )
    field: str = param(
        "label",
        th="ช่องข้อมูล",
        en="Field",
        help_th="ชื่อช่องในข้อมูลที่อุปกรณ์ส่ง เช่น label, zones, battery คั่นชั้นด้วยจุด",
        help_en="The field's name in the payload, such as label, zones, battery; levels are parted by dots.",
        min_length=1,
        max_length=80,
        pattern=r"^[A-Za-z0-9_.-]+$",
    )
    compare: Literal["is", "is_not", "over", "under", "has"] = param(
        "is", th="เปรียบเทียบ", en="Compare", choices=OPERATORS
    )
    value: str = param("person", th="ค่า", en="Value", min_length=1, max_length=100)
    means: Literal["happening", "state"] = param(
        "happening",
        th="ถือเป็น",
        en="Counts as",
        help_th="“สภาพ” ต้องเป็นจริงต่อเนื่อง และพ้นเมื่อข้อความถัดไปไม่ตรง",
        help_en="A state must go on, and is over when a later message says otherwise.",
        choices={
            "happening": Words(th="เหตุการณ์ครั้งเดียว", en="a happening"),
            "state": Words(th="สภาพต่อเนื่อง", en="a state"),
        },
    )


def compared(found: object, how: str, value: str) -> bool:
    """Compare a field with a text: as numbers where both are, in a list any member, words without case."""
    if isinstance(found, list):
        hits = [compared(one, "is" if how in ("has", "is_not") else how, value) for one in found]
        return not any(hits) if how == "is_not" else any(hits)
    if found is None:
        return how == "is_not"
    text = ("true" if found else "false") if isinstance(found, bool) else str(found)
    left, right = number(found), _float(value)
    if how in ("over", "under"):
        if left is None:
            left = _float(text)
        return left is not None and right is not None and (left > right if how == "over" else left < right)
    if how == "has":
        return value.casefold() in text.casefold()
    same = left == right if left is not None and right is not None else text.casefold() == value.strip().casefold()
    return same == (how == "is")


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _field(payload: Mapping[str, Any], path: str) -> object:
    found: Any = payload
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


class Says(AlertKind):
    """An observation of any kind says something in one of its fields: for what has no rule of its own yet."""

    key = "says"
    th = "ข้อมูลจากอุปกรณ์ตรงเงื่อนไข (กำหนดเอง)"
    en = "A device says something (free form)"
    Params = SaysParams
    state = True
    usual = Usual(do="notice")

    @classmethod
    def hears_of(cls, params: Any) -> frozenset[str]:
        """Return the one kind that was chosen."""
        return frozenset({params.observation})

    @staticmethod
    def decide(params: SaysParams, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Compare the field; a state follows the newest message only."""
        if not isinstance(fact, Seen):
            return None
        found = _field(fact.payload, params.field)
        true = compared(found, params.compare, params.value)
        shown = str(found if not isinstance(found, list) else ", ".join(map(str, found[:5])))[:80]
        facts = {"field": params.field, "value": shown} if true else {}
        if params.means == "happening":
            return Finding(memory=memory, happened=True, facts=facts) if true else None
        if fact.at.timestamp() < clock_of(memory):
            return None
        return Finding(memory={"t": fact.at.timestamp()}, holds=true, facts=facts)

    @staticmethod
    def clause(params: SaysParams, scope: Scope) -> Words:
        """Return the condition in words."""
        how = OPERATORS[params.compare]
        return Words(
            th=f"{scope.who.th}ส่งข้อมูล “{params.observation}” ที่ {params.field} {how.th} “{params.value}”",
            en=f"{scope.who.en} sends “{params.observation}” whose {params.field} {how.en} “{params.value}”",
        )

    @staticmethod
    def told(params: SaysParams, facts: Mapping[str, Any]) -> Words:
        """Return what happened."""
        said = facts.get("value", params.value)
        return Words(th=f"{params.field} = {said}", en=f"{params.field} = {said}")
