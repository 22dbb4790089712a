"""Rows as stations write them: three calendars in one column, Thai digits, day numbers, and nothing of persons."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.evaluate.rules.cases.case import GROUPS4
from unjai.evaluate.rules.cases.offences import group4_of, offence_of, offences
from unjai.evaluate.rules.cases.persons import refuse_persons
from unjai.evaluate.rules.cases.reading import COLUMNS, read_case
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.thai import format_date
from unjai.territory.rules.geojson import Feature

TODAY = date(2026, 11, 22)
NEAR = (98.5, 16.1, 99.5, 17.1)
ROW = {"source_key": "1/2569", "day": "5 ต.ค. 2569", "time": "21.30 น.", "offence": "ลักทรัพย์"}


def read(geometry=None, near=NEAR, **other):
    notes = []
    row = read_case(
        Feature(row=1, properties=ROW | other, geometry=geometry),
        lambda code, **facts: notes.append((code, facts)),
        today=TODAY,
        near=near,
    )
    return row, [code for code, _ in notes]


@pytest.mark.parametrize(
    "said",
    [
        "5 ต.ค. 2569",
        "๕/๑๐/๖๙",
        "5/10/2026",
        "2026-10-05",
        "05 ตุลาคม พ.ศ. 2569",
        "46300",
        "๔๖๓๐๐",
        "46300.0",
        "5 Oct 2026",
    ],
)
def test_three_calendars_and_day_numbers_are_one_day(said):
    row, _ = read(day=said)
    assert row.values["begun"] == datetime(2026, 10, 5, 14, 30, tzinfo=UTC)
    assert row.values["ended"] == row.values["begun"]


def test_a_day_number_holds_its_time_and_a_share_of_a_day_is_a_time():
    row, _ = read(day="46300.8958333333", time="")
    assert row.values["begun"].astimezone(BANGKOK) == datetime(2026, 10, 5, 21, 30, tzinfo=BANGKOK)
    row, _ = read(day="46300", time="0.895833333")
    assert row.values["begun"].astimezone(BANGKOK) == datetime(2026, 10, 5, 21, 30, tzinfo=BANGKOK)


def test_from_until_crosses_midnight_and_no_time_is_the_whole_day():
    row, _ = read(until_time="02:00")
    assert row.values["ended"] - row.values["begun"] == timedelta(hours=4.5)
    row, _ = read(time="")
    assert row.values["ended"] - row.values["begun"] == timedelta(hours=23, minutes=59)
    row, _ = read(until_day="7/10/69", until_time="8.00 น.")
    assert row.values["ended"].astimezone(BANGKOK) == datetime(2026, 10, 7, 8, tzinfo=BANGKOK)


@given(st.dates(date(2000, 1, 1), TODAY), st.sampled_from(["long", "short", "numeric"]), st.booleans())
def test_every_written_day_is_read_back(day, style, thai):
    row, _ = read(day=format_date(day, style, thai=thai), time="12:00")
    assert row.values["begun"].astimezone(BANGKOK).date() == day


@given(st.text(max_size=40))
def test_junk_is_refused_in_words(said):
    with suppress(UnjaiError):
        row, _ = read(day=said)
        assert row.values["begun"].astimezone(BANGKOK).date() <= TODAY


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"day": ""}, "row_case_day"),
        ({"day": "เมื่อวาน"}, "row_case_day"),
        ({"day": "1/12/2569"}, "row_case_future"),
        ({"until_day": "1/10/69"}, "row_case_order"),
        ({"until_day": "22/11/69", "day": "1/1/69"}, "row_case_order"),
        ({"offence": "อะไรไม่รู้"}, "row_case_kind"),
        ({"offence": "", "group4": "9"}, "row_case_kind"),
        ({"time": "25:99"}, "row_field_wrong"),
    ],
)
def test_what_cannot_be_right_is_refused(other, code):
    with pytest.raises(UnjaiError) as refused:
        read(**other)
    assert refused.value.code == code


def test_offences_are_known_by_what_papers_call_them():
    assert offence_of("ลักทรัพย์ในเวลากลางคืน").code == "THN"
    assert offence_of("คดีชิงทรัพย์ร้านสะดวกซื้อ").code == "ROB"
    assert offence_of("Robbery").code == "ROB"
    assert offence_of("จราจร") is None
    for one in offences().values():
        assert one.group4 in GROUPS4
        assert offence_of(one.th).code == one.code
        assert offence_of(one.en).code == one.code


def test_groups_are_known_by_number_and_by_name():
    assert group4_of("๒") == "2"
    assert group4_of("กลุ่มที่ 2") == "2"
    assert group4_of("ฐานความผิดเกี่ยวกับทรัพย์") == "2"
    assert group4_of("12") is None
    row, _ = read(offence="", group5="3")
    assert (row.values["group4"], row.values["group5"]) == ("2", "3")


def test_a_point_that_is_none_leaves_the_case():
    here = {"type": "Point", "coordinates": [99.0, 16.6]}
    row, notes = read(geometry=here)
    assert (row.values["lon"], row.values["quality"], notes) == (99.0, "point", [])
    row, notes = read(geometry={"type": "Point", "coordinates": [0, 0]})
    assert (row.values["lon"], row.values["quality"], notes) == (None, "none", ["note_case_zero"])
    row, notes = read(geometry={"type": "Point", "coordinates": [100.5, 13.7]})
    assert (row.values["lon"], notes) == (None, ["note_case_far"])


def test_a_row_without_a_number_is_known_by_what_it_says():
    first, notes = read(source_key="")
    again, _ = read(source_key="")
    other, _ = read(source_key="", time="21.31 น.")
    assert notes == ["note_case_key_made"]
    assert first.key == again.key != other.key


@pytest.mark.parametrize(
    "head",
    [
        "ชื่อผู้เสียหาย",
        "ชื่อ-สกุล",
        "อายุ",
        "เพศ",
        "โทรศัพท์",
        "เลขบัตรประชาชน",
        "Victim age",
        "suspect",
        "full name",
        "ทะเบียนรถ",
        "Sex",
    ],
)
def test_a_column_of_persons_shuts_the_door(head):
    with pytest.raises(UnjaiError) as refused:
        refuse_persons(["เลขคดี", head], [["1", "x"]])
    assert refused.value.code == "cases_person_columns"
    assert refused.value.facts["columns"] == head


def test_our_own_columns_pass_the_door():
    refuse_persons([word for field in COLUMNS for word in (field.th, field.en, *field.also)], [])


def test_numbers_of_persons_shut_the_door_under_any_head():
    refuse_persons(["a", "b"], [["1/2569", "ลักทรัพย์"]] * 3)
    with pytest.raises(UnjaiError):
        refuse_persons(["เลขคดี", "หมายเหตุ"], [["1", ""], ["2", "1-1017-00230-70-8".replace("-", "")]])
    with pytest.raises(UnjaiError):
        refuse_persons(["เลขคดี", "ติดต่อ"], [["1", "081-234-5678"], ["2", "0898765432"], ["3", ""]])


NATIONAL_ID = "1101700230708"


@pytest.mark.parametrize(
    "said",
    [
        NATIONAL_ID,
        "ผู้แจ้งคือนายหนึ่ง 1-1017-00230-70-8 บ้านติดตลาด",
        "เลข ๑๑๐๑๗๐๐๒๓๐๗๐๘ครับ",
        "id:1 1017 00230 70 8, waits",
    ],
)
@pytest.mark.parametrize("row", [0, 2000, 4999])
def test_one_national_id_shuts_the_door_in_whatever_row_and_text(said, row):
    rows = [[f"{number}/2569", "ตลาดหนองสิม"] for number in range(5000)]
    refuse_persons(["เลขคดี", "สถานที่"], rows)
    rows[row][1] = said
    with pytest.raises(UnjaiError) as refused:
        refuse_persons(["เลขคดี", "สถานที่"], rows)
    assert refused.value.facts == {"columns": "สถานที่"}


def test_mobile_numbers_late_in_a_list_and_inside_texts_shut_the_door():
    rows = [[str(number), f"หน้าร้าน {number}"] for number in range(3000)]
    for row in range(2500, 2540):
        rows[row][1] = f"โทรกลับ 081-234{row} ด้วย" if row % 2 else f"+66 81 234{row}"
    with pytest.raises(UnjaiError):
        refuse_persons(["เลขคดี", "สถานที่"], rows)


@pytest.mark.parametrize(
    "cells",
    [
        ["100.2651234567890", "16.1101700230708"],
        ["1101700230709", "2026-11-22 13:04:55"],
        ["110170023070812", "9911017002307081"],
        ["02-123-4567 หน้าที่ว่าการอำเภอ", "ตู้ 44", "ตลาด", "วัด", "โรงเรียน", "ทางแยก"],
    ],
)
def test_positions_times_and_long_numbers_are_no_persons(cells):
    refuse_persons(["lon"], [[cell] for cell in cells])
