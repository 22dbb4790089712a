"""What may be asked for as evidence, and what an owner's words about hours mean: never a yes by mistake."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.cameras.rules.evidence import (
    PIECES_MOST,
    WHOLE_DAY,
    Piece,
    case_of,
    check_pieces,
    file_name,
    hours_of,
    leave_for,
    number_of,
    piece_of,
)
from unjai.model.errors import UnjaiError
from unjai.model.ids import new_id

CAMERA = UUID(int=7)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # 10:00 in Bangkok


def bangkok(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def clip(since: datetime, minutes: float = 1) -> Piece:
    return Piece(camera_id=CAMERA, sort="clip", since=since, until=since + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ("", ((0, 1440),)),
        ("ตลอด 24 ชั่วโมง", ((0, 1440),)),
        ("๒๔ ชม.", ((0, 1440),)),
        ("24/7", ((0, 1440),)),
        ("18.00–06.00 น.", ((1080, 1800),)),
        ("18:00-06:00", ((1080, 1800),)),
        ("๑๘.๐๐ น. ถึง ๐๖.๐๐ น.", ((1080, 1800),)),
        ("เวลา 08.00-12.00 น. และ 13.00-17.00 น.", ((480, 720), (780, 1020))),
        ("ทุกวัน 20:30 - 24:00", ((1230, 1440),)),
    ],
)
def test_hours_as_papers_word_them(said, spans):
    assert hours_of(said).spans == spans


@pytest.mark.parametrize(
    "said",
    [
        "กลางคืน",
        "จันทร์-ศุกร์ 08.00-17.00",
        "18-6",
        "25.00-26.00",
        "18.75-20.00",
        "เว้น 08.00-17.00",
        "08.00-17.00 ยกเว้นวันพระ",
    ],
)
def test_words_that_cannot_be_read_allow_nothing(said):
    hours = hours_of(said)
    assert hours.spans is None
    assert not hours.hold(bangkok(9), bangkok(10))


@given(st.integers(0, 1439), st.integers(1, 1439), st.integers(0, 3 * 1440), st.integers(0, 1439))
def test_hours_hold_exactly_when_each_minute_does(begin, length, at, minutes):
    """Against the plain way: every minute of the span looked at alone."""
    end = (begin + length) % 1440
    said = f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"
    since = bangkok(0, day=20) + timedelta(minutes=at)
    wanted = all((at + n - begin) % 1440 < length for n in range(max(1, minutes)))
    assert hours_of(said).hold(since, since + timedelta(minutes=minutes)) == wanted


def paper(from_on: date, until_on: date | None, hours: str = "", number: str = "1") -> dict[str, object]:
    return {"id": number, "from_on": from_on, "until_on": until_on, "hours": hours, "part": "ถนน", "number": number}


def test_a_public_camera_needs_no_leave_and_a_private_one_does():
    assert not leave_for("police", [], bangkok(1), bangkok(2)).needed
    assert leave_for("house", [], bangkok(1), bangkok(2)).why == "no_paper"
    whole = [paper(date(2026, 1, 1), None)]
    assert not leave_for("house", whole, bangkok(1), bangkok(2)).beyond
    ended = [paper(date(2026, 1, 1), date(2026, 11, 20))]
    assert leave_for("house", ended, bangkok(1), bangkok(2)).why == "not_in_force"
    over_midnight = [paper(date(2026, 1, 1), date(2026, 11, 21))]
    assert leave_for("house", over_midnight, bangkok(23), bangkok(1, day=22)).why == "not_in_force"
    night = [paper(date(2026, 1, 1), None, "18.00–06.00 น.", "7/2569")]
    assert not leave_for("house", night, bangkok(23), bangkok(1, day=22)).beyond
    out = leave_for("house", night, bangkok(5, 59), bangkok(6, 1))
    assert (out.beyond, out.why, out.number, out.hours) == (True, "hours", "7/2569", "18.00–06.00 น.")
    odd = [paper(date(2026, 1, 1), None, "กลางคืน")]
    assert leave_for("house", odd, bangkok(23), bangkok(23, 5)).why == "hours_unreadable"
    assert not leave_for("house", [*odd, *whole], bangkok(9), bangkok(9)).beyond, "one paper that covers it is enough"
    assert WHOLE_DAY.hold(bangkok(0), bangkok(0, day=23))


def test_what_cannot_be_asked_for():
    still = Piece(camera_id=CAMERA, sort="still", since=bangkok(9), until=bangkok(9))
    check_pieces([clip(bangkok(9)), still], NOW)
    wrong = {
        "evidence_nothing": [],
        "evidence_much": [clip(bangkok(9))] * (PIECES_MOST + 1),
        "range_invalid": [clip(bangkok(9), 121)],
        "evidence_future": [clip(NOW - timedelta(seconds=30))],
    }
    for code, pieces in wrong.items():
        with pytest.raises(UnjaiError, match=code):
            check_pieces(pieces, NOW)
    with pytest.raises(UnjaiError, match="range_invalid"):
        check_pieces([clip(bangkok(9), -1)], NOW)


def test_a_live_still_is_of_the_moment_that_its_id_holds_and_no_other():
    taken = new_id(bangkok(9))

    def still(at, sort="still", still_id=taken):
        return Piece(camera_id=CAMERA, sort=sort, since=at, until=at, still_id=still_id)

    check_pieces([still(bangkok(9))], NOW)
    others = still(bangkok(8)), still(bangkok(9) + timedelta(microseconds=1))
    made_up = still(bangkok(9), still_id=UUID(int=(1 << 128) - 1)), replace(clip(bangkok(9)), still_id=taken)
    for one in (*others, *made_up):
        with pytest.raises(UnjaiError, match="evidence_still_moment"):
            check_pieces([one], NOW)


def test_a_case_number_or_the_word_that_there_is_none():
    assert case_of(" 77/2569 ", none_yet=False) == "77/2569"
    assert case_of("", none_yet=True) == ""
    for said, none_yet in (("", False), ("  ", False), ("77/2569", True)):
        with pytest.raises(UnjaiError, match="evidence_case_needed"):
            case_of(said, none_yet=none_yet)


@given(st.sampled_from(["clip", "still"]), st.datetimes(timezones=st.just(UTC)), st.uuids() | st.none())
def test_a_piece_comes_back_from_its_json(sort, at, still_id):
    piece = Piece(camera_id=CAMERA, sort=sort, since=at, until=at, still_id=still_id)
    assert piece_of(piece.told()) == piece


json_values = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)


@given(st.dictionaries(st.sampled_from(["camera_id", "sort", "since", "until", "still_id"]), json_values))
def test_junk_is_refused_in_words(told):
    with pytest.raises(UnjaiError, match="request_invalid"):
        piece_of(told)


@given(st.text(max_size=60), st.integers(1, 99))
def test_names_of_files_are_plain_whatever_a_camera_is_called(key, number):
    name = file_name(number, key, "clip", NOW)
    assert name.startswith(f"{number:02d}-")
    assert name.endswith("-20261122T030000Z.mp4")
    assert all(sign.isascii() and (sign.isalnum() or sign in "-_.") for sign in name)
    assert number_of(2569, 7) == "EV2569-0007"
