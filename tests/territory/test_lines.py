"""Street files to edges: cut where lines meet, the same numbers from import to import."""

import copy
import json

import pytest

from tests.conftest import shared_data
from unjai.model.errors import UnjaiError
from unjai.territory.rules.lines import KnownEdge, read_streets
from unjai.territory.rules.sheet import Row
from unjai.territory.streets import Edge, StreetGraph


def collection(*lines: tuple[list, dict]) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": p, "geometry": {"type": "LineString", "coordinates": line}}
            for line, p in lines
        ],
    }


def known(rows: list[Row]) -> dict[str, KnownEdge]:
    return {
        row.key: KnownEdge(
            id=row.values["id"],
            node_a=row.values["node_a"],
            node_b=row.values["node_b"],
            first=tuple(row.values["geometry"]["coordinates"][0]),
            last=tuple(row.values["geometry"]["coordinates"][-1]),
        )
        for row in rows
    }


def graph_of(rows: list[Row]) -> StreetGraph:
    return StreetGraph.of(
        Edge(
            id=row.values["id"],
            node_a=row.values["node_a"],
            node_b=row.values["node_b"],
            coordinates=tuple(map(tuple, row.values["geometry"]["coordinates"])),
            length_m=row.values["length_m"],
            street_class=row.values["class"],
            oneway=row.values["oneway"],
        )
        for row in rows
    )


CROSS = collection(
    ([[99.0, 16.6], [99.001, 16.6], [99.002, 16.6]], {"name_th": "ถนนหนึ่ง", "highway": "secondary"}),
    ([[99.001, 16.599], [99.001, 16.6], [99.001, 16.601]], {"name_th": "ซอย 2", "highway": "residential"}),
    ([[99.002, 16.6], [99.003, 16.6]], {"class": "footpath", "lit": "no"}),
)


def test_lines_are_cut_where_they_meet():
    sheet, rows = read_streets(CROSS, {})
    assert (sheet.total, len(rows), sheet.refused, sheet.warnings) == (3, 5, [], [])
    graph = graph_of(rows)
    assert (graph.node_count, graph.pieces) == (6, 1)
    assert [row.values["class"] for row in rows] == ["main", "main", "soi", "soi", "footpath"]
    assert rows[4].values["lit"] is False


def test_numbers_stay_from_import_to_import():
    _, rows = read_streets(CROSS, {})
    _, again = read_streets(CROSS, known(rows))
    assert [row.values for row in again] == [row.values for row in rows]
    turned = copy.deepcopy(CROSS)
    turned["features"].reverse()
    _, mixed = read_streets(turned, known(rows))
    assert {row.key: row.values for row in mixed} == {row.key: row.values for row in rows}
    more = copy.deepcopy(CROSS)
    more["features"].append(collection(([[99.003, 16.6], [99.004, 16.6]], {}))["features"][0])
    _, longer = read_streets(more, known(rows))
    assert {row.key: row.values for row in rows}.items() <= {row.key: row.values for row in longer}.items()
    assert graph_of(longer).pieces == 1


def test_a_later_file_joins_the_streets_that_stand():
    _, rows = read_streets(CROSS, {})
    sheet, added = read_streets(collection(([[99.003, 16.6], [99.003, 16.601]], {"code": "new"})), known(rows))
    assert not sheet.warnings
    assert graph_of(rows + added).pieces == 1
    sheet, _ = read_streets(collection(([[99.1, 16.6], [99.1, 16.601]], {"code": "far"})), known(rows))
    assert [(note.row, note.code) for note in sheet.warnings] == [(0, "note_streets_apart")]


def test_declared_ids_and_nodes_are_kept_even_zero():
    sheet, rows = read_streets(
        collection(
            ([[99.0, 16.6], [99.001, 16.6]], {"id": 0, "u": 0, "v": 7}),
            ([[99.001, 16.6], [99.002, 16.6]], {"id": 5, "u": 7, "v": 0xFFFFFFFFFF}),
            ([[99.002, 16.6], [99.003, 16.6]], {"id": 9_999_999_999}),
        ),
        {},
    )
    assert not sheet.refused
    assert [(row.values["id"], row.values["node_a"], row.values["node_b"]) for row in rows][:2] == [
        (0, 0, 7),
        (5, 7, rows[1].values["node_b"]),
    ]
    assert rows[1].values["node_b"] == rows[2].values["node_a"] < 2**31
    assert rows[2].values["id"] == 6
    assert graph_of(rows).pieces == 1


def test_a_node_in_two_places_is_refused():
    sheet, rows = read_streets(
        collection(
            ([[99.0, 16.6], [99.001, 16.6]], {"id": 1, "u": 1, "v": 2}),
            ([[99.005, 16.6], [99.006, 16.6]], {"id": 2, "u": 2, "v": 3}),
        ),
        {},
    )
    assert len(rows) == 1
    assert [(note.row, note.code) for note in sheet.refused] == [(2, "row_node_apart")]


