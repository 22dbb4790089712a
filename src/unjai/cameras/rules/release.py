"""What a copy for whoever is not the police may hold, and who may let it go: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from unjai.model.errors import UnjaiError

Sort = Literal["media", "insurer", "court", "other"]
CopyState = Literal["asked", "blurring", "look", "confirmed", "sealing", "sealed", "failed", "removed"]

PICTURES_MOST_S = 600.0
"""Seconds of clips in a copy: every picture of them is looked at, and a person has to look too."""
MARKS_MOST = 60
TRIES_MOST = 3
OPEN: frozenset[str] = frozenset({"asked", "blurring", "confirmed", "sealing"})
"""States in which something is being done with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A rectangle that a person drew on a file, in fractions of the picture; without times through all of it."""

    file: str
    x0: float
    y0: float
    x1: float
    y1: float
    since_s: float | None = None
    until_s: float | None = None

    def told(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    def holds(self, at_s: float) -> bool:
        """Tell whether it hides at a moment of its clip; its ends are in it."""
        return (self.since_s is None or at_s >= self.since_s) and (self.until_s is None or at_s <= self.until_s)


def mark_of(told: Mapping[str, Any]) -> Mark:
    """Return a mark from its JSON."""
    return Mark(**told)


def check_marks(marks: Sequence[Mark], files: Sequence[str]) -> None:
    """Raise `copy_marks_many` or `copy_mark_wrong` (422), which names the file."""
    if len(marks) > MARKS_MOST:
        raise UnjaiError("copy_marks_many", 422, most=MARKS_MOST)
    for one in marks:
        inside = 0 <= one.x0 < one.x1 <= 1 and 0 <= one.y0 < one.y1 <= 1
        ordered = one.since_s is None or one.until_s is None or one.since_s <= one.until_s
        if one.file not in files or not inside or not ordered:
            raise UnjaiError("copy_mark_wrong", 422, file=one.file[:100])


def files_for(manifest: Mapping[str, Any], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """Return the package's clips and stills that a copy shall hold, in the package's order; all where none is named.

    Raises `copy_file_unknown` (422), and `copy_long` (422) for more than ten minutes of clips.
    """
    pictures = [one for one in manifest["files"] if one["sort"] in {"clip", "still"}]
    known = {one["name"] for one in pictures}
    for name in wanted:
        if name not in known:
            raise UnjaiError("copy_file_unknown", 422, file=name[:100])
    return [one for one in pictures if not wanted or one["name"] in wanted]


def check_length(seconds: float) -> None:
    """Raise `copy_long` (422) where the clips of a copy are longer together than a copy may be."""
    if seconds > PICTURES_MOST_S:
        raise UnjaiError("copy_long", 422, most_min=int(PICTURES_MOST_S // 60), minutes=round(seconds / 60, 1))


def check_looked(row: Mapping[str, Any], account: UUID | None, revision: int) -> None:
    """Raise `copy_not_ready`, `copy_changed`, `copy_not_looked` (409) unless this person looked at just this revision.

    The one who lets a copy go is the one who looked at it as it is now: not at an earlier one, not a colleague.
    """
    if row["state"] != "look":
        raise UnjaiError("copy_not_ready", 409, state=row["state"])
    if row["revision"] != revision:
        raise UnjaiError("copy_changed", 409)
    if account is None or row["looked_account"] != account or row["looked_revision"] != revision:
        raise UnjaiError("copy_not_looked", 409)


def copy_number(package: str, nth: int) -> str:
    """Return a copy's number: its package's, and the how-manieth it is."""
    return f"{package}-R{nth}"
