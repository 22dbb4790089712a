"""The table of event codes, read once from `data/event_codes.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from unjai.model.errors import UnjaiError
from unjai.respond.rules.kinds import EventCode


@cache
def event_codes() -> Mapping[str, EventCode]:
    """Return every event code by its code, in the order of the table."""
    rows = json.loads((files("unjai.respond") / "data" / "event_codes.json").read_text("utf-8"))
    return MappingProxyType(
        {
            row["code"]: EventCode(
                code=row["code"],
                th=row["th"],
                en=row["en"],
                priority=row["priority"],
                group=row["group"],
                families=frozenset(row["families"]),
                needs=frozenset(row["needs"]),
                radio=row.get("radio"),
                offence_group=row.get("offence_group"),
                offences=tuple(row.get("offences", ())),
                kinds=tuple(row.get("kinds", ())),
                generic=row.get("generic", False),
            )
            for row in rows
        }
    )


def code_of(code: str) -> EventCode:
    """Return the event code called `code`; raise `event_code_unknown` (422)."""
    found = event_codes().get(code)
    if found is None:
        raise UnjaiError("event_code_unknown", 422, event_code=code[:20])
    return found


def code_of_kind(kind: str) -> EventCode:
    """Return the event code that an observation of `kind` stands for; raise `event_code_unknown` (422)."""
    found = next((code for code in event_codes().values() if kind in code.kinds), None)
    if found is None:
        raise UnjaiError("event_code_unknown", 422, event_code=kind[:20])
    return found
