"""Registrations read and written: the facts, what people type, what is no plate, and properties that hold for all."""

import csv
import json
import unicodedata
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import shared_data
from unjai.model.errors import UnjaiError
from unjai.model.plate import (
    CHARACTERS,
    CLASSES,
    LETTERS,
    LOOKALIKES,
    PLACES,
    Plate,
    classes_of,
    differing,
    key,
    lookalike_glyphs,
    lookalikes,
    normalise,
    parse,
    parse_special,
    pattern,
    place_of,
    shown,
    skeleton,
    variants,
)

_letter, _number = st.sampled_from(LETTERS), st.from_regex(r"[0-9]{1,4}", fullmatch=True)
_series = st.tuples(st.sampled_from(["", *"123456789"]), _letter, _letter).map("".join)
registrations = st.one_of(
    st.tuples(_series, _number).map("".join),
    st.tuples(_letter, _letter, _letter, _number).map("".join),
    st.from_regex(r"[กทพอ]?[0-9]{2}-[0-9]{4}", fullmatch=True),
    st.tuples(_letter, st.from_regex(r"[0-9]{1,5}", fullmatch=True)).map("".join),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
)
plates = st.builds(
    Plate, registration=registrations, province=st.one_of(st.none(), st.sampled_from([p.code for p in PLACES]))
)


def test_the_alphabet_has_42_letters_ten_digits_and_the_hyphen():
    assert len(set(LETTERS)) == 42
    assert not set("ฃฅฤฦ") & set(LETTERS)
    assert len(CHARACTERS) == len(set(CHARACTERS)) == 53


def test_the_places_are_the_house_s_provinces_and_betong():
    file = files("unjai.territory") / "data" / "provinces.csv"
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    told = [(row["id"], row["name_th"], row["name_en"], row["abbr_th"]) for row in rows]
    assert [(p.code, p.th, p.en, p.abbr) for p in PLACES[:-1]] == told
    assert (PLACES[-1].th, len(PLACES)) == ("เบตง", 78)


def test_the_classes_say_what_the_reference_says():
    with shared_data("thai/plate_classes.csv").open(encoding="utf-8") as file:
        rows = {row["class_code"]: row for row in csv.DictReader(file)}
    assert [c.class_code for c in CLASSES] == list(rows)
    for one in CLASSES:
        row = rows[one.class_code]
        assert (" or ".join(one.background), one.text, one.lines) == (row["background"], row["text"], int(row["lines"]))
        assert (one.vehicle_th, one.confidence) == (row["vehicle_th"], row["confidence"])
        assert set(one.first_letters) == set(
            row["first_letters"].replace("(none)", "").replace("(shield emblem)", "").split()
        )
    letters = json.loads(shared_data("thai/plate_letters.json").read_text("utf-8"))
    assert list(LETTERS) == letters["usable_42"]


@pytest.mark.parametrize(
    ("text", "registration", "province"),
    [
        ("1กข 1234 กรุงเทพมหานคร", "1กข1234", "10"),
        ("๑กข ๑๒๓๔ กทม", "1กข1234", "10"),
        ("1กข1234กทม.", "1กข1234", "10"),
        ("กข-1234 กรุงเทพฯ", "กข1234", "10"),
        ("กข 1234\nเชียงใหม่", "กข1234", "50"),
        ("1กก\nเชียงใหม่\n123", "1กก123", "50"),
        ("กขค 12 (ชม)", "กขค12", "50"),
        ("กข 1234 จังหวัดนครพนม", "กข1234", "48"),
        ("กข 1234 จ.สุราษฎร์ธานี", "กข1234", "84"),
        ("กจ 1234 Chonburi", "กจ1234", "20"),
        ("70–1234 Chiang Mai", "70-1234", "50"),
        ("701234", "70-1234", None),
        ("ท 70 1234", "ท70-1234", None),
        ("1กข 1234 เบตง", "1กข1234", "9502"),
        ("กท 1234", "กท1234", None),
        ("กทม 123", "กทม123", None),
        ("ก 12345 ขอนแก่น", "ก12345", "40"),
        ("12345", "12345", None),
        ("1\u200bกข . 12 34", "1กข1234", None),
    ],
)
def test_what_people_type_is_read(text, registration, province):
    assert parse(text) == Plate(registration=registration, province=province)


def test_the_place_may_be_said_apart_but_not_twice():
    for said in ("50", "TH-50", "เชียงใหม่", "จ.เชียงใหม่", "ชม", "Chiangmai", "chiang mai"):
        assert parse("กข 1", said).province == "50"
    assert parse("กข 1 เชียงใหม่", "ชม").province == "50"
    assert parse("กข 1", "  ").province is None
    for text, place in (("กข 1 เชียงใหม่", "น่าน"), ("กข 1 เชียงใหม่ กทม", None)):
        with pytest.raises(UnjaiError, match="plate_two_places"):
            parse(text, place)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "plate_empty"),
        (" - . ", "plate_empty"),
        ("เชียงใหม่", "plate_empty"),
        ("ABC 1234", "plate_foreign"),
        ("WXY 1234 Trang", "plate_foreign"),
        ("ກຂ 1234", "plate_foreign"),
        ("京A12345", "plate_foreign"),
        ("สวย 99 ดี", "plate_place_unknown"),
        ("เฮง 9999", "plate_vowels"),
        ("ฤก 12", "plate_letter_unused"),
        ("กฃ 12", "plate_letter_unused"),
        ("กข", "plate_grammar"),
        ("1234", "plate_grammar"),
        ("0กข 1234", "plate_grammar"),
        ("กขคง 123", "plate_grammar"),
        ("1กข 1234 2ขค 5678", "plate_too_long"),
        ("ก" * 200, "plate_too_long"),
        ("กข 1234 เชียงไหม่", "plate_place_unknown"),
        ("กข 1234 ฮฮ", "plate_place_unknown"),
        ("ก%", "plate_grammar"),
    ],
)
def test_what_is_no_plate_is_refused_with_its_reason(text, code):
    with pytest.raises(UnjaiError) as refused:
        parse(text)
    assert refused.value.code == code
    assert refused.value.status == 400


