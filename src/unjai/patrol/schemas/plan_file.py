"""The file `unjai patrol plan` reads: docs/patrol-plan.md. Strict about what is written, generous about what is not."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MINUTES_A_DAY = 1440
_CLOCK = re.compile(r"^\s*([0-9]{1,2})[:.]([0-9]{2})(?::00)?\s*(?:น\.?)?\s*$")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def minutes_of(said: Any) -> int:
    """Return minutes after midnight of a clock time such as 08:30, 8.30 น. or ๐๘.๓๐; 24:00 is 1440."""
    if isinstance(said, str) and (found := _CLOCK.match(said.translate(_DIGITS))):
        minutes = int(found[1]) * 60 + int(found[2])
        if int(found[2]) < 60 and minutes <= MINUTES_A_DAY:  # noqa: PLR2004
            return minutes
    raise ValueError("a clock time such as 08:30 is wanted")


ClockTime = Annotated[int, BeforeValidator(minutes_of)]
Id = Annotated[str, Field(min_length=1, max_length=80)]
Name = Annotated[str, Field(max_length=200)]
Figure = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]
UnitKindIn = Literal["car", "motorcycle", "foot", "bicycle", "boat", "volunteer"]


def _text(said: Any) -> Any:
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else said


Key = Annotated[Id, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(_Part):
    """A name in one or both languages."""

    th: Name = ""
    en: Name = ""


class Spot(_Part):
    """Where a depot is."""

    lon: Lon
    lat: Lat
    id: Key | None = None
    name: Name | Named = ""


class Shift(_Part):
    """The shift — ผลัด. Ends at or before it begins: it runs over midnight."""

    date: date
    from_: Annotated[ClockTime, Field(alias="from")] = 0
    to: ClockTime = MINUTES_A_DAY


class Break(_Part):
    """A break: between `from` and `to`, `minutes` long; where the unit starts unless `at` names a place."""

    from_: Annotated[ClockTime, Field(alias="from")]
    to: ClockTime
    minutes: Annotated[int, Field(ge=5, le=240)] = 30
    at: Key | None = None


class UnitIn(_Part):
    """A unit on duty. Everything but its id has a default."""

    id: Key
    name: Name | Named = ""
    kind: UnitKindIn = "motorcycle"
    from_: Annotated[ClockTime | None, Field(alias="from")] = None
    to: ClockTime | None = None
    start: Key | Spot | None = None
    end: Key | Spot | None = None
    breaks: Annotated[list[Break], Field(max_length=6)] = []
    areas: Annotated[list[Key] | None, Field(max_length=100)] = None


class PlaceIn(_Part):
    """A place. Its risk: `risk_by_hour` (24 or 168 figures), else `risk` spread as its kind is, else from `reports`."""

    id: Key
    name: Name | Named = ""
    kind: Annotated[str, Field(max_length=40)] = "other"
    lon: Lon | None = None
    lat: Lat | None = None
    area: Annotated[Id | Literal[""], BeforeValidator(_text)] = ""
    risk: Figure | None = None
    risk_by_hour: list[Figure] | None = None
    reports: Figure | None = None
    opens: ClockTime | None = None
    closes: ClockTime | None = None
    last_visit: date | None = None

    @model_validator(mode="after")
    def _hours(self) -> PlaceIn:
        if self.risk_by_hour is not None and len(self.risk_by_hour) not in {24, 168}:
            raise ValueError("risk_by_hour wants 24 figures (hours of the day) or 168 (of the week, Monday first)")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat belong together")
        return self


class Request(_Part):
    """A visit that was asked for: by a partner, or a house to be watched — ฝากบ้าน. `times` visits in its window."""

    id: Key | None = None
    place: Key
    from_: Annotated[ClockTime | None, Field(alias="from")] = None
    to: ClockTime | None = None
    minutes: Annotated[int, Field(ge=1, le=120)] | None = None
    kind: Literal["request", "house_watch"] = "request"
    must: bool = True
    note: Name = ""


class NodeIn(_Part):
    """A crossing of streets."""

    id: Key
    lon: Lon
    lat: Lat


class Street(_Part):
    """A piece of street from node `a` to `b`; without `coordinates` it runs straight between two `nodes`."""

    a: Key | None = None
    b: Key | None = None
    coordinates: Annotated[list[tuple[Lon, Lat]] | None, Field(min_length=2, max_length=2000)] = None
    class_: Annotated[Literal["main", "collector", "soi", "footpath", "unclassified"], Field(alias="class")] = (
        "unclassified"
    )
    oneway: bool = False
    length_m: Annotated[float, Field(gt=0, le=1e6)] | None = None
    name: Name | Named = ""


class Travel(_Part):
    """Known travel times. `ids` names rows and columns (places, depots); `any` stands for kinds that are not given."""

    ids: Annotated[list[Key], Field(max_length=600)]
    unit: Literal["s", "min"] = "s"
    any: list[list[Figure | None]] | None = None
    car: list[list[Figure | None]] | None = None
    motorcycle: list[list[Figure | None]] | None = None
    foot: list[list[Figure | None]] | None = None
    bicycle: list[list[Figure | None]] | None = None
    boat: list[list[Figure | None]] | None = None
    volunteer: list[list[Figure | None]] | None = None


class LayerIn(_Part):
    """A festival or season with its days; what it names is riskier by `factor`."""

    name: Name | Named = ""
    from_: Annotated[date, Field(alias="from")]
    to: date
    factor: Annotated[float, Field(ge=1, le=20)] = 2.0
    kinds: list[Key] = []
    places: list[Key] = []
    areas: list[Key] = []
    hours: list[Annotated[int, Field(ge=0, le=23)]] | None = None


class SettingIn(_Part):
    """What the station sets; Koper's dwell and a revisit of two hours unless it says otherwise."""

    dwell_min: Annotated[float, Field(ge=2, le=60)] = 10
    dwell_max: Annotated[float, Field(ge=2, le=120)] = 16
    revisit_min: Annotated[float, Field(ge=20, le=720)] = 120
    explore: Annotated[float, Field(ge=0, le=0.5)] = 0.12
    noise: Annotated[float, Field(ge=0, le=2)] = 0.35

    @model_validator(mode="after")
    def _order(self) -> SettingIn:
        if self.dwell_max < self.dwell_min:
            raise ValueError("dwell_max is shorter than dwell_min")
        return self


class Town(_Part):
    """The whole file."""

    format: Literal["unjai-patrol-plan/1"] = "unjai-patrol-plan/1"
    name: Name | Named = ""
    shift: Shift
    depot: Spot | Key | None = None
    places: Annotated[list[PlaceIn], Field(min_length=1, max_length=400)]
    units: Annotated[list[UnitIn], Field(max_length=40)] | Annotated[int, Field(ge=1, le=40)]
    requests: Annotated[list[Request], Field(max_length=400)] = []
    nodes: Annotated[list[NodeIn], Field(max_length=100_000)] = []
    streets: Annotated[list[Street], Field(max_length=200_000)] = []
    travel: Travel | None = None
    layers: Annotated[list[LayerIn], Field(max_length=60)] = []
    setting: SettingIn = SettingIn()
    seed: Annotated[str | int, Field(union_mode="left_to_right")] | None = None