def test_moved_streets_take_their_nodes_along():
    lines = collection(
        ([[99.0, 16.6], [99.001, 16.6]], {"id": 1, "u": 1, "v": 2}),
        ([[99.001, 16.6], [99.002, 16.6]], {"id": 2, "u": 2, "v": 3}),
    )
    _, rows = read_streets(lines, {})
    for feature in lines["features"]:
        for at in feature["geometry"]["coordinates"]:
            at[1] += 0.01
    _, moved = read_streets(lines, known(rows))
    assert [(row.values["node_a"], row.values["node_b"]) for row in moved] == [(1, 2), (2, 3)]
    _, other = read_streets(collection(([[99.5, 16.6], [99.501, 16.6]], {"id": 9, "u": 1, "v": 4})), known(rows))
    assert other[0].values["node_a"] not in {1, 2, 3}  # that number is elsewhere, in another file


def test_oneway_in_all_its_spellings():
    values = [True, "yes", 1, "-1", -1, "no", False, None, ""]
    lines = [([[99.0, 16.6 + i / 1000], [99.001, 16.6 + i / 1000]], {"oneway": v}) for i, v in enumerate(values)]
    _, rows = read_streets(collection(*lines), {})
    assert [row.values["oneway"] for row in rows] == [True] * 5 + [False] * 4
    west_to_east = [
        row.values["geometry"]["coordinates"][0][0] < row.values["geometry"]["coordinates"][1][0] for row in rows
    ]
    assert west_to_east == [True, True, True, False, False, True, True, True, True]


def test_rows_that_are_no_streets():
    sheet, rows = read_streets(
        collection(
            ([[99.0, 16.6]], {}),
            ([[99.0, 16.6], [99.0, 16.6]], {}),
            ([[16.6, 99.0], [16.6, 99.001]], {}),
            ([[99.0, 16.6], [99.001, 16.6]], {"class": "canal"}),
            ([[99.0, 16.6], [99.001, 16.6]], {"oneway": "perhaps"}),
            ([[99.0, 16.6], [99.001, 16.6]], {"length_m": "long"}),
        ),
        {},
    )
    assert rows == []
    assert [note.code for note in sheet.refused] == [
        "row_line_too_short",
        "row_line_too_short",
        "row_position_swapped",
        "row_kind_unknown",
        "row_field_wrong",
        "row_field_wrong",
    ]


def test_a_length_that_cannot_be_is_measured_instead():
    sheet, rows = read_streets(
        collection(
            ([[99.0, 16.6], [99.001, 16.6]], {"length_m": 120}),
            ([[99.0, 16.7], [99.001, 16.7]], {"length_m": 10}),
            ([[99.0, 16.8], [99.001, 16.8]], {"length_m": 5000}),
        ),
        {},
    )
    assert rows[0].values["length_m"] == 120
    assert [row.values["length_m"] for row in rows[1:]] == [pytest.approx(106.6, abs=0.3)] * 2
    assert [note.row for note in sheet.warnings if note.code == "note_length_differs"] == [2, 3]


@pytest.mark.parametrize(
    ("coordinates", "edges", "code"),
    [
        ("x", [], "import_road_graph"),
        ([99.0, 16.6, 99.1], [0, 1, 5], "import_road_graph"),
        ([99.0, 16.6], [0, 1], "import_road_graph"),
        ([], [], "import_road_graph"),
    ],
)
def test_road_graphs_that_are_none(coordinates, edges, code):
    with pytest.raises(UnjaiError) as caught:
        read_streets({"coords": coordinates, "edges": edges}, {})
    assert caught.value.code == code


def test_a_road_graph_row_by_row():
    document = {
        "coords": [99.0, 16.6, 99.001, 16.6, 99.001, 16.6, 16.6, 99.0],
        "edges": [0, 1, 110.0, 0, 9, 1.0, 1, 2, 0.0, 0, 3, 1.0, 0, -1, 1.0, 1, 0, "x"],
    }
    sheet, rows = read_streets(document, {})
    assert [row.values["id"] for row in rows] == [0]
    assert [(note.row, note.code) for note in sheet.refused] == [
        (2, "row_node_unknown"),
        (3, "row_line_too_short"),
        (4, "row_position_swapped"),
        (5, "row_node_unknown"),
        (6, "row_field_wrong"),
    ]


def test_the_real_road_graph_is_taken_whole():
    document = json.loads(shared_data("geo/roads/hat_yai_road_graph.json").read_bytes())
    sheet, rows = read_streets(document, {})
    assert (sheet.total, len(rows), sheet.refused, sheet.warnings) == (20_634, 20_634, [], [])
    graph = graph_of(rows)
    assert graph.node_distance_m(2734, 3936) == pytest.approx(835.9, abs=0.05)


def test_real_zone_roads_with_and_without_their_nodes():
    document = json.loads(shared_data("geo/roads/cpk_zone_roads.geojson").read_bytes())
    sheet, rows = read_streets(document, {})
    assert (len(rows), sheet.refused) == (1243, [])
    with_nodes = graph_of(rows)
    for feature in document["features"]:
        feature["properties"] = {}
    sheet, rows = read_streets(document, {})
    assert (len(rows), sheet.refused) == (1243, [])
    assert graph_of(rows).pieces == with_nodes.pieces
