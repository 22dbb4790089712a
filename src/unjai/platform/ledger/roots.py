"""Signed roots of the log: one a Bangkok day for ever, and the newest, as signed notes (C2SP `tlog-checkpoint`).

A note is three or more lines (the log's name, the number of rows, the root in base64, when and of which day), an
empty line and a signature line. Anyone who holds the key can check it with a few lines of any language; anyone who
kept an older note can ask for a proof that the log of then is still the beginning of the log of now.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError
from unjai.platform.audit import audit_root
from unjai.platform.database import Tx
from unjai.platform.engines.secrets import keep
from unjai.platform.ledger import tree

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = b"\x01"  # Ed25519, in a signed note
_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A root as it is published."""

    day: date | None
    at: datetime
    size: int
    root: bytes
    public: bytes
    note: str

    @property
    def key_id(self) -> str:
        """Return the id of the key that signed it."""
        return public_key(self.public).id


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """The key that signs this log's roots: `name` is the log's name in its notes, `id` tells keys apart."""

    id: str
    name: str
    public: bytes


def public_key(public: bytes) -> PublicKey:
    """Return the key with its name and id, both made from it."""
    name = f"unjai-{hashlib.sha256(public).hexdigest()[:16]}"
    return PublicKey(id=_hint(name, public).hex(), name=name, public=public)


def _hint(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ALGORITHM + public).digest()[:4]


def signing_key(data: Path) -> Ed25519PrivateKey:
    """Return the key of this data folder, made if there is none; raises `secrets_unreadable`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    file = data / "secrets" / "ledger.key"
    if not file.exists():
        keep(file, base64.b64encode(os.urandom(_KEY_BYTES)).decode() + "\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_text("ascii"), validate=False))
    except ValueError as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error


def public_of(key: Ed25519PrivateKey) -> PublicKey:
    """Return the public half."""
    return public_key(key.public_key().public_bytes_raw())


def note_body(name: str, size: int, root: bytes, at: datetime, day: date | None) -> str:
    """Return what is signed."""
    closes = f"day {day.isoformat()}\n" if day else ""
    return f"{name}\n{size}\n{base64.b64encode(root).decode()}\nat {at.isoformat()}\n{closes}"


def signed_note(key: Ed25519PrivateKey, size: int, root: bytes, at: datetime, day: date | None) -> str:
    """Return the signed note of a root."""
    own = public_of(key)
    body = note_body(own.name, size, root, at, day)
    signature = base64.b64encode(bytes.fromhex(own.id) + key.sign(body.encode())).decode()
    return f"{body}\n\N{EM DASH} {own.name} {signature}\n"


def read_note(note: str, public: bytes) -> Signed:
    """Return what a note says if `public` signed it; raises `root_unsigned`."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    own = public_key(public)
    body, parted, tail = note.partition("\n\n")
    body += "\n"
    try:
        dash, _name, signature = tail.removesuffix("\n").split(" ")
        raw = base64.b64decode(signature, validate=True)
        spelt = f"\N{EM DASH} {own.name} {base64.b64encode(raw).decode()}\n"
        if not parted or tail != spelt or dash != "\N{EM DASH}" or raw[:4].hex() != own.id:
            raise UnjaiError("root_unsigned", 500, note=note.partition("\n")[0])
        Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], body.encode())
        lines = body.splitlines()
        said = dict(line.split(" ", 1) for line in lines[3:])
        found = Signed(
            day=date.fromisoformat(said["day"]) if "day" in said else None,
            at=datetime.fromisoformat(said["at"]),
            size=int(lines[1]),
            root=base64.b64decode(lines[2], validate=True),
            public=public,
            note=note,
        )
    except (ValueError, IndexError, KeyError, InvalidSignature) as error:
        raise UnjaiError("root_unsigned", 500, note=note.partition("\n")[0][:80]) from error
    if lines[0] != own.name:
        raise UnjaiError("root_unsigned", 500, note=lines[0][:80])
    return found


def closing_day(now: datetime) -> date:
    """Return the Bangkok day that is over."""
    return now.astimezone(BANGKOK).date() - timedelta(days=1)


