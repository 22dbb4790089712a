"""What the citizen's page weighs at its first load, as it goes over the wire."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

DIST = Path(str(files("unjai.web"))) / "dist"
_NAMED = re.compile(r'(?:src|href)="(/[^"]+\.(?:js|css))"')


def first_load() -> dict[str, Any]:
    """Return kilobytes (1,000), as sent over plain http (gzip; over https it is less, brotli); null without a build.

    The page, the files that it names and its fonts; of these what comes before it can be used; and all that the phone
    fetches later and keeps for when there is no line, every page and language.
    """
    listed = DIST / "precache-citizen.json"
    if not listed.exists():
        return {"first_load_kb": None, "first_load_note": "the screens are not built (npm run build)"}
    kept = json.loads(listed.read_text("utf-8"))["files"]
    named = set(_NAMED.findall((DIST / "index.html").read_text("utf-8"))) | {
        one for one in kept if one.endswith(".woff2")
    }
    return {
        "first_load_kb": round(sum(map(_sent, ["/", *named])) / 1000, 1),
        "first_load_begin_kb": round(sum(_sent(one) for one in ["/", *named] if not one.endswith(".woff2")) / 1000, 1),
        "kept_for_no_line_kb": round(sum(map(_sent, kept)) / 1000, 1),
    }


def _sent(name: str) -> int:
    file = DIST / ("index.html" if name == "/" else name.lstrip("/"))
    pressed = file.with_name(file.name + ".gz")
    return (pressed if pressed.exists() else file).stat().st_size
