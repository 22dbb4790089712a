"""The planner: what it makes can be driven, is where the risk is, cannot be foreseen, and can be made again."""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.patrol.towns import ready, small
from unjai.patrol.rules import plan_figures as figures
from unjai.patrol.rules import plan_make, risk
from unjai.patrol.rules.plan import Place, Problem, Setting, Stop, Task, Unit
from unjai.patrol.rules.plan_cover import Cover, covered, covered_share, fading
from unjai.patrol.rules.plan_draw import day_seed, drawn_risk, unseen_days, with_exploration
from unjai.patrol.rules.plan_greedy import greedy
from unjai.patrol.rules.plan_make import Effort, make_plan, optimum
from unjai.patrol.rules.plan_town import Infeasible, prepared
from unjai.patrol.schemas.plan_file import Town

EFFORT = Effort(turns=60, planned=60, engine="or-tools")


def _plan(problem: Problem, seed: int = 1, **more):
    return make_plan(problem, seed=seed, elapsed=lambda: 0.0, seconds=2.0, effort=EFFORT, **more)


@st.composite
def problems(draw) -> Problem:
    """Any little problem: places on a line, units with odd hours, tasks with odd windows."""
    count = draw(st.integers(1, 8))
    units = draw(st.integers(1, 3))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    at = chance.uniform(0, 1500, count + 1)
    travel = np.abs(at[:, None] - at[None, :])
    if draw(st.booleans()):
        travel[0, :] = travel[:, 0] = np.inf  # an island
        np.fill_diagonal(travel, 0.0)
    hours = 5 * 3600
    made = tuple(
        Unit(id=str(n), kind="car", from_s=int(chance.integers(0, 3600)), to_s=int(chance.integers(7200, hours)),
             start=count, end=count)
        for n in range(units)
    )  # fmt: skip
    tasks = []
    for number in range(draw(st.integers(0, 5))):
        place = int(chance.integers(count))
        since = int(chance.integers(0, hours))
        tasks.append(
            Task(id=f"request:{number}", why="request", node=place, place=place, from_s=since,
                 to_s=since + int(chance.integers(0, 5000)), dwell_s=600)
        )  # fmt: skip
    return Problem(
        places=tuple(Place(id=str(n), node=n, area=str(n % 2)) for n in range(count)),
        units=made,
        tasks=tuple(tasks),
        risk=chance.gamma(0.5, 1.0, (count, hours // 300)),
        travel_s={"car": travel},
        horizon_s=hours,
    )


@settings(max_examples=25)
@given(problems(), st.integers(0, 1000), st.booleans())
def test_every_plan_can_be_driven(problem, seed, solver):
    made = _plan(problem, seed, solver_on=solver)
    assert figures.broken(made.problem, made.rounds) == []
    done = [stop.task for round_ in made.rounds for stop in round_ if stop.task is not None]
    assert sorted(done + list(made.left)) == list(range(len(made.problem.tasks)))
    for stops in made.rounds:
        for stop in stops:
            assert stop.task is not None or 600 <= stop.dwell_s <= 960


@given(problems())
@settings(max_examples=20)
def test_a_search_never_covers_less_than_what_it_began_with(problem):
    first, _ = greedy(problem)
    calm = replace(problem, setting=replace(problem.setting, noise=0.0, explore=0.0))
    assert covered(problem, _plan(calm, solver_on=False).rounds) >= covered(problem, first) - 1e-9


def test_the_same_seed_and_effort_make_the_same_rounds():
    problem = ready().problem
    assert _plan(problem, 5).rounds == _plan(problem, 5).rounds
    assert _plan(problem, 5).rounds != _plan(problem, 6).rounds


def test_what_a_plan_says_of_its_effort_makes_it_again():
    problem = ready().problem
    ticks = itertools.count()
    timed = make_plan(problem, seed=3, elapsed=lambda: next(ticks) * 0.01, seconds=1.5)
    assert timed.effort.turns > 40
    again = make_plan(problem, seed=3, elapsed=lambda: 0.0, seconds=99.0, effort=timed.effort)
    assert again.rounds == timed.rounds


def test_days_differ_and_still_cover_what_an_optimum_covers():
    problem = ready().problem
    best = optimum(problem, elapsed=itertools.count(0, 0.02).__next__, seconds=6.0)
    days = [_plan(problem, day_seed(b"secret", f"2026-11-{day}")) for day in (1, 2, 3)]
    for made in days:
        assert covered(problem, made.rounds) >= 0.85 * covered(problem, best.rounds)
    assert figures.unit_agreement(days[0].rounds, days[1].rounds) < 0.5
    assert figures.unit_agreement(days[0].rounds, days[0].rounds) == 1.0


def test_requests_and_breaks_are_kept():
    made = _plan(ready().problem)
    asked = {made.problem.tasks[s.task].id: s for r in made.rounds for s in r if s.task is not None}
    assert 3600 <= asked["request:gold"].at_s <= 6000
    assert asked["request:gold"].why == "request"
    assert asked["request:home"].why == "house_watch"
    assert asked["break:u1"].dwell_s == 1800
    assert made.left == ()


def test_a_unit_stays_in_its_areas():
    town = ready()
    made = _plan(town.problem)
    assert {town.places[s.place].area for s in made.rounds[2] if s.place is not None} == {"A1"}


def test_a_tenth_to_a_fifth_of_visits_follow_no_risk():
    made = _plan(ready().problem)
    assert 0.08 <= figures.explored_share(made.rounds) <= 0.22
    calm = replace(ready().problem, setting=Setting(explore=0.0))
    assert figures.explored_share(_plan(calm).rounds) == 0.0


def test_an_area_that_nobody_saw_for_a_week_is_due():
    problem = ready().problem
    days = [0 if place.area == "A0" else 9 for place in problem.places]
    added = with_exploration(problem, np.random.default_rng(1), 60, days).tasks[len(problem.tasks) :]
    due = [task for task in added if task.why == "area"]
    assert due == []  # the request at p34 goes there anyway
    alone = replace(problem, tasks=())
    added = with_exploration(alone, np.random.default_rng(1), 60, days).tasks
    assert [problem.places[task.place].area for task in added if task.why == "area"] == ["A1"]


def test_without_the_solver_the_greedy_one_gives_out_what_is_asked(monkeypatch):
    monkeypatch.setattr(plan_make.solver, "appointed", lambda *_, **__: None)
    made = _plan(ready().problem)
    assert made.effort.engine == "greedy"
    assert made.left == ()


def test_two_visits_at_once_cover_no_more_than_one():
    problem = replace(ready().problem, tasks=())
    stop = Stop(node=3, place=3, at_s=3600, dwell_s=600)
    assert covered(problem, [(stop,), (stop,), ()]) == covered(problem, [(stop,), (), ()])
    assert covered_share(problem, [(), (), ()]) == 0.0


def test_a_visit_covers_fully_at_first_and_nothing_after_two_hours():
    shape = fading(600, 7200)
    assert shape[0] == shape[7] == 1.0
    assert shape[-1] < 0.05
    assert all(before >= after for before, after in itertools.pairwise(shape))
    assert fading(960, 7200).sum() > shape.sum()


def test_nobody_comes_back_within_half_a_revisit_by_himself():
    problem = replace(ready().problem, tasks=(), setting=Setting(explore=0.0))
    by_place: dict[int, list[int]] = {}
    for _, stop in figures.stops_of(_plan(problem).rounds):
        by_place.setdefault(stop.place, []).append(stop.at_s)
    gaps = [b - a for at in by_place.values() for a, b in itertools.pairwise(at)]
    assert gaps
    assert min(gaps) >= 3600 - 300


def test_gains_agree_with_laying_the_visit():
    problem = replace(ready().problem, tasks=())
    cover = Cover(problem)
    told = cover.gains(np.asarray([4]), np.asarray([5000.0]), 600)[0]
    stop = Stop(node=4, place=4, at_s=5000, dwell_s=600)
    cover.lay(stop)
    assert told == pytest.approx(cover.total()) == pytest.approx(covered(problem, [(stop,), (), ()]))


def test_seeds_of_days_differ_and_need_the_secret():
    assert day_seed(b"a", "2026-11-23") == day_seed(b"a", "2026-11-23")
    assert len({day_seed(b"a", 1), day_seed(b"a", 2), day_seed(b"b", 1)}) == 3


def test_drawn_risk_keeps_its_mean():
    problem = replace(
        ready().problem, risk=np.ones((400, 96)), places=tuple(Place(id=str(n), node=n) for n in range(400))
    )
    assert drawn_risk(problem, np.random.default_rng(1)).mean() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"units": []}, "no_units"),
        ({"units": [{"id": "a"}, {"id": "a"}]}, "unit_doubled"),
        ({"units": [{"id": "a", "start": "nowhere"}]}, "depot_unknown"),
        ({"units": [{"id": "a", "areas": ["Z"]}]}, "nothing_reachable"),
        ({"units": [{"id": "a", "breaks": [{"from": "17:00", "to": "17:10"}]}]}, "break_outside_shift"),
        ({"units": [{"id": "a", "breaks": [{"from": "17:00", "to": "18:00", "at": "x"}]}]}, "break_place_unknown"),
        ({"requests": [{"place": "nowhere"}]}, "request_place_unknown"),
        ({"shift": {"date": "2026-11-23", "from": "01:00", "to": "24:00"}}, "shift_long"),
        ({"places": [{"id": "a"}], "requests": []}, "place_without_point"),
        ({"travel": {"ids": ["p00"], "any": [[0]]}}, "travel_misses"),
    ],
)
def test_what_cannot_be_planned_says_why(changes, code):
    with pytest.raises(Infeasible) as caught:
        prepared(Town.model_validate(small(**changes)))
    assert code in [note.code for note in caught.value.notes]


