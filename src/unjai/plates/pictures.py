"""Where the pictures of reads lie: by the day they came, so that a day is forgotten whole."""

from __future__ import annotations

from pathlib import Path

from unjai.platform.dated import DatedMedia


def plate_pictures(data: Path) -> DatedMedia:
    """Return the store of the pictures of reads under a data folder."""
    return DatedMedia(data, "plates")
