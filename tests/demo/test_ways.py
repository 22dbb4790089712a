"""The play's router and walkers keep to the town's streets, their directions and their speeds."""

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, unary_union

from unjai.demo.night.ways import SPEEDS_MPS, Walker, Ways
from unjai.demo.town import town
from unjai.demo.town.force import UnitKind
from unjai.demo.town.shapes import XY

KINDS: list[UnitKind] = ["car", "motorcycle", "foot", "volunteer"]
WAYS = Ways(town())
PAVED = unary_union([LineString(edge.points).buffer(0.5) for edge in town().edges])
DRIVEN = unary_union([LineString(edge.points).buffer(0.5) for edge in town().edges if edge.kind != "footpath"])
inside = st.tuples(st.floats(-700, 600), st.floats(-450, 750))


def ends(kind: UnitKind, start: XY, end: XY) -> list[XY]:
    return [point for leg in WAYS.route(kind, start, end) for point in (leg.line.coords[0], leg.line.coords[-1])]


@given(kind=st.sampled_from(KINDS), start=inside, end=inside)
def test_a_route_hangs_together_and_ends_where_it_should(kind: UnitKind, start: XY, end: XY) -> None:
    legs = WAYS.route(kind, start, end)
    for leg, following in pairwise(legs):
        assert math.dist(leg.line.coords[-1], following.line.coords[0]) < 0.2
    assert all(leg.speed_mps > 0 for leg in legs)
    if legs:
        assert math.dist(legs[-1].line.coords[-1], end) < 1.2


@given(start=inside, end=inside)
def test_cars_keep_to_the_streets_and_their_direction(start: XY, end: XY) -> None:
    *driven, _last = WAYS.route("car", start, end) or [None]
    for leg in driven:
        assert leg is not None
        assert DRIVEN.covers(leg.line.interpolate(0.5, normalized=True))


def test_a_one_way_pair_makes_a_car_go_round() -> None:
    edge = next(edge for edge in town().edges if edge.th == "ถนนคูเมืองนอก" and edge.length_m > 60)
    line = LineString(edge.points)
    early, late = line.interpolate(10), line.interpolate(line.length - 10)
    along = WAYS.route("car", (early.x, early.y), (late.x, late.y))
    against = WAYS.route("car", (late.x, late.y), (early.x, early.y))
    on_foot = WAYS.route("foot", (late.x, late.y), (early.x, early.y))
    length = {name: sum(leg.line.length for leg in legs) for name, legs in
              {"along": along, "against": against, "foot": on_foot}.items()}  # fmt: skip
    assert length["along"] == pytest.approx(line.length - 20, abs=1)
    assert length["foot"] == pytest.approx(line.length - 20, abs=1)
    assert length["against"] > 3 * length["along"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_walker_arrives_in_the_time_its_speed_allows(kind: UnitKind) -> None:
    walker = Walker(ways=WAYS, kind=kind, at=(-590.0, 40.0))
    walker.go((350.0, 20.0), hurry=1.3)
    whole_m = sum(leg.line.length for leg in walker.legs)
    spent_s, before, gone_m = 0.0, walker.at, 0.0
    while not walker.arrived:
        walker.advance(5.0)
        spent_s += 5.0
        gone_m += math.dist(before, walker.at)
        before = walker.at
        assert PAVED.distance(Point(walker.at)) < 25
        assert spent_s < 3_000
    assert math.dist(walker.at, (350.0, 20.0)) < 1.5
    fastest = max(SPEEDS_MPS[kind].values()) * 1.3
    assert whole_m / fastest <= spent_s
    assert gone_m <= whole_m + 1
    walker.advance(5.0)
    assert walker.speed_mps == 0


def test_setting_out_again_for_the_same_place_does_not_start_anew() -> None:
    walker = Walker(ways=WAYS, kind="car", at=(0.0, 0.0))
    walker.go((500.0, 400.0))
    walker.advance(10)
    left = len(walker.legs), walker.gone_m
    walker.go((500.0, 400.0))
    assert (len(walker.legs), walker.gone_m) == left


def test_somewhere_is_near_and_chosen_by_the_dice_alone() -> None:
    first = WAYS.somewhere(Random(5), (0.0, 0.0), 400)
    assert first == WAYS.somewhere(Random(5), (0.0, 0.0), 400)
    assert 60 < math.dist(first, (0, 0)) < 400