def test_a_given_matrix_is_taken_in_its_own_order_and_unit():
    town = ready(
        places=[{"id": "a"}, {"id": "b"}],
        depot="b",
        requests=[],
        units=1,
        travel={"ids": ["b", "a"], "unit": "min", "any": [[0, 4], [None, 0]]},
    )
    assert town.problem.travel_s["motorcycle"][1, 0] == 240
    assert np.isinf(town.problem.travel_s["motorcycle"][0, 1])


def test_streets_are_used_where_there_are_any():
    nodes = [{"id": 1, "lon": 100.498, "lat": 13.749}, {"id": 2, "lon": 100.516, "lat": 13.76}]
    town = ready(nodes=nodes, streets=[{"a": 1, "b": 2, "class": "soi"}])
    assert town.ways.how == "streets"
    assert ready().ways.how == "straight"
    assert "ways_straight" in [note.code for note in ready().notes]


def test_a_request_outside_every_shift_is_told_and_left_out():
    town = ready(requests=[{"id": "dawn", "place": "p00", "from": "03:00", "to": "04:00"}])
    assert [note.code for note in town.notes if note.code == "request_outside_shift"]
    assert all(task.why == "break" for task in town.problem.tasks)


def test_banks_are_riskiest_when_they_open_and_close_and_festivals_raise_what_they_name():
    bank = risk.profile("bank")
    assert bank[[8, 15]].min() > 1.4 > bank[12]
    assert risk.profile("bank", 10.0, 19.5)[[9, 10, 19]].min() > 1.4
    assert risk.profile("unheard of").mean() == pytest.approx(1.0)
    day = date(2026, 11, 24)
    layer = risk.Layer(name="ลอยกระทง", from_day=day, to_day=day, factor=3.0, kinds=frozenset({"pier"}))
    told = risk.layer_factors([layer], ("x", "pier", ""), date(2026, 11, 23), 22 * 3600, 48)
    assert told[:24].tolist() == [1.0] * 24  # until midnight
    assert told[24:].tolist() == [3.0] * 24
    assert risk.layer_factors([layer], ("x", "bank", ""), day, 0, 12).max() == 1.0


def test_reports_draw_the_level_of_a_place_towards_them():
    assert risk.level("bank", 0) < risk.level("bank") < risk.level("bank", 20)
    assert unseen_days([None, date(2026, 11, 20)], date(2026, 11, 23)) == [30, 3]


def test_concentration_is_the_equal_share_when_all_are_visited_alike():
    assert figures.top_share([3] * 20) == pytest.approx(0.1)
    assert figures.top_share([0] * 19 + [7]) == 1.0
    assert figures.top_share([]) == 0.0
