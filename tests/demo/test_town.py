"""The fictional town: the same everywhere, whole, and of the size that was promised."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
import rustworkx
from shapely import LineString, Point

from unjai.demo.town import Town, geojson, plan, town
from unjai.demo.town.shapes import to_lonlat, to_xy
from unjai.model.geometry import Point as Place
from unjai.model.geometry import distance_m
from unjai.territory.facts import owner_kinds, place_kinds


@pytest.fixture(scope="module")
def here() -> Town:
    return town()


def test_it_is_the_same_in_another_process(here: Town) -> None:
    program = (
        "import hashlib, json; from unjai.demo.town import town, geojson;"
        "print(hashlib.sha256(json.dumps(geojson.collections(town())).encode()).hexdigest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "77", "PATH": ""},
    )
    ours = hashlib.sha256(json.dumps(geojson.collections(here)).encode()).hexdigest()
    assert said.stdout.strip() == ours


def test_the_zone_measures_what_was_promised(here: Town) -> None:
    assert here.zone.area == pytest.approx(1_700_000, rel=0.001)
    assert here.zone.is_valid
    lon, lat = to_lonlat((0, 0))
    assert 15.5 < lat < 17.9, "lower northern Thailand"
    assert 99.0 < lon < 101.0


def test_metres_in_the_plane_are_metres_on_earth() -> None:
    a, b = (-600.0, -400.0), (500.0, 700.0)
    (lon_a, lat_a), (lon_b, lat_b) = to_lonlat(a), to_lonlat(b)
    on_earth = distance_m(Place(lon=lon_a, lat=lat_a), Place(lon=lon_b, lat=lat_b))
    assert on_earth == pytest.approx(LineString([a, b]).length, rel=0.0005)
    assert to_xy(lon_a, lat_a) == pytest.approx(a, abs=0.05)


def test_there_are_streets_enough_of_every_class(here: Town) -> None:
    counts = Counter(edge.kind for edge in here.edges)
    assert len(here.edges) >= 1_200
    assert counts["soi"] > 2 * counts["main"]
    assert all(counts[kind] >= 40 for kind in ("main", "collector", "soi", "footpath"))
    ways = Counter(node for edge in here.edges for node in (edge.a, edge.b))
    dead_ends = sum(count == 1 for count in ways.values())
    assert 200 < dead_ends < len(ways) / 2, "a Thai town has many blind sois, but is not made of them"
    assert any(edge.oneway for edge in here.edges)


def test_everyone_can_drive_from_everywhere_to_everywhere(here: Town) -> None:
    graph = rustworkx.PyDiGraph()
    nodes = {n: graph.add_node(n) for n in sorted({n for edge in here.edges for n in (edge.a, edge.b)})}
    for edge in here.edges:
        graph.add_edge(nodes[edge.a], nodes[edge.b], None)
        if not edge.oneway:
            graph.add_edge(nodes[edge.b], nodes[edge.a], None)
    assert rustworkx.number_strongly_connected_components(graph) == 1


def test_edges_meet_where_their_nodes_are(here: Town) -> None:
    at: dict[int, tuple[float, float]] = {}
    for edge in here.edges:
        assert edge.a != edge.b
        assert edge.length_m == pytest.approx(LineString(edge.points).length, abs=0.1)
        for node, point in ((edge.a, edge.points[0]), (edge.b, edge.points[-1])):
            assert at.setdefault(node, point) == point
    assert [edge.id for edge in here.edges] == list(range(1, len(here.edges) + 1))


def test_only_laid_out_roads_and_paths_cross_the_water(here: Town) -> None:
    water = [ground for key, ground in plan.water().items() if key != "pond"]
    for edge in here.edges:
        if edge.th.startswith(("ซอย", "ตรอก")):
            assert not any(LineString(edge.points).crosses(ground) for ground in water), edge.th


def test_sois_are_numbered_the_thai_way(here: Town) -> None:
    names = {edge.th for edge in here.edges}
    assert {"ถนนสุขเกษม", "ซอยสุขเกษม 1", "ซอยสุขเกษม 2", "ซอยสุขเกษม 3"} <= names
    assert any(" แยก " in name for name in names)
    assert any(name.startswith("ตรอก") for name in names)
    assert all(edge.th and edge.en for edge in here.edges)
    assert "" not in names


def test_subzones_of_three_kinds_lie_in_the_zone_with_a_reason(here: Town) -> None:
    assert {part.kind for part in here.subzones} == {"economic", "risk", "landmark"}
    for part in here.subzones:
        assert part.ground.is_valid
        assert here.zone.buffer(0.5).contains(part.ground)
        assert 20_000 < part.ground.area < here.zone.area / 3
        assert len(part.reason_th) > 80


def test_six_communities_share_the_zone(here: Town) -> None:
    assert len(here.communities) == 6
    assert sum(c.ground.area for c in here.communities) == pytest.approx(here.zone.area, rel=0.001)
    for community in here.communities:
        assert community.ground.contains(Point(community.at))
        assert 2 < community.population / community.households < 4


def test_places_are_of_known_kinds_and_uniquely_named(here: Town) -> None:
    assert len(here.places) >= 60
    assert {place.kind for place in here.places} <= set(place_kinds())
    assert len({place.th for place in here.places}) == len(here.places)
    assert len({place.kind for place in here.places}) >= 25
    assert all(here.zone.buffer(500).contains(Point(place.at)) for place in here.places)


def test_devices_are_counted_named_and_near(here: Town) -> None:
    assert (len(here.cameras), len(here.poles), len(here.phones), len(here.units)) == (60, 8, 12, 12)
    every = (*here.cameras, *here.poles, *here.phones)
    for words in ({d.key for d in every}, {d.th for d in every}, {d.en for d in every}):
        assert len(words) == len(every)
    assert {d.owner_kind for d in every} <= set(owner_kinds())
    private = [d for d in here.cameras if d.owner_kind not in {"police", "municipality"}]
    assert len(private) == 24
    for device in (*here.cameras, *here.poles):
        assert device.at is not None
        assert here.zone.buffer(30).contains(Point(device.at)), device.th
    for camera in here.cameras:
        assert 0 <= int(str(camera.settings["heading_deg"])) < 360


def test_units_of_every_kind_speak_every_protocol(here: Town) -> None:
    assert Counter(unit.kind for unit in here.units) == {"car": 3, "motorcycle": 4, "foot": 2, "volunteer": 3}
    assert {unit.client for unit in here.units} == {"owntracks_http", "owntracks_mqtt", "osmand"}
    assert len({unit.call_sign for unit in here.units}) == 12
    volunteers = [unit.capabilities for unit in here.units if unit.kind == "volunteer"]
    assert all(unit.officer for unit in here.units if unit.kind == "volunteer"), "volunteers go with an officer"
    assert {words[0] for words in volunteers} == {"police_volunteer", "citizen_volunteer", "public_spirit"}
    assert [(shift.starts, shift.ends) for shift in here.shifts] == [
        ("00:00", "08:00"),
        ("08:00", "16:00"),
        ("16:00", "00:00"),
    ]


def test_everything_says_that_it_is_fictional(here: Town) -> None:
    for name, collection in geojson.collections(here).items():
        if name != "streets":
            assert all(feature["properties"]["fictional"] is True for feature in collection["features"]), name
    assert "สมมุติ" in geojson.zones(here)["features"][0]["properties"]["name_th"]
    for someone in (*(a.th for a in here.accounts), *(u.person_th for u in here.units)):
        assert "สมมุติ" in someone


def test_polygons_run_anticlockwise(here: Town) -> None:
    for feature in (*geojson.zones(here)["features"], *geojson.land(here)["features"]):
        ring = feature["geometry"]["coordinates"][0]
        area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring))
        assert area > 0
        assert ring[0] == ring[-1]
