"""What benches on a filled database share: a folder that is kept, bulk filling, a note of what stands there, p95."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import psycopg

from unjai.platform.engines.alone import Postgres


class Noted:
    """A dataclass that is written beside the database it tells of. Its moments are fields of type `datetime`."""

    def write(self, file: Path) -> None:
        """Write down what stands in a kept folder."""
        file.write_text(json.dumps(asdict(self), default=datetime.isoformat), "utf-8")  # type: ignore[call-overload]

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Read what stands in a kept folder; None where nothing was filled in yet."""
        if not file.exists():
            return None
        said = json.loads(file.read_text("utf-8"))
        moments = [one.name for one in fields(cls) if one.type in (datetime, "datetime")]  # type: ignore[arg-type]
        return cls(**said | {name: datetime.fromisoformat(said[name]) for name in moments})


def kept_folder() -> Path | None:
    """Take `--keep FOLDER` out of the command line, which all benches share."""
    if "--keep" not in sys.argv:
        return None
    at = sys.argv.index("--keep")
    said = Path(sys.argv[at + 1]).resolve()
    del sys.argv[at : at + 2]
    return said


def connected(cluster: Postgres, means: Sequence[str]) -> psycopg.Connection[Any]:
    """Connect as the superuser, who fills, with what makes filling quick."""
    connection = psycopg.connect(cluster.dsn("postgres").replace("+psycopg", ""), autocommit=True)
    for said in ("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'", *means):
        connection.execute(said)
    return connection


@contextmanager
def bare(connection: psycopg.Connection[Any], tables: Sequence[str], *, but: str) -> Iterator[None]:
    """Take tables' indexes away while they are filled, but one and those of keys, and put them back."""
    there = connection.execute(
        "SELECT indexdef, indexname FROM pg_indexes WHERE tablename = ANY (%s) AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint) AND indexname <> %s",
        (list(tables), but),
    ).fetchall()
    for _, name in there:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for said, _ in there:
        connection.execute(said)


def p95(taken: Sequence[float]) -> float:
    """Return the 95th percentile, of one figure itself."""
    return statistics.quantiles([*taken, *taken][: max(2, len(taken))], n=20, method="inclusive")[-1]
