"""Thai forms: digits, B.E. dates, clock times, phones, national IDs, postcodes."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.conftest import shared_data
from unjai.model import thai
from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
MODERN = st.dates(date(1957, 1, 1), date(2056, 12, 31))
STYLES = st.sampled_from(["long", "short", "numeric"])
ANY_TEXT = st.text(max_size=200) | st.text(
    alphabet="0123456789๐๑๒๓๔๕๖๗๘๙ /.-:พศคมยกตุลาทุ่มโมงเช้าวันที่เวลานTZ+", max_size=40
)


def refused(code, read, *args, **more):
    with pytest.raises(DecodeError) as error:
        read(*args, **more)
    assert error.value.code == code
    json.dumps(error.value.facts, ensure_ascii=False).encode()
    return error.value


# Digits


@given(st.text())
def test_digits_go_there_and_back(text):
    assert thai.arabic_digits(thai.thai_digits(text)) == thai.arabic_digits(text)


def test_digits():
    assert thai.thai_digits(2569) == "๒๕๖๙"
    assert thai.thai_digits(4.0) == "๔.๐"
    assert thai.arabic_digits("๑๙๑") == "191"
    assert thai.plain(" ๒๒\u200b  พ.ย.\u00a0๖๙ ") == "22 พ.ย. 69"


# Dates


@given(day=DAYS, style=STYLES, digits=st.booleans())
def test_every_written_date_is_read_back(day, style, digits):
    assert thai.parse_date(thai.format_date(day, style, thai=digits)) == day


@given(day=MODERN, style=STYLES, digits=st.booleans())
def test_two_digit_years_are_read_back(day, style, digits):
    assert thai.parse_date(thai.format_date(day, style, thai=digits, two_digits=True)) == day


@given(day=DAYS)
def test_iso_is_common_era(day):
    assert thai.parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22 พ.ย. 2569", "2026-11-22"),
        ("22 พ.ย. 69", "2026-11-22"),
        ("22พ.ย.69", "2026-11-22"),
        ("22 พย 69", "2026-11-22"),
        ("๒๒/๑๑/๖๙", "2026-11-22"),
        ("๒๒/๑๑/๒๕๖๙", "2026-11-22"),
        ("22/11/69", "2026-11-22"),
        ("22-11-2569", "2026-11-22"),
        ("22.11.2569", "2026-11-22"),
        ("22 11 2569", "2026-11-22"),
        ("22/11/2026", "2026-11-22"),
        ("22 พฤศจิกายน 2569", "2026-11-22"),
        ("22 พฤศจิกายน พ.ศ. 2569", "2026-11-22"),
        ("22 พฤศจิกายน พ.ศ. ๖๙", "2026-11-22"),
        ("22 พ.ย. ค.ศ. 2026", "2026-11-22"),
        ("22 พ.ย. ค.ศ. 26", "2026-11-22"),
        ("22/11/พ.ศ.2569", "2026-11-22"),
        ("วันอาทิตย์ที่ 22 พฤศจิกายน พ.ศ. 2569", "2026-11-22"),
        ("22พ.ย.พ.ศ.2569", "2026-11-22"),
        ("3 เม.ย. 69", "2026-04-03"),
        ("3 เมษายน 2569", "2026-04-03"),
        ("วันที่ 22 พฤศจิกายน 2569", "2026-11-22"),
        ("พฤหัสบดี 26 พ.ย. 69", "2026-11-26"),
        ("2026-11-22", "2026-11-22"),
        ("2569-11-22", "2026-11-22"),
        ("2569/11/22", "2026-11-22"),
        ("20261122", "2026-11-22"),
        ("22 Nov 2026", "2026-11-22"),
        ("22 November 2569", "2026-11-22"),
        ("1 sept. 2026", "2026-09-01"),
        ("29 ก.พ. 2567", "2024-02-29"),
        ("29/2/67", "2024-02-29"),
        ("1/1/00", "1957-01-01"),
        ("31/12/99", "2056-12-31"),
    ],
)
def test_dates_as_people_write_them(text, day):
    assert thai.parse_date(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "วันนี้",
        "22",
        "22/11",
        "31/02/2569",
        "29 ก.พ. 2569",
        "11/22/2026",
        "0/11/2569",
        "22/11/2300",
        "22/11/1899",
        "22/11/256",
        "22/11/25690",
        "22 ฟ.ย. 2569",
        "22 . 2569",
        "69-11-22-01",
        "2026-13-01",
        "2026-1-1",
        "22/11-2569",
        "9" * 500,
        "\ud800/11/69",
    ],
)
def test_what_is_no_date_is_refused(text):
    refused("date_unreadable", thai.parse_date, text)


def test_two_digit_year_that_could_be_either_is_refused():
    today = date(2026, 11, 22)
    assert thai.parse_date("22/11/26") == date(1983, 11, 22)
    assert refused("date_ambiguous", thai.parse_date, "22/11/26", near=today).facts == {"be": 2526, "ce": 2026}
    assert thai.parse_date("22/11/69", near=today) == today
    assert thai.parse_date("22/11/พ.ศ.26", near=today) == date(1983, 11, 22)
    assert thai.parse_date("22/11/2526", near=today) == date(1983, 11, 22)
    refused("date_ambiguous", thai.parse_date, "22 Nov 69")
    refused("date_ambiguous", thai.parse_date, "22 Nov 26")


def test_a_birthday_lies_in_the_past():
    today = date(2026, 11, 22)
    assert thai.parse_date("1/2/97", latest=today) == date(1954, 2, 1)
    assert thai.parse_date("22/11/69", latest=today) == today
    assert thai.parse_date("23/11/69", latest=today) == date(1926, 11, 23)


def test_facts_of_the_country():
    facts = json.loads(shared_data("thai/thai_formats.json").read_text())
    assert list(thai.MONTHS) == facts["calendar"]["months"]
    assert list(thai.MONTHS_SHORT) == facts["calendar"]["months_abbr"]
    assert list(thai.WEEKDAYS) == facts["calendar"]["weekdays_mon_first"]
    assert facts["calendar"]["be_offset"] == thai.BE_OFFSET
    for text, day in facts["calendar"]["examples"].items():
        assert thai.parse_date(text) == date.fromisoformat(day)
    for number in facts["national_id"]["test_vectors"]["valid_synthetic"]:
        assert int(number[12]) == thai.national_id_check(number[:12])
    for example in ("0812345678", "0612345678", "0912345678"):
        assert re.match(facts["phone"]["mobile"]["regex"], thai.parse_phone(example).number)
    for area in facts["phone"]["area_codes"]:
        example = (area + "123456789")[:9]
        assert re.match(facts["phone"]["landline"]["regex"], thai.parse_phone(example).number)


def test_years():
    assert thai.be_year(2026) == 2569
    assert [thai.fiscal_year(date(2026, *day)) for day in ((9, 30), (10, 1), (11, 22))] == [2569, 2570, 2570]


# Times


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("01.30 น.", time(1, 30)),
        ("01.30น", time(1, 30)),
        ("1:30", time(1, 30)),
        ("๑๕.๓๐ น.", time(15, 30)),
        ("15:30:59", time(15, 30, 59)),
        ("เวลา 15.30 น.", time(15, 30)),
        ("24.00 น.", time(0)),
        ("9 น.", time(9)),
        ("21 นาฬิกา", time(21)),
        ("ตี 1", time(1)),
        ("ตี5", time(5)),
        ("ตี 2 ครึ่ง", time(2, 30)),
        ("๗ โมงเช้า", time(7)),
        ("10 โมง 15 นาที", time(10, 15)),
        ("เที่ยง", time(12)),
        ("เที่ยงวัน", time(12)),
        ("เที่ยงครึ่ง", time(12, 30)),
        ("บ่ายโมง", time(13)),
        ("บ่าย 3 โมง", time(15)),
        ("5 โมงเย็น", time(17)),
        ("1 ทุ่ม", time(19)),
        ("4 ทุ่ม", time(22)),
        ("5 ทุ่มครึ่ง", time(23, 30)),
        ("เที่ยงคืน", time(0)),
        ("เที่ยงคืน 10 นาที", time(0, 10)),
    ],
)
def test_times_as_people_say_them(text, at):
    assert thai.parse_time(text) == at


@pytest.mark.parametrize(
    "text", ["", "25.00", "24.01", "12.60", "ตี 6", "6 ทุ่ม", "3 โมงเช้า", "โมง", "1 ทุ่ม 99 นาที", "x", "1" * 300]
)
def test_what_is_no_time_is_refused(text):
    refused("time_unreadable", thai.parse_time, text)


MOMENTS = st.datetimes(
    datetime(1957, 1, 2),  # noqa: DTZ001  hypothesis wants its bounds without a zone
    datetime(2056, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(at=MOMENTS, style=STYLES, digits=st.booleans())
def test_moments_are_read_back_to_the_minute(at, style, digits):
    assert thai.parse_moment(thai.format_moment(at, style, thai=digits)) == at.replace(second=0, microsecond=0)


@given(at=MOMENTS, offset=st.integers(-14 * 60, 14 * 60), be=st.booleans())
def test_iso_moments_of_both_eras(at, offset, be):
    shown = at + timedelta(minutes=offset)
    sign = "-" if offset < 0 else "+"
    zone = f"{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    year = shown.year + (543 if be else 0)
    assert thai.parse_moment(f"{year}-{shown:%m-%dT%H:%M:%S}.{shown.microsecond:06}{zone}") == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("22 พ.ย. 69 เวลา 01.30 น.", "2026-11-21T18:30:00"),
        ("22 พฤศจิกายน พ.ศ. ๒๕๖๙ เวลา ๐๑.๓๐ น.", "2026-11-21T18:30:00"),
        ("22/11/69 01:30:05", "2026-11-21T18:30:05"),
        ("22/11/69 4 ทุ่ม", "2026-11-22T15:00:00"),
        ("22/11/69 24.00 น.", "2026-11-22T17:00:00"),
        ("22/11/69", "2026-11-21T17:00:00"),
        ("2026-11-22 01:30", "2026-11-21T18:30:00"),
        ("2569-11-22T01:30:00Z", "2026-11-22T01:30:00"),
        ("2567-02-29T00:00:00Z", "2024-02-29T00:00:00"),
        ("20261122T013000Z", "2026-11-22T01:30:00"),
        ("2026-11-22T01:30:00,5+0700", "2026-11-21T18:30:00.500000"),
        ("2026-11-22T01:30:00-07", "2026-11-22T08:30:00"),
    ],
)
def test_moments_as_they_are_written(text, at):
    assert thai.parse_moment(text) == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "01.30 น.", "22/11/69 25.00", "2026-11-22T25:00Z", "2026-11-22T01:61Z", "soon"])
def test_what_is_no_moment_is_refused(text):
    refused("date_unreadable", thai.parse_moment, text)


def test_a_moment_keeps_the_doubt_of_its_date():
    refused("date_ambiguous", thai.parse_moment, "22/11/26 01.30 น.", near=date(2026, 11, 22))


def test_a_moment_without_an_offset_is_in_the_zone_asked_for():
    assert thai.parse_moment("2026-11-22 01:30", zone=UTC) == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert thai.format_time(datetime(2026, 11, 21, 18, 30, tzinfo=UTC)) == "01.30 น."
    assert thai.format_moment(datetime(2026, 11, 22, 1, 30, tzinfo=BANGKOK), thai=True) == (
        "๒๒ พ.ย. ๒๕๖๙ เวลา ๐๑.๓๐ น."
    )


# Phones


@given(st.from_regex(r"0[689][0-9]{8}", fullmatch=True), st.sampled_from(["", "+66", "0066", "66"]))
def test_mobiles_in_every_writing_are_one_number(number, prefix):
    local = number if not prefix else prefix + number[1:]
    phone = thai.parse_phone(thai.thai_digits(local))
    assert (phone.number, phone.kind) == (number, "mobile")
    assert thai.parse_phone(phone.display) == phone
    assert phone.e164 is not None
    assert thai.parse_phone(phone.e164) == phone


@given(st.from_regex(r"0[2-57][0-9]{7}", fullmatch=True), st.none() | st.from_regex(r"[0-9]{1,4}", fullmatch=True))
def test_landlines_keep_their_extension(number, extension):
    phone = thai.Phone(number=number, kind="landline", extension=extension)
    assert thai.parse_phone(phone.display) == phone


@pytest.mark.parametrize(
    ("text", "number", "kind", "extension"),
    [
        ("081-234-5678", "0812345678", "mobile", None),
        ("+66 (0)81 234 5678", "0812345678", "mobile", None),
        ("โทร. 081 234 5678", "0812345678", "mobile", None),
        ("๐๘๑-๒๓๔-๕๖๗๘", "0812345678", "mobile", None),
        ("02-123-4567 ต่อ ๑๒", "021234567", "landline", "12"),
        ("053-123456 ext. 9", "053123456", "landline", "9"),
        ("02-123-4567-9", "021234567", "landline", None),
        ("02-123-4567 ถึง 9", "021234567", "landline", None),
        ("191", "191", "short", None),
        ("1669", "1669", "short", None),
        ("+44 7911 123456", "+447911123456", "foreign", None),
        ("0081 3-1234-5678", "+81312345678", "foreign", None),
    ],
)
def test_phones_as_people_write_them(text, number, kind, extension):
    phone = thai.parse_phone(text)
    assert (phone.number, phone.kind, phone.extension) == (number, kind, extension)
    assert (phone.e164 is None) == (kind == "short")


@pytest.mark.parametrize(
    "text", ["", "12345", "0112345678", "081234567", "08123456789", "+66", "+1", "๐๘๑ แม่", "0" * 200, "+๙๙x", "\ud800"]
)
def test_what_is_no_phone_is_refused(text):
    refused("phone_unreadable", thai.parse_phone, text)


# National ID, postcode


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_one_last_digit_in_ten_is_right(twelve):
    right = [digit for digit in range(10) if _is_id(f"{twelve}{digit}")]
    assert right == [thai.national_id_check(twelve)]
    whole = f"{twelve}{right[0]}"
    assert thai.parse_national_id(thai.thai_digits(thai.format_national_id(whole))) == whole


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_a_single_wrong_digit_is_noticed_where_the_formula_can(twelve, place, by):
    """It cannot see the third digit, whose weight is 11, and folds the sums 0 and 10 together."""
    assume(place != 2)
    whole = f"{twelve}{thai.national_id_check(twelve)}"
    wrong = f"{whole[:place]}{(int(whole[place]) + by) % 10}{whole[place + 1 :]}"
    sums = {sum(int(digit) * (13 - at) for at, digit in enumerate(one[:12])) % 11 for one in (whole, wrong)}
    assume(sums != {0, 10})
    assert not _is_id(wrong)


def _is_id(digits):
    try:
        return thai.parse_national_id(digits) == digits
    except DecodeError:
        return False


def test_a_wrong_national_id_is_not_repeated_in_the_error():
    error = refused("national_id_wrong", thai.parse_national_id, "1-1017-00230-70-9")
    assert error.facts == {}


@pytest.mark.parametrize("text", ["50200", " ๕๐๒๐๐ ", "10200", "96220"])
def test_postcodes(text):
    assert thai.parse_postcode(text) == thai.plain(text)


@pytest.mark.parametrize("text", ["", "5020", "502000", "09200", "97000", "5020x", "x" * 300])
def test_what_is_no_postcode_is_refused(text):
    refused("postcode_wrong", thai.parse_postcode, text)


# Anything


@given(ANY_TEXT)
def test_any_text_is_read_or_refused(text):
    for read in (
        thai.parse_date,
        thai.parse_time,
        thai.parse_moment,
        thai.parse_phone,
        thai.parse_national_id,
        thai.parse_postcode,
    ):
        try:
            read(text)
        except DecodeError as error:
            json.dumps(error.facts, ensure_ascii=False).encode()
