"""GeoJSON as it really comes: mended where that is safe, refused with a reason where it is not."""

import contextlib
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.territory.rules.geojson import Broken, Feature, features_of, line_of, point_of, polygon_of, position_of
from unjai.territory.rules.lines import read_streets
from unjai.territory.rules.rows import Ground, device_reader, place_reader, read_community, read_land, read_zones
from unjai.territory.rules.shapes import area_m2, geojson_of, outside_share, shape_of
from unjai.territory.rules.sheet import read_rows

SQUARE = [[99.0, 16.6], [99.01, 16.6], [99.01, 16.61], [99.0, 16.61], [99.0, 16.6]]


def feature(geometry: object, **properties: object) -> Feature:
    return Feature(row=1, properties=properties, geometry=geometry)


def polygon(*rings: list) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def code_of(work, *args) -> str:
    with pytest.raises(UnjaiError) as caught:
        work(*args)
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([16.6, 99.0], "row_position_swapped"),
        ([18.8, 98.98, 300], "row_position_swapped"),
        ([599_000.0, 1_835_000.0], "row_position_outside_earth"),
        ([99.0, 91.0], "row_position_outside_earth"),
        ([-181, 10], "row_position_outside_earth"),
        ([0, 0], "row_position_outside_thailand"),
        ([-98.98, 18.8], "row_position_outside_thailand"),
        ([139.7, 35.7], "row_position_outside_thailand"),
        (["99.0", "16.6"], "row_coordinates_unreadable"),
        ([True, 16.6], "row_coordinates_unreadable"),
        ([math.nan, 16.6], "row_coordinates_unreadable"),
        ([math.inf, 16.6], "row_coordinates_unreadable"),
        ([10**400, 16.6], "row_coordinates_unreadable"),
        ([99.0], "row_coordinates_unreadable"),
        ([[99.0, 16.6]], "row_coordinates_unreadable"),
        ("99,16", "row_coordinates_unreadable"),
        (None, "row_coordinates_unreadable"),
        ({}, "row_coordinates_unreadable"),
    ],
)
def test_positions_that_are_none(value, code):
    assert code_of(position_of, value) == code


def test_a_height_is_dropped_and_seven_decimals_kept():
    assert position_of([99.123456789, 16.6, 312.5]) == (99.1234568, 16.6)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([], "import_not_features"),
        ("x", "import_not_features"),
        ({"type": "Point", "coordinates": [99, 16]}, "import_not_features"),
        ({"type": "FeatureCollection"}, "import_not_features"),
        ({"type": "FeatureCollection", "features": {}}, "import_not_features"),
        ({"type": "FeatureCollection", "features": []}, "import_empty"),
        ({"type": "FeatureCollection", "features": [1] * 200_001}, "import_too_many"),
        (
            {
                "type": "FeatureCollection",
                "features": [{}],
                "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32647"}},
            },
            "import_crs",
        ),
        ({"type": "FeatureCollection", "features": [{}], "crs": 5}, "import_crs"),
    ],
)
def test_whole_files_that_are_none(document, code):
    assert code_of(features_of, document) == code


def test_one_feature_and_the_usual_crs_are_taken():
    assert len(features_of({"type": "Feature", "properties": None, "geometry": None})) == 1
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    items = [{"type": "Feature", "geometry": None}, 5, {"type": "Feature", "properties": []}]
    found = features_of({"type": "FeatureCollection", "crs": crs, "features": items})
    assert [type(item) for item in found] == [Feature, Broken, Broken]
    assert [item.row for item in found] == [1, 2, 3]


def test_geometry_of_another_type_is_refused_and_a_multi_of_one_taken():
    assert code_of(point_of, feature(None)) == "row_geometry_missing"
    assert code_of(point_of, feature({"type": "LineString", "coordinates": []})) == "row_geometry_wrong"
    assert code_of(line_of, feature({"type": "Point", "coordinates": [99, 16]})) == "row_geometry_wrong"
    assert code_of(point_of, feature({"type": "Point"})) == "row_coordinates_unreadable"
    assert point_of(feature({"type": "MultiPoint", "coordinates": [[99.0, 16.0]]})) == (99.0, 16.0)
    two = {"type": "MultiPoint", "coordinates": [[99.0, 16.0], [99.1, 16.0]]}
    assert code_of(point_of, feature(two)) == "row_geometry_wrong"
    same = {"type": "LineString", "coordinates": [[99.0, 16.0], [99.0, 16.0]]}
    assert code_of(line_of, feature(same)) == "row_line_too_short"


def test_an_open_ring_is_closed_and_said():
    notes: list[str] = []
    shape = polygon_of(feature(polygon(SQUARE[:-1])), lambda code, **_: notes.append(code))
    assert notes == ["note_ring_closed"]
    assert shape.equals(shapely.Polygon(SQUARE))


