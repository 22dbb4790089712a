"""What the worker needs to know of a camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from unjai.model.ids import DeviceId, StationId

StreamKind = Literal["rtsp", "still", "file"]
Polygon = tuple[tuple[float, float], ...]
"""Corners in fractions of the picture: (0, 0) is its top left, (1, 1) its bottom right."""


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
