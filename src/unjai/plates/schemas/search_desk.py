"""What the search screen asks besides searches: what to seal, and the ways between cameras."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from unjai.plates.schemas.searches import AskedIn, In, Key, Out
from unjai.platform.http import Told


class PlateExportIn(In):
    """The reads to seal as evidence."""

    reads: list[UUID] = Field(min_length=1, max_length=500)


class PlateCheckIn(In):
    """A question to look at before it is put."""

    asked: AskedIn


class PlateCheckOut(Out):
    """How a question is understood: nothing was searched. `wrong` says what is to be mended, in words."""

    registration: str
    province_th: str
    province_en: str
    wide: list[str]
    cameras: int | None
    """How many cameras its places mean; null for all."""
    wrong: Told | None


class PlatePlaceOut(Out):
    """A place that a plate may name."""

    code: str
    th: str
    en: str


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
