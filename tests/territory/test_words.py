"""Thai as it is typed: marks in any order, invisible letters, Thai digits, missing tones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.territory.words import loose_key, search_key, tidy, without_generic


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  ตลาด   เช้า ", "ตลาด เช้า"),
        ("ตลาด\u200bเช้า", "ตลาดเช้า"),
        ("ท\u0e48\u0e35", "ที่"),  # tone typed before the vowel
        ("น\u0e4d\u0e49\u0e32", "น้ำ"),  # nikhahit, tone, aa
        ("น\u0e49\u0e4d\u0e32", "น้ำ"),
        ("น\u0e4d\u0e32", "นำ"),
        ("เเม่ริม", "แม่ริม"),  # two SARA E for SARA AE
        ("ที่่", "ที่"),
        ("ร้าน\u202a7-Eleven\u202c", "ร้าน7-Eleven"),
        ("ก\x00ข\x1fค", "กขค"),
        ("บรรทัด\nใหม่", "บรรทัด ใหม่"),
        ("", ""),
    ],
)
def test_text_is_kept_in_one_form(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ซอย ๔", "ซอย4"),
        ("ถ.สุขสันต์", "ถนนสุขสันต์"),
        ("ซ. 4 ถ. สุขสันต์", "ซอย 4 ถนนสุขสันต์"),
        ("Suk San Road", "suk-san road"),
        ("สภ.ช้างเผือก", "สถานีตำรวจภูธรช้างเผือก"),
        ("ท\u0e48\u0e35ทำการ", "ที่ทำการ"),
    ],
)
def test_what_is_compared_forgives(one, other):
    assert search_key(one) == search_key(other)


def test_tones_may_be_left_out():
    assert loose_key("ตลาดเชา") == loose_key("ตลาดเช้า")
    assert without_generic("ถนนสุขสันต์") == search_key("สุขสันต์")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_tidying_again_changes_nothing(text):
    assert tidy(tidy(text)) == tidy(text)
    assert "\x00" not in tidy(text)
    assert search_key(tidy(text)) == search_key(text)


@given(st.text(alphabet="กขที่้็ำเแั์ู่ ๔4\u200b", max_size=30))
def test_tidying_thai_again_changes_nothing(text):
    assert tidy(tidy(text)) == tidy(text)
    assert loose_key(tidy(text)) == loose_key(text)
