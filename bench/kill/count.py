"""What was acknowledged against what stands in PostgreSQL: observations, reports, incidents."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

SETTLE_S = 60.0
"""How long RECORD and PICTURE may take to work off what waits in the streams."""

KINDS = ("position", "press", "call")
_TABLES = {"position": ("obs_fleet", "position"), "press": ("obs_device", "sos_press")}


@dataclass
class Ledger:
    """The clients' own file, read as it grows."""

    file: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    def read(self) -> list[dict[str, Any]]:
        """Return all whole lines so far."""
        with self.file.open("rb") as opened:
            opened.seek(self._read)
            new = opened.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self.rows += [json.loads(line) for line in whole.splitlines()]
        return self.rows

    def since(self, began: float, kind: str) -> Iterator[dict[str, Any]]:
        """Give the acknowledged messages of this kind that were begun since then, newest first."""
        for row in reversed(self.read()):
            if row.get("acked", began) < began:
                return  # lines are in the order of their acknowledgement
            if row["kind"] == kind and row["began"] >= began:
                yield row


def told(database: str, presses: list[dict[str, Any]]) -> bool:
    """Tell whether one of these presses is a report."""
    keys, times = [row["key"] for row in presses], [row["at_ms"] for row in presses]
    query = """SELECT EXISTS (SELECT FROM report r JOIN unnest(%s::text[], %s::bigint[]) AS p (key, at_ms)
               ON r.device_key = p.key AND r.observed_at = to_timestamp(p.at_ms / 1000.0))"""
    with psycopg.connect(database, connect_timeout=2) as connection:
        found = connection.execute(query, (keys, times)).fetchone()
    return bool(found and found[0])


def counted(database: str, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return `lost_*` and `doubled_*` of observations, reports and incidents; wait while they are still coming."""
    until = time.monotonic() + SETTLE_S
    while True:
        with psycopg.connect(database) as connection:
            found = _count(connection, rows)
        if not any(found[name] for name in found if name.startswith("lost")) or time.monotonic() > until:
            return found
        time.sleep(0.5)


def _count(connection: psycopg.Connection[Any], rows: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    lost = doubled = 0
    for kind, (table, name) in _TABLES.items():
        wanted = {(row["key"], row["at_ms"]) for row in rows if row["kind"] == kind}
        query = f"SELECT source, round(extract(epoch FROM observed_at) * 1000)::bigint FROM {table} WHERE kind = %s"
        there = Counter((str(source), int(at)) for source, at in connection.execute(query, (name,)))  # type: ignore[arg-type]
        lost += sum(one not in there for one in wanted)
        doubled += sum(count - 1 for count in there.values())
        _name_doubled(there)
    found["lost_observations"], found["doubled_observations"] = lost, doubled
    found |= _reports(connection, rows)
    found |= _incidents(connection, rows)
    return found


def _name_doubled(there: Counter[tuple[str, int]]) -> None:
    """Say which message is there more than once, since the data folder is gone when the bench has ended."""
    for (key, at_ms), count in there.items():
        if count > 1:
            print(f"{count} times: {key} at {at_ms}", file=sys.stderr, flush=True)


def _reports(connection: psycopg.Connection[Any], rows: list[dict[str, Any]]) -> dict[str, int]:
    pressed = {(row["key"], row["at_ms"]) for row in rows if row["kind"] == "press"}
    query = """SELECT device_key, round(extract(epoch FROM observed_at) * 1000)::bigint FROM report
               WHERE kind = 'sos_press'"""
    told = Counter((str(key), int(at)) for key, at in connection.execute(query))
    called = {row["key"] for row in rows if row["kind"] == "call"}
    texts = Counter(
        str(row[0]) for row in connection.execute("SELECT text FROM report WHERE channel = 'call' AND text <> ''")
    )
    return {
        "lost_reports": sum(one not in told for one in pressed) + sum(one not in texts for one in called),
        "doubled_reports": sum(count - 1 for count in (told + texts).values()),
    }


def _incidents(connection: psycopg.Connection[Any], rows: list[dict[str, Any]]) -> dict[str, int]:
    """Count calls whose incident is not there, numbers given twice, and poles with two incidents open at once."""
    wanted = {row["incident"] for row in rows if row["kind"] == "call"}
    there = {str(row[0]) for row in connection.execute("SELECT id FROM incident")}
    numbers = Counter(str(row[0]) for row in connection.execute("SELECT number FROM incident"))
    query = """SELECT r.device_key, count(DISTINCT i.id) FROM incident i JOIN report r ON r.incident_id = i.id
               WHERE i.state <> 'closed' AND r.kind = 'sos_press' GROUP BY 1"""
    open_at = {str(key): int(count) for key, count in connection.execute(query)}
    return {
        "lost_incidents": len(wanted - there),
        "doubled_incidents": sum(count - 1 for count in (*numbers.values(), *open_at.values())),
    }
