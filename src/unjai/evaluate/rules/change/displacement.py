"""Did it move next door? The ring around a zone and the weighted displacement difference (Wheeler, Ratcliffe 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from unjai.evaluate.rules.change.verdict import Judged, Reason, Verdict

RING_M = (150.0, 500.0)
"""A ring narrower than the first sees too little, wider than the second mostly other things."""
FEW = 10
"""Below so many cases in a cell the normal law is wrong (its authors' own warning)."""
Part = Literal["zone", "ring", "elsewhere"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Cases of one area before and after."""

    before: int
    after: int


NOTHING = Cell(before=0, after=0)


def part_of(points_m: Sequence[tuple[float, float]], zone: Any, *, ring_m: float = 300.0) -> list[Part]:
    """Tell for each point (metres) whether it lies in the zone (a shapely polygon) or within `ring_m` of it.

    `ring_m` is held within `RING_M`.
    """
    from shapely import distance, points  # noqa: PLC0415

    width = min(max(ring_m, RING_M[0]), RING_M[1])
    away = distance(points(np.asarray(points_m, dtype=float).reshape(-1, 2)), zone)
    return ["zone" if far == 0 else "ring" if far <= width else "elsewhere" for far in away.tolist()]


def displaced(
    zone: Cell,
    control: Cell,
    ring: Cell = NOTHING,
    ring_control: Cell = NOTHING,
    *,
    months_before: float = 1.0,
    months_after: float = 1.0,
    phi: float = 1.0,
    alpha: float = 0.05,
) -> Judged:
    """Judge the change of zone and ring together, less the change of their controls, in cases of the time after.

    Under 0: fewer cases than the controls let expect, what moved into the ring taken off. Where a cell that counts has
    under `FEW` cases the interval is exact: with equal times the sum of all cells that add is one part of all cases, a
    binomial (Clopper and Pearson); with unequal times nothing is claimed. `phi` thins the counts.
    """
    scale = months_after / months_before
    cells = (zone, control) if ring == ring_control == NOTHING else (zone, control, ring, ring_control)
    adds = zone.after + ring.after + scale * (control.before + ring_control.before)
    takes = control.after + ring_control.after + scale * (zone.before + ring.before)
    value, few = adds - takes, min(min(cell.before, cell.after) for cell in cells) < FEW
    reason: Reason = "too_few" if few and scale != 1 else "within"
    if few and scale == 1:
        low, high = _exact(adds, takes, phi, alpha)
    else:
        spread = sqrt(phi * sum(cell.after + scale**2 * cell.before for cell in cells))
        low, high = (value + z * spread for z in (-_z(alpha), _z(alpha)))
    verdict: Verdict = "unclaimable"
    if reason == "within" and (high < 0 or low > 0):
        verdict, reason = ("better" if high < 0 else "worse"), "outside"
    facts = {
        "kind": "difference",
        "exact": few and scale == 1,
        "cases": sum(cell.before + cell.after for cell in cells),
    }
    return Judged(
        value=value,
        low=low,
        high=high,
        expected=0.0,
        verdict=verdict,
        reason=reason,
        facts=MappingProxyType(facts | {"percent": round(100 * (1 - alpha))}),
    )


def _exact(adds: float, takes: float, phi: float, alpha: float) -> tuple[float, float]:
    from scipy.stats import beta  # noqa: PLC0415

    more, less = adds / phi, takes / phi
    low = 0.0 if adds == 0 else float(beta.ppf(alpha / 2, more, less + 1))
    high = 1.0 if takes == 0 else float(beta.ppf(1 - alpha / 2, more + 1, less))
    return (2 * low - 1) * (adds + takes), (2 * high - 1) * (adds + takes)


def _z(alpha: float) -> float:
    from scipy.stats import norm  # noqa: PLC0415

    return float(norm.ppf(1 - alpha / 2))
