"""A person who runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.look import Look
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words, where
from unjai.vision.scene.memory import Kept, Spells
from unjai.vision.scene.trail import Trails

_OVER_S = 1.0
_FORGET_S = 5.0
_HEIGHT_CHANGE = 1.6


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningParams:
    """Where, from which pace on, for how long."""

    area: Polygon | None = area_param()
    speed_mps: float = param(
        3.0,
        th="เร็วกว่า",
        en="Faster than",
        help_th="เดินเร็วประมาณ 2 วิ่งเหยาะประมาณ 3",
        help_en="A brisk walk is about 2, a jog about 3.",
        unit_th="เมตรต่อวินาที",
        unit_en="m/s",
        ge=1.5,
        le=10,
    )
    seconds: float = param(1.5, th="นาน", en="For", unit_th="วินาที", unit_en="s", ge=0, le=60)


class Running(SceneRule):
    """A person's pace over a second stays above a walker's."""

    key = "running"
    th = "คนวิ่ง"
    en = "Running"
    Params = RunningParams
    measures = ("speed_mps", "seconds")

    def __init__(self, params: RunningParams | None = None, *, name: str = "") -> None:
        """Know nobody's way yet."""
        super().__init__(params, name=name)
        self._trails = Trails(keep_s=3.0)
        self._fast = Spells(gap_s=0.7)
        self._told: dict[int, float] = {}
        self._kept: dict[int, Kept] = {}

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each runner once a minute at most. A box that grows or shrinks by leaps is no pace."""
        self._trails.look(look)
        for ended in self._fast.forget(look.t):
            if isinstance(ended.key, int) and (kept := self._kept.pop(ended.key, None)) is not None:
                self.over(ended.told, [ended.key], seconds=ended.seconds, speed_mps=kept.most)
        self._told = {track: t for track, t in self._told.items() if look.t - t < 60}  # noqa: PLR2004  a minute
        self._kept = {track: kept for track, kept in self._kept.items() if look.t - kept.t < _FORGET_S}
        for one in look.seen:
            if not one.person or one.cut or not inside(one, self.params.area):
                continue
            speed = self._trails.speed_mps(one.track, _OVER_S)
            if speed is None or speed < self.params.speed_mps or self._leaps(one.track):
                continue
            self._kept.setdefault(one.track, Kept(self.params.seconds)).take(look.t, speed)
            since = self._fast.holds(look.t, one.track, lasts_s=self.params.seconds)
            if since is not None and one.track not in self._told:
                self._told[one.track] = look.t
                told = Words(f"มีคนวิ่ง ประมาณ {speed:.1f} เมตรต่อวินาที", f"a person runs at about {speed:.1f} m/s")
                yield self.hit(look, [one], since, told, speed_mps=round(speed, 1))

    def _leaps(self, track: int) -> bool:
        heights = [one.box.height for _t, one in self._trails.of(track)]
        return max(heights) > _HEIGHT_CHANGE * min(heights) or any(one.cut for _t, one in self._trails.of(track))

    @classmethod
    def clause(cls, params: RunningParams) -> Words:
        """Return the condition in words."""
        span, place = time_words(params.seconds), where(params.area)
        pace = f"{params.speed_mps:g}"
        return Words(
            f"เห็นคนวิ่ง{place.th}เร็วกว่า {pace} เมตรต่อวินาทีนาน {span.th}",
            f"sees a person run {place.en} faster than {pace} m/s for {span.en}",
        )
