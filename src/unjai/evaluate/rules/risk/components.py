"""What the risk of a place is made of: counts of longer and shorter memory, alone and spread over the neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unjai.evaluate.rules.risk.grid import CELL_M, Events, Floats, Grid, Ints

YEAR_D = 365.25
SEASON_D = 45.0
"""The same season: this many days before and after, each year."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """Events counted with a memory (half-life in days, None for ever) and spread by a bell (m); or the even ground."""

    half_life_d: float | None = None
    spread_m: float = 0.0
    season: bool = False
    kind: int | None = None
    """Only events at places of this kind."""
    even: bool = False


_MEMORIES = (None, 730.0, 180.0, 56.0, 14.0)
_SPREADS = (0.0, 105.0, 210.0, 450.0)
COUNT = Component()
"""All earlier events of the cell itself: the map to beat."""
EVEN = Component(even=True)
COMPONENTS: tuple[Component, ...] = (
    COUNT,
    *(
        Component(half_life_d=memory, spread_m=spread)
        for memory in _MEMORIES
        for spread in _SPREADS
        if (memory, spread) != (None, 0.0)
    ),
    Component(season=True),
    Component(season=True, spread_m=210.0),
    EVEN,
)


_KINDS = 4
"""As many kinds of place, the commonest, have their own count."""


def components_of(events: Events) -> tuple[Component, ...]:
    """Return the components, with one for each common kind of place where kinds are known."""
    if events.kind is None or not (events.kind >= 0).any():
        return COMPONENTS
    many = np.bincount(events.kind[events.kind >= 0])
    common = sorted(int(k) for k in np.argsort(-many, kind="stable")[:_KINDS] if many[k])
    return (*COMPONENTS, *(Component(kind=k) for k in common))


def spread(counts: Floats, metres: float) -> Floats:
    """Spread a map of counts (rows, columns) by a bell of that many metres; the sum stays but for the map's edge."""
    if metres <= 0:
        return counts
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415

    made: Floats = gaussian_filter(counts, metres / CELL_M, truncate=3.0, mode="constant")
    return made


def surfaces(
    events: Events,
    grid: Grid,
    cells: Ints,
    *,
    at: float,
    days: float,
    looked_at: Ints,
    components: tuple[Component, ...] = COMPONENTS,
) -> Floats:
    """Return each component's share by cell (len(looked_at), len(components)) as known at time `at`; columns sum to 1.

    `cells` are the events' cells; `days` is how long the forecast holds, whose middle is the season asked for.
    """
    known = events.before(at)
    age = at - events.t[:known]
    own = cells[:known]
    size = grid.rows * grid.columns
    counted: dict[Component, Floats] = {}
    made = np.empty((len(looked_at), len(components)))
    for k, one in enumerate(components):
        if one.even:
            made[:, k] = 1.0
            continue
        key = replace(one, spread_m=0.0)
        if key not in counted:
            weights = _weights(one, events, age, days)
            counted[key] = np.bincount(own, weights=weights, minlength=size).astype(np.float64).reshape(grid.shape)
        made[:, k] = spread(counted[key], one.spread_m).ravel()[looked_at]
    total = made.sum(axis=0)
    shares: Floats = np.divide(made, total, out=np.zeros_like(made), where=total > 0)
    return shares


def _weights(one: Component, events: Events, age: Floats, days: float) -> Floats | None:
    if one.kind is not None and events.kind is not None:
        return np.asarray(events.kind[: len(age)] == one.kind, dtype=np.float64)
    return _season(age + days / 2) if one.season else _memory(age, one.half_life_d)


def _memory(age: Floats, half_life_d: float | None) -> Floats | None:
    return None if half_life_d is None else np.asarray(0.5 ** (age / half_life_d))


def _season(age: Floats) -> Floats:
    within = np.mod(age, YEAR_D)
    return (np.minimum(within, YEAR_D - within) < SEASON_D).astype(np.float64)