async def sign(tx: Tx, clock: Clock, key: Ed25519PrivateKey, *, fresh: bool = False) -> Signed | None:
    """Sign the root of a day that is over, or with `fresh` (or as the very first) the newest; None if none is new."""
    now = clock.now()
    day = closing_day(now)
    last_day = await tx.scalar(select(func.max(audit_root.c.day)))
    last = await tx.one(select(audit_root.c.size).order_by(audit_root.c.at.desc()).limit(1))
    size = await tree.size(tx)
    if size == 0:
        return None
    closes = last is not None and (last_day is None or last_day < day)
    if not closes and not (last is None or (fresh and last["size"] != size)):
        return None
    root = await tree.root(tx, size)
    about = day if closes else None
    note = signed_note(key, size, root, now, about)
    made = Signed(day=about, at=now, size=size, root=root, public=public_of(key).public, note=note)
    await tx.execute(
        insert(audit_root).values(day=made.day, at=made.at, size=size, root=root, public=made.public, note=note)
    )
    return made


async def published(tx: Tx, *, at_most: int = 4000) -> list[Signed]:
    """Return the roots of all days and the newest of all, newest first."""
    newest = select(func.max(audit_root.c.at)).scalar_subquery()
    query = select(audit_root).where((audit_root.c.day.is_not(None)) | (audit_root.c.at == newest))
    return [_signed(row) for row in await tx.all(query.order_by(audit_root.c.at.desc()).limit(at_most))]


async def every_root(tx: Tx) -> list[Signed]:
    """Return every root that was ever signed, oldest first."""
    return [_signed(row) for row in await tx.all(select(audit_root).order_by(audit_root.c.at))]


async def days_signed(tx: Tx) -> list[Signed]:
    """Return the roots of all days, oldest first: a list that is only ever added to."""
    query = select(audit_root).where(audit_root.c.day.is_not(None)).order_by(audit_root.c.at)
    return [_signed(row) for row in await tx.all(query)]


async def day_signed(tx: Tx, day: date) -> Signed | None:
    """Return the root of a day, or None where it is not signed (yet)."""
    row = await tx.one(select(audit_root).where(audit_root.c.day == day))
    return None if row is None else _signed(row)


async def root_over(tx: Tx, seq: int) -> Signed | None:
    """Return the first root of a day that row `seq` stands under, else the newest root of all if it does there."""
    over = select(audit_root).where(audit_root.c.size >= seq)
    row = await tx.one(over.where(audit_root.c.day.is_not(None)).order_by(audit_root.c.at).limit(1))
    row = row or await tx.one(over.order_by(audit_root.c.at.desc()).limit(1))
    return None if row is None else _signed(row)


def _signed(row: Mapping[str, Any]) -> Signed:
    return Signed(**{**row, "root": bytes(row["root"]), "public": bytes(row["public"])})


def as_json(roots: list[Signed]) -> dict[str, Any]:
    """Return the published form: the keys, and each root with its note."""
    keys = [public_key(one) for one in dict.fromkeys(root.public for root in roots)]
    return {
        "keys": [
            {
                "id": key.id,
                "name": key.name,
                "algorithm": "Ed25519",
                "public": base64.b64encode(key.public).decode(),
            }
            for key in keys
        ],
        "roots": [
            {
                "day": None if one.day is None else one.day.isoformat(),
                "at": one.at.isoformat(),
                "size": one.size,
                "root": one.root.hex(),
                "key_id": one.key_id,
                "note": one.note,
            }
            for one in roots
        ],
    }


def read_roots(said: str) -> list[Signed]:
    """Return the roots of a published file, each signature checked; raises `roots_unreadable` or `root_unsigned`."""
    try:
        told = json.loads(said)
        keys = [base64.b64decode(one["public"], validate=True) for one in told["keys"]]
        notes = [str(one["note"]) for one in told["roots"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UnjaiError("roots_unreadable", 500) from error
    named = {public_key(key).name: key for key in keys}
    return [read_note(note, _key_of(note, named)) for note in notes]


def _key_of(note: str, named: Mapping[str, bytes]) -> bytes:
    name = note.partition("\n")[0]
    if name not in named:
        raise UnjaiError("root_unsigned", 500, note=name[:80])
    return named[name]


def proof_of(signed: Signed, *, seq: int, row: Mapping[str, Any], path: Sequence[bytes]) -> dict[str, Any]:
    """Return a row of the log with its way to a signed root, as it goes along with what must be provable elsewhere."""
    return {
        "row": dict(row),
        "seq": seq,
        "size": signed.size,
        "root": signed.root.hex(),
        "proof": [one.hex() for one in path],
        "note": signed.note,
        "public": base64.b64encode(signed.public).decode(),
    }
