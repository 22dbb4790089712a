"""The check lists that come with the centre, read once from `data/procedures.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from unjai.respond.rules.procedures import Step, parsed

FALLBACK = "OTH"


@cache
def built_in() -> Mapping[str, tuple[Step, ...]]:
    """Return our own list for every event code."""
    rows = json.loads((files("unjai.respond") / "data" / "procedures.json").read_text("utf-8"))
    return MappingProxyType({code: parsed(row["steps"]) for row in rows for code in row["codes"]})


def built_in_for(code: str) -> tuple[Step, ...]:
    """Return our own list for one code; for a code without one, the general list."""
    known = built_in()
    return known.get(code) or known[FALLBACK]
