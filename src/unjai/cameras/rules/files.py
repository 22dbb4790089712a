"""What a file really is, by its first bytes."""

from __future__ import annotations

from unjai.model.errors import UnjaiError

FILE_MOST = 25_000_000
PICTURES = frozenset({"image/jpeg", "image/png"})
PAPERS = PICTURES | {"application/pdf"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


def media_type_of(body: bytes, allowed: frozenset[str]) -> str:
    """Return the media type of what came; raise `camera_file_kind` (415) for what is not taken here."""
    found = ""
    if body.startswith(b"\xff\xd8\xff"):
        found = "image/jpeg"
    elif body.startswith(b"\x89PNG\r\n\x1a\n"):
        found = "image/png"
    elif body.startswith(b"%PDF-"):
        found = "application/pdf"
    if found not in allowed:
        raise UnjaiError("camera_file_kind", 415)
    return found
