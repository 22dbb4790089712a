"""Many persons at one place for a while."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.look import Look
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words, where
from unjai.vision.scene.memory import Kept

_WINDOW_S = 5.0
_OVER_SHARE = 0.8
_OVER_S = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CrowdParams:
    """Where, how many, for how long."""

    area: Polygon | None = area_param()
    people: int = param(10, th="ตั้งแต่", en="From", unit_th="คน", unit_en="people", ge=2, le=500)
    seconds: float = param(60.0, th="นาน", en="For", unit_th="วินาที", unit_en="s", ge=0, le=7200)


class Crowd(SceneRule):
    """So many persons are in the area for so long; who is hidden for a moment is counted on.

    The number is the upper third of what was counted within five seconds: persons hide one another, none is invented.
    """

    key = "crowd"
    th = "คนรวมกลุ่มจำนวนมาก"
    en = "Crowd"
    Params = CrowdParams
    measures = ("people", "seconds")

    def __init__(self, params: CrowdParams | None = None, *, name: str = "") -> None:
        """Count nobody yet."""
        super().__init__(params, name=name)
        self._counts: deque[tuple[float, int]] = deque()
        self._since: float | None = None
        self._below: float | None = None
        self._told: float | None = None
        self._tracks: tuple[int, ...] = ()
        self._kept = Kept(self.params.seconds)
        self._seen = 0.0

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell a crowd once; it is over when a fifth less has been there for half a minute."""
        people = [one for one in look.seen if one.person and inside(one, self.params.area)]
        self._counts.append((look.t, len(people)))
        while look.t - self._counts[0][0] > _WINDOW_S:
            self._counts.popleft()
        ordered = sorted(count for _t, count in self._counts)
        count = ordered[min(len(ordered) - 1, len(ordered) * 2 // 3)]
        if count >= self.params.people:
            self._below = None
            if self._since is None:
                self._since, self._kept = look.t, Kept(self.params.seconds)
            self._kept.take(look.t, count)
            self._seen = look.t
            if self._told is None and people and look.t - self._since >= self.params.seconds:
                self._told, self._tracks = look.t, tuple(one.track for one in people)
                told = Words(f"มีคนรวมกลุ่ม {count} คน", f"{count} people together")
                seconds = round(look.t - self._since, 1)
                yield self.hit(look, people, self._since, told, people=count, seconds=seconds)
            return
        if self._told is None or self._since is None:
            self._since = None
            return
        self._kept.take(look.t, count)
        if count < self.params.people * _OVER_SHARE:
            self._below = look.t if self._below is None else self._below
            if look.t - self._below >= _OVER_S:
                self.over(self._told, self._tracks, people=self._kept.most, seconds=self._seen - self._since)
                self._since, self._below, self._told = None, None, None
        else:
            self._below = None

    @classmethod
    def clause(cls, params: CrowdParams) -> Words:
        """Return the condition in words."""
        span, place = time_words(params.seconds), where(params.area)
        return Words(
            f"เห็นคนตั้งแต่ {params.people} คน{place.th}นาน {span.th}",
            f"sees {params.people} people or more {place.en} for {span.en}",
        )
