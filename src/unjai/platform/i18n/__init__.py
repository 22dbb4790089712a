"""Every text in Thai and English, by code: `errors.<area>.json` lie beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from unjai.model.errors import UnjaiError

LANGUAGES = ("th", "en")


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@cache
def catalogue(kind: str = "errors") -> dict[str, dict[str, str]]:
    """Return code → language → text from all files of `kind` (a test sees to it that no code stands in two)."""
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if not (file.name.startswith(f"{kind}.") and file.name.endswith(".json")):
            continue
        texts.update(json.loads(file.read_text("utf-8")))
    return texts


def render(code: str, facts: Mapping[str, object] | None = None, *, kind: str = "errors") -> dict[str, str]:
    """Return the text of `code` in every language, filled with `facts`."""
    text = catalogue(kind).get(code) or dict.fromkeys(LANGUAGES, code)
    return {language: text[language].format_map(_Facts(facts or {})) for language in LANGUAGES}


def told(error: UnjaiError) -> dict[str, object]:
    """Return the answer a caller gets for an error: code, text in both languages, facts."""
    return {"code": error.code, **render(error.code, error.facts), "facts": error.facts}
