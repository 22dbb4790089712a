"""What is in a backup: the database's tables as counts and hashes, the files of the data folder, the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

FORMAT = "unjai-backup/1"
DUMP, MANIFEST, FILES, CONFIG = "database.dump", "manifest.json", "files/", "unjai.toml"
LEFT_OUT_FOLDERS = ("pg", "pg.making", "nats", "log", "run", "sock", "recordings")
"""Engines' own folders, logs, what only a running centre needs, the ring of recordings. Sealed evidence is carried."""
LEFT_OUT_TABLES = ("stream_place", "obs_escort*")
"""Places in streams that are not carried, and the class that no backup may keep."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table's rows: how many, and the sum of a hash of each, whatever their order."""

    rows: int
    hash: str


@dataclass(kw_only=True)
class Manifest:
    """The last entry of a backup: without it, or where it does not agree, the backup is no backup."""

    format: str
    version: str
    made_at: str
    schema: str
    postgres: str
    settled: bool
    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
_HASH = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)::text FROM {table} AS t
"""


def tables_of(connection: Connection[Any]) -> dict[str, Table]:
    """Return every table's count and hash as this transaction sees them; spelt the same on every machine."""
    connection.execute(
        "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),"
        " set_config('IntervalStyle', 'iso_8601', true), set_config('extra_float_digits', '1', true),"
        " set_config('bytea_output', 'hex', true)"
    )
    found = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        if name == "stream_place" or name.startswith("obs_escort"):
            continue
        query = sql.SQL(_HASH).format(table=sql.Identifier("public", name))
        row = connection.execute(query).fetchone()
        assert row is not None
        found[str(name)] = Table(rows=int(row[0]), hash=str(row[1]))
    return found


def files_of(data: Path, leave: Path | None = None) -> Iterator[Path]:
    """Yield the files of a data folder that a backup keeps (not those under `leave`), sorted."""
    for top in sorted(data.iterdir()):
        if top.name in LEFT_OUT_FOLDERS or top.is_symlink():
            continue
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_symlink() or not file.is_file() or file.name.endswith(".new"):
                continue
            if leave is None or not file.is_relative_to(leave):
                yield file
