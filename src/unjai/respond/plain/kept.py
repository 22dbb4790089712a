"""How long plain reports are kept, and how long one may be opened again: the settings, wired at start by `app.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Days, each counted from when a report was closed; `reopen_days` from its answer."""

    report_days: int = 365
    photo_days: int = 90
    phone_days: int = 30
    reopen_days: int = 14


_wired: list[Kept] = [Kept()]


def keep(what: Kept) -> None:
    """Use these days in this process from now on."""
    _wired[0] = what


def kept() -> Kept:
    """Return the days of this process."""
    return _wired[0]
