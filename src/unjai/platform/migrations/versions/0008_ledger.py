"""The Merkle tree over the log and its daily roots; rows that were chained before become leaves of the tree.

This step keeps its own copy of how a row is written down and hashed: it must never change.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from alembic import op
from sqlalchemy import text

from unjai.platform.migrations import run_sql

revision = "0008"
down_revision = "0007"

_PAGE = 5000
_TILE = 256
_ROWS = text(
    "SELECT s.seq, s.audit_id, a.id, a.station_id, a.at, a.actor, a.actor_name, a.action, a.subject, a.facts"
    " FROM audit_seal s LEFT JOIN audit a ON a.id = s.audit_id WHERE s.seq > :last ORDER BY s.seq LIMIT :page"
)
_NODE = text("INSERT INTO audit_node (level, index, hash) VALUES (:level, :index, :hash)")


def upgrade() -> None:
    """Make the tables, then hash every sealed row; the guard is lifted for the owner inside this transaction only."""
    run_sql(__file__)
    op.execute("ALTER TABLE audit NO FORCE ROW LEVEL SECURITY")
    op.execute("CREATE TEMPORARY TABLE leaf_of (seq BIGINT PRIMARY KEY, leaf BYTEA NOT NULL) ON COMMIT DROP")
    nodes: list[list[bytes]] = [[]]
    for page in _pages():
        leaves = [(row["seq"], _leaf(row)) for row in page]
        cursor = op.get_bind().connection.cursor()
        with cursor.copy("COPY leaf_of (seq, leaf) FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "bytea"])
            for pair in leaves:
                copy.write_row(pair)
        for _seq, leaf in leaves:
            _grow(nodes, leaf)
    op.execute("UPDATE audit_seal SET leaf = leaf_of.leaf FROM leaf_of WHERE leaf_of.seq = audit_seal.seq")
    op.execute("ALTER TABLE audit_seal ALTER COLUMN leaf SET NOT NULL")
    op.execute("ALTER TABLE audit FORCE ROW LEVEL SECURITY")


def _pages() -> Iterator[list[Any]]:
    last = 0
    while page := list(op.get_bind().execute(_ROWS, {"last": last, "page": _PAGE}).mappings()):
        yield page
        last = page[-1]["seq"]


def _leaf(row: Any) -> bytes:
    """Return the leaf of a row; one whose text is gone keeps its place with a leaf that no text has."""
    if row["id"] is None:
        return bytes(32)
    said = {
        "id": str(row["id"]),
        "station_id": row["station_id"],
        "at": int(row["at"].timestamp() * 1_000_000),
        "actor": row["actor"],
        "actor_name": row["actor_name"],
        "action": row["action"],
        "subject": row["subject"],
        "facts": row["facts"],
    }
    return hashlib.sha256(b"\x00" + msgspec.json.encode(said, order="sorted")).digest()


def _grow(nodes: list[list[bytes]], found: bytes) -> None:
    """Add a leaf; when 256 nodes of a stored level are full, their parent eight levels up is stored."""
    for height, level in enumerate(nodes):
        level.append(found)
        if len(level) % _TILE:
            return
        below = level[-_TILE:]
        while len(below) > 1:
            below = [
                hashlib.sha256(b"\x01" + left + right).digest()
                for left, right in zip(below[::2], below[1::2], strict=True)
            ]
        found = below[0]
        if len(nodes) == height + 1:
            nodes.append([])
        place = {"level": 8 * (height + 1), "index": len(nodes[height + 1]), "hash": found}
        op.get_bind().execute(_NODE, place)
        if height == 0:
            del level[:]


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
