"""Where copies for release lie: drafts that wait for a person's look, and sealed ones. For threads.

`DATA/evidence/<station>/copies/<id>.zip` is a sealed copy. `DATA/evidence/<station>/copies/<id>/` is its draft: files
with faces hidden, pictures before and after, what was found; it goes when the copy is sealed or deleted.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import msgspec

_PROGRESS = "progress.json"
ENDINGS = {"clip": "mp4", "still": "jpg"}


def sealed_copy(data: Path, station_id: int, copy_id: UUID) -> Path:
    """Return where a sealed copy lies or would lie."""
    return data / "evidence" / str(int(station_id)) / "copies" / f"{copy_id}.zip"


def draft_of(data: Path, station_id: int, copy_id: UUID) -> Path:
    """Return the folder of a copy's draft."""
    return sealed_copy(data, station_id, copy_id).with_suffix("")


def draft_file(draft: Path, number: int, sort: str) -> Path:
    """Return a file of a draft, faces hidden; numbers begin with 0."""
    return draft / f"{number}.{ENDINGS[sort]}"


def shot_file(draft: Path, number: int, shot: int, *, before: bool) -> Path:
    """Return a picture of a file before or after its faces were hidden."""
    return draft / f"{number}-{shot}-{'before' if before else 'after'}.jpg"


def note_progress(draft: Path, share: float) -> None:
    """Say how far the work is, 0 to 1."""
    fresh = draft / f"{_PROGRESS}.new"
    fresh.write_bytes(msgspec.json.encode(round(share, 3)))
    fresh.replace(draft / _PROGRESS)


def progress_of(draft: Path) -> float:
    """Return how far the work is; 0 where nothing is said."""
    try:
        return msgspec.json.decode((draft / _PROGRESS).read_bytes(), type=float)
    except (OSError, msgspec.DecodeError):
        return 0.0


def forget_draft(data: Path, station_id: int, copy_id: UUID) -> None:
    """Remove a draft, its pictures before hiding first of all."""
    draft = draft_of(data, station_id, copy_id)
    for file in draft.glob("*-before.jpg"):
        file.unlink(missing_ok=True)
    shutil.rmtree(draft, ignore_errors=True)


def forget_copy(data: Path, station_id: int, copy_id: UUID) -> None:
    """Remove all of a copy."""
    forget_draft(data, station_id, copy_id)
    sealed_copy(data, station_id, copy_id).unlink(missing_ok=True)


def forget_stray_drafts(data: Path, known: Iterable[UUID]) -> int:
    """Remove the drafts of copies that are no longer open, and half sealed ones; return how many drafts."""
    keep, gone = {str(one) for one in known}, 0
    for folder in (data / "evidence").glob("*/copies"):
        for file in folder.glob("*.zip.new"):
            file.unlink(missing_ok=True)
        for draft in [one for one in folder.iterdir() if one.is_dir() and one.name not in keep]:
            shutil.rmtree(draft, ignore_errors=True)
            gone += 1
    return gone
