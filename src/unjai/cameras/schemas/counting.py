"""What of counting lines, areas and their figures crosses the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Side = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Share = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]


class CounterNames(BaseModel):
    """What a line or area and a line's two sides are called; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name_th: Name | None = None
    name_en: Side | None = None
    left_th: Side | None = None
    left_en: Side | None = None
    right_th: Side | None = None
    right_en: Side | None = None

    def said(self) -> dict[str, str]:
        """Return what was told."""
        names = self.model_dump(include=set(CounterNames.model_fields), exclude_unset=True)
        return {name: value for name, value in names.items() if value is not None}


class CounterIn(CounterNames):
    """A line (two ends) or an area (corners) in fractions of the picture.

    Left and right are as one looks from the first end to the second.
    """

    kind: Literal["line", "area"]
    name_th: Name
    corners: Annotated[list[tuple[Share, Share]], Field(min_length=2, max_length=60)]


class CounterOut(BaseModel):
    """A line or area."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Literal["line", "area"]
    name_th: str
    name_en: str
    left_th: str
    left_en: str
    right_th: str
    right_en: str
    corners: list[tuple[float, float]]
    made_at: datetime
    removed_at: datetime | None


class LookedOut(BaseModel):
    """How many minutes of each bucket a counter was looked at; the camera's own id stands for its whole picture."""

    counter_id: UUID
    minutes: list[int]


class SeriesOut(BaseModel):
    """Figures by bucket: null is not known, since nobody looked; 0 is truly nothing.

    Of a line (`way` left or right) how many crossed; of an area and the whole picture (`way` empty) the most at once,
    and `mean`.
    """

    model_config = ConfigDict(from_attributes=True)

    counter_id: UUID
    kind: str
    way: Literal["left", "right", ""]
    values: list[int | None]
    mean: list[float | None]


class CountsOut(BaseModel):
    """A camera's figures of a Bangkok day by hour, or of one hour by minute."""

    day: date
    hour: int | None
    begins: datetime
    step_s: int
    analysed: bool
    counters: list[CounterOut]
    looked: list[LookedOut]
    series: list[SeriesOut]
