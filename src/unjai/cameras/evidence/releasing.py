"""The process that seals a copy which a person let go: its draft's files, a list that says what it is, a signature."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from unjai.cameras.evidence import drafts, release_page
from unjai.cameras.evidence.blurring import settings_of
from unjai.cameras.evidence.making import PROOF, README, SUMS, assert_room, sync, whole
from unjai.cameras.evidence.plan import Failed, Made, SealPlan
from unjai.model.errors import UnjaiError
from unjai.platform.engines.folders import writing
from unjai.platform.ledger.rows import canonical
from unjai.platform.sealed.archive import Archive, chunks
from unjai.platform.sealed.keys import key_of, print_of, public_of
from unjai.platform.sealed.parcel import EVIDENCE, RELEASE, line_of, seals_of

_NICE = 10


def seal(plan: SealPlan) -> Made:
    """Seal a copy; its draft stays for core to clear. Raises `UnjaiError` with what may be told, and `OSError`."""
    data = Path(plan.data)
    with writing(data):
        key = key_of(data)
    draft = drafts.draft_of(data, plan.station_id, UUID(plan.id))
    files = [drafts.draft_file(draft, number, one["sort"]) for number, one in enumerate(plan.files)]
    if not all(one.is_file() for one in files):
        raise UnjaiError("copy_draft_gone", 500)
    file = drafts.sealed_copy(data, plan.station_id, UUID(plan.id))
    fresh = file.with_name(f"{file.name}.new")
    with writing(file.parent):
        assert_room(file.parent, sum(one.stat().st_size for one in files), plan.floor_bytes)
        try:
            manifest = _write(plan, fresh, files, key)
            digest, size = whole(fresh)
            fresh.replace(file)
            sync(file.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    return Made(digest=digest, size_bytes=size, key_print=print_of(public_of(key)), manifest=manifest)


def _write(plan: SealPlan, fresh: Path, files: list[Path], key: Any) -> dict[str, Any]:
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
        archive = Archive(out)
        listed: list[dict[str, Any]] = []
        for facts, file in zip(plan.files, files, strict=True):
            name = _blurred_name(facts["derived_from"]["name"])
            with file.open("rb") as source:
                made = archive.add(name, file.stat().st_size, chunks(source))
            listed.append({**facts, **line_of(made)})
        told: dict[str, Any] = {
            "format": RELEASE,
            **plan.about,
            "key_print": print_of(public_of(key)),
            "blurring": settings_of(plan.about["style"]),
        }
        papers = {README: release_page.written(told, listed, proven=plan.proof is not None).encode()}
        if plan.proof is not None:
            papers = {PROOF: canonical(plan.proof), **papers}
        for name, body in papers.items():
            listed.append({"sort": "document", **line_of(archive.add(name, len(body), [body]))})
        sums = "".join(f"{one['sha256']}  {one['name']}\n" for one in listed).encode()
        listed.append({"sort": "document", **line_of(archive.add(SUMS, len(sums), [sums]))})
        told[EVIDENCE.listing] = listed
        for name, body in seals_of(EVIDENCE, canonical(told), key).items():
            archive.add(name, len(body), [body])
        archive.end()
        out.flush()
        os.fsync(out.fileno())
    return told


def _blurred_name(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-blurred.{ending}"


def main() -> None:
    """Seal one copy and end: 0 and what was made, or 1 and why not."""
    os.nice(_NICE)
    told: Made | Failed
    try:
        told = seal(msgspec.json.decode(sys.stdin.buffer.read(), type=SealPlan))
    except UnjaiError as error:
        told = Failed(error=error.code, facts=dict(error.facts), status=error.status)
    sys.stdout.buffer.write(msgspec.json.encode(told))
    sys.stdout.buffer.flush()
    raise SystemExit(0 if isinstance(told, Made) else 1)


if __name__ == "__main__":
    main()
