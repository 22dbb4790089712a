"""Who goes: free units in the order in which they should be asked, each with its reasons in Thai and English.

A unit's place follows from seconds: its time by road, and for each assignment it already had this shift a handicap
that an urgent incident does not know. Units without a needed capability come after those that have it, then those
whose position is old, last those that no street connects or whose place is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from unjai.model.ids import UnitId
from unjai.respond.rules.kinds import capabilities_of

STALE_S = 180.0
LOAD_HANDICAP_S = {1: 0.0, 2: 30.0, 3: 90.0}
CAPABILITY_WORDS = {
    "police": ("เจ้าพนักงานตำรวจ", "a sworn officer"),
    "first_aid": ("ปฐมพยาบาล", "first aid"),
}

Standing = Literal["fits", "lacks", "stale", "unreachable"]
_ORDER: tuple[Standing, ...] = ("fits", "lacks", "stale", "unreachable")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A free unit on duty. `position_age_s` is None where its place is unknown; then so are `road_m` and `eta_s`."""

    unit_id: UnitId
    call_sign: str
    kind: str
    capabilities: frozenset[str] = frozenset()
    road_m: float | None = None
    eta_s: float | None = None
    position_age_s: float | None = None
    by_air: bool = False
    """`road_m` and `eta_s` are guessed from the straight line: no street on the map connects the two."""
    mock: bool = False
    """The phone says that its position is simulated."""
    load: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A candidate with its standing and the reasons for its place; `cost_s` orders units of one standing."""

    unit_id: UnitId
    call_sign: str
    kind: str
    standing: Standing
    cost_s: float | None
    road_m: float | None
    eta_s: float | None
    load: int
    lacks: tuple[str, ...]
    reasons_th: tuple[str, ...]
    reasons_en: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Tell whether nothing speaks against the unit."""
        return self.standing == "fits"

    @property
    def askable(self) -> bool:
        """Tell whether the centre may ask the unit by itself, for it can do what is needed; others an operator asks."""
        return not self.lacks


def _metres(value: float) -> tuple[str, str]:
    if value >= 1000:  # noqa: PLR2004
        return f"{value / 1000:.1f} กม.", f"{value / 1000:.1f} km"
    return f"{round(value / 10) * 10} ม.", f"{round(value / 10) * 10} m"


def _minutes(value: float) -> tuple[str, str]:
    whole = max(1, round(value / 60))
    return f"{whole} นาที", f"{whole} min"


def _words(capability: str) -> tuple[str, str]:
    return CAPABILITY_WORDS.get(capability, (capability, capability))


def judged(candidate: Candidate, *, needs: frozenset[str], priority: int) -> Proposal:
    """Return what is to be said of one candidate."""
    reasons: list[tuple[str, str]] = []
    missing = sorted(needs - capabilities_of(candidate.kind, candidate.capabilities))
    standing: Standing = "lacks" if missing else "fits"
    age = candidate.position_age_s
    if candidate.road_m is None or candidate.eta_s is None:
        standing = "unreachable"
        reasons.append(
            ("ไม่ทราบตำแหน่งสายตรวจ", "the unit's position is unknown")
            if age is None
            else ("เหตุยังไม่มีตำแหน่ง", "the incident has no position yet")
        )
    elif candidate.by_air:
        standing = "unreachable"
        time, way = _minutes(candidate.eta_s), _metres(candidate.road_m)
        reasons.append(
            (
                f"ไม่มีถนนในแผนที่เชื่อมถึง ประมาณจากทางตรง {time[0]} {way[0]}",
                f"no street on the map leads there; guessed from the straight line, {time[1]}, {way[1]}",
            )
        )
    else:
        time, way = _minutes(candidate.eta_s), _metres(candidate.road_m)
        reasons.append((f"ถึงใน {time[0]} ทางถนน {way[0]}", f"{time[1]} by road, {way[1]}"))
    if age is not None and age > STALE_S:
        standing = "stale" if standing != "unreachable" else standing
        old = _minutes(age)
        reasons.append((f"ตำแหน่งเก่า {old[0]}", f"position {old[1]} old"))
    if candidate.mock:
        standing = "stale" if standing != "unreachable" else standing
        reasons.append(("ตำแหน่งจากโทรศัพท์อาจไม่จริง", "the phone says its position is simulated"))
    reasons += [(f"ขาดความสามารถ: {th}", f"lacks {en}") for th, en in map(_words, missing)]
    if needs and not missing:
        held = [_words(name) for name in sorted(needs)]
        reasons.append((f"มีความสามารถตรง: {', '.join(th for th, _ in held)}", f"has {', '.join(en for _, en in held)}"))
    handicap = LOAD_HANDICAP_S.get(priority, 0.0)
    if candidate.load:
        told = ("", "") if handicap else (" (เหตุด่วนไม่คิดภาระงาน)", " (not counted for an urgent one)")
        reasons.append((f"รับงานแล้ว {candidate.load} ครั้งในผลัดนี้{told[0]}", f"{candidate.load} taken this shift{told[1]}"))
    else:
        reasons.append(("ยังไม่ได้รับงานในผลัดนี้", "none taken this shift"))
    cost = None if candidate.eta_s is None else candidate.eta_s + handicap * candidate.load
    return Proposal(
        unit_id=candidate.unit_id,
        call_sign=candidate.call_sign,
        kind=candidate.kind,
        standing=standing,
        cost_s=cost,
        road_m=candidate.road_m,
        eta_s=candidate.eta_s,
        load=candidate.load,
        lacks=tuple(missing),
        reasons_th=tuple(th for th, _ in reasons),
        reasons_en=tuple(en for _, en in reasons),
    )


def rank(candidates: Iterable[Candidate], *, needs: frozenset[str], priority: int) -> list[Proposal]:
    """Return all candidates, best first; the same candidates in any order give the same list."""
    judgements = [judged(candidate, needs=needs, priority=priority) for candidate in candidates]
    return sorted(
        judgements,
        key=lambda one: (
            _ORDER.index(one.standing),
            one.cost_s if one.cost_s is not None else float("inf"),
            one.load,
            one.call_sign,
            one.unit_id,
        ),
    )
