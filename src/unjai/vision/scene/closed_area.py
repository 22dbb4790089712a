"""A person where nobody may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.look import Look
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words
from unjai.vision.scene.memory import Spells


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedAreaParams:
    """Where, and how long one must stand there to count."""

    area: Polygon | None = area_param()
    seconds: float = param(
        1.0,
        th="อยู่นานอย่างน้อย",
        en="Stays at least",
        help_th="กันการเดินเฉียดขอบ",
        help_en="So that walking past the edge does not count.",
        unit_th="วินาที",
        unit_en="s",
        ge=0,
        le=600,
    )


class ClosedArea(SceneRule):
    """A person's feet are inside the closed area."""

    key = "closed_area"
    th = "คนเข้าพื้นที่หวงห้าม"
    en = "Person in a closed area"
    Params = ClosedAreaParams
    measures = ("seconds",)
    drawn = True

    def __init__(self, params: ClosedAreaParams | None = None, *, name: str = "") -> None:
        """Remember nobody yet; who comes back after ten seconds has come again."""
        super().__init__(params, name=name)
        self._there = Spells(gap_s=10.0)

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each person once for each time in there."""
        self.spells_over(self._there, look.t)
        for one in look.seen:
            if one.person and inside(one, self.params.area):
                since = self._there.holds(look.t, one.track, lasts_s=self.params.seconds)
                if since is not None:
                    told = Words("มีคนอยู่ในพื้นที่หวงห้าม", "a person is in the closed area")
                    yield self.hit(look, [one], since, told, seconds=round(look.t - since, 1))

    @classmethod
    def clause(cls, params: ClosedAreaParams) -> Words:
        """Return the condition in words."""
        span = time_words(params.seconds)
        return Words(f"เห็นคนอยู่ในพื้นที่หวงห้ามนาน {span.th}", f"sees a person in the closed area for {span.en}")
