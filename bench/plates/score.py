"""Marks of a pile of readings beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unjai.model.plate import DIGITS, PLACES

BANGKOK = PLACES[0].code
ALARM = 0.96
"""From this confidence on a read may raise an alarm."""
_BINS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One plate: the truth, and what was said of it. A truth of None: nothing there can be read."""

    truth: str | None
    place: str | None
    told: str | None
    best: str
    confidence: float
    told_place: str | None


def alike(text: str | None) -> str | None:
    """Return a registration with ฎ and ฏ as one: at these sizes no eye tells them apart."""
    return None if text is None else text.replace("ฏ", "ฎ")


def distance(one: str, other: str) -> int:
    """Return how many glyphs must be changed, put in or left out."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def marks(found: Sequence[Marked]) -> dict[str, Any]:
    """Return all shares. `exact`: told and right in every glyph. `best_exact`: the first guess, told or not."""
    plates = [one for one in found if one.truth is not None]
    told = [one for one in plates if one.told is not None]
    loud = [one for one in found if one.told is not None and one.confidence >= ALARM]
    shares: dict[str, Any] = {
        "plates": len(plates),
        "exact": _share([one.told == one.truth for one in plates]),
        "best_exact": _share([one.best == one.truth for one in plates]),
        "cer": _cer(plates),
        "digits": _digits(plates),
        "unreadable": _share([one.told is None for one in plates]),
        "false_read": _share([one.told is not None and one.told != one.truth for one in plates]),
        "wrong_of_told": _share([one.told != one.truth for one in told]),
        "alarm_share": _share([one.confidence >= ALARM and one.told is not None for one in plates]),
        "wrong_at_alarm": _share([one.told != one.truth for one in loud]),
        "ece": ece(found),
    }
    named = [one for one in plates if one.place is not None]
    for name, chosen in (
        ("province", named),
        ("province_bangkok", [one for one in named if one.place == BANGKOK]),
        ("province_other", [one for one in named if one.place != BANGKOK]),
    ):
        shares[name] = _share([one.told_place == one.place for one in chosen])
    nothing = [one for one in found if one.truth is None]
    if nothing:
        shares["read_where_nothing_is"] = _share([one.told is not None for one in nothing])
    return shares


def ece(found: Sequence[Marked]) -> float | None:
    """Return how far confidence and truth lie apart over ten bins of equal width."""
    if not found:
        return None
    sure = np.array([one.confidence for one in found])
    right = np.array([one.best == one.truth for one in found], float)
    which = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [abs(sure[which == one].mean() - right[which == one].mean()) * (which == one).mean() for one in set(which)]
    return round(float(sum(gaps)), 4)


def _share(given: Sequence[bool]) -> float | None:
    return round(float(np.mean(given)), 4) if given else None


def _cer(plates: Sequence[Marked]) -> float | None:
    glyphs = sum(len(one.truth or "") for one in plates)
    return round(sum(distance(one.best, one.truth or "") for one in plates) / glyphs, 4) if glyphs else None


def _digits(plates: Sequence[Marked]) -> float | None:
    """Return the share of true digits that stand in the first guess, in their order."""
    whole, right = 0, 0
    for one in plates:
        true = "".join(glyph for glyph in one.truth or "" if glyph in DIGITS)
        said = "".join(glyph for glyph in one.best if glyph in DIGITS)
        whole += len(true)
        right += max(0, len(true) - distance(said, true))
    return round(right / whole, 4) if whole else None
