"""The matching rule: when a read is a hit on the watch list. Pure; its figures stand in docs/plates.md.

=====================  ==============  =================================================
registration           province        at best
=====================  ==============  =================================================
exact                  the same        alarm
exact                  one is unknown  probable
one look-alike glyph   the same        probable
fits a partial entry   not another     probable
anything wider         any             nothing here; searches find it
=====================  ==============  =================================================

A read whose province is known and another is never a hit: the same registration exists in 77 provinces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from unjai.model.plate import LOOKALIKES, Lookalikes, Pattern, lookalike_glyphs

Likeness = Literal["exact", "exact_unplaced", "lookalike", "partial"]
Verdict = Literal["alarm", "probable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """How sure a read must be. `frames` count the frames of one track that say the same registration."""

    alarm_confidence: float = 0.96
    alarm_frames: int = 3
    probable_confidence: float = 0.60
    probable_frames: int = 2
    province_confidence: float = 0.80


THRESHOLDS: Final = Thresholds()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What was read of one vehicle. `frames` is None from a box that reads by itself: it voted before it sent.

    A confidence that was not told is None and makes no alarm.
    """

    registration: str
    province: str | None
    confidence: float | None
    province_confidence: float | None = None
    frames: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """What the rule needs of an entry: registration (or a partial one), province, and from–until."""

    registration: str
    province: str | None
    partial: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def trusted_province(seen: Seen, thresholds: Thresholds = THRESHOLDS) -> str | None:
    """Return the province of a read, None when the reader is not sure enough of it."""
    sure = seen.province_confidence is None or seen.province_confidence >= thresholds.province_confidence
    return seen.province if sure else None


def likeness(
    registration: str, province: str | None, listed: Listed, table: Lookalikes = LOOKALIKES
) -> Likeness | None:
    """Return how a plate resembles an entry, None when the rule does not care."""
    known, same = None not in (province, listed.province), province == listed.province
    if known and not same:
        return None
    if listed.partial:
        return "partial" if Pattern(listed.registration).fits(registration) else None
    if registration == listed.registration:
        return "exact" if known else "exact_unplaced"
    if known and lookalike_glyphs(registration, listed.registration, table) == 1:
        return "lookalike"
    return None


def verdict(seen: Seen, how: Likeness, thresholds: Thresholds = THRESHOLDS) -> Verdict | None:
    """Return what a read that resembles an entry is worth; None: too weak a read for anything."""
    confidence = thresholds.probable_confidence if seen.confidence is None else seen.confidence
    frames = thresholds.alarm_frames if seen.frames is None else seen.frames
    if how == "exact" and confidence >= thresholds.alarm_confidence and frames >= thresholds.alarm_frames:
        return "alarm"
    enough = confidence >= thresholds.probable_confidence and frames >= thresholds.probable_frames
    return "probable" if enough else None


def in_force(listed: Listed, at: datetime) -> bool:
    """Tell whether an entry counts at a moment: from inclusive, until exclusive."""
    begun = listed.valid_from is None or listed.valid_from <= at
    return begun and (listed.valid_until is None or at < listed.valid_until)


def judge(
    seen: Seen,
    listed: Listed,
    at: datetime,
    *,
    thresholds: Thresholds = THRESHOLDS,
    table: Lookalikes = LOOKALIKES,
) -> Verdict | None:
    """Return the whole rule's answer for one read and one entry at a moment."""
    if not in_force(listed, at):
        return None
    how = likeness(seen.registration, trusted_province(seen, thresholds), listed, table)
    return verdict(seen, how, thresholds) if how else None
