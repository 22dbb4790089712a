"""Release copies as screens see them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unjai.cameras.evidence import drafts
from unjai.cameras.schemas.evidence import Wrong
from unjai.cameras.schemas.release import CopyOut
from unjai.platform.i18n import render

_PLAIN = (
    "id",
    "evidence_id",
    "number",
    "state",
    "asked_at",
    "asked_by",
    "recipient",
    "agency",
    "sort",
    "purpose",
    "style",
    "files",
    "revision",
    "marks",
    "looked_by",
    "looked_at",
    "looked_revision",
    "released_by",
    "released_at",
    "digest",
    "size_bytes",
    "key_print",
)


async def told(data: Path, row: Mapping[str, Any]) -> CopyOut:
    """Return a copy; how far its making is stands beside its draft."""
    code, second = row["error_code"], row["second"]
    progress = 0.0
    if row["state"] == "blurring":
        progress = await asyncio.to_thread(drafts.progress_of, drafts.draft_of(data, row["station_id"], row["id"]))
    return CopyOut.model_validate(
        {
            **{name: row[name] for name in _PLAIN},
            "found": row["found"] if row["revision"] else [],
            "second": None if second is None else str(second["name"]),
            "error": Wrong(code=code, **render(code, row["error_facts"])) if row["state"] == "failed" else None,
            "progress": progress,
        }
    )
