"""What the processes that make and check packages are told, and what they tell."""

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
    """A package to be made. `about` stands in the manifest as it is; `proof` is the log's, None where there is none.

    `floor_bytes` stay free on the disc whatever is asked for: the database's.
    """

    id: str
    station_id: int
    data: str
    recordings: str
    about: dict[str, Any]
    cameras: list[CameraPlan]
    pieces: list[PiecePlan]
    floor_bytes: int
    proof: dict[str, Any] | None = None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A package that lies on the disc."""

    digest: str
    size_bytes: int
    key_print: str
    manifest: dict[str, Any]


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no package or no verdict: an error's code and facts."""

    error: str
    facts: dict[str, Any] = {}
    status: int = 500


class ToCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A package to be checked, and the print of the key that must have signed it."""

    file: str
    key: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What checking found: each problem's code and entry; `log_root` where the log's proof holds."""

    problems: list[tuple[str, str]]
    digest: str
    key_print: str
    log_root: str | None
