"""What the worker needs to know of a camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from unjai.model.ids import DeviceId, StationId

StreamKind = Literal["rtsp", "still", "file"]
Polygon = tuple[tuple[float, float], ...]
"""Corners in fractions of the picture: (0, 0) is its top left, (1, 1) its bottom right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """A line (its two ends) or an area over which a camera counts; what it is called is nothing to the worker."""

    id: UUID
    kind: Literal["line", "area"]
    corners: Polygon


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """A camera as a stream: where its pictures come from, what may be kept, what is never stored."""

    camera_id: DeviceId
    station_id: StationId
    key: str
    kind: StreamKind
    main_url: str
    sub_url: str | None
    username: str | None
    password: str | None = field(repr=False)
    record: bool
    keep_days: float
    masks: tuple[Polygon, ...]
    analyse: bool
    enabled: bool
    mask_copies: bool = True
    """Whether live pictures and recordings are masked too: they are decoded, blackened and encoded anew."""
    ptz: bool = False
    read_plates: bool = False
    """Whether plates of vehicles are read: analysis then takes the main stream, in which plates are large enough."""
    plate_lane: str = ""
    plate_direction: str = ""
    counters: tuple[Counter, ...] = ()
    """Lines and areas over which is counted."""
    calibration: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = ()
    """Points of the picture and where they lie on the map (lon, lat)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SceneSpec:
    """A rule that a camera's process looks for on the picture: the kind of scene and its parameters as it has them."""

    rule_id: UUID
    version: int
    scene: str
    params: Any
