"""`unjai night-ease`: which streets of a file fail at an hour, and which single work would lift most minutes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from unjai.commands.walk import minute_of
from unjai.model.errors import UnjaiError
from unjai.platform.free import sayable
from unjai.platform.i18n import render
from unjai.respond.escort.graph_file import read_graph
from unjai.respond.escort.night_told import told
from unjai.respond.escort.rules.assumed import assumed
from unjai.respond.escort.rules.ease import is_dark
from unjai.respond.escort.rules.night_works import night_of

FORMAT = "unjai-night-ease/1"
_SHOWN = 15


def night_ease(graph: Path, at: str, *, as_json: bool) -> int:
    """Write an hour; return 0. What cannot be answered gives 1 and says why, in JSON too."""
    try:
        found = _found(graph, at)
    except UnjaiError as error:
        if not as_json:
            raise
        said = {"error": {"code": error.code, **render(error.code, error.facts), **error.facts}}
        sys.stdout.write(json.dumps(sayable(said), ensure_ascii=False) + "\n")
        return 1
    sys.stdout.write(json.dumps(sayable(found), ensure_ascii=False) + "\n" if as_json else _page(found))
    return 0


def _found(file: Path, at: str) -> dict[str, Any]:
    minute = minute_of(at)
    graph, facts = read_graph(file)
    walked = assumed(graph)
    night = night_of(graph, facts, walked, dark=is_dark(minute))
    return {"format": FORMAT, "at": f"{minute // 60:02d}:{minute % 60:02d}", **told(night, graph, walked)}


def _page(found: dict[str, Any]) -> str:
    parts = found["totals"]
    lines = [
        f"{found['at']}  นาทีเดินของการเดินสมมติ {found['walks']['count']} เที่ยว / walking minutes of assumed walks:",
        "  อุ่นใจ / at ease {good:.0f} · ยังไม่ทราบ / not known {unknown:.0f} · ยังไม่อุ่นใจ / not at ease {bad:.0f}".format(
            **{name: part["minutes"] for name, part in parts.items()}
        ),
    ]
    for number, work in enumerate(found["works"][:_SHOWN], 1):
        name = work["name_th"] or f"{work['lon']:.5f},{work['lat']:.5f}"
        figure = f"{work['lifted_min']:.2f} min" if work["kind"] != "look" else f"({work['waits_min']:.2f} min)"
        lines.append(f"{number}. {work['kind']} {name} {work['metres']} m: {figure}")
    return "\n".join(lines) + "\n"
