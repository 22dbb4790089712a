"""The sealed file of a case for the inquiry officer: small enough to be made and checked in memory.

How it is sealed stands in `platform.sealed`: one key, one archive, one signed list for all that leaves the centre. One
changed byte anywhere is found. It is signed, not encrypted: who holds it can read it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from unjai.model.errors import UnjaiError
from unjai.platform.sealed.archive import Archive, Laid
from unjai.platform.sealed.keys import key_of, print_of, public_of
from unjai.platform.sealed.parcel import CASE, examine, line_of, seals_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["Verdict", "key_of", "print_of", "public_of", "sealed", "verified"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What checking a file found: whose it says it is, and the print of the key that signed it."""

    number: str
    station: str
    sealed_at: str
    sealed_by: str
    entries: int
    key_print: str
    digest: str


def sealed(entries: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return the file of these entries, signed. `about` stands in the list: number, station, by whom, when."""
    listed = [line_of(_laid(name, body)) for name, body in sorted(entries.items())]
    manifest = msgspec.json.format(
        msgspec.json.encode({"format": CASE.name, **about, CASE.listing: listed}, order="sorted"), indent=1
    )
    out = io.BytesIO()
    archive = Archive(out)
    for name, body in {**seals_of(CASE, manifest, key), **dict(sorted(entries.items()))}.items():
        archive.add(name, len(body), [body])
    archive.end()
    return out.getvalue()


def _laid(name: str, body: bytes) -> Laid:
    return Archive(io.BytesIO()).add(name, len(body), [body])


def verified(body: bytes, *, key_print: str | None = None) -> Verdict:
    """Check a sealed file and return what it says; raise `case_file_broken` (422) with the first thing that is wrong.

    Without `key_print` the file proves only that it is whole and was signed by the key in it: compare the print that is
    returned with the one on the printed sheet, or that the station has told.
    """
    found = examine(CASE, io.BytesIO(body), len(body), key_print=key_print)
    if found.problems:
        first = found.problems[0]
        raise _broken(_SORT[first.code], first.entry)
    manifest = found.manifest
    return Verdict(
        number=str(manifest.get("number", "")),
        station=str(manifest.get("station", "")),
        sealed_at=str(manifest.get("sealed_at", "")),
        sealed_by=str(manifest.get("sealed_by", "")),
        entries=len(found.entries),
        key_print=found.key_print,
        digest=found.digest,
    )


_SORT: Mapping[str, str] = {
    "not_archive": "archive",
    "too_large": "archive",
    "compressed": "archive",
    "unsafe_name": "archive",
    "repacked": "archive",
    "too_many": "entries",
    "twice": "entries",
    "missing": "entries",
    "extra": "entries",
    "changed": "entry_changed",
    "signature": "signature",
    "key": "key",
    "format": "format",
}
_WHY: Mapping[str, tuple[str, str]] = {
    "archive": ("ไฟล์เสียหายหรือถูกแก้ไข", "the file is damaged or was changed"),
    "entries": ("รายการในแฟ้มไม่ครบหรือเกินกว่าที่ลงลายเซ็น", "entries are missing, or more than were signed"),
    "entry_changed": ("เนื้อหาถูกแก้ไข", "an entry was changed"),
    "signature": ("ลายเซ็นไม่ตรงกับรายการ", "the signature does not fit the list"),
    "key": ("ลงลายเซ็นด้วยกุญแจอื่น", "it was signed by another key"),
    "format": ("ไม่ใช่แฟ้มของระบบนี้", "it is no file of this kind"),
}


def _broken(why: str, entry: str = "") -> UnjaiError:
    th, en = _WHY[why]
    return UnjaiError("case_file_broken", 422, why=why, why_th=th, why_en=en, entry=entry[:200])
