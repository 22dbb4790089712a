"""What the process that makes a package is told, and what it tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class CameraPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A camera as the manifest tells of it; `masks` are polygons in fractions of the picture."""

    id: str
    key: str
    name_th: str
    name_en: str
    owner_kind: str
    owner_name: str
    point: str
    lon: float | None
    lat: float | None
    masks: list[list[tuple[float, float]]] = []


class PiecePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A clip or a still of one camera; `still_id` is a live still that was kept; `leave` is the owner's consent."""

    camera_id: str
    sort: str
    since: datetime
    until: datetime
    leave: dict[str, Any]
    still_id: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A package to be made. `about` stands in the manifest as it is; `proof` is the log's, None where there is none."""

    id: str
    station_id: int
    data: str
    recordings: str
    about: dict[str, Any]
    cameras: list[CameraPlan]
    pieces: list[PiecePlan]
    proof: dict[str, Any] | None = None
    floor_bytes: int = 500_000_000


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A package that lies on the disc."""

    digest: str
    size_bytes: int
    key_print: str
    manifest: dict[str, Any]


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no package: an error's code and facts."""

    error: str
    facts: dict[str, Any] = {}
    status: int = 500
