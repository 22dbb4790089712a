"""Positions as they come: many walks' in one statement, only those whose token is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from unjai.platform.database import Tx

_PUT = text("""
WITH put AS (
    INSERT INTO obs_escort (station_id, walk_id, no, taken_at, came_at, lon, lat, accuracy_m, battery)
    SELECT w.station_id, w.id, f.no, greatest(f.taken_at, w.began_at), f.came_at, f.lon, f.lat, f.accuracy_m, f.battery
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (
        walk_id uuid, token text, no int, taken_at timestamptz, came_at timestamptz,
        lon float8, lat float8, accuracy_m float8, battery smallint)
    JOIN obs_escort_walk w ON w.id = f.walk_id AND w.token = decode(f.token, 'hex')
    WHERE w.state IN ('begun', 'walking', 'asked', 'alerted')
    ON CONFLICT (walk_id, no) DO NOTHING
)
SELECT w.id, encode(w.token, 'hex') AS token, w.shown, w.asked_why, w.asked_at, w.expected_at, w.way_no
FROM obs_escort_walk w WHERE w.id = ANY (CAST(:ids AS uuid[]))
""")


async def put(
    tx: Tx, walk_ids: Sequence[UUID], rows: Sequence[dict[str, Any]]
) -> dict[tuple[UUID, str], dict[str, Any]]:
    """Write positions; those of a wrong token, of a walk that is over, and repeats change nothing.

    Return how walks stand for their pages, by id and (kept, in hex) token.
    """
    said = {"rows": msgspec.json.encode(rows).decode(), "ids": [str(one) for one in walk_ids]}
    return {(row["id"], row["token"]): row for row in await tx.all(_PUT, said)}
