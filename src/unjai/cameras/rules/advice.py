"""What to mend of a stream, by what one look at it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LIVE_CODECS = frozenset({"h264"})
_LARGE_PX = 1280 * 720


def advice_of(
    kind: str, main: Mapping[str, Any], sub: Mapping[str, Any] | None, *, sub_failed: bool = False
) -> list[str]:
    """Return codes of advice: `h265` (live needs an H.264 sub-stream), `no_sub`, `sub_failed`, `large_sub`."""
    if kind != "rtsp":
        return []
    live = sub or main
    found = []
    if live["codec"] not in _LIVE_CODECS:
        found.append("h265")
    if sub_failed:
        found.append("sub_failed")
    elif sub is None and main["width"] * main["height"] > _LARGE_PX:
        found.append("no_sub")
    if sub is not None and sub["width"] * sub["height"] > _LARGE_PX:
        found.append("large_sub")
    return found
