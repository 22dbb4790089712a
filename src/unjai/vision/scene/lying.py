"""A person who lies on the ground."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.look import Look
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words, where
from unjai.vision.scene.memory import Spells

_STILL_S = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LyingParams:
    """Where, how long, how flat."""

    area: Polygon | None = area_param()
    seconds: float = param(10.0, th="นอนนานกว่า", en="Lies longer than", unit_th="วินาที", unit_en="s", ge=1, le=3600)
    flat: float = param(
        1.2,
        th="กว้างกว่าสูง",
        en="Wider than high by",
        help_th="คนยืนสูงกว่ากว้างสองถึงสามเท่า",
        help_en="Who stands is two to three times as high as wide.",
        unit_th="เท่า",
        unit_en="times",
        ge=1,
        le=5,
    )


class Lying(SceneRule):
    """A person's box is wider than high and stays where it is; one that the picture's edge cuts tells nothing."""

    key = "lying"
    th = "คนล้มหรือนอนกับพื้น"
    en = "Person lying"
    Params = LyingParams
    measures = ("seconds",)

    def __init__(self, params: LyingParams | None = None, *, name: str = "") -> None:
        """Know nobody yet."""
        super().__init__(params, name=name)
        self._flat = Spells(gap_s=3.0)

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each person once for each time on the ground."""
        self.spells_over(self._flat, look.t)
        for one in look.seen:
            if not one.person or one.cut or not inside(one, self.params.area) or one.still_s < _STILL_S:
                continue
            if one.box.width < self.params.flat * one.box.height:
                continue
            since = self._flat.holds(look.t, one.track, lasts_s=self.params.seconds)
            if since is not None:
                span = time_words(round(look.t - since))
                told = Words(f"มีคนนอนกับพื้นนาน {span.th}", f"a person has lain for {span.en}")
                yield self.hit(look, [one], since, told, seconds=round(look.t - since, 1))

    @classmethod
    def clause(cls, params: LyingParams) -> Words:
        """Return the condition in words."""
        span, place = time_words(params.seconds), where(params.area)
        return Words(f"เห็นคนนอนกับพื้น{place.th}นานกว่า {span.th}", f"sees a person lie {place.en} for over {span.en}")
