"""Packages of evidence as screens see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from unjai.cameras.rules.evidence import Leave
from unjai.cameras.schemas.evidence import CustodyStep, EvidenceOut, EvidencePiece, EvidenceRow, Wrong
from unjai.cameras.store import evidence as store
from unjai.cameras.store import reads
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.platform.i18n import render

INSTANT = timedelta(milliseconds=1)
"""How long a still counts as, where a span of recordings is asked for."""

_ROW = (
    "id",
    "number",
    "state",
    "asked_at",
    "asked_by",
    "reason",
    "case_number",
    "incident_id",
    "incident_number",
    "since",
    "until",
    "beyond",
    "begun_at",
    "settled_at",
    "digest",
    "size_bytes",
    "key_print",
    "held",
)


async def rows(tx: Tx, found: Sequence[Mapping[str, Any]]) -> list[EvidenceRow]:
    """Return packages with the names of their cameras as they are now."""
    names: dict[str, dict[str, Any]] = {}
    for station_id in {row["station_id"] for row in found}:
        names |= {str(one["id"]): one for one in await reads.cameras_of(tx, StationId(station_id))}
    return [EvidenceRow.model_validate(_row(row, names)) for row in found]


async def whole(tx: Tx, row: Mapping[str, Any]) -> EvidenceOut:
    """Return a package with its files and its custody."""
    names = {str(one["id"]): one for one in await reads.cameras_of(tx, StationId(row["station_id"]))}
    manifest = row["manifest"] or {"files": [], "missing": []}
    files = [
        {**one, "gaps": [{"since": a, "until": b} for a, b in one["gaps"]]}
        for one in manifest["files"]
        if one["sort"] != "document"
    ]
    steps = [
        CustodyStep(what=one["what"], at=one["at"], by=one["by"], facts=one["facts"], seq=one["seq"])
        for one in await store.steps_of(tx, row["id"])
    ]
    second = row["second"]
    return EvidenceOut.model_validate(
        {
            **_row(row, names),
            "files": files,
            "missing": [UUID(one["camera_id"]) for one in manifest["missing"]],
            "second": None if second is None else str(second["name"]),
            "steps": steps,
            **_stamp(row),
        }
    )


def _stamp(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a package stands with its outside time stamp."""
    facts = row["stamp_facts"]
    code = facts.get("code") if row["stamp"] == "missing" else None
    return {
        "stamp": row["stamp"],
        "stamp_at": row["stamp_at"],
        "stamp_by": facts.get("authority", ""),
        "stamp_inside": bool(facts.get("inside")),
        "stamp_error": Wrong(code=code, **render(code, facts.get("facts", {}))) if code else None,
    }


def _row(row: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    code = row["error_code"]
    wrong = Wrong(code=code, **render(code, row["error_facts"])) if code and row["state"] == "failed" else None
    return {
        **{name: row[name] for name in _ROW},
        "pieces": [_piece(one, names.get(one["camera_id"])) for one in row["pieces"]],
        "error": wrong,
    }


def _piece(told: Mapping[str, Any], camera: Mapping[str, Any] | None) -> EvidencePiece:
    known = camera or {"key": "", "name_th": told["camera_id"], "name_en": ""}
    return EvidencePiece.model_validate(
        {
            **{name: told[name] for name in ("camera_id", "sort", "since", "until")},
            "camera_key": known["key"],
            "camera_th": known["name_th"],
            "camera_en": known["name_en"],
            "live": told["still_id"] is not None,
            "leave": told.get("leave") or Leave(needed=False).told(),
        }
    )
