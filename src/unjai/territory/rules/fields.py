"""The properties of a feature, read forgivingly: Thai digits, thousands commas, yes and no, B.E. dates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.thai import arabic_digits, parse_date
from unjai.territory.words import tidy

NAME_LIMIT = 200
_YES = frozenset({"true", "yes", "y", "1", "t", "ใช่", "มี"})
_NO = frozenset({"false", "no", "n", "0", "f", "ไม่", "ไม่ใช่", "ไม่มี"})
_JSON_DEPTH, _JSON_ITEMS = 6, 500


def wrong(field: str, value: object, wanted: str) -> UnjaiError:
    """Return the error for a property that cannot be used."""
    return UnjaiError("row_field_wrong", 422, field=field, value=tidy(str(value))[:60], wanted=wanted)


def text(properties: Mapping[str, Any], *names: str, limit: int = NAME_LIMIT) -> str:
    """Return the first of the named properties that says anything, tidied; empty where none does."""
    for name in names:
        value = properties.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise wrong(name, value, "text")
        said = tidy(str(value))
        if len(said) > limit:
            raise wrong(name, said, f"≤ {limit}")
        if said:
            return said
    return ""


def real(properties: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    """Return a number between `low` and `high`; None where the property is missing or empty."""
    value = properties.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = arabic_digits(tidy(value)).replace(",", "").strip()
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not low <= number <= high:
        raise wrong(name, properties.get(name), f"{low:g} – {high:g}")
    return number


def whole(properties: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    """Return a whole number between `low` and `high`; None where the property is missing or empty."""
    number = real(properties, name, low, high)
    if number is None:
        return None
    if number != int(number):
        raise wrong(name, properties.get(name), f"{low} – {high}")
    return int(number)


def flag(properties: Mapping[str, Any], name: str) -> bool | None:
    """Return yes or no; None where the property is missing or empty."""
    value = properties.get(name)
    if value is None or value == "":
        return None
    said = tidy(str(value)).casefold()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise wrong(name, value, "true / false")


def day(properties: Mapping[str, Any], name: str) -> date | None:
    """Return a date as Thais write it (B.E. or C.E., two-digit years too); None where the property is missing."""
    said = text(properties, name)
    if not said:
        return None
    try:
        return parse_date(said)
    except DecodeError as error:
        code = "row_date_ambiguous" if error.code == "date_ambiguous" else "row_date_wrong"
        raise UnjaiError(code, 422, field=name, value=said[:40]) from error


def names(properties: Mapping[str, Any], *others: str) -> tuple[str, str]:
    """Return the Thai and the English name. One of them must be there, else `row_name_missing`."""
    thai = text(properties, "name_th", "name:th", "name", *others)
    english = text(properties, "name_en", "name:en")
    if not thai and not english:
        raise UnjaiError("row_name_missing", 422)
    return thai or english, english


def choice(properties: Mapping[str, Any], name: str, allowed: Mapping[str, object], default: str | None = None) -> str:
    """Return one of the allowed words; `row_kind_unknown` for another, `row_kind_missing` for none."""
    said = text(properties, name).casefold()
    if not said and default is not None:
        return default
    if not said:
        raise UnjaiError("row_kind_missing", 422, field=name, allowed=", ".join(allowed))
    if said not in allowed:
        raise UnjaiError("row_kind_unknown", 422, field=name, kind=said[:40], allowed=", ".join(allowed))
    return said


def tidy_json(field: str, value: object, depth: int = _JSON_DEPTH) -> Any:
    """Return JSON that PostgreSQL can hold: text tidied, no depth or width without end; else `row_field_wrong`."""
    if depth < 0:
        raise wrong(field, "…", f"depth ≤ {_JSON_DEPTH}")
    if isinstance(value, Mapping):
        if len(value) > _JSON_ITEMS:
            raise wrong(field, len(value), f"≤ {_JSON_ITEMS}")
        return {tidy(str(name)): tidy_json(field, item, depth - 1) for name, item in value.items()}
    if isinstance(value, list):
        if len(value) > _JSON_ITEMS:
            raise wrong(field, len(value), f"≤ {_JSON_ITEMS}")
        return [tidy_json(field, item, depth - 1) for item in value]
    return tidy(value) if isinstance(value, str) else value
