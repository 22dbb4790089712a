"""The exported copy of the log: lines of JSON that anyone can check without a centre and without a database.

The head line says which rows these are, how long the log was and its root, and brings the hashes of the rest of the
tree and the signed roots; then one line a row; the last line is the SHA-256 of all before it. Every line has one
spelling only, so no byte can change unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.merkle import EMPTY, hashes_of, range_parts
from unjai.platform.audit import audit_log, audit_seal
from unjai.platform.database import Tx
from unjai.platform.ledger import tree
from unjai.platform.ledger.checker import Broken, Checker, Verdict
from unjai.platform.ledger.roots import Signed, as_json, every_root, read_roots
from unjai.platform.ledger.rows import canonical, said

FORMAT = "unjai-audit/1"
_PAGE = 2000


async def export(
    tx: Tx, clock: Clock, out: IO[bytes], *, since: datetime | None = None, until: datetime | None = None
) -> int:
    """Write the sealed rows from `since` to before `until` (all, if not given) to `out`; return how many.

    Raises `audit_broken` where a seal is missing.
    """
    size = await tree.size(tx)
    begin, end = await _range(tx, size, since, until)
    digest = hashlib.sha256()

    def line(told: Any) -> None:
        text = canonical(told) + b"\n"
        digest.update(text)
        out.write(text)

    parts = range_parts(begin, end, size) if end > begin else []
    head = {
        "format": FORMAT,
        "at": clock.now().isoformat(),
        "first": begin + 1,
        "rows": end - begin,
        "size": size,
        "root": (await tree.root(tx, size)).hex(),
        "proof": [one.hex() for one in await hashes_of(parts, tree.node_of(tx))],
        **as_json([one for one in await every_root(tx) if one.size <= size]),
    }
    line({**head, "sum": hashlib.sha256(canonical(head)).hexdigest()})
    for first in range(begin, end, _PAGE):
        for row in await sealed_rows(tx, first, min(end, first + _PAGE)):
            line(_told(row))
    out.write(canonical({"sha256": digest.hexdigest()}) + b"\n")
    return end - begin


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = {"seq": row["seq"], "leaf": bytes(row["leaf"]).hex(), "row": None if row["id"] is None else said(row)}
    return told if row["chain"] is None else {**told, "chain": bytes(row["chain"]).hex()}


async def _range(tx: Tx, size: int, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Return the stretch of the log that holds every row of the time; a few of just outside may stand between."""
    if since is None and until is None:
        return 0, size
    query = select(func.min(audit_seal.c.seq), func.max(audit_seal.c.seq)).join(
        audit_log, audit_log.c.id == audit_seal.c.audit_id
    )
    if since is not None:
        query = query.where(audit_log.c.at >= since)
    if until is not None:
        query = query.where(audit_log.c.at < until)
    least, most = (await tx.execute(query)).one()
    return (0, 0) if least is None else (int(least) - 1, int(most))


async def sealed_rows(tx: Tx, first: int, last: int) -> list[dict[str, Any]]:
    """Return rows `first + 1` to `last` with their seals; raises `audit_broken` where a seal is missing."""
    query = select(audit_seal.c.seq, audit_seal.c.leaf, audit_seal.c.chain, audit_log).outerjoin(
        audit_log, audit_log.c.id == audit_seal.c.audit_id
    )
    query = query.where(audit_seal.c.seq > first, audit_seal.c.seq <= last)
    rows = await tx.all(query.order_by(audit_seal.c.seq))
    for wanted, row in enumerate(rows, first + 1):
        if row["seq"] != wanted:
            raise UnjaiError("audit_broken", 500, seq=wanted, why="seal_missing")
    if len(rows) != last - first:
        raise UnjaiError("audit_broken", 500, seq=first + len(rows) + 1, why="seal_missing")
    return rows


def check_copy(file: Path, roots: Sequence[Signed] | None = None) -> Verdict:
    """Check an exported copy; `roots` were kept elsewhere (else the signed ones in the copy itself are compared).

    Raises `copy_unreadable` if it is no such file at all.
    """
    with file.open("rb") as lines:
        raw = lines.readline()
        if FORMAT.encode() not in raw and b'"sum"' not in raw:
            raise UnjaiError("copy_unreadable", 500, file=str(file))
        try:
            head = _head(raw)
        except Broken as broken:
            return Verdict(rows=0, size=0, root="", broken_at=broken.at, why=broken.why)
        copied = read_roots(json.dumps({"keys": head["keys"], "roots": head["roots"]}))
        at = datetime.fromisoformat(head["at"])
        checker = Checker(
            size=head["size"],
            first=head["first"],
            count=head["rows"],
            roots=[one for one in (copied if roots is None else roots) if one.size <= head["size"] or one.at < at],
        )
        try:
            found = _walk(lines, checker, hashlib.sha256(raw), head)
        except Broken as broken:
            rows = max(0, broken.at - head["first"])
            return Verdict(rows=rows, size=head["size"], root=head["root"], broken_at=broken.at, why=broken.why)
    return Verdict(rows=head["rows"], size=head["size"], root=found.hex(), signed=checker.signed)


def _head(raw: bytes) -> dict[str, Any]:
    head = _strict(raw, 0)
    kept = {name: value for name, value in head.items() if name != "sum"}
    if head.get("sum") != hashlib.sha256(canonical(kept)).hexdigest():
        raise Broken(0, "head_changed")
    return kept


def _strict(raw: bytes, at: int) -> dict[str, Any]:
    """Read one line that must be spelt in the one way that we write."""
    try:
        told = json.loads(raw)
        spelt = canonical(told) + b"\n"
    except (ValueError, RecursionError) as error:
        raise Broken(at, "line_changed" if at else "head_changed") from error
    if not isinstance(told, dict) or spelt != raw:
        raise Broken(at, "line_changed" if at else "head_changed")
    return told


def _walk(lines: IO[bytes], checker: Checker, digest: Any, head: dict[str, Any]) -> bytes:
    for at in range(checker.first, checker.first + checker.count):
        raw = lines.readline()
        told: dict[str, Any] = _strict(raw, at) if raw else {"sha256": ""}
        if "sha256" in told:
            raise Broken(at, "row_missing")
        digest.update(raw)
        if not {"seq", "leaf", "row"} <= set(told) <= {"seq", "leaf", "row", "chain"}:
            raise Broken(at, "line_changed")
        chain = told.get("chain")
        try:
            leaf, before = bytes.fromhex(told["leaf"]), None if chain is None else bytes.fromhex(chain)
        except (TypeError, ValueError) as error:
            raise Broken(at, "row_changed") from error
        checker.take(told["seq"], leaf, before, told["row"])
    found = checker.end([bytes.fromhex(one) for one in head["proof"]])
    last = checker.first + checker.count
    if checker.count and found.hex() != head["root"]:
        raise Broken(checker.first, "root_differs")
    if not checker.size and head["root"] != EMPTY.hex():
        raise Broken(0, "root_differs")
    tail = lines.readline()
    if lines.readline() or "sha256" not in _strict(tail, last):
        raise Broken(last, "row_added")
    if _strict(tail, last) != {"sha256": digest.hexdigest()}:
        raise Broken(last, "end_changed")
    return found
