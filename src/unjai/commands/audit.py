"""`unjai audit export` and `unjai audit verify`."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from unjai.commands import in_database
from unjai.commands import proof_words as words_of
from unjai.model.clock import BANGKOK, SystemClock
from unjai.model.errors import UnjaiError
from unjai.platform.anchors import read_anchors, read_written
from unjai.platform.config import Settings
from unjai.platform.ledger.check import verify
from unjai.platform.ledger.checker import Verdict
from unjai.platform.ledger.copies import check_copy, export
from unjai.platform.ledger.proofs import LARGEST, check, is_proof
from unjai.platform.ledger.roots import Signed, read_roots


def export_to(settings: Settings, file: Path, since: str | None, until: str | None) -> None:
    """Write the copy; the file is ours alone (0600) and appears when it is whole. Raises `day_unreadable`."""
    begin, end = _day(since), _day(until, days=1)
    clock = SystemClock()
    if str(file) == "-":
        in_database(
            settings, lambda tx: export(tx, clock, sys.stdout.buffer, since=begin, until=end), name="audit export"
        )
        return
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        rows = in_database(settings, lambda tx: export(tx, clock, out, since=begin, until=end), name="audit export")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    sys.stdout.write(f"{rows} รายการ · {rows} rows → {file}\n")


def verify_copy(file: Path, roots: Path | None) -> str:
    """Return the good word on an exported copy; raises `audit_broken` with the row that does not hold."""
    try:
        return _word(check_copy(file, None if roots is None else _kept(roots)))
    except OSError as error:
        raise _unopened(file, error) from error


def verify_proof(file: Path, roots: Path | None, key: str | None, *, as_json: bool) -> int | None:
    """Say what a proof file proves and return the exit status; None where the file is a copy of the log instead.

    `roots` is a published list, `key` a PEM file, or the key's name, id or base64. Raises `proof_unreadable`.
    """
    try:
        with file.open("rb") as source:
            raw = source.read(LARGEST + 1)
    except OSError as error:
        raise _unopened(file, error) from error
    if not is_proof(raw):
        return None
    found = check(raw, roots=None if roots is None else _kept(roots), key=None if key is None else _key(key))
    sys.stdout.write(words_of.as_json(found) if as_json else words_of.words(found, keyed=key is not None))
    return 0 if found.good else 1


def _unopened(file: Path, error: OSError) -> UnjaiError:
    return UnjaiError("file_unopened", 500, file=str(file), why=error.strerror or str(error))


def _key(said: str) -> str:
    try:
        return Path(said).read_text("utf-8") if Path(said).is_file() else said
    except (OSError, UnicodeDecodeError):
        return said


def verify_centre(settings: Settings, roots: Path | None) -> str:
    """Return the good word on the running centre's log; raises `audit_broken`."""
    kept = [*read_written(settings.data), *([] if roots is None else _kept(roots))]
    anchors = read_anchors(settings.data)
    return _word(in_database(settings, lambda tx: verify(tx, kept, anchors), name="audit verify"))


def _kept(roots: Path) -> list[Signed]:
    try:
        return read_roots(roots.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnjaiError("roots_unreadable", 500) from error


def _day(said: str | None, *, days: int = 0) -> datetime | None:
    if said is None:
        return None
    try:
        day = date.fromisoformat(said) + timedelta(days=days)
    except ValueError as error:
        raise UnjaiError("day_unreadable", 500, day=said) from error
    return datetime.combine(day, time(), BANGKOK)


def _word(verdict: Verdict) -> str:
    if verdict.broken_at is not None:
        raise UnjaiError("audit_broken", 500, seq=verdict.broken_at, why=verdict.why)
    return (
        f"ครบถ้วน ไม่มีการแก้ไข {verdict.rows} รายการ ตรงกับรากที่ลงลายเซ็นแล้ว {verdict.signed} ราก"
        f" · whole and unchanged: {verdict.rows} rows, {verdict.signed} signed roots match\n"
        f"root {verdict.root} of {verdict.size} rows\n"
    )
