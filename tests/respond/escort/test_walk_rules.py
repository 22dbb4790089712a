"""When a walk asks, when it alerts, what it forgives: pure, moved second by second."""

import dataclasses
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.respond.escort.grids import LAT, LON
from unjai.model.geometry import Point
from unjai.respond.escort.rules import walk as rules
from unjai.respond.escort.rules import word
from unjai.respond.escort.rules.line import Line, ahead_and_behind

BEGAN = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
LENGTH_M, SPEED = 1_200.0, 1.25
EAST = 105_395.0


def at(x_m: float, y_m: float = 0.0, accuracy_m: float = 8.0) -> Point:
    return Point(lon=LON + x_m / EAST, lat=LAT + y_m / 110_655.0, accuracy_m=accuracy_m)


LINE = Line([(at(x).lon, at(x).lat) for x in range(0, 1201, 100)], [False] * 6 + [True] * 6)
"""1.2 km eastward: the first half lit, the second dark."""


class Walking:
    """A walk moved second by second, a position each five."""

    def __init__(self, line: Line = LINE, **facts) -> None:
        planned_s = LENGTH_M / 1.39
        self.line = line
        self.walk = rules.Walk(
            began_at=BEGAN, expected_at=BEGAN + timedelta(seconds=planned_s), planned_s=planned_s, **facts
        )
        self.second, self.events, self.no = 0, [], 0
        self.dark = True

    @property
    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.second)

    def took(self, step):
        self.walk, events = step
        self.events += [(self.second, event.kind, event.why) for event in events]

    def send(self, point: Point, battery: int | None = 80) -> None:
        fix = rules.Fix(no=self.no, at=self.now, point=point, battery=battery)
        self.no += 1
        self.took(rules.hear(self.walk, self.line, [fix], self.now))

    def go(self, seconds: int, place=None, battery: int | None = 80):
        """Walk on; `place` gives where she is each second of it, None is silence."""
        for _ in range(seconds):
            if place is not None and self.second % 5 == 0:
                self.send(place(self.second), battery)
            self.took(rules.tick(self.walk, self.line, self.now, dark=self.dark))
            self.second += 1
        return self

    def kinds(self) -> list[tuple[str, str | None]]:
        return [(kind, why) for _, kind, why in self.events]


def on_way(second: float) -> Point:
    return at(min(second * SPEED, LENGTH_M))


def test_an_honest_walk_asks_nothing_and_ends_where_it_should():
    walking = Walking().go(1000, on_way)
    assert walking.kinds() == [("begun", None), ("arrived", None)]
    assert walking.walk.state == "ended"
    assert walking.events[-1][0] < LENGTH_M / SPEED + 30


def test_who_strays_is_asked_and_then_alerted_once():
    turn_s = 300
    walking = Walking().go(turn_s, on_way)
    walking.go(300, lambda s: at(turn_s * SPEED, (s - turn_s) * SPEED))
    assert walking.kinds() == [("begun", None), ("asked", "strayed"), ("alerted", "strayed")]
    asked, alerted = (second for second, kind, _ in walking.events if kind in ("asked", "alerted"))
    off_s = turn_s + rules.STRAYED_M / SPEED
    assert off_s <= asked <= off_s + 60
    assert alerted - asked == rules.ANSWER_S


def test_fine_settles_the_question_for_a_while():
    walking = Walking()
    walking.dark = False
    walking.go(300, on_way)
    walking.go(100, lambda s: at(375, (s - 300) * SPEED))
    assert walking.walk.state == "asked"
    walking.took(rules.answer(walking.walk, LINE, "fine", walking.now))
    assert walking.walk.state == "walking"
    walking.go(150, lambda _: at(375, 125))
    assert [kind for kind in walking.kinds() if kind[0] == "asked"] == [("asked", "strayed")]
    walking.go(60, lambda _: at(375, 125))
    assert walking.walk.asked_why == "strayed"


