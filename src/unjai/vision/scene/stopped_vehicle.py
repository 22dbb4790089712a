"""A vehicle that stands where none may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unjai.vision.box import Box, overlap
from unjai.vision.kinds import VEHICLES
from unjai.vision.look import Look
from unjai.vision.masks import Polygon
from unjai.vision.scene.base import Hit, SceneRule, Words, area_param, inside, param, time_words

_SAME = 0.5
_GONE_S = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppedVehicleParams:
    """Where, and how long is stopped."""

    area: Polygon | None = area_param()
    seconds: float = param(60.0, th="จอดนานกว่า", en="Stands longer than", unit_th="วินาที", unit_en="s", ge=3, le=7200)


@dataclass(kw_only=True, slots=True)
class _Stop:
    """A place at which a vehicle was told."""

    box: Box
    track: int
    since: float
    told: float
    seen: float


class StoppedVehicle(SceneRule):
    """A vehicle stands still in the area for too long; what stands at the place of one told already is that one."""

    key = "stopped_vehicle"
    th = "รถจอดในที่ห้ามจอด"
    en = "Vehicle stopped where it must not"
    Params = StoppedVehicleParams
    measures = ("seconds",)
    drawn = True

    def __init__(self, params: StoppedVehicleParams | None = None, *, name: str = "") -> None:
        """Know of no vehicle yet."""
        super().__init__(params, name=name)
        self._told: list[_Stop] = []

    def look(self, look: Look) -> Iterable[Hit]:
        """Tell each vehicle once for each stop."""
        for stop in self._told:
            if look.t - stop.seen > _GONE_S:
                self.over(stop.told, [stop.track], seconds=stop.seen - stop.since)
        self._told = [stop for stop in self._told if look.t - stop.seen <= _GONE_S]
        for one in look.seen:
            if one.kind not in VEHICLES or not inside(one, self.params.area) or one.still_s < self.params.seconds:
                continue
            known = [stop for stop in self._told if overlap(stop.box, one.box) >= _SAME]
            for stop in known:
                stop.seen = look.t
            if not known:
                since = look.t - one.still_s
                self._told.append(_Stop(box=one.box, track=one.track, since=since, told=look.t, seen=look.t))
                span = time_words(round(one.still_s))
                told = Words(f"มีรถจอดนาน {span.th}", f"a vehicle has stood for {span.en}")
                yield self.hit(look, [one], look.t - one.still_s, told, seconds=round(one.still_s, 1), kind=one.kind)

    @classmethod
    def clause(cls, params: StoppedVehicleParams) -> Words:
        """Return the condition in words."""
        span = time_words(params.seconds)
        return Words(f"เห็นรถจอดในที่ห้ามจอดนานกว่า {span.th}", f"sees a vehicle stand in the drawn area for over {span.en}")
