"""What a row of each kind of file says, and what is told where it may not be taken."""

import json
from datetime import date

import pytest
import shapely

from tests.conftest import shared_data
from unjai.platform.i18n import catalogue, render
from unjai.territory import facts
from unjai.territory.records import SubZone
from unjai.territory.rules.geojson import features_of
from unjai.territory.rules.rows import (
    Ground,
    device_reader,
    note_left_outside,
    place_reader,
    read_community,
    read_land,
    read_zones,
)
from unjai.territory.rules.sheet import Sheet, read_rows

SQUARE = [[99.0, 16.6], [99.01, 16.6], [99.01, 16.61], [99.0, 16.61], [99.0, 16.6]]
INNER = [[99.002, 16.602], [99.004, 16.602], [99.004, 16.604], [99.002, 16.604], [99.002, 16.602]]
HALF_OUT = [[99.008, 16.602], [99.012, 16.602], [99.012, 16.604], [99.008, 16.604], [99.008, 16.602]]
ZONE = shapely.Polygon(SQUARE)
GROUND = Ground(station_id=7, station_code="สภ.ทดสอบ", zones={"z": ZONE})


def collection(*features: tuple[object, dict]) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": g, "properties": p} for g, p in features],
    }


def dot(lon: float = 99.005, lat: float = 16.605) -> dict:
    return {"type": "Point", "coordinates": [lon, lat]}


def area(ring: list) -> dict:
    return {"type": "Polygon", "coordinates": [ring]}


def read(reader, *features: tuple[object, dict], ground: Ground = GROUND) -> Sheet:
    return read_rows(features_of(collection(*features)), lambda item, note: reader(item, note, ground))


def codes(sheet: Sheet) -> list[tuple[int, str]]:
    return [(note.row, note.code) for note in sheet.refused]


places = place_reader(facts.place_kinds())
devices = device_reader(facts.owner_kinds())


def test_the_published_zones_measure_as_published():
    document = json.loads(shared_data("geo/zones/ssz_seed_zones_indicative.geojson").read_bytes())
    stations = [item["properties"]["station"] for item in document["features"]]
    areas = [item["properties"]["area_km2_polygon"] for item in document["features"]]
    for number, (station, expected) in enumerate(zip(stations, areas, strict=True), 1):
        ground = Ground(station_id=7, station_code=station, zones={})
        sheet, zones, subs = read_zones(features_of(document), ground)
        assert not subs
        assert [row.row for row in zones] == [number]
        assert zones[0].values["area_m2"] == pytest.approx(expected * 1e6, rel=0.005)
        assert {note.code for note in sheet.refused} == {"row_station_other"}
        assert len(sheet.refused) == 4
        assert not sheet.warnings


def test_a_zone_and_its_parts_come_in_one_file_in_any_order():
    sheet, zones, subs = read_zones(
        features_of(
            collection(
                (area(INNER), {"code": "r1", "kind": "risk", "name_th": "จุดเสี่ยงตลาด", "reason_th": "ไฟไม่พอ"}),
                (area(SQUARE), {"code": "เมือง", "name_th": "เมือง", "started_on": "๑ ก.ค. ๖๔", "area_km2": "๑.๑๘"}),
                (area(HALF_OUT), {"kind": "landmark", "name_th": "วัด", "zone": "เมือง"}),
                (area(INNER), {"kind": "economic", "name_th": "ตลาด", "zone": "อื่น"}),
            )
        ),
        Ground(station_id=7, station_code="สภ.ทดสอบ", zones={}),
    )
    assert codes(sheet) == [(3, "row_outside_zone"), (4, "row_zone_unknown")]
    assert sheet.refused[0].facts["percent"] == pytest.approx(50, abs=1)
    assert zones[0].values["started_on"] == date(2021, 7, 1)
    assert zones[0].values["declared_area_m2"] == pytest.approx(1_180_000)
    assert (subs[0].values["kind"], subs[0].values["zone_id"]) == ("risk", zones[0].values["id"])
    assert sheet.total == 4


def test_a_published_area_that_does_not_fit_is_said_not_refused():
    sheet, zones, _ = read_zones(
        features_of(collection((area(SQUARE), {"name_th": "ก", "area_km2": 2}))),
        Ground(station_id=7, station_code="x", zones={}),
    )
    assert len(zones) == 1
    assert [note.code for note in sheet.warnings] == ["note_area_differs"]