def test_a_free_text_is_read_only_where_it_is_said_to_be_one():
    plate = parse_special("เฮง 9999 ภูเก็ต")
    assert (plate, plate.special) == (Plate(registration="เฮง9999", province="83"), True)
    assert parse_special(shown(plate)) == plate
    assert [c.class_code for c in classes_of(plate.registration)] == ["พิเศษ"]
    assert parse_special("กข 12") == parse("กข 12")
    for junk in ("เฮง", "ABC 1", "เ" * 30 + "1", "เฮงฃ 1"):
        with pytest.raises(UnjaiError):
            parse_special(junk)


@given(plates, st.sampled_from(["th", "en"]))
def test_what_is_written_is_read_back(plate, language):
    assert parse(shown(plate, language)) == plate
    assert key(plate) == (plate.registration, plate.province)


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(CHARACTERS + " -.%?*\nกรุงเทพ้ำ๐๙"))))
def test_junk_is_refused_or_read_and_nothing_else(text):
    for read in (parse, parse_special, pattern, place_of):
        try:
            found = read(text)
        except UnjaiError as error:
            found = error.code
        assert not isinstance(found, str) or found.startswith("plate_")


@given(registrations)
def test_every_registration_has_a_class_and_most_hints_come_first(registration):
    found = classes_of(registration)
    assert found
    assert all(c.pattern for c in found)


def test_colour_and_first_letter_order_the_classes():
    assert classes_of("กข1234", "white")[0].class_code == "รย.1"
    assert classes_of("ทข1234", "yellow")[0].class_code == "รย.6"
    assert {c.class_code for c in classes_of("70-1234")} == {"ขส.บัส", "ขส.บรรทุก"}
    assert classes_of("1กก123", "red") == classes_of("1กก123", "red")
    assert not classes_of("70-1234", "green")
    assert classes_of("กข1234", "red")[0].class_code == "ป้ายแดง"


@given(registrations)
def test_the_skeleton_is_the_same_under_look_alikes(registration):
    bone = skeleton(registration)
    assert skeleton(bone) == bone
    assert len(bone) == len(registration)
    for other in variants(registration):
        assert skeleton(other) == bone
        assert lookalike_glyphs(registration, other) == 1
        assert len(differing(registration, other).one) == 1


def test_the_skeleton_does_not_fold_much():
    """Classes are small, and of all two-letter series with four digits a skeleton gathers few on average."""
    assert max(map(len, LOOKALIKES.classes)) <= 4
    assert len({skeleton(a + b) for a, b in product(LETTERS, repeat=2)}) >= 750
    assert len({skeleton(f"{n:04}") for n in range(10_000)}) >= 9**4


def test_pairs_are_not_closed_but_classes_are():
    assert lookalike_glyphs("คก1", "ตก1") is None
    assert skeleton("คก1") == skeleton("ตก1")
    assert lookalike_glyphs("กข1", "ภฆ1") == 2
    assert lookalike_glyphs("กข1", "กข12") is None
    assert lookalike_glyphs("กข1", "กข1") == 0


def test_a_table_of_confusions_is_checked():
    table = lookalikes({"source": "measured", "version": "9", "pairs": [["บ", "ป", 0.1], ["1", "7", 0.05]]})
    assert (table.classes, skeleton("บป17", table)) == (("17", "บป"), "บบ11")
    for pair in (["ก", "1", 0.1], ["ก", "ก", 0.1], ["ก", "A", 0.1], ["ก", "ข", 2], ["1", "-", 0.1]):
        with pytest.raises(ValueError, match=r"glyphs|apart"):
            lookalikes({"source": "", "version": "", "pairs": [pair]})


def test_differing_glyphs_are_marked_on_both_sides():
    assert differing("กข1234", "กช1284") == ((1, 4), (1, 4))
    assert differing("กข1234", "1กข1234") == ((), (0,))
    assert differing("กข1234", "กข123") == ((5,), ())


@pytest.mark.parametrize(
    ("text", "like", "fits", "fits_not"),
    [
        ("?กข 12??", "_กข12__", "1กข1234", "กข1234"),
        ("กข*", "กข%", "กข1", "1กข1"),
        ("กข%", "กข%", "กข1", "1กข1"),
        ("๑๒-*", "12%", "12-3456", "21-3456"),
        ("กข 1234", "กข1234", "กข1234", "กข123"),
        ("70-12??", "70-12__", "70-1234", "701234"),
        ("7012??", "70-12__", "70-1234", "701234"),
        ("?? 1234", "__1234", "กข1234", "70-1234"),
        ("??-1234", "__-1234", "70-1234", "กข1234"),
        ("**กข**?*", "%กข_%", "1กข12", "1กข"),
    ],
)
def test_a_partial_registration(text, like, fits, fits_not):
    found = pattern(text)
    assert found.like == like
    assert found.fits(fits)
    assert not found.fits(fits_not)


@pytest.mark.parametrize("text", ["%", "*", "???", "", "A?", "กข'; --", "กขคง*", "123456789*", "x" * 300])
def test_what_is_no_partial_registration(text):
    with pytest.raises(UnjaiError, match="plate_"):
        pattern(text)
