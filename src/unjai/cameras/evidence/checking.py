"""Checking a package anywhere: the archive, the list, the signature, and the log's proof. No database, no network.

As a process of its own (`press.check`) it is told a file and a key as JSON on stdin, and says what it found on stdout.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from unjai.cameras.evidence.plan import Failed, ToCheck, Verdict
from unjai.cameras.evidence.stamping import ANSWER_MOST, BadStamp, authority_of, read_stamp
from unjai.model.errors import UnjaiError
from unjai.model.merkle import holds_inclusion, leaf_hash
from unjai.platform.ledger import proofs
from unjai.platform.ledger.roots import Signed, read_note
from unjai.platform.ledger.rows import canonical
from unjai.platform.sealed.keys import print_of, public_of_pem
from unjai.platform.sealed.parcel import EVIDENCE, MANIFEST, PLATES, RELEASE, Found, Problem, examine

PROOF = "audit.json"
CLOSED = "proof.json"
_WANTED = (PROOF, CLOSED, MANIFEST, EVIDENCE.stamp)
_NICE = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """An outside time stamp of this very list. `checked`: it leads to the authority that was given; else anybody's."""

    at: datetime
    authority: str
    serial: str
    checked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What was found: `found` of the file itself, `problems` of all of it, `root` of the log where it was proven."""

    found: Found
    problems: tuple[Problem, ...]
    root: Signed | None
    stamp: Stamp | None = None

    @property
    def blurred_copy(self) -> bool:
        """Tell whether it is a copy for release with faces blurred, and not evidence itself."""
        return self.found.manifest.get("format") == RELEASE

    @property
    def good(self) -> bool:
        """Tell whether nothing at all is wrong."""
        return not self.problems


class Unproven(Exception):  # noqa: N818  how a proof ends early
    """The log's proof does not hold; `code` is the problem's."""

    def __init__(self, code: str) -> None:
        """Say in what way."""
        super().__init__(code)
        self.code = code


def check_file(file: Path, *, key: str | None = None, stamp: Path | None = None, ca: Path | None = None) -> Checked:
    """Check a package or a copy; `key` is a PEM file or the print of the key that must have signed it.

    `stamp` is a time stamp that came beside the package, `ca` the authority that a stamp must lead to.
    Raises `evidence_unreadable`, `evidence_key_unreadable` and `stamp_ca_unreadable` (500).
    """
    wanted = None if key is None else key_print_of(key)
    roots = [] if ca is None else authority_of(ca)
    try:
        with file.open("rb") as source:
            found = examine(EVIDENCE, source, os.fstat(source.fileno()).st_size, key_print=wanted, wanted=_WANTED)
    except OSError as error:
        raise UnjaiError("evidence_unreadable", 500, file=str(file)) from error
    problems, root = list(found.problems), None
    if found.manifest and PROOF in found.small:
        try:
            root = proven(found.manifest, found.small[PROOF])
        except Unproven as error:
            problems.append(Problem(code=error.code, entry=PROOF))
    if found.manifest.get("format") == PLATES and CLOSED in found.small:
        try:
            root = proven_closed(found.manifest, found.small[CLOSED])
        except Unproven as error:
            problems.append(Problem(code=error.code, entry=CLOSED))
    said = found.small.get(EVIDENCE.stamp)
    stamped: Stamp | None = None
    if found.manifest and (said is not None or stamp is not None):
        entry = EVIDENCE.stamp if said is not None else str(stamp)
        try:
            stamped = _stamped(found.small[MANIFEST], said if said is not None else _beside(stamp), roots)
        except BadStamp as error:
            problems.append(Problem(code=error.code, entry=entry))
    return Checked(found=found, problems=tuple(problems), root=root, stamp=stamped)


def _beside(stamp: Path | None) -> bytes:
    try:
        with (stamp or Path()).open("rb") as source:
            return source.read(ANSWER_MOST)
    except OSError as error:
        raise UnjaiError("evidence_unreadable", 500, file=str(stamp)) from error


def _stamped(manifest: bytes, stamp: bytes, roots: Sequence[Any]) -> Stamp:
    at, authority, serial = read_stamp(manifest, stamp, roots)
    return Stamp(at=at, authority=authority, serial=serial, checked=bool(roots))


def proven(manifest: Mapping[str, Any], proof: bytes) -> Signed:
    """Return the signed root under which the request stands; raise `Unproven`."""
    try:
        told = msgspec.json.decode(proof)
        row, public = told["row"], base64.b64decode(told["public"], validate=True)
        signed = read_note(told["note"], public)
        leaf = leaf_hash(canonical(row))
        path = [bytes.fromhex(one) for one in told["proof"]]
        subject = row["subject"]
        stands = holds_inclusion(leaf, int(told["seq"]) - 1, signed.size, path, signed.root)
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, ValueError, UnjaiError) as error:
        raise Unproven("audit_proof") from error
    if not stands:
        raise Unproven("audit_proof")
    kind = "release" if manifest.get("format") == RELEASE else "evidence"
    if subject != f"{kind}:{manifest.get('id')}":
        raise Unproven("audit_other")
    return signed


def proven_closed(manifest: Mapping[str, Any], proof: bytes) -> Signed:
    """Return the signed root under which the search stands; raise `Unproven`."""
    try:
        checked = proofs.check(proof)
    except UnjaiError as error:
        raise Unproven("audit_proof") from error
    if not checked.good or checked.what != "row" or not checked.signed:
        raise Unproven("audit_proof")
    told = manifest.get("ledger")
    if not isinstance(told, dict) or told.get("leaf") != checked.leaf:
        raise Unproven("audit_other")
    return checked.signed[0]


def key_print_of(said: str) -> str:
    """Return the print of the key in a PEM file, or the print itself; raise `evidence_key_unreadable` (500)."""
    plain = "".join(said.split()).lower()
    if len(plain) == 32 and all(sign in "0123456789abcdef" for sign in plain):  # noqa: PLR2004
        return said
    try:
        return print_of(public_of_pem(Path(said).read_bytes()))
    except (OSError, ValueError) as error:
        raise UnjaiError("evidence_key_unreadable", 500, file=said[:200]) from error


def main() -> None:
    """Check one package and end: 0 and what was found, or 1 and why it could not be looked at."""
    os.nice(_NICE)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=ToCheck)
    told: Verdict | Failed
    try:
        stamp, ca = (None if one is None else Path(one) for one in (asked.stamp, asked.ca))
        checked = check_file(Path(asked.file), key=asked.key, stamp=stamp, ca=ca)
        told = Verdict(
            problems=[(one.code, one.entry) for one in checked.problems],
            digest=checked.found.digest,
            key_print=checked.found.key_print,
            log_root=None if checked.root is None else checked.root.root.hex(),
            stamped_at=None if checked.stamp is None else checked.stamp.at,
            stamp_checked=checked.stamp is not None and checked.stamp.checked,
        )
    except UnjaiError as error:
        told = Failed(error=error.code, facts=dict(error.facts), status=error.status)
    sys.stdout.buffer.write(msgspec.json.encode(told))
    sys.stdout.buffer.flush()
    raise SystemExit(0 if isinstance(told, Verdict) else 1)


if __name__ == "__main__":
    main()