def test_a_new_border_tells_which_parts_it_leaves_outside():
    ground = Ground(station_id=7, station_code="x", zones={})
    sheet, zones, subs = read_zones(features_of(collection((area(SQUARE), {"code": "z", "name_th": "ก"}))), ground)
    stored = [
        SubZone(
            id=zones[0].values["id"],
            station_id=7,
            zone_id=zones[0].values["id"],
            code=code,
            kind="risk",
            name_th=code,
            name_en="",
            geometry=area(ring),
            area_m2=1.0,
            reason_th="",
        )
        for code, ring in (("in", INNER), ("out", HALF_OUT))
    ]
    note_left_outside(sheet, zones, subs, stored)
    assert [(note.code, note.facts["name"]) for note in sheet.warnings] == [("note_subzone_outside", "out")]


def test_places_by_kind_with_thai_digits_and_invisible_letters():
    sheet = read(
        places,
        (dot(), {"kind": "bank", "name_th": "ธนาคาร\u200bกรุง\u200b ๑", "phone": "๐๕๕-๑๒๓๔๕๖", "code": "b1"}),
        (dot(), {"kind": "gold_shop", "name_en": "Yaowarat Gold"}),
        (dot(), {"kind": "spaceport", "name_th": "ก"}),
        (dot(), {"kind": "bank"}),
        (dot(16.605, 99.005), {"kind": "bank", "name_th": "ก"}),
        (None, {"kind": "bank", "name_th": "ก"}),
        (area(INNER), {"kind": "bank", "name_th": "ก"}),
        (dot(), {"name_th": "ไม่ระบุชนิด", "station": "สภ. ทดสอบ"}),
        (dot(), {"name_th": "ของสถานีอื่น", "station": "สภ.อื่น"}),
        (dot(), {"name_th": ["x"]}),
        (dot(), {"name_th": "ย" * 201}),
    )
    assert codes(sheet) == [
        (3, "row_kind_unknown"),
        (4, "row_name_missing"),
        (5, "row_position_swapped"),
        (6, "row_geometry_missing"),
        (7, "row_geometry_wrong"),
        (9, "row_station_other"),
        (10, "row_field_wrong"),
        (11, "row_field_wrong"),
    ]
    assert [row.values["name_th"] for row in sheet.rows] == ["ธนาคารกรุง ๑", "Yaowarat Gold", "ไม่ระบุชนิด"]
    assert sheet.rows[2].values["kind"] == "other"


def test_ids_hang_on_the_key_not_on_the_row():
    first = read(places, (dot(), {"code": "p1", "name_th": "ก"}), (dot(), {"name_th": "ข", "kind": "bank"}))
    again = read(places, (dot(), {"name_th": "ข", "kind": "bank"}), (dot(99.006), {"code": "p1", "name_th": "กก"}))
    assert [row.values["id"] for row in first.rows] == [row.values["id"] for row in reversed(again.rows)]
    other = Ground(station_id=8, station_code="x", zones={})
    elsewhere = read(places, (dot(), {"code": "p1", "name_th": "ก"}), ground=other)
    assert elsewhere.rows[0].values["id"] != first.rows[0].values["id"]


def test_a_repeated_key_counts_once_or_is_refused():
    row = (dot(), {"code": "p1", "name_th": "ก"})
    sheet = read(places, row, row, (dot(), {"code": "p1", "name_th": "ข"}))
    assert len(sheet.rows) == 1
    assert [(note.row, note.code) for note in sheet.warnings] == [(2, "note_repeated")]
    assert codes(sheet) == [(3, "row_key_repeated")]
    assert sheet.refused[0].facts == {"key": "p1", "first_row": 1}


