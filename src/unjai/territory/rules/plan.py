"""What may be said of a zone's plan before it is saved: what refuses it, what is only odd, what is measured.

A zone is drawn by hand, by people who are no surveyors. So what is wrong is refused with the place where it is wrong,
and what merely differs from what was published is warned of and both figures are kept.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

import shapely

from unjai.model.errors import UnjaiError
from unjai.territory.records import SubZoneKind
from unjai.territory.rules.geojson import position_of
from unjai.territory.rules.phases import PlannedPhase, overlaps
from unjai.territory.rules.shapes import area_m2
from unjai.territory.words import search_key, tidy

AREA_TOLERANCE = 0.05
"""A measured area within five per cent of the declared one is fine: published figures are rounded to two digits."""

SLIVER_SHARE, SLIVER_M2 = 0.02, 50.0
"""So much of a sub-zone may lie outside by an unsteady hand, whichever is more, and nothing is said."""

MOST_OUTSIDE = 0.5
"""A sub-zone that lies outside by more than this is no part of the zone."""

USUAL_M2 = (50_000.0, 20_000_000.0)
"""The project's zones have 0.2 to 10 km²; beyond these bounds a corner is likely misplaced."""

LEAST_M2 = 100.0
MOST_CORNERS = 2_000
_CORNERS = 3
_M2_PER_KM2 = 1_000_000.0
_AT = re.compile(r"\[(-?[\d.]+(?:e[-+]?\d+)?) (-?[\d.]+(?:e[-+]?\d+)?)\]")

