"""Three classes, works that tell exactly what each alone would lift, and never that not known is failing."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.respond.escort.grids import corner, grid
from tests.test_docs import ROOT
from unjai.cameras.rules.sight import View, coverage
from unjai.respond.escort.rules import night_works
from unjai.respond.escort.rules.assumed import assumed
from unjai.respond.escort.rules.ease import WEIGHTS, Facts, ease_of_all
from unjai.respond.escort.rules.night import BAD, FAILS_BELOW, GOOD, KINDS, UNKNOWN, classed, shares
from unjai.respond.escort.rules.night_cameras import NightCamera, camera_changes
from unjai.respond.escort.rules.night_works import night_of, totals

LOW = FAILS_BELOW - 1e-9


def drawn(count, seed, *, unknown=0.3):
    """Facts by chance; a share of each is not known."""
    random = np.random.default_rng(seed)

    def maybe(values):
        return np.where(random.random(count) < unknown, np.nan, values)

    return Facts.of(
        count,
        lit=maybe((random.random(count) < 0.5).astype(float)),
        seen_day=maybe(random.random(count)),
        seen_night=maybe(random.random(count)),
        patrolled_s=maybe(np.where(random.random(count) < 0.4, 0.0, 1e9)),
        pole_m=maybe(random.random(count) * 400),
        reports=maybe(random.integers(0, 4, count).astype(float)),
        works=maybe((random.random(count) < 0.5).astype(float)),
        open_places=maybe(random.integers(0, 2, count).astype(float)),
    )


def with_work(facts, work):
    """The facts once the work is done, row by row: the slow and plain way."""
    rows = list(work.rows)
    name, value = {"lamp": ("lit", 1.0), "patrol": ("patrolled_s", 0.0), "pole": ("pole_m", 0.0)}[work.kind]
    values = getattr(facts, name).copy()
    values[rows] = value
    return dataclasses.replace(facts, **{name: values})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([0.0, 0.3, 0.9]))
def test_each_figure_is_exactly_what_that_work_alone_lifts(seed, dark, unknown):
    graph, _ = grid(6, 5)
    facts = drawn(len(graph.edges), seed, unknown=unknown)
    walked = assumed(graph)
    night = night_of(graph, facts, walked, dark=dark)
    before, _ = ease_of_all(facts, dark=dark)
    for work in night.works:
        if work.kind == "look":
            assert (work.lifted_min, work.gain) == (0, 0)
            assert work.waits_min == pytest.approx(walked.minutes[list(work.rows)].sum())
            assert (night.class_index[list(work.rows)] == UNKNOWN).all()
            assert np.isnan(facts.lit[list(work.rows)]).all()
            continue
        after, _ = ease_of_all(with_work(facts, work), dark=dark)
        moved = (before < LOW) & (after >= LOW)
        assert work.lifted_min == pytest.approx(walked.minutes[moved].sum())
        assert work.gain == pytest.approx((walked.minutes * (after - before))[moved].sum())
        assert set(work.lifted_rows) == set(np.flatnonzero(moved & (walked.minutes > 0)).tolist()) | {
            row for row in work.lifted_rows if walked.minutes[row] == 0
        }
        assert work.lifted_min > 0
    order = [(-round(one.lifted_min, 6), -round(one.gain, 6)) for one in night.works]
    assert order == sorted(order)
    assert len({one.key for one in night.works}) == len(night.works)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_what_is_not_known_is_never_called_failing(seed, dark):
    graph, _ = grid(4, 4)
    known = drawn(len(graph.edges), seed, unknown=0.0)
    hidden = drawn(len(graph.edges), seed, unknown=0.6)
    mixed = Facts.of(
        len(graph.edges),
        **{
            one.name: np.where(np.isnan(getattr(hidden, one.name)), np.nan, getattr(known, one.name))
            for one in dataclasses.fields(Facts)
        },
    )
    truth = classed(*ease_of_all(known, dark=dark))
    told = classed(*ease_of_all(mixed, dark=dark))
    assert not ((told == BAD) & (truth == GOOD)).any()
    assert not ((told == GOOD) & (truth == BAD)).any()
    assert not (truth == UNKNOWN).any()


def test_of_which_nothing_is_known_is_not_known_and_asks_for_a_look_and_for_no_lamp():
    graph, facts = grid(5, 5)
    night = night_of(graph, facts, assumed(graph), dark=True)
    assert (night.class_index == UNKNOWN).all()
    assert {one.kind for one in night.works} == {"look"}
    assert all("lit" in street.unknown and not street.bad for street in night.streets)
    parts = totals(night, graph)
    assert parts["good"]["minutes"] == parts["bad"]["minutes"] == 0


def test_a_dark_street_in_a_lit_town_is_the_first_work():
    dark = {((2, y), (2, y + 1)) for y in range(5)}
    graph, facts = grid(
        5, 6, lit=lambda a, b: (a, b) not in dark, reports=lambda _a, _b: 0, patrolled_s=lambda _a, _b: 1e9
    )
    facts = dataclasses.replace(
        facts,
        seen_night=np.zeros(len(graph.edges)),
        pole_m=np.full(len(graph.edges), 900.0),
        open_places=np.zeros(len(graph.edges)),
        works=np.zeros(len(graph.edges)),
    )
    night = night_of(graph, facts, assumed(graph), dark=True)
    lamps = [one for one in night.works if one.kind == "lamp"]
    assert {row for one in lamps for row in one.rows} == set(np.flatnonzero(facts.lit == 0).tolist())
    assert all(one.lamps == 4 and one.metres == pytest.approx(100, rel=0.01) for one in lamps)
    assert (night.class_index == BAD).sum() == len(dark)
    assert all("lit" in street.bad for street in night.streets)
    by_day = night_of(graph, facts, assumed(graph), dark=False)
    assert not [one for one in by_day.works if one.kind in {"lamp", "look"}]


def test_sos_points_stand_apart():
    graph, facts = grid(8, 8, lit=lambda _a, _b: True)
    night = night_of(graph, facts, assumed(graph), dark=True)
    spots = graph.plane.metres([one.at for one in night.works if one.kind == "pole"])
    gaps = [np.hypot(*(a - b)) for n, a in enumerate(spots) for b in spots[:n]]
    assert spots.size
    assert min(gaps) > 100


def cameras(graph, *, works):
    at = corner(0, 1)
    view = View(
        key="c", lon=at.lon, lat=at.lat, bearing_deg=270.0, fov_deg=70.0, reach_day_m=120.0, reach_night_m=120.0
    )
    return [NightCamera(device_id="c", name_th="กล้อง", name_en="camera", view=view, works=works)]


def test_a_camera_that_looks_away_from_a_street_is_turned_to_it():
    graph, facts = grid(4, 3, lit=lambda _a, _b: True)
    held = cameras(graph, works=True)
    night = night_of(graph, facts, assumed(graph), dark=True, cameras=camera_changes(graph, held))
    work = next(one for one in night.works if one.kind == "camera_turn")
    assert work.bearing_deg in {0.0, 45.0, 90.0, 135.0, 180.0}
    turned = dataclasses.replace(held[0].view, bearing_deg=work.bearing_deg)
    seen = coverage(graph.edges, [turned]).night
    after = dataclasses.replace(facts, seen_night=np.asarray([seen.get(edge.id, 0.0) for edge in graph.edges]))
    ease, _ = ease_of_all(after, dark=True)
    assert work.lifted_min == pytest.approx(assumed(graph).minutes[ease >= LOW].sum())


def test_a_camera_that_is_mended_sees_and_one_that_is_turned_away_is_charged_for_it():
    graph, facts = grid(4, 3, lit=lambda _a, _b: True)
    broken = cameras(graph, works=False)
    looking = [dataclasses.replace(one, view=dataclasses.replace(one.view, bearing_deg=90.0)) for one in broken]
    mended = night_of(graph, facts, assumed(graph), dark=True, cameras=camera_changes(graph, looking))
    assert [one.kind for one in mended.works if one.device_id] == ["camera_mend"]
    seen = coverage(graph.edges, [looking[0].view]).night
    facts = dataclasses.replace(facts, seen_night=np.asarray([seen.get(edge.id, 0.0) for edge in graph.edges]))
    working = [dataclasses.replace(looking[0], works=True)]
    changes = list(camera_changes(graph, working))
    night = night_of(graph, facts, assumed(graph), dark=True, cameras=changes)
    for work in night.works:
        if work.kind == "camera_turn":
            change = next(one for one in changes if one.bearing_deg == work.bearing_deg)
            ease = ease_of_all(facts, dark=True)[0]
            now = facts.seen_night.copy()
            now[change.rows] = change.seen_night
            after = ease_of_all(dataclasses.replace(facts, seen_night=now), dark=True)[0]
            minutes = assumed(graph).minutes
            net = minutes[(ease < LOW) & (after >= LOW)].sum() - minutes[(ease >= LOW) & (after < LOW)].sum()
            assert work.lifted_min == pytest.approx(net, abs=1e-6)


def test_the_published_page_says_what_is_in_force():
    page = (ROOT / "docs" / "night-ease.md").read_text("utf-8")
    assert f"**{FAILS_BELOW}**" in page
    assert all(f"| `{kind}` |" in page for kind in KINDS)
    for metres in (night_works.LAMP_STRETCH_M, night_works.LOOK_STRETCH_M, night_works.PASS_M, 100, 30):
        assert f"{metres:.0f} m" in page
    assert pytest.approx(0.45) == WEIGHTS["lit"] + WEIGHTS["quiet"]
    facts = Facts.of(1, lit=np.ones(1), reports=np.zeros(1))
    assert classed(*ease_of_all(facts, dark=True))[0] == GOOD
    assert set(shares(facts, dark=True)) == {"lit", "seen", "patrolled", "pole"}
