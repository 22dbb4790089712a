"""Persons and vehicles of one incident: what may be noted of them, and what others see in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from unjai.model.errors import UnjaiError

PartyKind = Literal["person", "vehicle"]
PersonRole = Literal["victim", "suspect", "witness", "informant", "missing", "other"]
VehicleRole = Literal["suspect", "victim", "witness", "other"]
PERSON_ROLES: tuple[PersonRole, ...] = get_args(PersonRole)
VEHICLE_ROLES: tuple[VehicleRole, ...] = get_args(VehicleRole)

FIELDS: Mapping[PartyKind, tuple[str, ...]] = {
    "person": ("name", "phone", "id_number", "age", "sex", "looks", "address", "note"),
    "vehicle": ("registration", "province", "vehicle_type", "make", "colour", "note"),
}
"""What may be noted, each a text. Nothing is counted, ranked or searched for across incidents."""

FIELD_MOST = 500
_SEX = ("male", "female", "other", "")
_PREFIXES = ("นางสาว", "ว่าที่", "เด็กชาย", "เด็กหญิง", "นาย", "นาง", "ด.ช.", "ด.ญ.", "น.ส.", "Mr.", "Mrs.", "Ms.", "Miss ")
_LEADING = "เแโใไ"


def checked(kind: str, role: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that were told, trimmed; raise `party_invalid` (422) for an unknown word or nothing told."""
    roles: tuple[str, ...] = PERSON_ROLES if kind == "person" else VEHICLE_ROLES
    if kind not in FIELDS or role not in roles:
        raise UnjaiError("party_invalid", 422, where=f"{kind}.{role}"[:60])
    told = {name: value.strip() for name, value in facts.items() if value and value.strip()}
    unknown = set(told) - set(FIELDS[kind])  # type: ignore[index]
    if unknown or any(len(value) > FIELD_MOST for value in told.values()) or told.get("sex", "") not in _SEX:
        raise UnjaiError("party_invalid", 422, where=", ".join(sorted(unknown)) or "facts")
    if not told:
        raise UnjaiError("party_empty", 422)
    return told


def hidden_word(word: str) -> str:
    """Return a word with all but its first letter covered: ``สมใจ`` → ``ส***``, ``เอก`` → ``เอ***``."""
    if not word:
        return ""
    keep = 2 if word[0] in _LEADING and len(word) > 1 else 1
    return f"{word[:keep]}***"


def hidden_name(name: str) -> str:
    """Return a name covered word by word, without the title that says sex or rank: ``นางสมใจ ใจดี`` → ``ส*** ใจ***``."""
    bare = name.strip()
    for prefix in _PREFIXES:
        if bare.startswith(prefix) and len(bare) > len(prefix):
            bare = bare.removeprefix(prefix).strip()
            break
    return " ".join(hidden_word(word) for word in bare.split()[:4])


def hidden_plate(registration: str) -> str:
    """Return a plate with its letters and at most its last two figures: ``1กข 1234`` → ``1กข ••34``."""
    plain = re.sub(r"[\s\-]+", "", registration.strip())
    found = re.fullmatch(r"(.*?)(\d+)", plain)
    if found is None:
        return hidden_word(plain)
    letters, figures = found.groups()
    shown = figures[-2:] if len(figures) > 2 else figures[-1:]  # noqa: PLR2004
    return f"{letters} {'•' * (len(figures) - len(shown))}{shown}".strip()


def hidden_phone(phone: str) -> str:
    """Return a telephone number with its last two figures only."""
    figures = re.sub(r"\D", "", phone)
    return f"{'•' * max(0, len(figures) - 2)}{figures[-2:]}" if figures else ""


def masked(kind: str, facts: Mapping[str, str]) -> str:
    """Return what somebody sees who may not see the person or vehicle: enough to speak of it, too little to find it."""
    if kind == "vehicle":
        parts = [hidden_plate(facts["registration"]) if "registration" in facts else ""]
        parts += [facts.get(name, "") for name in ("colour", "make", "vehicle_type")]
        return " · ".join(part for part in parts if part) or "•••"
    parts = [hidden_name(facts["name"]) if "name" in facts else "", hidden_phone(facts.get("phone", ""))]
    return " · ".join(part for part in parts if part) or "•••"
