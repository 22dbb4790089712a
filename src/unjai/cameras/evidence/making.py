"""The process that makes one package: a plan as JSON on stdin, what it made on stdout. Nothing else waits for it.

Clips are copied out of the recordings straight into the archive and hashed on the way. The file gets its name when it
is whole and on the disc; until then it is a `.new` that the next start removes.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from unjai.cameras.evidence import page
from unjai.cameras.evidence.folder import kept_still, package_of
from unjai.cameras.evidence.plan import CameraPlan, Failed, Made, PiecePlan, Plan, Stamped, StampPlan
from unjai.cameras.evidence.stamping import read_stamp, stamp_for
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.mp4.progressive import Export
from unjai.cameras.recording import playback
from unjai.cameras.recording.shelf import moment
from unjai.cameras.rules.evidence import file_name
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId
from unjai.platform.engines.folders import writing
from unjai.platform.ledger.rows import canonical
from unjai.platform.sealed.archive import Archive, chunks
from unjai.platform.sealed.keys import key_of, print_of, public_of
from unjai.platform.sealed.parcel import EVIDENCE, MANIFEST, line_of, seals_of

_NICE = 10
_SLACK_BYTES = 1_000_000
_SHORT_S = 0.5
_TICK = timedelta(milliseconds=1)
README, SUMS, PROOF = "READ-ME.html", "SHA256SUMS.txt", "audit.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cut:
    """A file to be: what the manifest says of it, and where its bytes come from."""

    about: dict[str, Any]
    size: int
    body: bytes | Export

    def parts(self) -> Iterator[bytes]:
        if isinstance(self.body, bytes):
            yield self.body
        else:
            yield from self.body.parts()


def make(plan: Plan) -> Made:
    """Make a package. Raises `UnjaiError` with what may be told, and `OSError`."""
    with writing(Path(plan.data)):
        key = key_of(Path(plan.data))
    cameras = {one.id: one for one in plan.cameras}
    cuts: list[_Cut] = []
    missing: list[dict[str, Any]] = []
    for piece in plan.pieces:
        cut = _still(plan, piece, cameras[piece.camera_id]) if piece.sort == "still" else _clip(plan, piece)
        if cut is None:
            missing.append({**_asked(piece), "why": "nothing_recorded"})
        else:
            cuts.append(cut)
    if not cuts:
        raise UnjaiError("recording_missing", 404)
    file = package_of(Path(plan.data), plan.station_id, UUID(plan.id))
    fresh = file.with_name(f"{file.name}.new")
    with writing(file.parent):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        assert_room(file.parent, sum(one.size for one in cuts), plan.floor_bytes)
        try:
            manifest, stamped = _write(plan, fresh, cuts, missing, key)
            digest, size = whole(fresh)
            fresh.replace(file)
            sync(file.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    return Made(
        digest=digest,
        size_bytes=size,
        key_print=print_of(public_of(key)),
        manifest=manifest,
        stamped=stamped if isinstance(stamped, Stamped) else None,
        not_stamped=stamped if isinstance(stamped, Failed) else None,
    )


def _write(
    plan: Plan, fresh: Path, cuts: Sequence[_Cut], missing: Sequence[dict[str, Any]], key: Any
) -> tuple[dict[str, Any], Stamped | Failed | None]:
    cameras = {one.id: one for one in plan.cameras}
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
        archive = Archive(out)
        files: list[dict[str, Any]] = []
        for number, cut in enumerate(cuts, 1):
            at = datetime.fromisoformat(cut.about["since"])
            name = file_name(number, cameras[cut.about["camera_id"]].key, cut.about["sort"], at)
            files.append({**cut.about, **line_of(archive.add(name, cut.size, cut.parts()))})
        told: dict[str, Any] = {
            "format": EVIDENCE.name,
            **plan.about,
            "key_print": print_of(public_of(key)),
            "cameras": [_told(one) for one in plan.cameras],
            "missing": list(missing),
        }
        papers = {
            README: page.written(told, files, proven=plan.proof is not None, stamps=plan.stamp is not None).encode()
        }
        if plan.proof is not None:
            papers = {PROOF: canonical(plan.proof), **papers}
        for name, body in papers.items():
            files.append({"sort": "document", **line_of(archive.add(name, len(body), [body]))})
        sums = "".join(f"{one['sha256']}  {one['name']}\n" for one in files).encode()
        files.append({"sort": "document", **line_of(archive.add(SUMS, len(sums), [sums]))})
        told[EVIDENCE.listing] = files
        seals = seals_of(EVIDENCE, canonical(told), key)
        stamp, stamped = _stamp(seals[MANIFEST], plan.stamp)
        for name, body in {**seals, **stamp}.items():
            archive.add(name, len(body), [body])
        archive.end()
        out.flush()
        os.fsync(out.fileno())
    return told, stamped


def _stamp(manifest: bytes, by: StampPlan | None) -> tuple[dict[str, bytes], Stamped | Failed | None]:
    """Return an outside time stamp as an entry and what it says; without one a package is sealed all the same."""
    if by is None:
        return {}, None
    try:
        body = stamp_for(manifest, by)
        at, authority, serial = read_stamp(manifest, body, ())
    except UnjaiError as error:
        return {}, Failed(error=error.code, facts=dict(error.facts), status=error.status)
    return {EVIDENCE.stamp: body}, Stamped(at=at, authority=authority, serial=serial, inside=True)


def _told(camera: CameraPlan) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(camera)
    return {**{name: value for name, value in told.items() if name != "masks"}, "masks": len(camera.masks)}


def _asked(piece: PiecePlan) -> dict[str, Any]:
    return {
        "camera_id": piece.camera_id,
        "sort": piece.sort,
        "asked_since": _iso(piece.since),
        "asked_until": _iso(piece.until),
        "consent": piece.leave,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clip(plan: Plan, piece: PiecePlan) -> _Cut | None:
    made = _cut(plan, piece.camera_id, piece.since, piece.until)
    if made is None:
        return None
    since, until = moment(made.begins_s * 1000), moment(made.ends_s * 1000)
    gaps = [(moment(one * 1000), moment(other * 1000)) for one, other in made.gaps]
    if (since - piece.since).total_seconds() > _SHORT_S:
        gaps.insert(0, (piece.since, since))
    if (piece.until - until).total_seconds() > _SHORT_S:
        gaps.append((until, piece.until))
    about = {
        **_asked(piece),
        "since": _iso(since),
        "until": _iso(until),
        "gaps": [[_iso(one), _iso(other)] for one, other in gaps],
        "pictures": len(made.pictures),
        "how": "recording_copied",
        "masked": False,
    }
    return _Cut(about=about, size=made.size_bytes, body=made)


def _cut(plan: Plan, camera_id: str, since: datetime, until: datetime) -> Export | None:
    root, station, camera = Path(plan.recordings), StationId(plan.station_id), DeviceId(UUID(camera_id))
    try:
        return playback.clip(playback.found_between(root, station, camera, since, until))
    except UnjaiError as error:
        if error.code == "recording_missing":
            return None
        raise


# -- stills ------------------------------------------------------------------------------------------------------------


def _still(plan: Plan, piece: PiecePlan, camera: CameraPlan) -> _Cut | None:
    if piece.still_id is not None:
        kept, jpeg = kept_still(Path(plan.data), UUID(piece.still_id), UUID(piece.camera_id))
        if kept.at != piece.since:  # the consent was looked up for another moment
            raise UnjaiError("evidence_still_moment", 422)
        return _picture(piece, kept.at, jpeg, how="live_still", masked=kept.masked)
    made = _cut(plan, piece.camera_id, piece.since, piece.since + _TICK)
    if made is None:
        return None
    at = moment((made.begins_s + made.pictures[-1].at / TIMESCALE) * 1000)
    return _picture(piece, at, _decoded(made, camera), how="recording_decoded", masked=bool(camera.masks))


def _picture(piece: PiecePlan, at: datetime, jpeg: bytes, *, how: str, masked: bool) -> _Cut:
    about = {**_asked(piece), "since": _iso(at), "until": _iso(at), "gaps": [], "pictures": 1}
    return _Cut(about={**about, "how": how, "masked": masked}, size=len(jpeg), body=jpeg)


def _decoded(made: Export, camera: CameraPlan) -> bytes:
    """Return the last picture of a cut as a JPEG of its full size, what is masked blackened."""
    import av  # noqa: PLC0415  only stills need the decoder

    from unjai.cameras.worker.masks import blacken  # noqa: PLC0415

    frame: Any = None
    try:
        with av.open(io.BytesIO(b"".join(made.parts())), "r", format="mp4") as film:
            for one in film.decode(video=0):
                frame = one
    except av.error.FFmpegError as error:
        raise UnjaiError("evidence_still_unreadable", 422) from error
    if frame is None:
        raise UnjaiError("evidence_still_unreadable", 422)
    width, height = frame.width // 2 * 2, frame.height // 2 * 2
    frame = frame.reformat(width=width, height=height, format="yuvj420p")
    if camera.masks:
        planes = frame.to_ndarray()
        blacken(planes, tuple(tuple((x, y) for x, y in ring) for ring in camera.masks), width, height)
        frame = av.VideoFrame.from_ndarray(planes, format="yuvj420p")
    pen: Any = av.CodecContext.create("mjpeg", "w")
    pen.width, pen.height, pen.pix_fmt = width, height, "yuvj420p"
    pen.time_base = Fraction(1, 25)
    pen.options = {"qmin": "2", "qmax": "2"}
    frame.pts, frame.time_base = 1, pen.time_base
    return b"".join(bytes(packet) for packet in [*pen.encode(frame), *pen.encode(None)])


# -- the disc ----------------------------------------------------------------------------------------------------------


def assert_room(folder: Path, needed: int, floor: int) -> None:
    """Raise `evidence_no_room` (507) where writing so many bytes would leave less than the floor."""
    free = shutil.disk_usage(folder).free
    if free - needed - _SLACK_BYTES < floor:
        facts = {"needed_mb": (needed + floor) // 1_000_000 + 1, "free_mb": free // 1_000_000}
        raise UnjaiError("evidence_no_room", 507, **facts)


def whole(file: Path) -> tuple[str, int]:
    """Return a file's SHA-256 and its size."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        for chunk in chunks(source):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def sync(folder: Path) -> None:
    """Bring a folder's names to the disc."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main() -> None:
    """Make one package and end: 0 and what was made, or 1 and why not."""
    os.nice(_NICE)
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    told: Made | Failed
    try:
        told = make(plan)
    except UnjaiError as error:
        told = Failed(error=error.code, facts=dict(error.facts), status=error.status)
    sys.stdout.buffer.write(msgspec.json.encode(told))
    sys.stdout.buffer.flush()
    raise SystemExit(0 if isinstance(told, Made) else 1)


if __name__ == "__main__":
    main()
