"""Phases of a zone and the Thai fiscal year, 1 October to 30 September — ปีงบประมาณ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unjai.model.thai import BE_OFFSET, fiscal_year


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPhase:
    """A stretch of a zone's work; without an end it goes on."""

    id: UUID | None
    name_th: str
    name_en: str
    starts_on: date
    ends_on: date | None


def fiscal_span(be_year: int) -> tuple[date, date]:
    """Return first and last day of a fiscal year (B.E.): 2570 is 1 October 2026 to 30 September 2027."""
    year = be_year - BE_OFFSET
    return date(year - 1, 10, 1), date(year, 9, 30)


def fiscal_years(starts_on: date, ends_on: date | None) -> tuple[int, ...]:
    """Return the fiscal years (B.E.) a phase touches; one without an end only that of its start."""
    first = fiscal_year(starts_on)
    last = first if ends_on is None else max(fiscal_year(ends_on), first)
    return tuple(range(first, last + 1))


def overlaps(phases: Sequence[PlannedPhase]) -> list[tuple[int, int]]:
    """Return the pairs of phases (by index, the earlier one first) that share a day."""
    order = sorted(range(len(phases)), key=lambda number: (phases[number].starts_on, number))
    pairs: list[tuple[int, int]] = []
    for place, first in enumerate(order):
        end = phases[first].ends_on
        pairs += [(first, second) for second in order[place + 1 :] if end is None or phases[second].starts_on <= end]
    return pairs


def phase_at(phases: Iterable[PlannedPhase], day: date) -> PlannedPhase | None:
    """Return the phase a day falls in (the one begun last), else the last one before it, else the first to come."""
    known = sorted(phases, key=lambda phase: phase.starts_on)
    begun = [phase for phase in known if phase.starts_on <= day]
    current = [phase for phase in begun if phase.ends_on is None or phase.ends_on >= day]
    if current:
        return current[-1]
    return begun[-1] if begun else (known[0] if known else None)
