"""A bag without anybody by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.box import Box, overlap
from unjai.vision.kinds import THINGS
from unjai.vision.look import Look, metres_between
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words, where
from unjai.vision.scene.memory import Spells

_STILL_S = 3.0
_SAME = 0.3
_GONE_S = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftBehindParams:
    """Where, how long alone, how far off everybody is."""

    area: Polygon | None = area_param()
    seconds: float = param(60.0, th="วางทิ้งนานกว่า", en="Alone longer than", unit_th="วินาที", unit_en="s", ge=5, le=7200)
    metres: float = param(3.0, th="ไม่มีคนในระยะ", en="Nobody within", unit_th="เมตร", unit_en="m", ge=0.5, le=50)


class LeftBehind(SceneRule):
    """A bag or suitcase stands still and nobody has been near it for so long."""

    key = "left_behind"
    th = "สิ่งของถูกวางทิ้งไว้"
    en = "Something left behind"
    Params = LeftBehindParams
    measures = ("seconds",)

    def __init__(self, params: LeftBehindParams | None = None, *, name: str = "") -> None:
        """Know of nothing yet."""
        super().__init__(params, name=name)
        self._alone = Spells(gap_s=3.0)
        self._told: list[tuple[Box, float]] = []

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each thing once while it lies there."""
        self.spells_over(self._alone, look.t)
        self._told = [(box, t) for box, t in self._told if look.t - t <= _GONE_S]
        people = [one for one in look.seen if one.person]
        for one in look.seen:
            if one.kind not in THINGS or one.still_s < _STILL_S or not inside(one, self.params.area):
                continue
            if any(metres_between(one, person) < self.params.metres for person in people):
                continue
            since = self._alone.holds(look.t, one.track, lasts_s=self.params.seconds)
            if since is None or any(overlap(box, one.box) >= _SAME for box, _t in self._told):
                continue
            self._told.append((one.box, look.t))
            span = time_words(round(look.t - since))
            told = Words(f"มีสิ่งของวางทิ้งไว้นาน {span.th}", f"something has been left for {span.en}")
            yield self.hit(look, [one], since, told, kind=one.kind, seconds=round(look.t - since, 1))

    @classmethod
    def clause(cls, params: LeftBehindParams) -> Words:
        """Return the condition in words."""
        span, place = time_words(params.seconds), where(params.area)
        far = f"{params.metres:g}"
        return Words(
            f"เห็นกระเป๋าหรือสัมภาระ{place.th}โดยไม่มีคนในระยะ {far} เมตรนานกว่า {span.th}",
            f"sees a bag {place.en} with nobody within {far} m for over {span.en}",
        )
