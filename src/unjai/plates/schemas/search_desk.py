"""What the search screen asks besides searches: what to seal, and the ways between cameras."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from unjai.plates.schemas.searches import In, Key, Out


class PlateExportIn(In):
    """The reads to seal as evidence."""

    reads: list[UUID] = Field(min_length=1, max_length=500)


class PlateWaysIn(In):
    """Pairs of cameras, the one passed first in front."""

    pairs: list[tuple[Key, Key]] = Field(min_length=1, max_length=200)
    kind: str = Field("car", pattern="^(car|motorcycle)$")


class PlateWayOut(Out):
    """The fastest way along the streets from one camera to another; `line` is empty where none is known."""

    first: str
    second: str
    line: list[tuple[float, float]]
    road_m: float | None
    eta_s: float | None
