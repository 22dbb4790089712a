"""A citizen's call for help after the press: what a touch tells, what a cancel may do, when a phone is silent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from unjai.respond.rules.kinds import MOST_URGENT, EventCode

What = Literal["attacked", "followed", "harassed", "ill", "accident", "fire", "lost", "other"]
Many = Literal["one", "few", "many"]
Hurt = Literal["yes", "no", "unsure"]

TAKE_BACK = timedelta(seconds=10)
"""Five seconds are promised on the citizen's screen; the rest is for the way here."""
SILENT_AFTER = timedelta(seconds=60)
"""An open page asks each few seconds: a minute without a word means no line, no power, or a phone that is gone."""
HEARD_EVERY = timedelta(seconds=10)
"""Being heard is written down so often at most."""
WORDS_MOST, FILES_MOST = 100, 12
"""What one call takes of words and of files."""
FILE_BYTES_MOST = 8_000_000
COARSE_M = 100.0
"""A position vaguer than this tells a neighbourhood: it is spoken of as "near"."""

_CODES: Mapping[str, str] = {
    "attacked": "200",
    "followed": "FOL",
    "harassed": "SEX",
    "ill": "MED",
    "accident": "ACC",
    "fire": "FIR",
    "lost": "MIS",
}
_HURT: Mapping[str, str] = {"attacked": "221", "accident": "ACI"}


def code_told(what: str | None, hurt: str | None) -> str | None:
    """Return the event code that two touches mean; None where they do not say what it is."""
    if what is None:
        return None
    return (_HURT.get(what) if hurt == "yes" else None) or _CODES.get(what)


def renamed(held: EventCode, told: EventCode | None, before: str | None) -> EventCode:
    """Return the code that an incident carries after a touch.

    Only a name that says nothing, or the one an earlier touch of hers gave (`before`), gives way: what an operator or
    another report said stays.
    """
    if told is None or not (held.generic or held.code == before):
        return held
    return told


def ends_by_itself(*, after: timedelta, new: bool, alone: bool, silent: bool, told: bool, reason: str | None) -> bool:
    """Tell whether a cancel closes its incident with nobody asked: only a slip, taken back at once.

    Somebody may force her hand. So whatever came besides the press (a reason, a touch, a word, a hidden screen), or a
    centre that has taken it up, leaves the end to an operator.
    """
    return abs(after) <= TAKE_BACK and new and alone and not silent and not told and not reason


def is_silent(heard_at: datetime, now: datetime) -> bool:
    """Tell whether a phone that should be heard each few seconds was not, for a minute."""
    return now - heard_at > SILENT_AFTER


def is_slip(outcome: str | None) -> bool:
    """Tell whether her page may speak of a press by mistake: an operator found nothing, or she took it back."""
    return outcome in ("false_alarm", "cancelled")


def near(th: str, en: str, accuracy_m: float | None) -> tuple[str, str]:
    """Return a place's words as far as the position carries: a vague one is near it, by so much."""
    if accuracy_m is None or accuracy_m <= COARSE_M:
        return th, en
    if accuracy_m < 1000:  # noqa: PLR2004
        far_th, far_en = f"{round(accuracy_m, -1):.0f} ม.", f"{round(accuracy_m, -1):.0f} m"
    else:
        far_th, far_en = f"{accuracy_m / 1000:.1f} กม.", f"{accuracy_m / 1000:.1f} km"
    return f"บริเวณใกล้ {th} (±{far_th})".replace("  ", " "), f"near {en} (±{far_en})".replace("  ", " ")


def priority_told(held: int, *, hurt: str | None, by_hand: bool) -> int:
    """Return the priority after a touch: somebody hurt is the most urgent; what an operator set stays."""
    return MOST_URGENT if hurt == "yes" and not by_hand else held
