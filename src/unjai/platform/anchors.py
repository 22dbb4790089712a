"""Signed roots of the log, written beside the database: who rewrites the log must rewrite these too.

`heads.jsonl` holds the heads of the chain that was there before the tree; nothing is added to it any more.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from unjai.platform.ledger.roots import Signed, read_note


def _file(data: Path) -> Path:
    return data / "audit" / "heads.jsonl"


def _roots(data: Path) -> Path:
    return data / "audit" / "roots.jsonl"


def write_root(data: Path, root: Signed) -> None:
    """Append a signed root; on disc when this returns."""
    file = _roots(data)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    line = json.dumps({"public": base64.b64encode(root.public).decode(), "note": root.note}, ensure_ascii=False) + "\n"
    file.touch(mode=0o600)
    with file.open("a", encoding="utf-8") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def read_written(data: Path) -> list[Signed]:
    """Return the roots that were written down; a torn last line is passed over. Raises `root_unsigned`."""
    found: list[Signed] = []
    try:
        lines = _roots(data).read_text("utf-8").splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            said = json.loads(line)
            note, public = str(said["note"]), base64.b64decode(said["public"])
        except (ValueError, KeyError):
            continue
        found.append(read_note(note, public))
    return found


def read_anchors(data: Path) -> dict[int, str]:
    """Return the chain heads of before the tree (seq → hex hash); a torn last line is passed over."""
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
