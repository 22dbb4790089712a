"""Proof files: one row of the log under a signed root, or one day's log as the beginning of a later one.

A proof of a row is closed or open. The closed one holds the row's commitment alone (`leaf`: SHA-256 over the row, in
which an id with 74 random bits hides all the rest), and tells nothing but that such a row stands in the log. The open
one holds the row's text too, from which anybody makes the commitment again. Every file has one spelling only, so that
no byte of it can change unseen. Checking needs no database, no network and no clock.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from unjai.model.errors import UnjaiError
from unjai.model.merkle import holds_consistency, holds_inclusion, leaf_hash
from unjai.platform.ledger.roots import Signed, public_key, read_note
from unjai.platform.ledger.rows import canonical

ROW: Final = "unjai-proof/1"
GROWTH: Final = "unjai-consistency/1"
LARGEST: Final = 1_000_000
_FIELDS: Final = frozenset({"format", "leaf", "seq", "size", "root", "proof", "note", "public"})
_GROWTH_FIELDS: Final = frozenset({"format", "first", "second", "proof"})
_FIELDS_OF: Final = {ROW: _FIELDS, GROWTH: _GROWTH_FIELDS}
_DER: Final = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in the form that `openssl` reads (RFC 8410)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a proof file says and what is wrong with it: codes of `problems.ledger.json`, none where all holds.

    `signed` are the roots it stands on: one, or the earlier and the later. `row` is what an open proof shows.
    """

    what: Literal["row", "growth"]
    problems: tuple[str, ...] = ()
    signed: tuple[Signed, ...] = ()
    seq: int = 0
    leaf: str = ""
    row: Mapping[str, Any] | None = None
    listed: bool | None = None
    """Whether the roots are on the list that was given; None where none was."""

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems


def row_proof(signed: Signed, *, seq: int, leaf: bytes, path: Sequence[bytes], text: bytes | None = None) -> bytes:
    """Return the proof file of a row; `text` is its canonical text, for who may read it."""
    told: dict[str, Any] = {
        "format": ROW,
        "leaf": leaf.hex(),
        "seq": seq,
        "size": signed.size,
        "root": signed.root.hex(),
        "proof": [one.hex() for one in path],
        **_root(signed),
    }
    if text is not None:
        told["text"] = text.decode()
    return canonical(told) + b"\n"


def growth_proof(first: Signed, second: Signed, path: Sequence[bytes]) -> bytes:
    """Return the file that proves that the log under one root is the beginning of the log under a later one."""
    told = {"format": GROWTH, "first": _root(first), "second": _root(second), "proof": [one.hex() for one in path]}
    return canonical(told) + b"\n"


def _root(signed: Signed) -> dict[str, str]:
    return {"note": signed.note, "public": base64.b64encode(signed.public).decode()}


