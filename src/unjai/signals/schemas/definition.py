"""A junction as a file: what never changes while it is driven, and where its lanes lie on the map.

Keys stand for lanes, never numbers, so that a person can read and mend the file. Degrees from north are those of the
way that is driven. Times and states are judged by `signals.rules.definition`, in words of the catalogue.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.respond.schemas.base import Lat, Lon, Short

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Name = Annotated[Short, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]
Metres = Annotated[float, Field(gt=0, le=5_000, allow_inf_nan=False)]
Speed = Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)]
Bearing = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
Signal = Annotated[int, Field(ge=0, le=255)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JunctionApproach(_Part):
    """An arm of the junction, as people call it."""

    key: Key
    name_th: Name
    name_en: Short = ""


class JunctionDetector(_Part):
    """A loop or a camera's zone that switches: its number in the controller's log, and what it is for."""

    number: Annotated[int, Field(ge=1, le=255)]
    use: Literal["presence", "advance"]


class JunctionInLane(_Part):
    """A lane that comes in: its stop line, which way it is driven, and how far back it reaches."""

    key: Key
    approach: Key
    length_m: Metres
    speed_mps: Speed
    lon: Lon
    lat: Lat
    bearing_deg: Bearing
    detectors: Annotated[tuple[JunctionDetector, ...], Field(max_length=20)] = ()


class JunctionLeads(_Part):
    """Lanes of the next junction with signals that a lane leads to, and how long a free drive there takes."""

    junction: Key
    lanes: Annotated[tuple[Key, ...], Field(min_length=1, max_length=16)]
    seconds: Annotated[float, Field(gt=0, le=300, allow_inf_nan=False)]


class JunctionOutLane(_Part):
    """A lane that goes out: where it begins and which way it is driven."""

    key: Key
    length_m: Metres
    speed_mps: Speed
    lon: Lon | None = None
    lat: Lat | None = None
    bearing_deg: Bearing | None = None
    leads: Annotated[tuple[JunctionLeads, ...], Field(max_length=8)] = ()


class JunctionWay(_Part):
    """One way over the junction: its place in the phases' letters, and the ways that it crosses or yields to."""

    signal: Signal
    from_lane: Key
    to_lane: Key
    turn: Literal["l", "s", "r", "t"] = "s"
    yields_to: Annotated[tuple[Signal, ...], Field(max_length=64)] = ()
    crosses: Annotated[tuple[Signal, ...], Field(max_length=64)] = ()
    pedestrian: bool = False


class JunctionPhase(_Part):
    """What shows green together, and for how long."""

    state: Annotated[str, StringConstraints(pattern=r"^[Ggyr]{1,256}$")]
    min_green_s: Seconds = 5.0
    max_green_s: Seconds = 120.0
    yellow_s: Seconds = 3.0
    red_clear_s: Seconds = 0.0
    walk_s: Seconds = 0.0
    walk_clear_s: Seconds = 0.0
    number: Annotated[int, Field(ge=1, le=16)] | None = None
    also: Annotated[tuple[Annotated[int, Field(ge=1, le=16)], ...], Field(max_length=3)] = ()
    name_th: Name
    name_en: Short = ""


class JunctionFile(_Part):
    """A junction with signals."""

    code: Key
    name_th: Name
    name_en: Short = ""
    lon: Lon
    lat: Lat
    max_wait_s: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 150.0
    approaches: Annotated[tuple[JunctionApproach, ...], Field(min_length=1, max_length=12)]
    lanes: Annotated[tuple[JunctionInLane, ...], Field(min_length=1, max_length=64)]
    outs: Annotated[tuple[JunctionOutLane, ...], Field(min_length=1, max_length=64)]
    links: Annotated[tuple[JunctionWay, ...], Field(min_length=1, max_length=256)]
    phases: Annotated[tuple[JunctionPhase, ...], Field(max_length=32)]
