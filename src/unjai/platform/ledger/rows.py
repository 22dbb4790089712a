"""How a row of the log is written down: the one spelling that is hashed, exported and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from unjai.model.merkle import leaf_hash

FIELDS = ("id", "station_id", "at", "actor", "actor_name", "action", "subject", "facts")


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `audit` as it is told: `at` in microseconds since 1970, UTC."""
    return {
        "id": str(row["id"]),
        "station_id": row["station_id"],
        "at": int(row["at"].timestamp() * 1_000_000),
        "actor": row["actor"],
        "actor_name": row["actor_name"],
        "action": row["action"],
        "subject": row["subject"],
        "facts": row["facts"],
    }


def canonical(told: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, UTF-8."""
    try:
        return msgspec.json.encode(told, order="sorted")
    except OverflowError:  # a number beyond 64 bits
        return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def leaf_of(row: Mapping[str, Any]) -> bytes:
    """Return the leaf of a row of `audit`."""
    return leaf_hash(canonical(said(row)))
