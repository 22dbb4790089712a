"""A driven track on the streets, and against the plan: nothing guessed where positions are missing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.model.geometry import Point
from unjai.patrol.rules.plan_driven import Planned, Stay, checked, risk_minutes, seen, stays
from unjai.patrol.rules.tracks import GAP_S, Fix, TrackStreets, kept, matched, step_s
from unjai.territory.streets import Edge, StreetGraph

LINES, STEP = 6, 0.0015


def _graph() -> StreetGraph:
    edges = []
    for i in range(LINES):
        for j in range(LINES):
            for a, b in ((i + 1, j), (i, j + 1)):
                if max(a, b) < LINES:
                    ends = ((100.5 + i * STEP, 13.7 + j * STEP), (100.5 + a * STEP, 13.7 + b * STEP))
                    edges.append(Edge(id=len(edges), node_a=i * LINES + j, node_b=a * LINES + b, coordinates=ends))
    return StreetGraph(edges)


GRAPH = _graph()
STREETS = TrackStreets(GRAPH.edges)


def _drive(
    a: Point, b: Point, *, noise_m: float = 0.0, seed: int = 0, begin: float = 0.0
) -> tuple[list[Fix], tuple[int, ...]]:
    way = GRAPH.path(a, b, "motorcycle")
    assert way is not None
    chance = np.random.default_rng(seed)
    fixes = []
    for moment in np.arange(0, way.road_m / 7.0 + 10, 10):
        point, _ = way.position_at(min(float(moment) * 7.0, way.road_m))
        off = chance.normal(0, noise_m, 2) if noise_m else (0.0, 0.0)
        fixes.append(
            Fix(at_s=begin + float(moment), lon=point.lon + off[0] / 108_000, lat=point.lat + off[1] / 110_700)
        )
    return fixes, way.edge_ids


inside = st.builds(
    Point,
    lon=st.floats(100.5, 100.5 + (LINES - 1) * STEP),
    lat=st.floats(13.7, 13.7 + (LINES - 1) * STEP),
)


@settings(max_examples=40)
@given(inside, inside, st.integers(0, 100))
def test_a_drive_is_found_on_the_streets_it_took(a, b, seed):
    fixes, truth = _drive(a, b, noise_m=5.0, seed=seed)
    found = matched(STREETS, fixes)
    whole = set(truth[1:-1])  # a first or last street may be touched by a metre only
    assert len(whole - {one.edge_id for one in found.passed}) <= 1
    assert found.off_street == 0
    assert found.gaps == ()
    assert all(one.from_s <= one.to_s for one in found.passed)


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Fix,
            at_s=st.floats(0, 4000),
            lon=st.floats(100.4, 100.6),
            lat=st.floats(13.6, 13.8),
            accuracy_m=st.none() | st.floats(0, 5000),
        ),
        max_size=25,
    )
)
def test_any_positions_can_be_matched(track):
    found = matched(STREETS, track)
    assert {one.edge_id for one in found.passed} <= {edge.id for edge in GRAPH.edges}
    assert len(found.snapped) + found.off_street == len(kept(track))
    assert [one[0] for one in found.snapped] == sorted(one[0] for one in found.snapped)
    assert all(b - a > GAP_S for a, b in found.gaps)


def test_order_and_doubles_do_not_matter():
    fixes, _ = _drive(Point(lon=100.5, lat=13.7), Point(lon=100.506, lat=13.706))
    assert matched(STREETS, [*reversed(fixes), *fixes]) == matched(STREETS, fixes)


def test_no_street_is_guessed_across_a_gap():
    first, _ = _drive(Point(lon=100.5, lat=13.7), Point(lon=100.502, lat=13.7))
    second, _ = _drive(Point(lon=100.5, lat=13.706), Point(lon=100.502, lat=13.706), begin=2000)
    found = matched(STREETS, [*first, *second])
    assert len(found.gaps) == 1
    lat = [GRAPH.edge(one.edge_id).coordinates for one in found.passed]
    assert all(max(b for _, b in line) < 13.7016 or min(b for _, b in line) > 13.7044 for line in lat)


def test_without_streets_or_positions_there_is_nothing():
    assert matched(TrackStreets([]), [Fix(at_s=0, lon=100, lat=13)]).off_street == 1
    assert matched(STREETS, []).passed == ()


def _stand(lon: float, lat: float, since: float, until: float) -> list[Fix]:
    return [Fix(at_s=at, lon=lon, lat=lat, accuracy_m=8.0) for at in np.arange(since, until + 1, 20.0).tolist()]


BANK, BAR, SCHOOL = (100.5, 13.7), (100.505, 13.7), (100.505, 13.705)


def _stop(at: tuple[float, float], at_s: float) -> Planned:
    return Planned(at_s=at_s, dwell_s=600, lon=at[0], lat=at[1])


def test_each_stop_is_done_short_late_missed_or_not_known():
    track = [*_stand(*BANK, 0, 600), *_stand(*BAR, 700, 800), *_stand(100.51, 13.71, 900, 5000)]
    track += _stand(*SCHOOL, 5000, 5600)
    plan = [
        _stop(BANK, 60),
        _stop(BAR, 700),
        _stop(SCHOOL, 1500),
        _stop(BAR, 4000),
        _stop(BANK, 9000),
        _stop(BAR, 20000),
    ]
    told = [one.state for one in checked(plan, track, now_s=12_000)]
    assert told == ["done", "short", "late", "missed", "unknown", "ahead"]
    assert checked([_stop(BANK, 4000)], track, now_s=12_000)[0].state == "early"


def test_a_stay_hours_before_is_not_the_stop_that_is_still_ahead():
    track = _stand(*BANK, 0, 600) + _stand(*BAR, 700, 12_000)
    told = checked([_stop(BANK, 4000), _stop(BANK, 600 + 3601)], track, now_s=12_000)
    assert [one.state for one in told] == ["early", "missed"]
    assert checked([_stop(BANK, 13_200)], track, now_s=12_000)[0].state == "ahead"


def test_one_stay_counts_for_one_stop():
    told = checked([_stop(BANK, 0), _stop(BANK, 7200)], _stand(*BANK, 0, 600) + _stand(*BAR, 700, 9000), now_s=20_000)
    assert [one.state for one in told] == ["done", "missed"]


def test_stays_end_where_positions_end():
    track = _stand(*BANK, 0, 600) + _stand(*BANK, 2000, 2600)
    assert stays(track, *BANK) == [Stay(from_s=0, to_s=600), Stay(from_s=2000, to_s=2600)]
    assert stays(track, *BAR) == []
    assert seen(track, 0, 600)
    assert not seen(track, 600, 2000)


def test_minutes_count_as_risky_where_the_risk_is():
    risk = np.zeros((2, 12))
    risk[0, :2] = 1.0
    whole, risky = risk_minutes([(0, Stay(from_s=0, to_s=1200)), (1, Stay(from_s=0, to_s=600))], risk, top=0.1)
    assert round(whole) == 30
    assert round(risky) == 10
    assert risk_minutes([], np.zeros((0, 0))) == (0.0, 0.0)


@given(st.integers(0, 200), st.floats(0, 86_400), st.integers(100, 200_000), st.integers(1, 30))
def test_positions_are_thinned_for_all_alike_and_never_cut_off(devices, span_s, most, least):
    step = step_s(devices, span_s, most=most, least=least)
    assert step >= least
    assert devices * span_s / step <= most
    assert step == least or devices * span_s / (step - 1) > most
