"""The weights of the components: by EM on what happened after earlier days, never on what is forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unjai.evaluate.rules.risk.components import COMPONENTS, COUNT, Component
from unjai.evaluate.rules.risk.grid import Floats
from unjai.evaluate.rules.risk.hits import AREAS, chosen

BUSY = 0.15
"""The share of cells, the busiest so far, that the second set of weights is fitted among."""
SHARES = (0.3, 0.3, 0.4)
"""How much the weights of all cells, of the busy ones, and the simple maps by their hits make of the whole."""
SIMPLE = (
    COUNT,
    Component(spread_m=105.0),
    Component(spread_m=210.0),
    Component(spread_m=450.0),
    Component(half_life_d=730.0),
    Component(half_life_d=730.0, spread_m=105.0),
    Component(half_life_d=730.0, spread_m=210.0),
)
"""Each is good somewhere: the count where places keep their risk, wide bells where little is known."""
_STEPS = 200
_UNFITTED = {COUNT: 0.5, Component(spread_m=105.0): 0.3, Component(spread_m=210.0): 0.2}
"""Where there is nothing yet to fit by: a place keeps its own count, drawn a little to its neighbourhood."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """What was known on an earlier day and what came after: shares (cells, components), later counts (cells)."""

    shares: Floats
    came: Floats


def em(shares: Floats, came: Floats) -> Floats:
    """Return the weights (sum 1) under which events (by row of `shares`, `came` of them) are likeliest.

    Non-negative mixture of given densities; the likelihood is concave, so that where it begins does not matter.
    """
    weights = np.full(shares.shape[1], 1.0 / shares.shape[1])
    for _ in range(_STEPS):
        whole = np.einsum("ek,k->e", shares, weights)  # not @, whose threads wait for each other on a busy machine
        told = whole > 0
        each = np.divide(came, whole, out=np.zeros_like(whole), where=told)
        weights *= np.einsum("e,ek->k", each, shares) + came[~told].sum()
        weights /= weights.sum()
    return weights


def weigh(windows: Sequence[Window], components: tuple[Component, ...] = COMPONENTS) -> Floats:
    """Return one weight a component (sum 1), of three parts (`SHARES`).

    The likelihood of all cells fits the many quiet ones; patrols go to the few busy ones. The second part is the
    likelihood given that an event falls among the `BUSY`. The third is what counts in the end, hits.
    """
    happened = [one for one in windows if one.came.any()]
    if not happened:
        return np.array([_UNFITTED.get(one, 0.0) for one in components])
    shares, came = _stacked(happened)
    all_cells = em(shares, came)
    busy = [_among_busy(one, components) for one in happened]
    mass = np.mean([one.shares.sum(axis=0) for one in busy], axis=0)
    shares, came = _stacked([Window(shares=_parts(one.shares, one.shares.sum(axis=0)), came=one.came) for one in busy])
    if came.sum() > 0:
        inside = _parts(em(shares, came), mass)
        inside /= inside.sum()
    else:
        inside = all_cells
    return SHARES[0] * all_cells + SHARES[1] * inside + SHARES[2] * by_hits(happened, components)


def by_hits(windows: Sequence[Window], components: tuple[Component, ...]) -> Floats:
    """Return the say of each of the `SIMPLE` maps (sum 1) by what it hit in the earlier windows.

    Hits fewer by a standard deviation (of a Poisson count) leave a map 1/e of the best one's say: little history tells
    maps hardly apart, and all keep some.
    """
    at = [components.index(one) for one in SIMPLE]
    hits = np.array([sum(chosen(w.shares[:, k], w.came, area) for w in windows for area in AREAS) for k in at])
    best = hits.max()
    said = np.zeros(len(components))
    said[at] = np.exp((hits - best) / np.sqrt(max(best, 1.0)))
    whole: Floats = said / said.sum()
    return whole


def _among_busy(window: Window, components: tuple[Component, ...]) -> Window:
    order = window.shares[:, components.index(COUNT)] + 0.3 * window.shares[:, _near(components)]
    many = max(1, int(BUSY * len(order)))
    top = np.sort(np.argsort(-order, kind="stable")[:many])
    return Window(shares=window.shares[top], came=window.came[top])


def _parts(of: Floats, whole: Floats) -> Floats:
    made: Floats = np.divide(of, whole, out=np.zeros_like(of), where=whole > 0)
    return made


def _near(components: tuple[Component, ...]) -> int:
    return components.index(Component(spread_m=105.0))


def _stacked(windows: Sequence[Window]) -> tuple[Floats, Floats]:
    shares = np.concatenate([one.shares[one.came > 0] for one in windows])
    came = np.concatenate([one.came[one.came > 0] for one in windows])
    return shares, came
