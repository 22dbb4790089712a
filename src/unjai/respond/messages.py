"""The templates of public messages that come with the centre, read once from `data/messages.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A message to the public; without `codes` it fits every kind of event."""

    key: str
    codes: tuple[str, ...]
    title_th: str
    title_en: str
    text_th: str
    text_en: str
    built_in: bool = True
    removed: bool = False


@cache
def built_in() -> Mapping[str, Template]:
    """Return our own templates by key."""
    rows = json.loads((files("unjai.respond") / "data" / "messages.json").read_text("utf-8"))
    return MappingProxyType({row["key"]: Template(**{**row, "codes": tuple(row["codes"])}) for row in rows})