def pem_of(public: bytes) -> str:
    """Return a key as `openssl` reads it."""
    coded = base64.b64encode(_DER + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{coded}\n-----END PUBLIC KEY-----\n"


def is_proof(raw: bytes) -> bool:
    """Tell whether a file means to be a proof: it names itself so, or looks like one whose name was damaged."""
    head = raw[:LARGEST]
    return ROW.encode() in head or GROWTH.encode() in head or (head.startswith(b"{") and b'"proof":[' in head)


def check(raw: bytes, *, roots: Sequence[Signed] | None = None, key: str | None = None) -> Checked:
    """Check a proof file; `roots` is a published list, `key` the PEM, base64, name or id of the key that must sign.

    Raises `proof_unreadable` (500) where it is no proof file at all.
    """
    told = _told(raw)
    problems = [] if canonical(told) + b"\n" == raw else ["spelling"]
    if told["format"] == ROW:
        return _check_row(told, problems, roots, key)
    return _check_growth(told, problems, roots, key)


def _told(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw) if len(raw) <= LARGEST else None
        canonical(told)
    except (ValueError, RecursionError) as error:
        raise UnjaiError("proof_unreadable", 500) from error
    if not isinstance(told, dict):
        raise UnjaiError("proof_unreadable", 500)
    wanted = _FIELDS_OF.get(str(told.get("format")))
    if wanted is None or not wanted <= set(told) <= wanted | ({"text"} if told["format"] == ROW else set()):
        raise UnjaiError("proof_unreadable", 500)
    return told


def _check_row(
    told: Mapping[str, Any], problems: list[str], roots: Sequence[Signed] | None, key: str | None
) -> Checked:
    leaf, path, seq = _hash(told["leaf"]), _hashes(told["proof"]), told["seq"]
    if leaf is None or path is None or type(seq) is not int:
        raise UnjaiError("proof_unreadable", 500)
    signed = _signed(told, problems)
    row = None
    if "text" in told:
        row = _row(told["text"], leaf, problems)
    listed = None
    if signed is not None:
        if (told["size"], told["root"]) != (signed.size, signed.root.hex()):
            problems.append("note_other")
        if not holds_inclusion(leaf, seq - 1, signed.size, path, signed.root):
            problems.append("path")
        listed = _compare([signed], problems, roots, key)
    return Checked(
        what="row",
        problems=tuple(problems),
        signed=() if signed is None else (signed,),
        seq=seq,
        leaf=leaf.hex(),
        row=row,
        listed=listed,
    )


def _row(text: object, leaf: bytes, problems: list[str]) -> Mapping[str, Any] | None:
    try:
        if not isinstance(text, str) or leaf_hash(text.encode()) != leaf:
            raise ValueError  # noqa: TRY301
        row = json.loads(text)
    except (ValueError, RecursionError):
        problems.append("content")
        return None
    return row if isinstance(row, dict) else None


def _check_growth(
    told: Mapping[str, Any], problems: list[str], roots: Sequence[Signed] | None, key: str | None
) -> Checked:
    path = _hashes(told["proof"])
    if path is None or not all(isinstance(told[end], dict) and set(told[end]) == {"note", "public"} for end in _ENDS):
        raise UnjaiError("proof_unreadable", 500)
    found = [_signed(told[end], problems) for end in _ENDS]
    signed = [one for one in found if one is not None]
    listed = None
    if len(signed) == len(_ENDS):
        first, second = signed
        if first.size < 1 or not holds_consistency(first.size, second.size, first.root, second.root, path):
            problems.append("growth")
        listed = _compare(signed, problems, roots, key)
    return Checked(what="growth", problems=tuple(dict.fromkeys(problems)), signed=tuple(signed), listed=listed)


_ENDS: Final = ("first", "second")


def _hash(said: object) -> bytes | None:
    try:
        found = bytes.fromhex(said) if isinstance(said, str) else b""
    except ValueError:
        return None
    return found if len(found) == 32 and found.hex() == said else None  # noqa: PLR2004  SHA-256


def _hashes(said: object) -> list[bytes] | None:
    found = [_hash(one) for one in said] if isinstance(said, list) else [None]
    return None if None in found else [one for one in found if one is not None]


def _signed(told: Mapping[str, Any], problems: list[str]) -> Signed | None:
    try:
        public = base64.b64decode(told["public"], validate=True)
        if base64.b64encode(public).decode() != told["public"]:
            raise ValueError  # noqa: TRY301
        return read_note(str(told["note"]), public)
    except (TypeError, ValueError, UnjaiError):
        problems.append("unsigned")
        return None


def _compare(
    signed: Sequence[Signed], problems: list[str], roots: Sequence[Signed] | None, key: str | None
) -> bool | None:
    """Hold the roots against the list and the key that came another way; return whether they are on the list."""
    if key is not None and any(not _is_key(key, one.public) for one in signed):
        problems.append("key_other")
    if roots is None:
        return None
    listed = {(one.size, one.root, one.public) for one in roots}
    sizes = {one.size: one.root for one in roots}
    for one in signed:
        if sizes.get(one.size, one.root) != one.root:
            problems.append("root_differs")
        elif (one.size, one.root, one.public) not in listed:
            problems.append("root_unlisted")
    return all((one.size, one.root, one.public) in listed for one in signed)


def _is_key(said: str, public: bytes) -> bool:
    """Tell whether a PEM, base64 key, name or id of a key is this key's."""
    known = public_key(public)
    plain = said.strip()
    if plain in {known.name, known.id, base64.b64encode(public).decode()}:
        return True
    body = "".join(line for line in plain.splitlines() if not line.startswith("-----"))
    try:
        return base64.b64decode(body, validate=True) == _DER + public
    except ValueError:
        return False
