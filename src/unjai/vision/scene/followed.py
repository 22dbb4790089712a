"""A person alone whom another follows: what the zone was made against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.look import Look, Seen, metres_between
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words, where
from unjai.vision.scene.memory import Spells
from unjai.vision.scene.trail import Trails, apart_m

_OVER_S = 2.0
_SAME_WAY = 0.7
"""Cosine of the angle between two headings: within 45°."""
_BESIDE_M = 2.0
"""Who walks so near walks with, not behind."""
_COMPANY_M = 3.0
_TRAIL_M = 2.0
"""The follower passes so near to where the other passed."""
_KEEP_S = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowedParams:
    """Where, at what distance, for how long."""

    area: Polygon | None = area_param()
    metres: float = param(12.0, th="ตามในระยะไม่เกิน", en="Within", unit_th="เมตร", unit_en="m", ge=3, le=50)
    seconds: float = param(20.0, th="ตามนานกว่า", en="For longer than", unit_th="วินาที", unit_en="s", ge=5, le=600)


class Followed(SceneRule):
    """One walks alone; another, alone too, walks behind on the same way, not beside, at most so far, for so long."""

    key = "followed"
    th = "คนเดินคนเดียวถูกเดินตาม"
    en = "Person alone is followed"
    Params = FollowedParams
    measures = ("seconds",)

    def __init__(self, params: FollowedParams | None = None, *, name: str = "") -> None:
        """Know nobody's way yet."""
        super().__init__(params, name=name)
        self._trails = Trails(keep_s=_KEEP_S)
        self._pairs = Spells(gap_s=4.0)

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each pair once."""
        self._trails.look(look)
        self.spells_over(self._pairs, look.t)
        people = [one for one in look.seen if one.person]
        walking = [(one, way) for one in people if (way := self._trails.heading(one.track, _OVER_S)) is not None]
        for ahead, way in walking:
            if not inside(ahead, self.params.area):
                continue
            for behind, other_way in walking:
                if behind is ahead or not self._behind(ahead, way, behind, other_way):
                    continue
                if self._company(ahead, behind, people):
                    continue
                since = self._pairs.holds(look.t, (ahead.track, behind.track), lasts_s=self.params.seconds)
                if since is not None:
                    far = metres_between(ahead, behind)
                    told = Words(
                        f"คนเดินคนเดียวถูกเดินตามในระยะประมาณ {far:.0f} เมตร",
                        f"a person alone is followed at about {far:.0f} m",
                    )
                    seconds = round(look.t - since, 1)
                    yield self.hit(look, [ahead, behind], since, told, metres=round(far, 1), seconds=seconds)

    def _behind(self, ahead: Seen, way: tuple[float, float], behind: Seen, other_way: tuple[float, float]) -> bool:
        if way[0] * other_way[0] + way[1] * other_way[1] < _SAME_WAY:
            return False
        far = metres_between(ahead, behind)
        if not _BESIDE_M <= far <= self.params.metres:
            return False
        x, y = apart_m(ahead, behind)
        if x * way[0] + y * way[1] > -_BESIDE_M / 2:
            return False
        return any(metres_between(was, behind) <= _TRAIL_M for _t, was in self._trails.of(ahead.track))

    @staticmethod
    def _company(ahead: Seen, behind: Seen, people: list[Seen]) -> bool:
        """Say whether either walks with somebody else."""
        others = [one for one in people if one.track not in (ahead.track, behind.track)]
        return any(min(metres_between(one, ahead), metres_between(one, behind)) < _COMPANY_M for one in others)

    @classmethod
    def clause(cls, params: FollowedParams) -> Words:
        """Return the condition in words."""
        span, place = time_words(params.seconds), where(params.area)
        far = f"{params.metres:g}"
        return Words(
            f"เห็นคนเดินคนเดียว{place.th}ถูกอีกคนเดินตามไม่เกิน {far} เมตรนานกว่า {span.th}",
            f"sees a person alone {place.en} followed within {far} m for over {span.en}",
        )
