"""A line that may be crossed one way only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from unjai.vision.kinds import PERSON, VEHICLES
from unjai.vision.look import Look
from unjai.vision.scene.base import Hit, Line, SceneRule, Words, param
from unjai.vision.scene.crossing import Crossings

_WHO = {
    "vehicle": Words("รถ", "a vehicle"),
    "person": Words("คน", "a person"),
    "any": Words("คนหรือรถ", "a person or vehicle"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongWayParams:
    """The line, the forbidden way, and for whom."""

    line: Line | None = param(
        None,
        th="เส้น",
        en="Line",
        help_th="ลากสองจุดบนภาพ ทางผิดคือข้ามจากซ้ายไปขวาเมื่อมองจากจุดแรกไปจุดที่สอง",
        help_en="Two points on the picture; wrong is from left to right, looking from the first to the second.",
    )
    what: Literal["vehicle", "person", "any"] = param("vehicle", th="สำหรับ", en="For")


class WrongWay(SceneRule):
    """Something crosses the line from its left to its right, looking from its first point to its second."""

    key = "wrong_way"
    th = "ข้ามเส้นผิดทาง"
    en = "Line crossed the wrong way"
    Params = WrongWayParams
    drawn = True

    def __init__(self, params: WrongWayParams | None = None, *, name: str = "") -> None:
        """Remember no side yet. Without a line nothing is ever crossed."""
        super().__init__(params, name=name)
        self._crossings = None if self.params.line is None else Crossings(self.params.line)

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each crossing of the wrong way."""
        if self._crossings is None:
            return
        kinds = {"vehicle": VEHICLES, "person": {PERSON}, "any": VEHICLES | {PERSON}}[self.params.what]
        for one, way in self._crossings.look(look):
            if way == "right" and one.kind in kinds:
                who = _WHO["person" if one.person else "vehicle"]
                yield self.hit(
                    look, [one], look.t, Words(f"{who.th}ข้ามเส้นผิดทาง", f"{who.en} crossed the line the wrong way")
                )

    @classmethod
    def clause(cls, params: WrongWayParams) -> Words:
        """Return the condition in words."""
        who = _WHO[params.what]
        return Words(f"เห็น{who.th}ข้ามเส้นที่วาดไว้ผิดทาง", f"sees {who.en} cross the drawn line the wrong way")
