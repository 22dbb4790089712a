"""The sealed file: a ZIP whose every byte follows from its entries, and whose entries follow from a signed list.

It is made so that one changed byte anywhere is found: the list (`manifest.json`) holds the SHA-256 of every entry, the
signature (Ed25519) covers the list, and the archive is compared with the one that the same entries make anew. It is
signed, not encrypted: who holds it can read it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from unjai.model.errors import UnjaiError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MANIFEST, SIGNATURE, PUBLIC = "manifest.json", "manifest.sig", "public_key.txt"
FORMAT = "unjai-case/1"
_SEALS = (MANIFEST, SIGNATURE, PUBLIC)
_ENTRY_MOST = 200


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


def key_of(data: Path) -> Ed25519PrivateKey:
    """Return the key that seals this centre's files, made at its first use and kept 0600 in `DATA/secrets/case.key`.

    Raises `secrets_unreadable` (500) for a damaged one: a new one in its place would make all that was sealed look
    foreign.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    file = data / "secrets" / "case.key"
    if not file.exists():
        _keep_first(file, base64.b64encode(secrets.token_bytes(32)))
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes(), validate=True))
    except ValueError as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error


def _keep_first(file: Path, text: bytes) -> None:
    """Write a key where there is none; of two who try at once the first one's stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def public_of(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def print_of(public: bytes) -> str:
    """Return a key's print as people compare it: eight groups of four of its SHA-256."""
    said = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(said[n : n + 4] for n in range(0, 32, 4))


def sealed(entries: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return the file of these entries, signed. `about` stands in the list: number, station, by whom, when."""
    listed = [
        {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in sorted(entries.items())
    ]
    manifest = msgspec.json.format(
        msgspec.json.encode({"format": FORMAT, **about, "entries": listed}, order="sorted"), indent=1
    )
    signature = base64.b64encode(key.sign(manifest)) + b"\n"
    public = base64.b64encode(public_of(key)) + b"\n"
    return _archive({MANIFEST: manifest, SIGNATURE: signature, PUBLIC: public, **dict(sorted(entries.items()))})


def _archive(entries: Mapping[str, bytes]) -> bytes:
    """Return a ZIP that depends on nothing but its entries and their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, body in entries.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, body)
    return out.getvalue()


def verified(body: bytes, *, key_print: str | None = None) -> Verdict:
    """Check a sealed file and return what it says; raise `case_file_broken` (422) with the first thing that is wrong.

    Without `key_print` the file proves only that it is whole and was signed by the key in it: compare the print that is
    returned with the one on the printed sheet, or that the station has told.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            if len(names) > _ENTRY_MOST or len(set(names)) != len(names):
                raise _broken("entries")
            entries = {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _broken("archive") from error
    missing = [name for name in _SEALS if name not in entries]
    if missing:
        raise _broken("entries", missing[0])
    public, manifest = _signed(entries, key_print)
    listed = _listed(manifest)
    if set(listed) != set(entries) - set(_SEALS):
        raise _broken("entries", next(iter(set(listed) ^ (set(entries) - set(_SEALS)))))
    for name, digest in listed.items():
        if hashlib.sha256(entries[name]).hexdigest() != digest:
            raise _broken("entry_changed", name)
    if _archive(entries) != body:
        raise _broken("archive")
    return Verdict(
        number=str(manifest.get("number", "")),
        station=str(manifest.get("station", "")),
        sealed_at=str(manifest.get("sealed_at", "")),
        sealed_by=str(manifest.get("sealed_by", "")),
        entries=len(listed),
        key_print=print_of(public),
        digest=hashlib.sha256(body).hexdigest(),
    )


def _signed(entries: Mapping[str, bytes], key_print: str | None) -> tuple[bytes, dict[str, Any]]:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        public = base64.b64decode(entries[PUBLIC].strip(), validate=True)
        signature = base64.b64decode(entries[SIGNATURE].strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, entries[MANIFEST])
        manifest = json.loads(entries[MANIFEST])
    except (ValueError, InvalidSignature) as error:
        raise _broken("signature") from error
    if key_print is not None and "".join(key_print.split()).lower() != "".join(print_of(public).split()):
        raise _broken("key")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _broken("format")
    return public, manifest


def _listed(manifest: Mapping[str, Any]) -> dict[str, str]:
    try:
        return {str(one["name"]): str(one["sha256"]) for one in manifest["entries"]}
    except (KeyError, TypeError) as error:
        raise _broken("format") from error


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
