"""The declared tables as SQL: tables, indexes, row-level security, grants.

`python -m unjai.platform.schema TABLE …` prints what a migration step needs for new tables. A test holds that all
steps together make what is declared here.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import unjai
from unjai.platform.database import metadata

_STATIONS = "string_to_array(current_setting('unjai.stations', true), ',')::int[]"
_RIGHTS = "string_to_array(current_setting('unjai.rights', true), ',')"

PREPARE = """\
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
GRANT USAGE ON SCHEMA public TO unjai_app, unjai_worker, unjai_search;
"""


def all_tables() -> MetaData:
    """Import every capability's `store` and return the one `MetaData` with all tables in it."""
    for module in pkgutil.walk_packages(unjai.__path__, "unjai."):
        if module.name.endswith((".store", ".audit", ".outbox")) or ".store." in module.name:
            import_module(module.name)
    return metadata


def _guard(table: Table) -> list[str]:
    name = table.name
    if table.info.get("guard") != "station":
        return []
    sees = f"station_id = ANY ({_STATIONS})"
    right = table.info.get("right")
    reads = f"{sees} AND ({_RIGHTS} && ARRAY['*', '{right}'])" if right else sees
    lines = [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"]
    if name == "audit":
        return [
            *lines,
            f"CREATE POLICY {name}_read ON {name} FOR SELECT TO unjai_app USING ({reads})",
            f"CREATE POLICY {name}_seal ON {name} FOR SELECT TO unjai_worker USING (true)",
            f"CREATE POLICY {name}_write ON {name} FOR INSERT WITH CHECK (true)",
        ]
    return [*lines, f"CREATE POLICY {name}_station ON {name} USING ({reads}) WITH CHECK ({sees})"]


def _grant(table: Table) -> list[str]:
    name = table.name
    kept = ("audit", "audit_seal", "audit_node", "audit_root", "ledger_day", "ledger_entry", "ledger_setting")
    append_only = dict.fromkeys(kept, "SELECT, INSERT")
    what = append_only.get(name, "SELECT, INSERT, UPDATE, DELETE")
    may = table.info.get("searched")
    searched = [f"GRANT {'SELECT' if may is True else may} ON {name} TO unjai_search"] if may else []
    who = "unjai_worker" if table.info.get("worker_only") else "unjai_app, unjai_worker"
    return [f"GRANT {what} ON {name} TO {who}", *searched]


def statements() -> list[str]:
    """Return the whole schema as SQL statements in an order that works."""
    lines = [line.strip() for line in PREPARE.split(";\n") if line.strip()]
    lines += of_tables(all_tables().sorted_tables)
    lines.append("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO unjai_app, unjai_worker")
    return lines


def of_tables(tables: Sequence[Table]) -> list[str]:
    """Return the statements that make `tables`: themselves, their indexes, policies and grants."""
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    lines: list[str] = []
    for table in tables:
        lines.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        lines += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
        if table.dialect_kwargs.get("postgresql_partition_by"):
            lines.append(f"CREATE TABLE {table.name}_rest PARTITION OF {table.name} DEFAULT")
        lines += _guard(table) + _grant(table)
    return lines


def text_of(lines: Sequence[str]) -> str:
    """Return statements as one text, each a paragraph, as a migration step keeps them."""
    return ";\n\n".join(line.replace("\t", "    ").replace(" \n", "\n") for line in lines) + ";\n"


if __name__ == "__main__":
    import sys

    asked = sys.argv[1:]
    chosen = [table for table in all_tables().sorted_tables if table.name in asked]
    sys.stdout.write(text_of(of_tables(chosen) if asked else statements()))
