"""What speaks against a visit: each check looks at one thing, and names what it found as a `Doubt`.

Nothing here accuses a person: a doubt is shown with its figures, and the shift chief asks. Only what cannot have been
is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from unjai.model.geometry import Point, distance_m
from unjai.patrol.rules.codes import Scan
from unjai.patrol.rules.duty import Stand
from unjai.patrol.rules.presence import Doubt

FASTEST_MPS = 55.0
"""200 km/h: no unit is faster on the roads of a zone."""
STEADY_MPS = 40.0
FAR_M = 150.0
"""So far outside a checkpoint's circle, beyond the position's own claim, is not there."""
ANOTHER_LAND_M = 100_000.0
OLD_CODE_REFUSED_S = 600.0
CLOCK_OFF_S = 300.0
CLOCK_JUMP_S = 60.0
AHEAD_S = 120.0
TWO_PHONES = timedelta(minutes=10)
SAME_PLACE_M = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Where and when the same person was seen otherwise: another visit, by which phone."""

    at: datetime
    point: Point
    phone_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A visit as the checks see it. `happened_at` is the phone's time mended by its clock's offset."""

    happened_at: datetime
    phone_id: UUID
    place: Point
    radius_m: float
    point: Point | None = None
    scan: Scan | None = None
    mock: bool = False
    offset_s: float = 0.0
    told_after_sending_s: float = 0.0
    """How far the phone's own time of the visit lies behind the time at which it sent it; negative is before."""
    clock_jump_s: float | None = None
    """Between this and the one before in the chain: the phone's wall clock less its steady clock, or less nothing where
    the page was opened anew between. A steady clock may rest while a phone sleeps: only a step back says anything."""
    photo_bits: int | None = None
    """How many bits the nearest other photograph differs by, where one is the same."""
    track_far_m: float | None = None
    """How far off the unit's own position was at the moment, where it was known."""
    others: Sequence[Seen] = ()
    chain: str = "next"
    duty: Stand | None = None
    """How the visit stands to its unit's duty; None where there is no unit, so that nothing can be said."""


def speed_mps(one: Seen, point: Point, at: datetime) -> float | None:
    """Return the speed between two sightings; None where they are too near in place for it to say anything.

    Both positions may be wrong by what they claim (40 m at least): that much is taken off the way.
    """
    slack = max(one.point.accuracy_m or 40.0, 40.0) + max(point.accuracy_m or 40.0, 40.0)
    way = distance_m(one.point, point) - slack
    if way <= 0:
        return None
    return way / max(abs((at - one.at).total_seconds()), 1.0)


def steady(visit: Visit) -> bool:
    """Tell whether the person was seen before within two hours and could well have come from there."""
    here = visit.point or visit.place
    before = [
        one for one in visit.others if one.at < visit.happened_at and visit.happened_at - one.at < timedelta(hours=2)
    ]
    return bool(before) and all((speed_mps(one, here, visit.happened_at) or 0.0) <= STEADY_MPS for one in before)


def doubts(visit: Visit) -> list[Doubt]:
    """Return everything that speaks against a visit; the order says nothing."""
    found = [*_place(visit), *_code(visit), *_clock(visit), *_person(visit)]
    if visit.mock:
        found.append(Doubt(code="mock_location", keeps=0.25))
    if visit.photo_bits is not None:
        found.append(Doubt(code="photo_again", keeps=0.5, facts={"bits": visit.photo_bits}))
    if visit.chain == "gap":
        found.append(Doubt(code="chain_gap", keeps=0.7))
    if visit.duty == "off":
        found.append(Doubt(code="outside_duty", keeps=0.7))
    elif visit.duty == "told_late":  # a fact that is told, and takes nothing
        found.append(Doubt(code="duty_told_late", keeps=1.0))
    if visit.chain == "fork":
        found.append(Doubt(code="chain_fork", keeps=0.0, refuses=True))
    return found


def outside_m(visit: Visit) -> float:
    """Return how far the position lies outside the checkpoint's circle at the least; 0 where it may be inside."""
    if visit.point is None:
        return 0.0
    return max(0.0, distance_m(visit.point, visit.place) - visit.radius_m - (visit.point.accuracy_m or 0.0))


def _place(visit: Visit) -> list[Doubt]:
    found: list[Doubt] = []
    out = outside_m(visit)
    # A claim of accuracy without end would let every place be here: the continent is asked without it.
    away = distance_m(visit.point, visit.place) if visit.point is not None else 0.0
    if away > ANOTHER_LAND_M:
        found.append(Doubt(code="position_elsewhere", keeps=0.0, refuses=True, facts={"km": round(away / 1000)}))
    elif out > FAR_M:
        found.append(Doubt(code="position_far", keeps=0.3, facts={"distance_m": round(away)}))
        if visit.scan is not None and visit.scan.verdict == "good":
            static = visit.scan.form == "static"
            facts = {"distance_m": round(away)}
            found.append(Doubt(code="code_elsewhere", keeps=0.2, refuses=static, facts=facts))
    if visit.track_far_m is not None and visit.track_far_m > FAR_M + visit.radius_m:
        found.append(Doubt(code="track_elsewhere", keeps=0.4, facts={"distance_m": round(visit.track_far_m)}))
    return found


def _code(visit: Visit) -> list[Doubt]:
    scan = visit.scan
    if scan is None or scan.verdict == "good":
        return []
    if scan.verdict == "old":
        age = scan.age_s or 0.0
        facts = {"minutes": round(abs(age) / 60, 1)}
        return [Doubt(code="code_old", keeps=0.3, refuses=abs(age) > OLD_CODE_REFUSED_S, facts=facts)]
    refuses = scan.verdict in ("forged", "other_place")
    return [Doubt(code=f"code_{scan.verdict}", keeps=0.0 if refuses else 0.6, refuses=refuses)]


def _clock(visit: Visit) -> list[Doubt]:
    found: list[Doubt] = []
    if abs(visit.offset_s) > CLOCK_OFF_S:
        facts = {"minutes": round(visit.offset_s / 60)}
        found.append(Doubt(code="clock_off", keeps=0.8, facts=facts))
    jump = visit.clock_jump_s
    if jump is not None and jump < -CLOCK_JUMP_S:
        found.append(Doubt(code="clock_changed", keeps=0.4, facts={"minutes": round(-jump / 60, 1)}))
    if visit.told_after_sending_s > AHEAD_S:
        facts = {"minutes": round(visit.told_after_sending_s / 60)}
        found.append(Doubt(code="clock_ahead", keeps=0.3, facts=facts))
    return found


def _person(visit: Visit) -> list[Doubt]:
    found: list[Doubt] = []
    here = visit.point or visit.place
    for one in visit.others:
        speed = speed_mps(one, here, visit.happened_at)
        other_phone = one.phone_id != visit.phone_id
        if speed is not None and speed > FASTEST_MPS:
            facts = {"km_h": round(speed * 3.6)}
            found.append(Doubt(code="person_twice" if other_phone else "speed_impossible", keeps=0.2, facts=facts))
        elif other_phone and abs(visit.happened_at - one.at) <= TWO_PHONES and _together(one, here):
            found.append(Doubt(code="two_phones", keeps=0.5))
    return found


def _together(one: Seen, here: Point) -> bool:
    return distance_m(one.point, here) <= SAME_PLACE_M