def test_rings_that_hold_nothing_are_refused():
    def read(*rings):
        return polygon_of(feature(polygon(*rings)), lambda *_, **__: None)

    assert code_of(read) == "row_coordinates_unreadable"
    assert code_of(read, SQUARE[:2]) == "row_ring_too_short"
    assert code_of(read, [SQUARE[0]] * 5) == "row_ring_too_short"
    assert code_of(read, [SQUARE[0], SQUARE[1], SQUARE[0]]) == "row_ring_too_short"
    tiny = [[99.0, 16.6], [99.000001, 16.6], [99.000001, 16.600001], [99.0, 16.6]]
    assert code_of(read, tiny) == "row_area_none"
    bow = [[99.0, 16.6], [99.01, 16.61], [99.01, 16.6], [99.0, 16.61], [99.0, 16.6]]
    assert code_of(read, bow) == "row_ring_crosses"


def test_a_small_flaw_is_mended_and_said():
    spike = [[99.0, 16.6], [99.01, 16.6], [99.02, 16.6], [99.01, 16.6], [99.01, 16.61], [99.0, 16.61], [99.0, 16.6]]
    notes: list[str] = []
    shape = polygon_of(feature(polygon(spike)), lambda code, **_: notes.append(code))
    assert notes == ["note_ring_mended"]
    assert shape.is_valid
    assert area_m2(shape) == pytest.approx(area_m2(shapely.Polygon(SQUARE)), rel=0.001)


def test_areas_are_those_of_the_ellipsoid_whatever_the_turn():
    shape = shapely.Polygon(SQUARE)
    assert area_m2(shape) == pytest.approx(1_180_300, rel=0.001)  # 1,066.9 m × 1,106.5 m
    assert area_m2(shapely.Polygon(SQUARE[::-1])) == pytest.approx(area_m2(shape))
    hole = [[99.002, 16.602], [99.004, 16.602], [99.004, 16.604], [99.002, 16.604], [99.002, 16.602]]
    assert area_m2(shapely.Polygon(SQUARE, [hole])) < area_m2(shape)


def test_stored_polygons_turn_as_rfc_7946_wants():
    stored = geojson_of(shapely.Polygon(SQUARE[::-1]))
    assert shapely.LinearRing(stored["coordinates"][0]).is_ccw
    assert shape_of(stored).equals(shapely.Polygon(SQUARE))


def test_shares_outside():
    outer = shapely.box(0, 0, 2, 2)
    assert outside_share(shapely.box(1, 1, 2, 2), outer) == 0.0
    assert outside_share(shapely.box(1, 0, 3, 2), outer) == 0.5
    assert outside_share(shapely.box(5, 5, 6, 6), outer) == 1.0


# ── junk ─────────────────────────────────────────────────────────────────────────────────────────

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)
NEARLY = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "properties": st.dictionaries(
            st.sampled_from(
                [
                    "name_th",
                    "kind",
                    "key",
                    "code",
                    "zone",
                    "station",
                    "u",
                    "v",
                    "class",
                    "oneway",
                    "length_m",
                    "lit",
                    "area_km2",
                    "households",
                    "settings",
                    "silent_after_s",
                    "started_on",
                    "installed_on",
                    "id",
                ]
            ),
            JSON | st.sampled_from(["zone", "risk", "camera", "bank", "main", "-1", "๒๕๖๙", "22/11/69"]),
            max_size=8,
        )
        | JSON,
        "geometry": st.fixed_dictionaries(
            {
                "type": st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection"]),
                "coordinates": JSON
                | st.lists(st.tuples(st.floats(98, 105), st.floats(6, 20)).map(list), max_size=6)
                | st.lists(st.lists(st.tuples(st.floats(98, 105), st.floats(6, 20)).map(list), max_size=7), max_size=2)
                | st.tuples(st.floats(98, 105), st.floats(6, 20)).map(list),
            }
        )
        | st.none()
        | JSON,
        "id": JSON,
    }
)
ANY_FILE = st.one_of(
    JSON,
    st.fixed_dictionaries({"type": st.just("FeatureCollection"), "features": st.lists(NEARLY | JSON, max_size=4)}),
    st.fixed_dictionaries(
        {
            "coords": st.lists(st.floats(5, 105) | JSON, max_size=8),
            "edges": st.lists(st.integers(-1, 5) | JSON, max_size=9),
        }
    ),
)
GROUND = Ground(station_id=1, station_code="สภ.ทดสอบ", zones={"z": shapely.Polygon(SQUARE)})


@given(ANY_FILE)
def test_no_file_breaks_a_reader(document):
    """Whatever comes: rows are taken or refused with a code, or the whole file is."""
    readers = [
        read_community,
        read_land,
        place_reader({"bank": "", "other": ""}),
        device_reader({"police": "", "other": ""}),
    ]
    for reader in readers:
        try:
            sheet = read_rows(features_of(document), lambda item, note, read=reader: read(item, note, GROUND))
        except UnjaiError:
            continue
        assert sheet.total == len(document.get("features", [0]))
    with contextlib.suppress(UnjaiError):
        read_zones(features_of(document), GROUND)
    try:
        sheet, edges = read_streets(document, {})
    except UnjaiError:
        return
    assert len({row.values["id"] for row in edges}) == len({row.key for row in edges}) == len(edges)
