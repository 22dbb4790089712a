"""The month's figures: from its facts alone, and no change without its verdict, in any words and on any paper."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.evaluate import month_sheet, month_view
from unjai.evaluate.month_worker import Reckoned, reckoned
from unjai.evaluate.rules.change.words import NAMES
from unjai.evaluate.rules.figure import Figure, indicators, shown
from unjai.evaluate.rules.month.chart import bars_of, trend
from unjai.evaluate.rules.month.facts import (
    Cameras,
    Entered,
    MonthCases,
    MonthFacts,
    Patrols,
    Response,
    decoded,
    encoded,
)
from unjai.evaluate.rules.month.figures import figures_of, months_before, quantile
from unjai.evaluate.rules.month.wire import figure_of, plain

OCTOBER = date(2026, 10, 1)
minutes = st.none() | st.floats(0, 300).map(lambda value: round(value, 3))
responses = st.lists(
    st.builds(Response, incident=st.just("1/2569"), ack_min=minutes, assign_min=minutes, arrive_min=minutes),
    max_size=30,
).map(tuple)
patrols = st.none() | st.integers(0, 500).flatmap(
    lambda n: st.builds(
        Patrols,
        planned=st.just(n),
        made=st.integers(0, n),
        risk=st.just(100.0),
        risk_covered=st.floats(0, 100),
    )
)
entered = st.lists(
    st.builds(
        Entered,
        code=st.sampled_from(["K2", "K3", "K6"]),
        value=st.floats(0, 1),
        n=st.integers(1, 900),
        source=st.just("แบบสำรวจเดือน ต.ค."),
    ),
    max_size=3,
    unique_by=lambda one: one.code,
).map(tuple)
facts = st.builds(
    MonthFacts,
    station_id=st.just(105001),
    month=st.just(OCTOBER),
    cases=st.lists(
        st.builds(
            MonthCases,
            month=st.sampled_from([*months_before(OCTOBER, 30), OCTOBER]),
            group4=st.sampled_from("1234"),
            found_by=st.sampled_from(["reported", "patrol", "camera"]),
            cases=st.integers(1, 60),
        ),
        max_size=60,
    ).map(tuple),
    kept_since=st.none() | st.sampled_from(months_before(OCTOBER, 30)),
    residents=st.none() | st.integers(1, 90_000),
    responses=responses,
    responses_before=responses,
    cameras=st.none()
    | st.builds(Cameras, registered=st.integers(0, 200), dark_s=st.floats(0, 1e5), all_s=st.just(1e6)),
    patrols=patrols,
    patrols_before=patrols,
    entered=entered,
    entered_before=entered,
)

CHANGE = re.compile(
    r"[▲▼↑↓⬆⬇]|[+\u2212-]\s?\d+(\.\d+)?\s?%|ลดลงร้อยละ|เพิ่มขึ้นร้อยละ|ลดลง \d|เพิ่มขึ้น \d|(fell|rose|down|up) by"
)
"""How people write a change: arrows, signed percents."""


@settings(max_examples=60, deadline=None)
@given(facts)
def test_no_page_and_no_paper_shows_a_change_without_its_verdict(told: MonthFacts) -> None:
    made = Reckoned(figures=figures_of(told), bars=bars_of(told))
    for language in ("th", "en"):
        paper = month_sheet.facts_of(
            OCTOBER,
            None,
            made,
            station=("สถานี", "Station"),
            simulated=False,
            now=datetime(2026, 11, 1, tzinfo=UTC),
            by="test",
            lang=language,
        )
        names = tuple(NAMES[verdict][language] for verdict in NAMES)
        for group in paper["groups"]:
            for row in group["rows"]:
                assert (row["change"] != "") == (row["verdict"] != "")
                assert not row["change"] or row["change"].startswith(names)
                assert not CHANGE.search(" ".join(text for name, text in row.items() if name != "change"))
        rest = {name: text for name, text in paper.items() if name not in {"groups", "claims", "chart"}}
        assert not CHANGE.search(json.dumps(rest, ensure_ascii=False))
        assert all(one["change"].startswith(names) for one in paper["claims"])
        assert not re.search(r"marker|<path|▲|▼", paper["chart"])
    for figure in made.figures:
        out = month_view.figure_out(figure, OCTOBER)
        assert (out.verdict == "") == (out.change.th == out.change.en == "")
        assert not CHANGE.search(out.value.th + out.value.en + out.interval)
        if figure.value is not None:
            assert figure.low is not None
            assert figure.high is not None
            assert figure.low <= figure.value <= figure.high


@settings(max_examples=40, deadline=None)
@given(facts)
def test_the_same_facts_give_the_same_figures_after_they_were_kept(told: MonthFacts) -> None:
    again = decoded(encoded(told))
    assert again == told
    figures = figures_of(told)
    assert figures_of(again) == figures
    assert tuple(figure_of(json.loads(json.dumps(plain(one)))) for one in figures) == figures
    assert [one.code for one in figures] == list(indicators())


def test_what_nobody_keeps_is_said_to_be_missing_and_never_a_number() -> None:
    for figure in figures_of(MonthFacts(station_id=1, month=OCTOBER)):
        assert figure.value is None
        assert figure.complete == 0 or figure.lack == "none"
        assert not re.search(r"\d", shown(figure, "th").value)


def test_cases_that_police_found_are_neither_added_nor_judged() -> None:
    months = months_before(OCTOBER, 12)
    quiet = tuple(MonthCases(month=month, group4="2", found_by="reported", cases=5) for month in (*months, OCTOBER))
    raid = MonthCases(month=OCTOBER, group4="4", found_by="patrol", cases=40)
    told = MonthFacts(station_id=1, month=OCTOBER, cases=(*quiet, raid), kept_since=months[0])
    made = {one.code: one for one in figures_of(told)}
    assert (made["K1"].value, made["K1.4"].value, made["K1.found"].value) == (5, 0, 40)
    assert made["K1"].judged.verdict == "unclaimable"
    assert made["K1.found"].judged is None


def test_a_month_without_a_case_counts_where_cases_were_kept() -> None:
    told = MonthFacts(
        station_id=1,
        month=OCTOBER,
        cases=(MonthCases(month=date(2025, 10, 1), group4="1", found_by="reported", cases=1),),
        kept_since=date(2025, 10, 1),
    )
    figure = figures_of(told)[0]
    assert figure.judged.facts["months"] == 12
    assert figure.judged.facts["total"] == 1


def test_a_quantile_is_told_with_the_order_statistics_round_it() -> None:
    figure = quantile("K9.arrive", [float(one) for one in range(1, 101)], 0.5, of=125)
    assert figure.value == 50.5
    assert (figure.low, figure.high) == (40, 61)  # ranks by the binomial law, as in Conover's table
    assert figure.complete == 0.8
    assert quantile("K9.arrive", [1.0, 2.0], 0.5, of=4).lack == "too_few"


def test_the_chart_holds_every_month_and_marks_what_lies_outside() -> None:
    months = months_before(OCTOBER, 24)
    cases = tuple(MonthCases(month=month, group4="2", found_by="reported", cases=6) for month in months)
    told = MonthFacts(
        station_id=1,
        month=OCTOBER,
        cases=(*cases, MonthCases(month=OCTOBER, group4="2", found_by="reported", cases=40)),
        kept_since=months[0],
    )
    svg = trend(bars_of(told), thai=True)
    assert svg.count("<circle") == 13
    assert svg.count('fill="none"') == 1
    assert "ต.ค." in svg
    assert trend([], thai=True) == ""


async def test_the_process_of_its_own_brings_the_same() -> None:
    told = MonthFacts(
        station_id=1,
        month=OCTOBER,
        responses=tuple(Response(incident=str(k), ack_min=1.0, assign_min=2.0, arrive_min=float(k)) for k in range(20)),
    )
    made = await reckoned(told)
    assert tuple(made.figures) == figures_of(told)
    assert made.plain()["bars"] == []


@pytest.mark.parametrize("code", list(indicators()))
def test_every_indicator_has_its_words(code: str) -> None:
    what = indicators()[code]
    for language in ("th", "en"):
        assert what.name[language]
        assert what.definition[language]
    assert month_sheet.say("th", what.kpi)
    assert shown(Figure(code=code, value=1.0, low=0.5, high=1.0), "th").interval


def test_a_month_that_no_list_reaches_has_no_cases_and_a_part_of_one_no_verdict():
    months = months_before(OCTOBER, 24)
    quiet = tuple(MonthCases(month=one, group4="2", found_by="reported", cases=20) for one in months)

    def seen(listed):
        facts = MonthFacts(station_id=1, month=OCTOBER, cases=quiet, kept_since=months[0], listed=listed)
        return {one.code: one for one in figures_of(facts)}

    assert (seen(1.0)["K1"].value, seen(1.0)["K1"].judged.verdict) == (0, "better")
    assert (seen(0.0)["K1"].value, seen(0.0)["K1"].lack) == (None, "not_kept")
    part = seen(0.5)
    assert (part["K1"].judged, part["K1"].complete, part["K1.found"].complete) == (None, 0.5, 0.5)