FigureKind = Literal["population", "households"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedSubZone:
    """A sub-zone as drawn; `id` is None for a new one."""

    id: UUID | None
    kind: SubZoneKind
    name_th: str
    name_en: str
    geometry: Mapping[str, Any]
    reason_th: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCommunity:
    """A community by name; without a position until somebody has put it on the map."""

    id: UUID | None
    name_th: str
    name_en: str
    lon: float | None
    lat: float | None
    households: int | None
    population: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedFigure:
    """A figure with its day and source."""

    id: UUID | None
    kind: FigureKind
    value: int
    as_of: date
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A zone with all that belongs to it, as somebody wants it to be."""

    name_th: str
    name_en: str
    fictional: bool
    geometry: Mapping[str, Any] | None
    why_th: str
    declared_area_m2: float | None
    declared_communities: int | None
    declared_source: str
    declared_on: date | None
    subzones: tuple[PlannedSubZone, ...] = ()
    communities: tuple[PlannedCommunity, ...] = ()
    phases: tuple[PlannedPhase, ...] = ()
    figures: tuple[PlannedFigure, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A remark: `code` names its words, `where` the part of the plan it is about (`border`, `subzones.2`)."""

    code: str
    where: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredSubZone:
    """How large a sub-zone is and how much of it lies outside."""

    area_m2: float
    outside_m2: float
    outside_share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What was found. `border` and the `shapes` are None where they cannot be measured."""

    refused: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    border: shapely.Polygon | None
    shapes: tuple[shapely.Polygon | None, ...]
    area_m2: float | None
    differs_share: float | None
    subzones: tuple[MeasuredSubZone | None, ...]
    communities_named: int
    population: PlannedFigure | None
    households: PlannedFigure | None
    density_per_km2: float | None


def drawn(geometry: Mapping[str, Any] | None) -> shapely.Polygon:
    """Return a drawn GeoJSON Polygon; nothing is mended, a person sits before it who can do that better.

    Raises `zone_shape_missing`, `zone_ring_short`, `zone_ring_long`, `zone_ring_crosses` (with where),
    `zone_area_none`, and what `position_of` raises.
    """
    rings = None if geometry is None or geometry.get("type") != "Polygon" else geometry.get("coordinates")
    if not isinstance(rings, Sequence) or isinstance(rings, str) or not rings:
        raise UnjaiError("zone_shape_missing", 422)
    shape = shapely.Polygon(_ring(rings[0]), [_ring(ring) for ring in rings[1:]])
    if not shape.is_valid:
        found = _AT.search(shapely.is_valid_reason(shape))
        at = {"lon": round(float(found[1]), 6), "lat": round(float(found[2]), 6)} if found else {"lon": 0, "lat": 0}
        raise UnjaiError("zone_ring_crosses", 422, **at)
    if area_m2(shape) < LEAST_M2:
        raise UnjaiError("zone_area_none", 422, least_m2=round(LEAST_M2))
    return shape


def _ring(value: object) -> list[tuple[float, float]]:
    if not isinstance(value, list | tuple) or len(value) > MOST_CORNERS:
        raise UnjaiError("zone_ring_long", 422, most=MOST_CORNERS)
    ring: list[tuple[float, float]] = []
    for item in value:
        at = position_of(item)
        if not ring or ring[-1] != at:
            ring.append(at)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if len(set(ring)) < _CORNERS:
        raise UnjaiError("zone_ring_short", 422, least=_CORNERS)
    return [*ring, ring[0]]


def newest(figures: Sequence[PlannedFigure], kind: FigureKind) -> PlannedFigure | None:
    """Return the figure of a kind with the latest day; of one day the one named last."""
    own = [figure for figure in figures if figure.kind == kind]
    return max(own, key=lambda figure: figure.as_of, default=None) if own else None


class _Notes:
    def __init__(self) -> None:
        self.refused: list[Finding] = []
        self.warnings: list[Finding] = []

    def refuse(self, code: str, where: str, /, **facts: object) -> None:
        self.refused.append(Finding(code=code, where=where, facts=facts))

    def warn(self, code: str, where: str, /, **facts: object) -> None:
        self.warnings.append(Finding(code=code, where=where, facts=facts))

    def shape(self, geometry: Mapping[str, Any] | None, where: str, name: str) -> shapely.Polygon | None:
        try:
            return drawn(geometry)
        except UnjaiError as error:
            self.refuse(error.code, where, name=name, **error.facts)
            return None


def judge(plan: Plan, today: date) -> Judged:
    """Hold a plan against everything that can be checked without asking anybody."""
    notes = _Notes()
    if not tidy(plan.name_th):
        notes.refuse("zone_name_missing", "name_th")
    border = None
    if plan.geometry is None:
        notes.refuse("zone_border_missing", "border")
    else:
        border = notes.shape(plan.geometry, "border", tidy(plan.name_th) or "–")
    area = None if border is None else area_m2(border)
    differs = _area(plan, area, notes)
    shapes, measured = _subzones(plan, border, notes)
    _communities(plan, border, notes)
    _phases(plan, notes)
    _figures(plan, today, notes)
    population, households = newest(plan.figures, "population"), newest(plan.figures, "households")
    density = None
    if population is not None and area:
        density = population.value / (area / _M2_PER_KM2)
    return Judged(
        refused=tuple(notes.refused),
        warnings=tuple(notes.warnings),
        border=border,
        shapes=tuple(shapes),
        area_m2=area,
        differs_share=differs,
        subzones=tuple(measured),
        communities_named=len(plan.communities),
        population=population,
        households=households,
        density_per_km2=density,
    )


def _area(plan: Plan, area: float | None, notes: _Notes) -> float | None:
    if area is None:
        return None
    if not USUAL_M2[0] <= area <= USUAL_M2[1]:
        notes.warn("zone_area_unusual", "border", km2=km2_text(area))
    declared = plan.declared_area_m2
    if declared is None:
        notes.warn("zone_area_undeclared", "declared_area_m2")
        return None
    share = (area - declared) / declared
    if abs(share) > AREA_TOLERANCE:
        notes.warn(
            "zone_area_differs",
            "declared_area_m2",
            declared_km2=km2_text(declared),
            measured_km2=km2_text(area),
            percent=f"{share * 100:+.1f}",
            tolerance=round(AREA_TOLERANCE * 100),
        )
    if not tidy(plan.declared_source):
        notes.warn("zone_declared_sourceless", "declared_source")
    return share


def _subzones(
    plan: Plan, border: shapely.Polygon | None, notes: _Notes
) -> tuple[list[shapely.Polygon | None], list[MeasuredSubZone | None]]:
    shapes: list[shapely.Polygon | None] = []
    measured: list[MeasuredSubZone | None] = []
    if not plan.subzones:
        notes.warn("zone_subzones_none", "subzones")
    for number, sub in enumerate(plan.subzones):
        where, name = f"subzones.{number}", tidy(sub.name_th) or f"#{number + 1}"
        if not tidy(sub.name_th):
            notes.refuse("zone_subzone_nameless", where, number=number + 1)
        if not tidy(sub.reason_th):
            notes.refuse("zone_reason_missing", where, name=name)
        shape = notes.shape(sub.geometry, where, name)
        shapes.append(shape)
        if shape is None or border is None:
            measured.append(None)
            continue
        found = measure(shape, border)
        measured.append(found)
        if found.outside_share > MOST_OUTSIDE:
            notes.refuse("zone_subzone_elsewhere", where, name=name, percent=_percent(found.outside_share))
        elif found.outside_m2 > max(SLIVER_M2, SLIVER_SHARE * found.area_m2):
            notes.warn(
                "zone_subzone_outside",
                where,
                name=name,
                percent=_percent(found.outside_share),
                outside_m2=f"{found.outside_m2:,.0f}",
            )
    return shapes, measured


def measure(shape: shapely.Polygon, border: shapely.Polygon) -> MeasuredSubZone:
    """Return how large a sub-zone is and how much of it the border leaves outside, on the ellipsoid."""
    whole = area_m2(shape)
    rest = shapely.difference(shape, border)
    parts = [part for part in shapely.get_parts(rest) if part.geom_type == "Polygon" and not part.is_empty]
    outside = sum(area_m2(part) for part in parts)
    return MeasuredSubZone(area_m2=whole, outside_m2=outside, outside_share=min(outside / whole, 1.0))


def _communities(plan: Plan, border: shapely.Polygon | None, notes: _Notes) -> None:
    names: Counter[str] = Counter()
    for number, community in enumerate(plan.communities):
        where, name = f"communities.{number}", tidy(community.name_th)
        if not name:
            notes.refuse("zone_community_nameless", where, number=number + 1)
            continue
        names[search_key(name)] += 1
        if names[search_key(name)] == 2:  # noqa: PLR2004  the first repeat tells it
            notes.warn("zone_community_repeated", where, name=name)
        if community.lon is None or community.lat is None:
            notes.warn("zone_community_unplaced", where, name=name)
            continue
        try:
            lon, lat = position_of([community.lon, community.lat])
        except UnjaiError as error:
            notes.refuse(error.code, where, **error.facts)
            continue
        if border is not None and not shapely.covers(border, shapely.Point(lon, lat)):
            notes.warn("zone_community_outside", where, name=name)
    if not plan.communities:
        notes.warn("zone_communities_none", "communities")
    declared = plan.declared_communities
    if declared is not None and plan.communities and declared != len(plan.communities):
        notes.warn("zone_communities_differ", "communities", declared=declared, named=len(plan.communities))


def _phases(plan: Plan, notes: _Notes) -> None:
    if not plan.phases:
        notes.warn("zone_phases_none", "phases")
    for number, phase in enumerate(plan.phases):
        where = f"phases.{number}"
        if not tidy(phase.name_th):
            notes.refuse("zone_phase_nameless", where, number=number + 1)
        if phase.ends_on is not None and phase.ends_on < phase.starts_on:
            notes.refuse("zone_phase_backwards", where, name=tidy(phase.name_th) or f"#{number + 1}")
    for first, second in overlaps(plan.phases):
        one, other = plan.phases[first], plan.phases[second]
        notes.warn("zone_phases_overlap", f"phases.{second}", first=tidy(one.name_th), second=tidy(other.name_th))


def _figures(plan: Plan, today: date, notes: _Notes) -> None:
    for number, figure in enumerate(plan.figures):
        where = f"figures.{number}"
        if not tidy(figure.source):
            notes.refuse("zone_figure_sourceless", where, number=number + 1)
        if figure.as_of > today:
            notes.refuse("zone_figure_future", where, number=number + 1)
    people, homes = newest(plan.figures, "population"), newest(plan.figures, "households")
    if people is None:
        notes.warn("zone_population_none", "figures")
    if people is not None and homes is not None and homes.value > people.value:
        notes.warn("zone_households_many", "figures", households=homes.value, population=people.value)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"


def km2_text(area: float) -> str:
    """Return square metres as square kilometres with three digits that count: 0.478, 1.72, 12.3."""
    square_km = area / _M2_PER_KM2
    if square_km <= 0 or not math.isfinite(square_km):
        return "0"
    digits = max(2, 2 - math.floor(math.log10(square_km))) if square_km < 10 else 1  # noqa: PLR2004
    return f"{square_km:.{min(digits, 6)}f}"
