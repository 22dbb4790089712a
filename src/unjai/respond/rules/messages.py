"""Words for the public: a template with its facts filled in. What is not known stays visible, so that it is mended."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unjai.model.errors import UnjaiError

FACTS = ("place", "time", "date", "event", "station", "phone", "number")
"""What a template may ask for, each known in Thai and English."""

_FACT = re.compile(r"\{([^{}]*)\}")


def asked(text: str) -> list[str]:
    """Return the facts that a text asks for, in their order, each once."""
    return list(dict.fromkeys(_FACT.findall(text)))


def checked(text: str) -> str:
    """Return the text, trimmed; raise `message_fact_unknown` (422) for a fact that no incident has."""
    unknown = [name for name in asked(text) if name not in FACTS]
    if unknown:
        raise UnjaiError("message_fact_unknown", 422, fact=unknown[0][:40], known=", ".join(FACTS))
    return text.strip()


def filled(text: str, facts: Mapping[str, str]) -> str:
    """Return the text with what is known in its place; what is empty stays as its name in braces."""
    return _FACT.sub(lambda found: facts.get(found[1]) or found[0], text)
