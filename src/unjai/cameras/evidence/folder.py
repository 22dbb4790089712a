"""Where packages lie, what waits to go into one, and the holds that keep what they were cut from. For threads.

`DATA/evidence/<station>/<id>.zip` is a sealed package, `….zip.new` one that is being written (no backup takes it);
`DATA/evidence/stills/<id>.jpg` is a live still that was asked for, with `<id>.json` beside it: whose, when
it was taken (the id says so too), masked or not.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from unjai.cameras.recording.shelf import Hold, cameras_in, hold, holds_of, release
from unjai.cameras.rules.evidence import Piece, piece_of
from unjai.model.errors import not_found
from unjai.model.ids import DeviceId, StationId
from unjai.platform.engines.folders import writing

_HOLD = "evidence-"
STILL_LASTS = timedelta(days=7)
_AROUND = timedelta(seconds=1)


def package_of(data: Path, station_id: int, evidence_id: UUID) -> Path:
    """Return where a package lies or would lie."""
    return data / "evidence" / str(int(station_id)) / f"{evidence_id}.zip"


def forget_halves(data: Path) -> int:
    """Remove packages that were being written when all was killed; return how many."""
    halves = list((data / "evidence").glob("*/*.zip.new"))
    for file in halves:
        file.unlink(missing_ok=True)
    return len(halves)


def forget_package(data: Path, row: Mapping[str, Any]) -> None:
    """Remove a package's file, and the live stills that it was made of."""
    package = package_of(data, row["station_id"], row["id"])
    for file in (package, package.with_suffix(".tsr")):
        file.unlink(missing_ok=True)
    for piece in pieces_of(row):
        if piece.still_id is not None:
            for ending in ("jpg", "json"):
                _still(data, piece.still_id, ending).unlink(missing_ok=True)


# -- live stills -------------------------------------------------------------------------------------------------------


class KeptStill(msgspec.Struct, frozen=True, kw_only=True):
    """A live still that waits for its package: of which camera, when, and whether it was masked as it was taken."""

    camera_id: str
    at: datetime
    masked: bool


def _still(data: Path, still_id: UUID, ending: str) -> Path:
    return data / "evidence" / "stills" / f"{still_id}.{ending}"


def keep_still(data: Path, still_id: UUID, told: KeptStill, jpeg: bytes) -> None:
    """Keep a live still; raise `disc_full` (507) and the like."""
    folder = data / "evidence" / "stills"
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending, body in (("jpg", jpeg), ("json", msgspec.json.encode(told))):
            with _still(data, still_id, ending).open("wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())


def kept_still(data: Path, still_id: UUID, camera_id: UUID) -> tuple[KeptStill, bytes]:
    """Return a kept still of a camera; raise `not_found` (404), also for one of another camera."""
    try:
        told = msgspec.json.decode(_still(data, still_id, "json").read_bytes(), type=KeptStill)
        jpeg = _still(data, still_id, "jpg").read_bytes()
    except (OSError, msgspec.DecodeError):
        raise not_found("still", still_id) from None
    if told.camera_id != str(camera_id):
        raise not_found("still", still_id)
    return told, jpeg


def forget_stills(data: Path, before: datetime) -> None:
    """Remove stills that waited too long, or went into their package long ago."""
    folder = data / "evidence" / "stills"
    for file in list(folder.iterdir()) if folder.is_dir() else []:
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < before.timestamp():
                file.unlink()


# -- holds -------------------------------------------------------------------------------------------------------------


def hold_pieces(root: Path, row: Mapping[str, Any]) -> None:
    """Keep the recordings that a package is cut from; the same again changes nothing. Raises `disc_full` (507)."""
    with writing(root):
        for number, piece in enumerate(pieces_of(row), 1):
            if piece.still_id is not None:
                continue
            held = Hold(
                key=_key(row["id"], number),
                begins=piece.since - _AROUND,
                ends=piece.until + _AROUND,
                why=f"evidence {row['number']}: {row['case_number'] or row['incident_number'] or row['reason']}"[:200],
                by=str(row["asked_by"]),
            )
            hold(root, StationId(row["station_id"]), DeviceId(piece.camera_id), held)


def release_pieces(root: Path, row: Mapping[str, Any]) -> None:
    """Let the recordings of a package go their way."""
    for number, piece in enumerate(pieces_of(row), 1):
        release(root, StationId(row["station_id"]), DeviceId(piece.camera_id), _key(row["id"], number))


def release_strays(root: Path, known: Iterable[UUID], before: datetime) -> int:
    """Let go what is held for packages that are not `known`: whoever asked was killed before it was written down."""
    keep = {str(one) for one in known}
    gone = 0
    for station_id, camera_id, folder in cameras_in(root) if root.is_dir() else []:
        try:
            held = holds_of(folder)
        except ValueError:
            continue
        for one in held:
            of = one.key.removeprefix(_HOLD)[:36]
            if not one.key.startswith(_HOLD) or of in keep:
                continue
            with contextlib.suppress(OSError):
                if (folder / "holds" / f"{one.key}.json").stat().st_mtime < before.timestamp():
                    gone += release(root, station_id, camera_id, one.key)
    return gone


def _key(evidence_id: UUID, number: int) -> str:
    return f"{_HOLD}{evidence_id}-{number}"


def pieces_of(row: Mapping[str, Any]) -> list[Piece]:
    """Return the pieces of a package's row."""
    return [piece_of(one) for one in row["pieces"]]
