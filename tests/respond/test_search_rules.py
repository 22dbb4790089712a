"""How a question to the incidents is put."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point, distance_m
from unjai.respond.rules import search as rules
from unjai.respond.rules.search import Asked, Near

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def test_words_are_folded_as_the_index_holds_them():
    assert rules.words_of("  ตลาด  ๑๒/๓ MARKET ตลาด ") == ["ตลาด", "12/3", "market"]
    assert rules.words_of("ทำ") == rules.words_of("ทํา"), "both ways to type sara am"
    assert rules.words_of("ตลาด\u200bวโรรส") == ["ตลาดวโรรส"]


def test_signs_of_like_stand_for_themselves():
    assert rules.like("50%_\\") == "%50\\%\\_\\\\%"


@given(st.text(max_size=200))
def test_any_text_gives_a_few_words(said):
    words = rules.words_of(said)
    assert len(words) <= rules.WORDS_MOST
    assert all(word and not any(sign.isspace() for sign in word) for word in words)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(words="ตก"), "search_word_short"),
        (Asked(words="ตก", from_at=NOW - timedelta(days=93)), "search_word_short"),
        (Asked(from_at=NOW, to_at=NOW), "search_dates_reversed"),
        (Asked(near=Near(point=Point(lon=99, lat=18), radius_m=30_000)), "search_circle_large"),
    ],
)
def test_what_cannot_be_answered_is_said(asked, code):
    with pytest.raises(UnjaiError) as raised:
        rules.check(asked, NOW)
    assert raised.value.code == code


def test_short_words_are_sought_beside_long_ones_or_in_a_few_weeks():
    rules.check(Asked(words="ตก ต้นไม้"), NOW)
    rules.check(Asked(words="ตก", from_at=NOW - timedelta(days=30)), NOW)


@given(
    st.floats(-60, 60), st.floats(-179, 179), st.floats(20, 19_000), st.floats(0, 6.28), st.sampled_from([0.98, 1.02])
)
def test_a_circle_is_a_circle_on_the_ground(lat, lon, radius_m, turn, share):
    """A point 2 % within the rim is inside, one 2 % beyond is not, by the great circle."""
    import math

    put = rules.circle(Near(point=Point(lon=lon, lat=lat), radius_m=radius_m))
    away = math.degrees(radius_m * share / 6_371_008.8)
    there = Point(lon=lon + away * math.cos(turn) / put["squeeze"], lat=lat + away * math.sin(turn))
    inside = (there.lat - lat) ** 2 + ((there.lon - lon) * put["squeeze"]) ** 2 <= put["radius_deg"] ** 2
    assert inside == (share < 1)
    truth = distance_m(Point(lon=lon, lat=lat), there)
    assert truth == pytest.approx(radius_m * share, rel=0.01)
    if inside:
        assert put["south"] <= there.lat <= put["north"]
        assert put["west"] <= there.lon <= put["east"]


def test_a_page_begins_where_the_last_one_ended():
    row = {"opened_at": NOW, "incident_id": "019a0000-0000-7000-8000-000000000001", "response_s": 12.5}
    put = rules.put(Asked(), {}, limit=5, after=rules.cursor(row, "newest"))
    assert put["after"] == {"key": NOW.isoformat(), "id": row["incident_id"]}
    put = rules.put(Asked(sort="slowest"), {}, limit=5, after=rules.cursor(row, "slowest"))
    assert put["after"] == {"key": 12.5, "id": row["incident_id"]}


@pytest.mark.parametrize("after", ["", "x", "W10", "bnVsbA", "eyJhIjoxfQ", "WyJuZXdlc3QiLCIyMDI2IiwieCJd", "ก"])
def test_a_broken_page_mark_is_refused(after):
    with pytest.raises(UnjaiError) as raised:
        rules.put(Asked(), {}, limit=5, after=after)
    assert raised.value.code == "request_invalid"