def test_who_stops_in_the_dark_is_asked_and_in_the_light_is_not():
    lit = Walking().go(200, on_way).go(250, lambda _: at(250))
    assert lit.kinds() == [("begun", None)]
    dark = Walking().go(640, on_way).go(180, lambda s: at(800 + 4 * math.sin(s), 3 * math.cos(s)))
    assert dark.kinds()[1] == ("asked", "stopped")
    assert rules.STOPPED_S <= dark.events[1][0] - 640 <= rules.STOPPED_S + 45
    day = Walking()
    day.dark = False
    assert day.go(640, on_way).go(250, lambda _: at(800)).kinds() == [("begun", None)]


def test_a_rest_of_a_minute_and_a_half_in_the_dark_is_nobodys_business():
    walking = Walking().go(640, on_way).go(95, lambda _: at(800))
    walking.go(100, lambda s: at(800 + (s - 735) * SPEED))
    assert walking.kinds() == [("begun", None)]


def test_a_phone_that_dies_is_asked_in_vain_and_alerts_with_its_last_place():
    walking = Walking().go(302, on_way).go(200)
    assert walking.kinds() == [("begun", None), ("asked", "lost"), ("alerted", "lost")]
    assert walking.events[1][0] == pytest.approx(300 + rules.LOST_S, abs=2)
    assert walking.walk.last is not None
    assert walking.walk.last.point == on_way(300)


def test_a_hole_in_the_network_takes_its_question_back():
    walking = Walking().go(301, on_way).go(110).go(100, on_way)
    assert walking.kinds() == [("begun", None), ("asked", "lost"), ("withdrawn", "lost")]


def test_what_was_saved_in_a_hole_comes_in_one_list_and_is_taken_in_its_order():
    walking = Walking().go(301, on_way)
    held = [
        rules.Fix(no=walking.no + n, at=BEGAN + timedelta(seconds=301 + 5 * n), point=on_way(301 + 5 * n))
        for n in range(12)
    ]
    walking.go(60)
    walking.took(rules.hear(walking.walk, LINE, reversed(held), walking.now))
    assert walking.walk.along_m == pytest.approx(356 * SPEED, abs=10)
    again = rules.hear(walking.walk, LINE, held, walking.now)
    assert again == (walking.walk, ())


def test_who_is_late_and_gets_no_nearer_is_asked_and_who_gets_nearer_is_not():
    slow = Walking()
    slow.walk = dataclasses.replace(slow.walk, expected_at=BEGAN + timedelta(seconds=200), planned_s=200)
    slow.go(600, lambda s: at(s * 0.6))
    assert slow.kinds() == [("begun", None)] or slow.events[1][0] > 400
    waiting = Walking()
    waiting.walk = dataclasses.replace(waiting.walk, expected_at=BEGAN + timedelta(seconds=200), planned_s=200)
    waiting.go(200, on_way).go(400, lambda _: at(250))
    assert ("asked", "late") in waiting.kinds()


def test_a_low_battery_asks_once():
    walking = Walking().go(60, on_way, 20).go(20, on_way, 7)
    assert walking.kinds()[-1] == ("asked", "battery")
    walking.took(rules.answer(walking.walk, LINE, "fine", walking.now))
    walking.go(400, on_way, 3)
    assert [kind for kind, _ in walking.kinds()].count("asked") == 1


def test_a_walk_whose_phone_never_spoke_is_forgotten_without_alarm():
    walking = Walking().go(400)
    assert walking.kinds() == [("lapsed", None)]


def test_duress_alerts_at_once_asked_or_not_and_ending_with_it_ends_nothing():
    for deed in (lambda w, now: rules.answer(w, LINE, "duress", now), lambda w, now: rules.end(w, "duress", now)):
        walking = Walking().go(100, on_way)
        walking.took(deed(walking.walk, walking.now))
        assert (walking.walk.state, walking.walk.alert_why) == ("alerted", "duress")
        walking.took(deed(walking.walk, walking.now))
        walking.go(1000, on_way)
        assert walking.kinds()[:2] == [("begun", None), ("alerted", "duress")]
        assert ("arrived", "duress") in walking.kinds()
        assert walking.walk.state == "alerted"


