"""Settings of devices without what must not leave the centre: passwords, keys, tokens, user names inside addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from unjai.territory.rules.sheet import Row

_SECRET = re.compile(r"secret|passw|token|credential|psk|(?:^|_)(?:key|pin|user|username|login)$", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+@")


def shown(value: Any) -> Any:
    """Return settings as they may be exported."""
    if isinstance(value, Mapping):
        return {name: shown(item) for name, item in value.items() if not _SECRET.search(str(name))}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return _IN_ADDRESS.sub("", value) if isinstance(value, str) else value


def merged(stored: Any, told: Any) -> Any:
    """Return settings that a file tells, with the secrets that stand: what was exported and not changed stays whole."""
    if shown(stored) == told:
        return stored
    if isinstance(stored, Mapping) and isinstance(told, Mapping):
        kept = {name: item for name, item in stored.items() if name not in told and _SECRET.search(str(name))}
        return {**kept, **{name: merged(stored.get(name), item) for name, item in told.items()}}
    return told


def with_secrets(row: Row, stored: Mapping[str, Any]) -> Row:
    """Return a device's row with the secrets its settings hold already."""
    return replace(row, values={**row.values, "settings": merged(stored, row.values["settings"])})
