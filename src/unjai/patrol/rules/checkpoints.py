"""What may be told of a checkpoint, and what a beat should hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Any, Literal

from unjai.model.errors import UnjaiError
from unjai.patrol.rules.presence import PROOFS

FIELDS = (
    "code",
    "beat_id",
    "name_th",
    "name_en",
    "kind",
    "lon",
    "lat",
    "radius_m",
    "proofs",
    "nfc_digest",
    "owner_name",
    "owner_contact",
    "tell_owner",
    "note",
    "retired",
)
"""What a person changes, and an undo puts back."""
BEAT_LEAST, BEAT_MOST = 10, 12
"""So many checkpoints a unit can visit in a shift; other counts are told, never refused."""
RADIUS_M = 40.0
_TAG = re.compile(r"[0-9A-F]{8,40}")


def proofs_of(told: Collection[str]) -> list[str]:
    """Return the proof kinds in their usual order; raise `checkpoint_proofs` (422) for an unknown one or none."""
    unknown = sorted(set(told) - set(PROOFS))
    if unknown or not told:
        raise UnjaiError("checkpoint_proofs", 422, wrong=", ".join(unknown)[:60] or "–", known=", ".join(PROOFS))
    return [proof for proof in PROOFS if proof in told]


def tag_digest(told: str) -> str:
    """Return the digest of an NFC tag's number (hex, colons or not), empty for none; raise `checkpoint_tag` (422)."""
    plain = re.sub(r"[\s:.-]", "", told).upper()
    if plain == "":
        return ""
    if not _TAG.fullmatch(plain):
        raise UnjaiError("checkpoint_tag", 422)
    return hashlib.sha256(plain.encode()).hexdigest()


def checked(row: Mapping[str, Any]) -> None:
    """Raise `checkpoint_owner_missing` or `checkpoint_tag_missing` (422) where a checkpoint asks for what it lacks."""
    if row["tell_owner"] and not row["owner_contact"]:
        raise UnjaiError("checkpoint_owner_missing", 422)
    if "nfc" in row["proofs"] and not row["nfc_digest"]:
        raise UnjaiError("checkpoint_tag_missing", 422)


def beat_verdict(count: int) -> Literal["few", "good", "many"]:
    """Return `few`, `good` or `many` for the number of checkpoints in a beat."""
    return "few" if count < BEAT_LEAST else "good" if count <= BEAT_MOST else "many"
