"""Readers of files: what comes in every wrapping, what is refused, and OpenStreetMap with its odd ways."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from unjai.model.errors import UnjaiError
from unjai.territory.readers import Options, form_of, read
from unjai.territory.readers.delimited import read_delimited
from unjai.territory.readers.osm import read_osm
from unjai.territory.readers.workbook import read_workbook
from unjai.territory.rules.lines import read_street_rows

# ── CSV ────────────────────────────────────────────────────────────────────────────────────────────

LINES = [("ชื่อ", "ประเภท", "หมายเหตุ"), ("วัดป่า", "วัด", 'มี "ต้นไม้", ใหญ่'), ("ตลาด", "", "")]


def written(delimiter, encoding, *, bom=b"", end="\r\n"):
    def cell(text):
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in f'"{delimiter}\n') else text

    return bom + end.join(delimiter.join(map(cell, line)) for line in LINES).encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "bom"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp874", b""), ("utf-16-le", b"\xff\xfe")]
)
def test_csv_comes_in_every_wrapping(delimiter, encoding, bom):
    found = read_delimited(written(delimiter, encoding, bom=bom))
    assert [line.cells for line in found.lines] == LINES
    assert found.delimiter == delimiter


def test_what_excel_writes_above_a_table_is_no_row():
    found = read_delimited(b"sep=;\r\na;b\r\n1;2\r\n\r\n3;4\r\n")
    assert [(line.row, line.cells) for line in found.lines] == [(2, ("a", "b")), (3, ("1", "2")), (5, ("3", "4"))]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_empty"),
        (b"\r\n , \r\n", "import_empty"),
        (bytes(range(128, 256)) * 4, "import_encoding"),
        (b"a,b\n1\x00,2", "import_not_table"),
        (b"a," * 300, "import_too_wide"),
        (b'a,"' + b"x" * 20_000, "import_cell_long"),
    ],
)
def test_csv_that_cannot_be_read_says_why(content, code):
    with pytest.raises(UnjaiError) as caught:
        read_delimited(content)
    assert caught.value.code == code


@given(st.binary(max_size=300))
def test_junk_is_told_and_breaks_nothing(content):
    for reader in (read_delimited, read_workbook, form_of):
        try:
            reader(content)
        except UnjaiError:
            continue


# ── XLSX ───────────────────────────────────────────────────────────────────────────────────────────


def book(fill):
    made = openpyxl.Workbook()
    fill(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_workbook_is_read_as_a_person_sees_it():
    def fill(made):
        made.active.title = "ว่าง"
        sheet = made.create_sheet("กล้อง")
        sheet.append(["ชื่อ", "จำนวน", "เมื่อ", "ใช้"])
        sheet.append([])
        sheet.append(["ก", 5.0, datetime.fromisoformat("2025-06-15"), True])
        sheet.append(["ข", 5.25, datetime.fromisoformat("2025-06-15 08:30"), None])

    found = read_workbook(book(fill))
    assert (found.sheets, found.sheet) == (("ว่าง", "กล้อง"), "กล้อง")
    assert [(line.row, line.cells) for line in found.lines] == [
        (1, ("ชื่อ", "จำนวน", "เมื่อ", "ใช้")),
        (3, ("ก", "5", "2025-06-15", "true")),
        (4, ("ข", "5.25", "2025-06-15 08:30:00")),
    ]
    with pytest.raises(UnjaiError, match="import_sheet_unknown"):
        read_workbook(book(fill), sheet="อื่น")


def test_a_formula_is_its_saved_value_or_empty_and_told():
    content = book(lambda made: [made.active.append(row) for row in (["ชื่อ", "รวม"], ["ก", "=1+1"])])
    found = read_workbook(content)
    assert found.lines[1].cells == ("ก",)
    assert [(remark.row, remark.code) for remark in found.remarks] == [(0, "note_formulas"), (2, "note_formula_empty")]


def test_a_zip_bomb_is_not_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with pytest.raises(UnjaiError, match="import_zip_bomb"):
        read_workbook(out.getvalue())


def test_other_zips_and_old_excel_are_told_apart():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("roads.shp", b"")
    with pytest.raises(UnjaiError, match="import_not_workbook"):
        read_workbook(out.getvalue())
    with pytest.raises(UnjaiError, match="import_old_excel"):
        read_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


# ── what a file is ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b'\xef\xbb\xbf {"type":"FeatureCollection"}', "json"),
        (b"PK\x03\x04rest", "xlsx"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "pbf"),
        (b"<?xml version='1.0'?><osm version='0.6'>", "osm"),
        ("ชื่อ,ประเภท".encode(), "csv"),
    ],
)
def test_a_file_is_known_by_its_bytes(content, form):
    assert form_of(content) == form


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"<kml></kml>", "import_kml"), (b"\x1f\x8b\x08rest", "import_packed"), (b" ", "import_empty")],
)
def test_what_is_no_file_of_ours_is_told(content, code):
    with pytest.raises(UnjaiError) as caught:
        form_of(content)
    assert caught.value.code == code


# ── OpenStreetMap ──────────────────────────────────────────────────────────────────────────────────


def osm(nodes, ways, relations=(), *, path, form="osm.pbf"):
    """Write a file with pyosmium from plain facts; return its bytes."""
    import osmium

    file = path / f"x.{form}"
    with osmium.SimpleWriter(str(file)) as writer:
        for number, (at, tags) in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=at, tags=tags))
        for number, (refs, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=list(refs), tags=tags))
        for number, (members, tags) in dict(relations).items():
            writer.add_relation(osmium.osm.mutable.Relation(id=number, members=members, tags=tags))
    return file.read_bytes()


def at(x, y):
    return (round(99.0 + x / 1000, 7), round(16.6 + y / 1000, 7))


# A cross of two streets at node 5; a bridge (way 3) that shares its middle node 8 with way 1, on another level.
CROSS_NODES = {n: (at(*xy), {}) for n, xy in {1: (0, 0), 8: (1, 0), 5: (2, 0), 2: (4, 0), 3: (2, -2), 4: (2, 2), 6: (1, 2), 7: (1, -2)}.items()}  # fmt: skip
CROSS_WAYS = {
    1: ((1, 8, 5, 2), {"highway": "secondary", "name": "ถนนใหญ่", "name:en": "Big Road", "lit": "yes", "oneway": "-1"}),
    2: ((3, 5, 4), {"highway": "residential", "name": "Soi 1", "lit": "no"}),
    3: ((6, 8, 7), {"highway": "footway", "bridge": "yes"}),
    4: ((1, 2), {"highway": "proposed"}),
    5: ((1, 3), {"building": "yes"}),
}


@pytest.mark.parametrize("form", ["osm.pbf", "osm"])
def test_streets_are_cut_where_they_meet_and_nowhere_else(tmp_path, form):
    content = osm(CROSS_NODES, CROSS_WAYS, path=tmp_path, form=form)
    found = read_osm(content, form="pbf" if form.endswith("pbf") else "osm", what="streets")
    ends = {feature.properties["id"]: (feature.properties["u"], feature.properties["v"]) for feature in found.features}
    assert ends == {
        "w1/1": ("n1", "n5"),  # not cut at node 8: the bridge passes above
        "w1/5": ("n5", "n2"),
        "w2/3": ("n3", "n5"),
        "w2/5": ("n5", "n4"),
        "w3/6": ("n6", "n7"),
    }
    assert (found.counts["crossed_apart"], found.counts["not_street"]) == (1, 1)
    sheet, edges = read_street_rows(found.features, {})
    assert sheet.refused == []
    by_key = {edge.key: edge.values for edge in edges}
    assert by_key["w1/1"]["class"] == "main"
    assert (by_key["w1/1"]["name_th"], by_key["w1/1"]["name_en"], by_key["w1/1"]["lit"]) == ("ถนนใหญ่", "Big Road", True)
    assert by_key["w1/1"]["oneway"] is True
    assert by_key["w1/1"]["geometry"]["coordinates"][0] == list(at(2, 0))  # turned round: oneway=-1
    assert (by_key["w2/3"]["class"], by_key["w2/3"]["oneway"], by_key["w2/3"]["lit"]) == ("soi", False, False)
    assert by_key["w1/1"]["node_a"] == by_key["w1/5"]["node_b"] == by_key["w2/3"]["node_b"] == by_key["w2/5"]["node_a"]
    assert {by_key["w3/6"]["node_a"], by_key["w3/6"]["node_b"]}.isdisjoint(
        {value for key in ("w1/1", "w1/5", "w2/3", "w2/5") for value in (by_key[key]["node_a"], by_key[key]["node_b"])}
    )
    known_again, again = read_street_rows(found.features, {})
    assert known_again.refused == []
    assert [edge.values for edge in again] == [edge.values for edge in edges]


def test_a_bridge_joins_the_street_it_continues(tmp_path):
    ways = {
        1: ((1, 8), {"highway": "primary"}),
        2: ((8, 5), {"highway": "primary", "bridge": "yes", "layer": "1"}),
        3: ((5, 2), {"highway": "primary"}),
    }
    found = read_osm(osm(CROSS_NODES, ways, path=tmp_path), form="pbf", what="streets")
    assert [(f.properties["u"], f.properties["v"]) for f in found.features] == [
        ("n1", "n8"),
        ("n8", "n5"),
        ("n5", "n2"),
    ]


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"oneway": "yes"}, "yes"),
        ({"oneway": "1"}, "yes"),
        ({"oneway": "reverse"}, "-1"),
        ({"junction": "roundabout"}, "yes"),
        ({"junction": "roundabout", "oneway": "no"}, "no"),
        ({"highway": "motorway"}, "yes"),
        ({"oneway": "reversible"}, "no"),
        ({}, "no"),
    ],
)
def test_one_ways(tmp_path, tags, oneway):
    ways = {1: ((1, 5), {"highway": "tertiary", **tags})}
    (feature,) = read_osm(osm(CROSS_NODES, ways, path=tmp_path), form="pbf", what="streets").features
    assert feature.properties["oneway"] == oneway


def test_a_file_is_clipped_to_an_area(tmp_path):
    content = osm(CROSS_NODES, CROSS_WAYS, path=tmp_path)
    box = {
        "type": "Polygon",
        "coordinates": [[at(1.5, -0.5), at(2.5, -0.5), at(2.5, 0.5), at(1.5, 0.5), at(1.5, -0.5)]],
    }
    found = read_osm(content, form="pbf", what="streets", area=box)
    assert {feature.properties["id"] for feature in found.features} == {"w1/8", "w1/5", "w2/3", "w2/5"}
    assert found.counts["outside"] == 1
    with pytest.raises(UnjaiError, match="import_osm_none"):
        read_osm(content, form="pbf", what="places")


SQUARE = {20: (5, 5), 21: (6, 5), 22: (6, 6), 23: (5, 6)}
PLACE_NODES = {
    10: (at(1, 1), {"amenity": "bank", "name": "ธนาคารกรุงไทย", "name:en": "Krungthai", "phone": "+66 2 111;02"}),
    11: (at(1, 2), {"amenity": "atm", "operator": "กสิกรไทย"}),
    12: (at(1, 3), {"shop": "jewelry", "name": "ห้างทองเยาวราช"}),
    13: (at(1, 4), {"shop": "jewelry", "name": "Silver Hut"}),
    14: (at(2, 1), {"amenity": "place_of_worship", "religion": "muslim", "name": "มัสยิดกลาง"}),
    15: (at(2, 2), {"amenity": "place_of_worship", "religion": "buddhist", "name": "วัดป่า"}),
    16: (at(2, 3), {"amenity": "cafe"}),
    17: (at(2, 4), {"amenity": "bench", "name": "ม้านั่ง"}),
    18: (at(2, 5), {"tourism": "hotel", "name": "Baan Hotel"}),
    **{n: (at(*xy), {}) for n, xy in SQUARE.items()},
}


def test_places_have_our_kinds_and_both_names(tmp_path):
    ways = {30: ((20, 21, 22, 23, 20), {"amenity": "school", "name": "โรงเรียนบ้าน", "addr:housenumber": "9/1"})}
    found = read_osm(osm(PLACE_NODES, ways, path=tmp_path), form="pbf", what="places")
    told = {feature.properties["code"]: feature for feature in found.features}
    assert {code: feature.properties["kind"] for code, feature in told.items()} == {
        "osm:n10": "bank",
        "osm:n11": "atm",
        "osm:n12": "gold_shop",
        "osm:n13": "shop",
        "osm:n14": "mosque",
        "osm:n15": "temple",
        "osm:n18": "hotel",
        "osm:w30": "school",
    }
    assert found.counts["unnamed"] == 1
    bank, atm, hotel = (told[f"osm:n{n}"].properties for n in (10, 11, 18))
    assert (bank["name_th"], bank["name_en"], bank["phone"]) == ("ธนาคารกรุงไทย", "Krungthai", "+66 2 111")
    assert atm["name_th"] == "กสิกรไทย"
    assert (hotel["name_th"], hotel["name_en"]) == ("Baan Hotel", "Baan Hotel")
    assert told["osm:w30"].geometry["coordinates"] == pytest.approx(list(at(5.5, 5.5)), abs=1e-6)
    assert told["osm:w30"].properties["house_no"] == "9/1"


def test_land_keeps_its_holes_and_parts(tmp_path):
    nodes = {
        n: (at(x, y), {})
        for n, (x, y) in enumerate([(0, 0), (9, 0), (9, 9), (0, 9), (3, 3), (6, 3), (6, 6), (3, 6)], 1)
    }
    ways = {
        1: ((1, 2, 3, 4, 1), {}),
        2: ((5, 6, 7, 8, 5), {}),
        3: ((5, 6, 7, 8, 5), {"leisure": "park", "name": "เกาะ"}),
    }
    lake = {9: ([("w", 1, "outer"), ("w", 2, "inner")], {"type": "multipolygon", "natural": "water", "name": "บึง"})}
    found = read_osm(osm(nodes, ways, lake, path=tmp_path), form="pbf", what="land")
    kinds = {feature.properties["kind"]: feature for feature in found.features}
    assert set(kinds) == {"water", "park"}
    assert len(kinds["water"].geometry["coordinates"]) == 2


async def test_a_broken_file_stops_the_reader_and_nobody_else(tmp_path):
    content = osm(CROSS_NODES, CROSS_WAYS, path=tmp_path)
    with pytest.raises(UnjaiError, match="import_not_osm"):
        await read(content[: len(content) // 2], Options(what="streets"))
    with pytest.raises(UnjaiError, match="import_osm_not_here"):
        await read(content, Options())
    found = await read(content, Options(what="streets"))
    assert len(found.features) == 5


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_bytes_break_the_reader_of_maps(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("osm")
    content = bytearray(osm(CROSS_NODES, CROSS_WAYS, path=path))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnjaiError):
        read_osm(bytes(content), form="pbf", what="streets")


@pytest.mark.parametrize(("city", "edges"), [("hat_yai", 20_634), ("chiang_mai", 34_452)])
def test_a_real_city_comes_through_whole(tmp_path, city, edges):
    graph = json.loads(shared_data(f"geo/roads/{city}_road_graph.json").read_text())
    coords = graph["coords"]
    nodes = {n + 1: ((coords[2 * n], coords[2 * n + 1]), {}) for n in range(len(coords) // 2)}
    ways = {
        n + 1: ((graph["edges"][3 * n] + 1, graph["edges"][3 * n + 1] + 1), {"highway": "residential"})
        for n in range(len(graph["edges"]) // 3)
    }
    found = read_osm(osm(nodes, ways, path=tmp_path), form="pbf", what="streets")
    sheet, rows = read_street_rows(found.features, {})
    assert (sheet.refused, len(rows)) == ([], edges)
    ends = {(row.values["node_a"], row.values["node_b"]) for row in rows}
    used = {number for edge in ends for number in edge}
    assert len(used) == len({number for n in range(edges) for number in graph["edges"][3 * n : 3 * n + 2]})
