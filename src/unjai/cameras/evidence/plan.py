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
    stamp: StampPlan | None = None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A package that lies on the disc."""

    digest: str
    size_bytes: int
    key_print: str
    manifest: dict[str, Any]
    stamped: Stamped | None = None
    not_stamped: Failed | None = None


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no package or no verdict: an error's code and facts."""

    error: str
    facts: dict[str, Any] = {}
    status: int = 500


class ToCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A package to be checked, and the print of the key that must have signed it."""

    file: str
    key: str
    stamp: str | None = None
    ca: str | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What checking found: each problem's code and entry; `log_root` where the log's proof holds."""

    problems: list[tuple[str, str]]
    digest: str
    key_print: str
    log_root: str | None
    stamped_at: datetime | None = None
    stamp_checked: bool = False


# -- copies with faces hidden ------------------------------------------------------------------------------------------


class DraftFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the package that goes into a copy; `masks` of its camera are blackened in it."""

    name: str
    sort: str
    masks: list[list[tuple[float, float]]] = []


class DraftMark(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle that a person drew (`rules.release.Mark`)."""

    file: str
    x0: float
    y0: float
    x1: float
    y1: float
    since_s: float | None = None
    until_s: float | None = None


class DraftPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A copy to be blurred out of its package, which must be the one that was sealed."""

    id: str
    station_id: int
    data: str
    package: str
    package_digest: str
    package_key: str
    style: str
    files: list[DraftFile]
    marks: list[DraftMark]
    floor_bytes: int


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that a person compares before and after; `left`: faces that are found in it even after hiding."""

    at_s: float
    hidden: int
    left: int


class Blurred(msgspec.Struct, frozen=True, kw_only=True):
    """What was hidden in a file: faces and persons' heads as found over all pictures that were looked at."""

    name: str
    sort: str
    width: int
    height: int
    seconds: float
    pictures: int
    looked: int
    faces: int
    heads: int
    hidden_pictures: int
    shots: list[Shot]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that waits for a person's look."""

    files: list[Blurred]


class SealPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that a person let go: `about` and each file's `facts` stand in its manifest as they are."""

    id: str
    station_id: int
    data: str
    about: dict[str, Any]
    files: list[dict[str, Any]]
    floor_bytes: int
    proof: dict[str, Any] | None = None


# -- an outside time stamp ---------------------------------------------------------------------------------------------


class StampPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Who stamps, and the file of the authority that their answer must lead to."""

    url: str
    ca: str


class ToStamp(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed package whose list shall be stamped after all."""

    package: str
    by: StampPlan


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """What an outside time stamp says: when, by whom, under which number; `inside`: it stands in the package."""

    at: datetime
    authority: str
    serial: str
    inside: bool
