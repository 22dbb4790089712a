"""A person who stays longer than one passes by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.look import Look
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words, where
from unjai.vision.scene.memory import Spells


@dataclass(frozen=True, kw_only=True, slots=True)
class LoiteringParams:
    """Where, and how long is too long."""

    area: Polygon | None = area_param()
    seconds: float = param(60.0, th="อยู่นานกว่า", en="Stays longer than", unit_th="วินาที", unit_en="s", ge=5, le=7200)


class Loitering(SceneRule):
    """The same person is in the area for longer than passing through takes."""

    key = "loitering"
    th = "คนวนเวียนหรืออยู่นานผิดปกติ"
    en = "Loitering"
    Params = LoiteringParams
    measures = ("seconds",)

    def __init__(self, params: LoiteringParams | None = None, *, name: str = "") -> None:
        """Remember nobody yet; out of the area for less than eight seconds is not gone."""
        super().__init__(params, name=name)
        self._there = Spells(gap_s=8.0)

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each person once for each stay."""
        self.spells_over(self._there, look.t)
        for one in look.seen:
            if one.person and inside(one, self.params.area):
                since = self._there.holds(look.t, one.track, lasts_s=self.params.seconds)
                if since is not None:
                    span = time_words(round(look.t - since))
                    told = Words(f"มีคนอยู่ในบริเวณนี้นาน {span.th}", f"a person has stayed here for {span.en}")
                    yield self.hit(look, [one], since, told, seconds=round(look.t - since, 1))

    @classmethod
    def clause(cls, params: LoiteringParams) -> Words:
        """Return the condition in words."""
        span, place = time_words(params.seconds), where(params.area)
        return Words(f"เห็นคนเดิมอยู่{place.th}นานกว่า {span.th}", f"sees one person {place.en} for longer than {span.en}")