def test_a_walk_is_over_after_six_hours_whatever_comes():
    walking = Walking(state="walking", heard_at=BEGAN)
    walking.second = int(rules.LONGEST.total_seconds()) + 1
    walking.walk = dataclasses.replace(walking.walk, heard_at=walking.now)
    walking.go(1)
    assert walking.kinds() == [("ended", None)]


@given(
    st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200), st.floats(0, 500)), max_size=3),
    st.integers(100, 500),
)
@settings(max_examples=20)
def test_single_jumps_never_ask(jumps, second):
    walking = Walking().go(second, on_way)
    for dx, dy, accuracy in jumps[:1]:
        walking.send(dataclasses.replace(at(second * SPEED + dx, dy), accuracy_m=accuracy))
    walking.go(40, on_way)
    assert [kind for kind, _ in walking.kinds()].count("asked") == 0


@given(st.floats(81, 5_000), st.floats(60, 3_000))
@settings(max_examples=15)
def test_what_is_vague_says_that_she_is_there_not_where(accuracy, off):
    walking = Walking().go(200, on_way).go(200, lambda s: at(s * SPEED, off, accuracy))
    assert walking.kinds() == [("begun", None)]


@given(
    st.lists(st.floats(0, 3_000), min_size=1, max_size=8),
    st.floats(-1e7, 1e7),
    st.booleans(),
)
def test_a_wrong_clock_changes_nothing(ages, off_s, says_when):
    received = BEGAN + timedelta(hours=1)
    shift = timedelta(seconds=off_s)
    said = [received + shift - timedelta(seconds=age) for age in ages]
    found = rules.in_our_time(received, received + shift if says_when else None, said, BEGAN)
    newest = 0.0 if says_when else min(ages)
    for age, when in zip(ages, found, strict=True):
        assert abs((received - when).total_seconds() - min(age - newest, 3600)) < 0.01
        assert BEGAN <= when <= received


@given(
    st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=6),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_no_clock_makes_a_position_of_the_future_or_of_before(said, sent):
    received = BEGAN + timedelta(hours=1)
    assert all(BEGAN <= when <= received for when in rules.in_our_time(received, sent, said, BEGAN))


def test_cameras_ahead_and_behind_are_those_of_her_way():
    cameras = [("a", at(100, 10)), ("b", at(420, -15)), ("c", at(700, 20)), ("d", at(650, 300)), ("e", at(1100))]
    ahead, behind = ahead_and_behind(LINE.beside(cameras), 500)
    assert [(name, round(m, -1)) for name, m in ahead] == [("c", 200), ("e", 600)]
    assert [(name, round(m, -1)) for name, m in behind] == [("b", 80), ("a", 400)]


def test_a_way_that_comes_back_on_itself_knows_on_which_leg_she_is():
    there_and_back = Line(
        [
            (at(0).lon, at(0).lat),
            (at(500).lon, at(500).lat),
            (at(500, 8).lon, at(500, 8).lat),
            (at(0, 8).lon, at(0, 8).lat),
        ]
    )
    assert there_and_back.place(at(100, 4), last_m=90).along_m == pytest.approx(100, abs=2)
    assert there_and_back.place(at(100, 4), last_m=900).along_m == pytest.approx(908, abs=2)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_duress_word_and_no_other_is_duress(kept, said):
    token = word.new_token()
    code = word.duress_code(token, kept)
    same = word.plain_word(kept) == word.plain_word(said) != ""
    assert word.is_duress(code, word.code_of(token, said)) == same
    assert not word.is_duress(code, word.code_of(word.new_token(), said))


def test_no_word_is_no_duress_and_spaces_and_letters_do_not_matter():
    token = word.new_token()
    assert not word.is_duress(word.duress_code(token, None), word.code_of(token, ""))
    assert not word.is_duress(word.duress_code(token, "  "), word.code_of(token, ""))
    assert word.is_duress(word.duress_code(token, "ดอก ไม้ Rose"), word.code_of(token, " ดอกไม้rOSE "))
