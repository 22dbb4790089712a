"""How heavy the console's first load is."""

from __future__ import annotations

import contextlib
import gzip
import re
from typing import Any

import httpx

from bench.centre import Centre


def first_load(centre: Centre) -> dict[str, Any]:
    """Return the compressed bytes of the console's first load: all files it can reach, and the data it asks for."""
    with httpx.Client(base_url=centre.url, timeout=20) as client:
        page = client.get("/console")
        if page.status_code != 200:
            return {"console_first_load_bytes": None}
        sizes, waiting = {"/console": _compressed(page)}, _links(page.text, "/")
        while waiting:
            path = waiting.pop()
            if path in sizes:
                continue
            got = client.get(path)
            if got.status_code == 200 and "text/html" not in got.headers.get("content-type", ""):
                sizes[path] = _compressed(got)
                if path.endswith((".js", ".css")):
                    waiting |= _links(got.text, path)
    data = 0
    with contextlib.closing(centre.client("operator")) as client:
        for path in ("session", "zone", "streets", "devices", "units", "incidents", "event-codes", "info"):
            got = client.get(f"/api/{path}")
            data += _compressed(got) if got.status_code == 200 else 0
    files = sum(sizes.values())
    return {"console_first_load_bytes": files + data, "console_files_bytes": files, "console_data_bytes": data}


def _compressed(got: httpx.Response) -> int:
    """Return what the body weighs on the wire; httpx has unpacked it, so it is packed as the edge packs it."""
    if got.headers.get("content-encoding") == "gzip":
        return len(gzip.compress(got.content, 5))
    return len(got.content)


def _links(text: str, beside: str) -> set[str]:
    """Return the files that a page, script or style names."""
    found = re.findall(r"""["'(]([\w./-]+\.(?:js|css|woff2|svg|png|json|webmanifest))["')]""", text)
    base = httpx.URL(f"http://x{beside}")
    return {base.join(f"/{name}" if name.startswith("assets/") else name).path for name in found}