def test_devices():
    sheet = read(
        devices,
        (dot(), {"key": "pole-01", "kind": "sos_pole", "name_th": "เสา ๑", "installed_on": "22/11/69"}),
        (None, {"key": "phone-1", "kind": "phone", "name_th": "โทรศัพท์", "silent_after_s": "๓๐๐"}),
        (None, {"key": "pole-02", "kind": "sos_pole", "name_th": "เสา"}),
        (dot(), {"kind": "camera", "name_th": "กล้อง"}),
        (dot(), {"key": "กล้อง 1", "kind": "camera", "name_th": "กล้อง"}),
        (dot(), {"key": "c" * 41, "kind": "camera", "name_th": "กล้อง"}),
        (
            dot(),
            {"key": "cam-1", "kind": "camera", "name_th": "กล้อง", "settings": {"heading_deg": "๒๗๐", "note": "ก\x00ข"}},
        ),
        (dot(), {"key": "cam-2", "kind": "camera", "name_th": "กล้อง", "settings": {"heading_deg": 999}}),
        (dot(), {"key": "cam-3", "kind": "camera", "name_th": "กล้อง", "settings": "x"}),
        (dot(), {"key": "cam-4", "kind": "camera", "name_th": "กล้อง", "silent_after_s": 3}),
        (dot(), {"key": "cam-5", "kind": "camera", "name_th": "กล้อง", "owner_kind": "alien"}),
        (dot(), {"key": "cam-6", "kind": "camera", "name_th": "กล้อง", "installed_on": "วานนี้"}),
        (dot(), {"key": "cam-7", "name_th": "กล้อง"}),
    )
    assert [row.key for row in sheet.rows] == ["pole-01", "phone-1", "cam-1"]
    pole, phone, camera = (row.values for row in sheet.rows)
    assert (pole["silent_after_s"], pole["installed_on"], pole["owner_kind"]) == (120, date(2026, 11, 22), "other")
    assert (phone["lon"], phone["silent_after_s"]) == (None, 300)
    assert camera["settings"] == {"heading_deg": 270.0, "note": "กข"}
    assert [code for _, code in codes(sheet)] == [
        "row_geometry_missing",
        "row_key_missing",
        "row_key_wrong",
        "row_key_wrong",
        "row_field_wrong",
        "row_field_wrong",
        "row_field_wrong",
        "row_kind_unknown",
        "row_date_wrong",
        "row_kind_missing",
    ]


def test_communities_by_point_or_border():
    sheet = read(
        read_community,
        (dot(), {"name_th": "ชุมชนหนึ่ง", "households": "๑,๒๓๔", "population": 3000}),
        (area(INNER), {"name_th": "ชุมชนสอง"}),
        (dot(), {"name_th": "ชุมชนสาม", "households": -1}),
        (dot(), {"name_th": "ชุมชนสี่", "population": 1.5}),
        (dot(99.2, 16.9), {"name_th": "ชุมชนไกล"}),
    )
    one, two, far = (row.values for row in sheet.rows)
    assert (one["households"], one["zone_id"], one["geometry"]) == (1234, GROUND.zone_id("z"), None)
    assert two["geometry"]["type"] == "Polygon"
    assert shapely.Polygon(INNER).covers(shapely.Point(two["lon"], two["lat"]))
    assert far["zone_id"] is None
    assert [note.code for note in sheet.warnings] == ["note_far"]
    assert [code for _, code in codes(sheet)] == ["row_field_wrong", "row_field_wrong"]


def test_land():
    sheet = read(
        read_land, (area(INNER), {"kind": "water"}), (area(INNER), {"kind": "lava"}), (dot(), {"kind": "park"})
    )
    assert len(sheet.rows) == 1
    assert [code for _, code in codes(sheet)] == ["row_kind_unknown", "row_geometry_wrong"]


def test_every_remark_has_its_words_in_both_languages_and_fills_them():
    sheet = read(
        places,
        (dot(16.6, 99.0), {"name_th": "ก"}),
        (dot(599_000, 1_835_000), {"name_th": "ก"}),
        (dot(), {"name_th": "ก", "kind": "x"}),
        (dot(99.5, 17), {"name_th": "ก"}),
    )
    for note in (*sheet.refused, *sheet.warnings):
        assert note.code in catalogue()
        text = render(note.code, note.facts)
        assert text["th"]
        assert text["en"]
        assert "{" not in text["th"] + text["en"]


def test_the_facts_are_whole():
    units = facts.org_units()
    by_id = {unit.id: unit for unit in units}
    assert len(by_id) == len(units) == len({unit.code for unit in units}) == 226
    assert sum(unit.level == "station" for unit in units) == 118
    assert by_id[105001].code == "สภ.ช้างเผือก"
    assert by_id[105001].path == "1.15.1050.105001"
    assert all(unit.name_th and unit.name_en for unit in units)
    seen: set[int] = set()
    for unit in units:
        assert unit.parent_id is None or unit.parent_id in seen
        seen.add(unit.id)
    assert len(facts.provinces()) == 77
    assert {"bank", "gold_shop", "mall"} <= {kind for kind, row in facts.place_kinds().items() if row.risk}


def test_the_facts_agree_with_their_source():
    source = json.loads(shared_data("thai/police_org.json").read_bytes())
    found: dict[str, tuple] = {}

    def walk(node: dict, parent: str | None) -> None:
        found[node["code"]] = (node["name_th"], parent)
        for child in node.get("children", []):
            walk(child, node["code"])

    walk(source["root"], None)
    units = {unit.id: unit for unit in facts.org_units()}
    ours = {u.code: (u.name_th, units[u.parent_id].code if u.parent_id else None) for u in units.values()}
    assert ours == found
