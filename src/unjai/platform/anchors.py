"""Heads of the audit chain, written beside the database: who rewrites the chain must rewrite these too."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path


def _file(data: Path) -> Path:
    return data / "audit" / "heads.jsonl"


def write_anchor(data: Path, seq: int, head: str, at: datetime) -> None:
    """Append the chain's head; on disc when this returns."""
    file = _file(data)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    line = json.dumps({"seq": seq, "head": head, "at": at.isoformat()}) + "\n"
    file.touch(mode=0o600)
    with file.open("a", encoding="utf-8") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def read_anchors(data: Path) -> dict[int, str]:
    """Return the heads that were written down (seq → hex hash); a torn last line is passed over."""
    found: dict[int, str] = {}
    try:
        lines = _file(data).read_text("utf-8").splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            said = json.loads(line)
            found[int(said["seq"])] = str(said["head"])
        except (ValueError, KeyError):
            continue
    return found
