"""What people write in tables: headers in two languages, positions in every way, and cells that would run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.territory.import_kinds import DEVICE_FIELDS, IMPORT_KINDS, PLACE_FIELDS
from unjai.territory.rules.coordinates import Pair, angle_of, pair_of, position_in, reading_of, to_degrees
from unjai.territory.rules.export import as_csv
from unjai.territory.rules.geojson import Feature
from unjai.territory.rules.mapping import (
    features_of_lines,
    fields_of,
    guarded,
    guess,
    header_row_of,
    remembered_of,
    renamed,
    unguarded,
)
from unjai.territory.rules.secrets import merged, shown

DEVICES, PLACES = fields_of(DEVICE_FIELDS, {"point"}), fields_of(PLACE_FIELDS, {"point"})


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("16.8205", 16.8205),
        ("๑๖.๘๒๐๕", 16.8205),
        ("16,8205", 16.8205),
        ("16°49'13.8\"N", 16.8205),
        ("16 49 13.8", 16.8205),
        ("16° 49.23'", 16.8205),
        ("N 16.8205°", 16.8205),
        ("๑๖ องศา ๔๙ ลิปดา ๑๓.๘ ฟิลิปดา", 16.8205),
        ("634,512.5", 634512.5),
        ("1,860,233", 1860233.0),
        ("16°61'0\"", None),
        ("ไม่ทราบ", None),
        ("", None),
    ],
)
def test_one_number(text, degrees):
    found = angle_of(text)
    assert found == (None if degrees is None else pytest.approx(degrees, abs=1e-9))


@pytest.mark.parametrize(
    "text",
    [
        "16.8205, 100.2659",
        "100.2659, 16.8205",
        "(16.8205,100.2659)",
        "16.8205 100.2659",
        "๑๖.๘๒๐๕, ๑๐๐.๒๖๕๙",
        "POINT(100.2659 16.8205)",
        "16°49'13.8\"N 100°15'57.24\"E",
        "16.8205N, 100.2659E",
        "https://www.google.com/maps/place/x/@16.8205,100.2659,17z",
        "https://maps.google.com/?q=16.8205,100.2659",
    ],
)
def test_two_numbers_in_one_cell(text):
    pair = pair_of(text)
    assert (pair.a, pair.b) == (pytest.approx(16.8205), pytest.approx(100.2659))


def test_the_grid_is_known_by_its_numbers_and_its_zone_by_the_station():
    north, east = 1_860_233.0, 634_512.0
    chiang_mai, ubon = (98.98, 18.79), (104.85, 15.23)
    for near, zone in ((chiang_mai, "utm47"), (ubon, "utm48")):
        reading = reading_of([Pair(a=north, b=east)], near=near)
        assert (reading.system, reading.swapped, reading.sure) == (zone, False, True)
    assert reading_of([Pair(a=north, b=east)]).sure is False
    turned = reading_of([Pair(a=east, b=north)], near=chiang_mai)
    assert turned.swapped is True
    assert position_in(Pair(a=east, b=north), turned) == pytest.approx((100.2624, 16.8215), abs=1e-4)
    said = pair_of("48Q 634512 1860233")
    assert reading_of([said], near=chiang_mai).system == "utm48"


def test_the_old_datum_lies_some_hundred_metres_away():
    new, old = to_degrees("utm47", 634_512, 1_860_233), to_degrees("utm47_1975", 634_512, 1_860_233)
    metres = ((new[0] - old[0]) ** 2 + (new[1] - old[1]) ** 2) ** 0.5 * 111_195
    assert 300 < metres < 800


@given(st.floats(97.5, 105.5), st.floats(5.7, 20.4))
def test_the_grid_and_back(lon, lat):
    from pyproj import Transformer

    code = {"utm47": 32647, "utm48": 32648}
    for zone, epsg in code.items():
        east, north = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
        assert to_degrees(zone, east, north) == pytest.approx((lon, lat), abs=1e-7)


def test_one_swapped_row_among_good_ones_is_left_to_be_refused():
    reading = reading_of([Pair(a=16.6, b=99.0), Pair(a=99.0, b=16.6)])
    assert reading.swapped is False
    assert position_in(Pair(a=99.0, b=16.6), reading) == (16.6, 99.0)


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (("เลขกล้อง", "จุดติดตั้ง", "ชนิด", "พิกัด"), {"key": 0, "name_th": 1, "kind": 2, "position": 3}),
        (("Code", "Name", "Type", "Lat", "Long"), {"key": 0, "name_th": 1, "kind": 2, "lat": 3, "lon": 4}),
        (("รหัส", "ชื่ออุปกรณ์", "ละติจูด (Latitude)", "ลองจิจูด (Longitude)"), {"key": 0, "name_th": 1, "lat": 2, "lon": 3}),
        (("หน่วยงานเจ้าของ", "ติดตั้งเมื่อ", "พิกัด X", "พิกัด Y"), {"owner_name": 0, "installed_on": 1, "lon": 2, "lat": 3}),
        (("", "อื่น", "ข้อสังเกต"), {}),
    ],
)  # fmt: skip
def test_headers_are_understood_in_both_languages(headers, columns):
    assert guess(headers, DEVICES) == columns


def test_what_was_matched_by_hand_comes_first_and_what_was_left_out_stays_out():
    headers = ("ชื่อ", "ชื่อเล่น", "x")
    remembered = remembered_of(headers, {"name_th": 1, "lon": 2})
    assert guess(headers, PLACES, remembered) == {"name_th": 1, "lon": 2}
    assert guess(("ชื่อ", "ประเภท"), PLACES, remembered) == {"kind": 1}


def test_the_header_is_the_row_with_most_known_words():
    rows = [("ทะเบียนสถานที่",), ("ข้อมูล ณ วันที่ 1 ต.ค. 2569",), ("ชื่อ", "ประเภท", "ละติจูด", "ลองจิจูด"), ("ก", "ข")]
    assert header_row_of(rows, PLACES) == 2
    assert header_row_of([("a", "b"), ("c", "d")], PLACES) == 0


def test_words_of_kinds_are_stored_words():
    lines = [(2, ("ก", "กล้องวงจรปิด", "อปท.")), (3, ("ข", "sos_pole", "MUNICIPALITY")), (4, ("ค", "โดรน", ""))]
    found = features_of_lines(lines, {"key": 0, "kind": 1, "owner_kind": 2}, DEVICES).features
    assert [(f.properties["kind"], f.properties["owner_kind"]) for f in found] == [
        ("camera", "municipality"),
        ("sos_pole", "municipality"),
        ("โดรน", ""),
    ]


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("ธนาคาร", "bank"),
        (" BANK ", "bank"),
        ("amenity=bank", "bank"),
        ("amenity:bank", "bank"),
        ("shop=ร้านสะดวกซื้อ", "convenience_store"),
        ("tourism = attraction", "landmark"),
        ("bank=x", "bank=x"),
        ("amenity=", "amenity="),
        ("โรงงาน", "โรงงาน"),
        ("", ""),
    ],
)
def test_a_word_or_the_last_part_of_a_tag_is_stored_and_what_is_unknown_stays_to_be_refused(said, stored):
    table = features_of_lines([(2, ("ก", said))], {"name_th": 0, "kind": 1}, PLACES).features
    feature = Feature(row=2, properties={"name_th": "ก", "ประเภท": said}, geometry=None)
    (of_a_map,) = renamed([feature], {"name_th": "name_th", "kind": "ประเภท"}, PLACES)
    assert [one.properties for one in (*table, of_a_map)] == [{"name_th": "ก", "kind": stored}] * 2


def test_a_column_without_words_is_stored_as_it_was_written():
    (found,) = features_of_lines([(2, ("ร้าน=ธนาคาร", "bank"))], {"name_th": 0, "kind": 1}, PLACES).features
    assert found.properties == {"name_th": "ร้าน=ธนาคาร", "kind": "bank"}


@pytest.mark.parametrize("kind", IMPORT_KINDS, ids=lambda kind: kind.key)
def test_every_header_of_ours_finds_its_own_column(kind):
    for language in ("th", "en", "name"):
        fields = [item for item in fields_of(kind.fields, kind.shapes) if item.name != "position"]
        assert guess([getattr(item, language) for item in fields], fields) == {
            item.name: place for place, item in enumerate(fields)
        }


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r ก1"), max_size=8))
def test_no_cell_runs_and_every_cell_comes_back(said):
    out = guarded(said)
    assert out[:1] not in set("=+-@\t\r")
    assert unguarded(out) == said


NAMES = st.text(alphabet=st.sampled_from("กขค ่ำ'\",;=+-@|()ABc๑2"), min_size=1, max_size=12).map(str.strip).filter(bool)
POINTS = st.tuples(st.floats(97.5, 105.5), st.floats(5.7, 20.4)).map(lambda at: [round(at[0], 7), round(at[1], 7)])


@given(st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["bank", "temple", "other", "convenience_store"]), POINTS), max_size=8))  # fmt: skip
def test_a_table_of_places_comes_back_as_it_went(rows):
    went = [
        Feature(
            row=n,
            properties={"code": f"c{n}", "name_th": th, "name_en": en, "kind": kind},
            geometry={"type": "Point", "coordinates": at},
        )
        for n, (th, en, kind, at) in enumerate(rows, 2)
    ]
    table = list(csv.reader(io.StringIO(as_csv(went, PLACE_FIELDS, {"point"}).decode("utf-8-sig"), newline="")))
    columns = guess(table[0], PLACES)
    lines = [(number, tuple(cells)) for number, cells in enumerate(table[1:], 2)]
    came = features_of_lines(lines, columns, PLACES).features
    assert [(f.row, f.geometry) for f in came] == [(f.row, f.geometry) for f in went]
    assert [{name: f.properties[name] for name in went[0].properties} for f in came] == [f.properties for f in went]


SETTINGS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["a", "rtsp://u:p@h/x", "http://h/"])),
    lambda inner: st.dictionaries(st.sampled_from(["url", "password", "api_key", "token", "keyboard", "x"]), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["a", "secret", "b"]), SETTINGS, max_size=3))
def test_settings_go_out_without_secrets_and_come_back_whole(stored):
    out = shown(stored)
    text = repr(out)
    assert not any(name in text for name in ("secret", "password", "api_key", "token", "u:p@"))
    assert merged(stored, out) == stored
