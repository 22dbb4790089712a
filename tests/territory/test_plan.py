"""What is said of a zone's plan: areas, insides, counts, phases, and the tambons it covers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from unjai.model.errors import UnjaiError
from unjai.model.thai import fiscal_year
from unjai.territory.rules.boundaries import Border, covered
from unjai.territory.rules.phases import PlannedPhase, fiscal_span, fiscal_years, overlaps, phase_at
from unjai.territory.rules.plan import (
    Plan,
    PlannedCommunity,
    PlannedFigure,
    PlannedSubZone,
    drawn,
    judge,
    km2_text,
    measure,
    newest,
)
from unjai.territory.rules.shapes import area_m2

TODAY = date(2026, 11, 22)
WEST, SOUTH = 100.465, 7.001
STEP = 0.001


def box(west, south, width, height):
    ring = [[west, south], [west + width, south], [west + width, south + height], [west, south + height]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


ZONE = box(WEST, SOUTH, 6 * STEP, 6 * STEP)


def sub(west=WEST, south=SOUTH, width=STEP, height=STEP, **more):
    facts = {"id": None, "kind": "risk", "name_th": "ซอยเปลี่ยว", "name_en": "", "reason_th": "สถิติลักทรัพย์สูง"}
    return PlannedSubZone(geometry=box(west, south, width, height), **{**facts, **more})


def community(name, lon=WEST + STEP, lat=SOUTH + STEP, **more):
    facts = {"id": None, "name_en": "", "households": None, "population": None}
    return PlannedCommunity(name_th=name, lon=lon, lat=lat, **{**facts, **more})


def figure(kind="population", value=4453, as_of=date(2021, 9, 16), source="ทะเบียนราษฎร"):
    return PlannedFigure(id=None, kind=kind, value=value, as_of=as_of, source=source)


def phase(name="ระยะที่ 1", starts_on=date(2021, 7, 1), ends_on=date(2021, 9, 30)):
    return PlannedPhase(id=None, name_th=name, name_en="", starts_on=starts_on, ends_on=ends_on)


GOOD = Plan(
    name_th="พื้นที่สันติสุข",
    name_en="Santisuk",
    fictional=False,
    geometry=ZONE,
    why_th="",
    declared_area_m2=440_000,
    declared_communities=1,
    declared_source="เว็บไซต์โครงการ",
    declared_on=None,
    subzones=(sub(),),
    communities=(community("ชุมชนหนึ่ง"),),
    phases=(phase(),),
    figures=(figure(),),
)


def codes(plan, what="warnings"):
    return {found.code for found in getattr(judge(plan, TODAY), what)}


def test_a_good_plan_has_nothing_to_say():
    judged = judge(GOOD, TODAY)
    assert (judged.refused, judged.warnings) == ((), ())
    assert judged.area_m2 == pytest.approx(440_000, rel=0.01)
    assert judged.density_per_km2 == pytest.approx(4453 / (judged.area_m2 / 1e6))
    assert abs(judged.differs_share) < 0.05


# ── areas ──────────────────────────────────────────────────────────────────────────────────────────

corners = st.tuples(st.floats(0, 0.03), st.floats(0, 0.03))


@given(st.lists(corners, min_size=3, max_size=12))
def test_an_area_is_that_of_the_ellipsoid_whichever_way_it_is_drawn(points):
    hull = shapely.convex_hull(shapely.MultiPoint([(WEST + x, SOUTH + y) for x, y in points]))
    if hull.geom_type != "Polygon" or shapely.minimum_rotated_rectangle(hull).area < 1e-7:
        return
    ring = [[round(x, 7), round(y, 7)] for x, y in hull.exterior.coords]
    shapes = [drawn({"type": "Polygon", "coordinates": [way]}) for way in (ring, ring[::-1], ring[:-1])]
    lons, lats = zip(*ring, strict=True)
    expected = abs(Geod(ellps="WGS84").polygon_area_perimeter(lons, lats)[0])
    for shape in shapes:
        plan = replace(GOOD, geometry=shapely.geometry.mapping(shape))
        assert judge(plan, TODAY).area_m2 == pytest.approx(expected, rel=1e-6, abs=1)


@pytest.mark.parametrize(("factor", "told"), [(1.0, False), (1.049, False), (0.952, False), (1.06, True), (0.94, True)])
def test_five_per_cent_of_difference_is_fine(factor, told):
    area = judge(GOOD, TODAY).area_m2
    plan = replace(GOOD, declared_area_m2=area / factor)
    assert ("zone_area_differs" in codes(plan)) is told


def test_a_difference_tells_both_figures():
    (found,) = judge(replace(GOOD, declared_area_m2=1_720_000), TODAY).warnings
    assert found.facts["declared_km2"] == "1.72"
    assert found.facts["measured_km2"] == "0.440"
    assert found.facts["percent"].startswith("-74")
    assert "zone_area_undeclared" in codes(replace(GOOD, declared_area_m2=None))
    assert "zone_declared_sourceless" in codes(replace(GOOD, declared_source=" "))


@pytest.mark.parametrize(
    ("m2", "said"), [(478_000, "0.478"), (1_720_000, "1.72"), (12_345_678, "12.3"), (900, "0.000900")]
)
def test_square_kilometres_keep_the_digits_that_count(m2, said):
    assert km2_text(m2) == said


def test_a_giant_is_noticed():
    assert "zone_area_unusual" in codes(replace(GOOD, geometry=box(WEST, SOUTH, 0.1, 0.1)))


# ── shapes ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_border_that_crosses_itself_is_refused_with_the_place():
    bow = {
        "type": "Polygon",
        "coordinates": [[[100.0, 7.0], [100.01, 7.01], [100.01, 7.0], [100.0, 7.01], [100.0, 7.0]]],
    }
    (found,) = judge(replace(GOOD, geometry=bow, subzones=(), communities=()), TODAY).refused
    assert (found.code, found.where) == ("zone_ring_crosses", "border")
    assert found.facts["lon"] == pytest.approx(100.005)
    assert found.facts["lat"] == pytest.approx(7.005)


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "zone_shape_missing"),
        ({"type": "Point", "coordinates": [100, 7]}, "zone_shape_missing"),
        ({"type": "Polygon", "coordinates": []}, "zone_shape_missing"),
        ({"type": "Polygon", "coordinates": [[[100, 7], [100.1, 7]]]}, "zone_ring_short"),
        ({"type": "Polygon", "coordinates": [[[100, 7], [100, 7], [100, 7], [100, 7]]]}, "zone_ring_short"),
        ({"type": "Polygon", "coordinates": [[[100, 7]] * 2001]}, "zone_ring_long"),
        ({"type": "Polygon", "coordinates": [[[7, 100], [7.1, 100], [7, 100.1]]]}, "row_position_swapped"),
        (box(100, 7, 0.00001, 0.00001), "zone_area_none"),
    ],
)
def test_what_is_no_shape_is_refused(geometry, code):
    with pytest.raises(UnjaiError) as refused:
        drawn(geometry)
    assert refused.value.code == code
    told = "zone_border_missing" if geometry is None else code
    assert told in codes(replace(GOOD, geometry=geometry), "refused")


@given(st.floats(-4, 9), st.floats(-4, 9), st.floats(0.2, 5), st.floats(0.2, 5))
def test_outside_and_inside_are_the_whole(x, y, width, height):
    border = drawn(ZONE)
    shape = drawn(box(WEST + x * STEP, SOUTH + y * STEP, width * STEP, height * STEP))
    found = measure(shape, border)
    parts = shapely.get_parts(shapely.intersection(shape, border))
    inside = sum(area_m2(part) for part in parts if part.geom_type == "Polygon" and not part.is_empty)
    assert found.outside_m2 + inside == pytest.approx(found.area_m2, rel=1e-6, abs=0.5)
    assert 0 <= found.outside_share <= 1


@given(st.floats(0, 5), st.floats(0, 5), st.floats(0.2, 1), st.floats(0.2, 1))
def test_what_lies_inside_is_never_called_outside(x, y, width, height):
    plan = replace(GOOD, subzones=(sub(WEST + x * STEP, SOUTH + y * STEP, width * STEP, height * STEP),))
    judged = judge(plan, TODAY)
    assert not {found.code for found in (*judged.refused, *judged.warnings)} & {
        "zone_subzone_outside",
        "zone_subzone_elsewhere",
    }


@pytest.mark.parametrize(
    ("beyond", "warned", "refused"),
    [
        (0.0, False, False),
        (0.01, False, False),
        (0.2, True, False),
        (0.49, True, False),
        (0.7, False, True),
        (3.0, False, True),
    ],
)
def test_a_subzone_may_reach_out_by_a_sliver_only(beyond, warned, refused):
    plan = replace(GOOD, subzones=(sub(WEST - beyond * STEP, SOUTH + STEP),))
    assert ("zone_subzone_outside" in codes(plan)) is warned
    assert ("zone_subzone_elsewhere" in codes(plan, "refused")) is refused


def test_every_subzone_needs_its_reason_and_name():
    plan = replace(GOOD, subzones=(sub(reason_th=" \u200b"), sub(name_th="")))
    found = judge(plan, TODAY).refused
    assert [(item.code, item.where) for item in found] == [
        ("zone_reason_missing", "subzones.0"),
        ("zone_subzone_nameless", "subzones.1"),
    ]


# ── communities, figures, phases ───────────────────────────────────────────────────────────────────


def test_four_declared_and_five_named_are_both_kept():
    names = ("สิงหวัฒน์ซอย 3", "สิงหวัฒน์ซอย 5", "พระลือ", "บ้านคลองสามัคคี", "บ้านคลองพัฒนา")
    judged = judge(replace(GOOD, declared_communities=4, communities=tuple(map(community, names))), TODAY)
    (found,) = judged.warnings
    assert (found.code, dict(found.facts)) == ("zone_communities_differ", {"declared": 4, "named": 5})
    assert judged.communities_named == 5
    assert judged.refused == ()


def test_communities_are_asked_for_names_and_places():
    odd = (
        community("ก"),
        community("ก."),
        community("", lon=None),
        community("ข", lon=None, lat=None),
        community("ค", lon=100.9),
    )
    plan = replace(GOOD, declared_communities=None, communities=odd)
    assert codes(plan) == {"zone_community_repeated", "zone_community_unplaced", "zone_community_outside"}
    assert codes(plan, "refused") == {"zone_community_nameless"}


def test_figures_need_source_and_a_day_that_was():
    plan = replace(
        GOOD, figures=(figure(source=""), figure(as_of=TODAY + timedelta(days=1)), figure("households", 9000))
    )
    assert [found.code for found in judge(plan, TODAY).refused] == ["zone_figure_sourceless", "zone_figure_future"]
    assert "zone_households_many" in codes(plan)
    assert "zone_population_none" in codes(replace(GOOD, figures=()))


def test_the_newest_figure_counts_and_the_others_stay():
    figures = (
        figure(value=1, as_of=date(2020, 1, 1)),
        figure(value=3, as_of=date(2025, 1, 1)),
        figure(value=2, as_of=date(2024, 1, 1)),
    )
    assert newest(figures, "population").value == 3
    assert newest(figures, "households") is None
    assert judge(replace(GOOD, figures=figures), TODAY).population.value == 3


days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(days)
def test_every_day_lies_in_the_span_of_its_fiscal_year(day):
    first, last = fiscal_span(fiscal_year(day))
    assert first <= day <= last
    assert ((first.month, first.day), (last.month, last.day)) == ((10, 1), (9, 30))
    assert fiscal_year(first - timedelta(days=1)) == fiscal_year(day) - 1
    assert fiscal_year(last + timedelta(days=1)) == fiscal_year(day) + 1


def test_fiscal_years_of_a_phase():
    assert fiscal_span(2570) == (date(2026, 10, 1), date(2027, 9, 30))
    assert fiscal_years(date(2021, 7, 1), date(2022, 9, 30)) == (2564, 2565)
    assert fiscal_years(date(2022, 10, 1), None) == (2566,)


@given(st.lists(st.tuples(days, st.none() | st.integers(0, 900)), max_size=6))
def test_overlaps_are_those_that_share_a_day(told):
    phases = [
        phase(str(n), at, None if more is None else at + timedelta(days=more)) for n, (at, more) in enumerate(told)
    ]
    far = date(2100, 1, 1)
    expected = {
        frozenset((a, b))
        for a in range(len(phases))
        for b in range(a)
        if max(phases[a].starts_on, phases[b].starts_on) <= min(phases[a].ends_on or far, phases[b].ends_on or far)
    }
    assert {frozenset(pair) for pair in overlaps(phases)} == expected


@given(st.lists(st.tuples(days, st.integers(0, 400)), min_size=1, max_size=5), days)
def test_the_phase_of_a_day_is_one_it_falls_in_if_there_is_one(told, day):
    phases = [phase(str(n), at, at + timedelta(days=more)) for n, (at, more) in enumerate(told)]
    found = phase_at(phases, day)
    assert found in phases
    if any(item.starts_on <= day <= item.ends_on for item in phases):
        assert found.starts_on <= day <= found.ends_on


def test_a_phase_is_refused_that_ends_before_it_begins():
    plan = replace(GOOD, phases=(phase("", TODAY, TODAY - timedelta(days=1)),))
    assert codes(plan, "refused") == {"zone_phase_nameless", "zone_phase_backwards"}
    assert "zone_phases_none" in codes(replace(GOOD, phases=()))


# ── tambons ────────────────────────────────────────────────────────────────────────────────────────


def border(code, geometry):
    return Border(code=code, name_th=f"ต{code}", name_en="", schematic=True, source="ทดสอบ", geometry=geometry)


@given(st.floats(0.5, 5.5), st.floats(0.5, 5.5))
def test_tambons_that_part_a_zone_share_it_whole(x, y):
    far = 50 * STEP
    parts = [
        border("900101", box(WEST - far, SOUTH - far, far + x * STEP, 2 * far)),
        border("900102", box(WEST + x * STEP, SOUTH - far, far, far + y * STEP)),
        border("900103", box(WEST + x * STEP, SOUTH + y * STEP, far, far)),
        border("900199", box(WEST + far, SOUTH, STEP, STEP)),
    ]
    found = covered(drawn(ZONE), parts)
    assert sum(item.share for item in found) == pytest.approx(1, abs=1e-6)
    assert [item.share for item in found] == sorted((item.share for item in found), reverse=True)
    assert {item.code for item in found} == {"900101", "900102", "900103"}
    assert next(item.share for item in found if item.code == "900101") == pytest.approx(x / 6, abs=0.001)


def test_a_tambon_of_several_parts_counts_once():
    parts = [
        box(WEST, SOUTH, STEP, 6 * STEP)["coordinates"],
        box(WEST + 5 * STEP, SOUTH, STEP, 6 * STEP)["coordinates"],
    ]
    (found,) = covered(drawn(ZONE), [border("900101", {"type": "MultiPolygon", "coordinates": parts})])
    assert found.share == pytest.approx(2 / 6, abs=0.001)
    assert found.schematic
