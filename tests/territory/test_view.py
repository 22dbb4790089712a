"""Addresses, names and reach in a town made in memory."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from tests.territory import town
from unjai.model.geometry import Point
from unjai.territory import facts
from unjai.territory.records import Community, Device, OrgUnit, Place, SubZone, Zone
from unjai.territory.rules.geojson import features_of
from unjai.territory.rules.lines import read_streets
from unjai.territory.rules.rows import Ground, device_reader, place_reader, read_community, read_zones
from unjai.territory.rules.sheet import read_rows
from unjai.territory.streets import Edge, StreetGraph
from unjai.territory.view import TerritoryView

STATION = OrgUnit(
    id=7, parent_id=1, path="1.7", code="สภ.ทดสอบ", level="station", name_th="สถานีทดสอบ", name_en="Test Station"
)


def build() -> TerritoryView:
    ground = Ground(station_id=7, station_code="สภ.ทดสอบ", zones={})
    _, zones, subs = read_zones(features_of(town.ZONES), ground)

    def rows(reader, body):
        return read_rows(features_of(body), lambda item, note: reader(item, note, ground)).rows

    _, edges = read_streets(town.STREETS, {})
    graph = StreetGraph.of(
        Edge(
            id=row.values["id"],
            node_a=row.values["node_a"],
            node_b=row.values["node_b"],
            coordinates=tuple(map(tuple, row.values["geometry"]["coordinates"])),
            street_class=row.values["class"],
            name_th=row.values["name_th"],
            name_en=row.values["name_en"],
            lit=row.values["lit"],
        )
        for row in edges
    )
    devices = rows(device_reader(facts.owner_kinds()), town.DEVICES)
    return TerritoryView(
        station_id=7,
        version=1,
        stamp=uuid4(),
        station=STATION,
        zones=tuple(Zone(station_id=7, **row.values) for row in zones),
        subzones=tuple(SubZone(station_id=7, **row.values) for row in subs),
        communities=tuple(Community(station_id=7, **row.values) for row in rows(read_community, town.COMMUNITIES)),
        places=tuple(Place(station_id=7, **row.values) for row in rows(place_reader(facts.place_kinds()), town.PLACES)),
        land=(),
        devices=tuple(
            Device(station_id=7, unit_id=None, disabled=False, mark=mark, **row.values)
            for mark, row in enumerate(devices, 1)
        ),
        graph=graph,
    )


VIEW = build()


@pytest.mark.parametrize(
    ("lon", "lat", "thai", "english"),
    [
        (99.0042, 16.60002, "ถนนสุขสันต์ · หน้าตลาดเช้า (33 ม.)", "Suk San Road · in front of Morning Market (33 m)"),
        (99.0046, 16.60002, "ถนนสุขสันต์ ใกล้ซอยสุขสันต์ 4 · หน้าตลาดเช้า (14 ม.)", None),
        (99.00505, 16.60001, "ถนนสุขสันต์ ตัดซอยสุขสันต์ 4 · ใกล้ตลาดเช้า (60 ม.)", None),
        (99.0045, 16.60008, "ถนนสุขสันต์ ใกล้ซอยสุขสันต์ 4 · ที่ตลาดเช้า", None),
        (99.0005, 16.6009, "ใกล้ถนนสุขสันต์ (100 ม.)", "near Suk San Road (100 m)"),
        (99.0022, 16.6036, "ในชุมชนตลาดเก่า", "in Old Market"),
        (99.0001, 16.6078, "นอกแผนที่ของสถานี (16.60780, 99.00010)", "off the station's map (16.60780, 99.00010)"),
        (99.0085, 16.6022, "ไม่ทราบชื่อสถานที่ (16.60220, 99.00850)", "place not known by name (16.60220, 99.00850)"),
    ],
)
def test_addresses(lon, lat, thai, english):
    found = VIEW.address_of(Point(lon=lon, lat=lat))
    assert found.text_th == thai
    if english:
        assert found.text_en == english


@pytest.mark.parametrize(
    ("lon", "lat", "thai"),
    [
        (99.0042, 16.60002, "ถนนสุขสันต์ · หน้า 7-Eleven (33 ม.)"),
        (99.0045, 16.60008, "ถนนสุขสันต์ ใกล้ Soi 4 · ที่ 7-Eleven"),
        (99.00505, 16.60001, "ถนนสุขสันต์ ตัด Soi 4 · ใกล้ 7-Eleven (60 ม.)"),
        (99.0053, 16.6035, "ใกล้ Soi 4 (32 ม.) · ใกล้ธนาคารกรุงเทพ (56 ม.)"),
    ],
)
def test_a_name_in_other_letters_stands_apart_from_the_thai_word_before_it(lon, lat, thai):
    graph = StreetGraph.of(
        replace(edge, name_th="", name_en="Soi 4") if edge.name_th == "ซอยสุขสันต์ 4" else edge
        for edge in VIEW.graph.edges
    )
    places = tuple(replace(one, name_th="7-Eleven") if one.code == "p1" else one for one in VIEW.places)
    foreign = replace(VIEW, graph=graph, places=places)
    assert foreign.address_of(Point(lon=lon, lat=lat)).text_th == thai


def test_an_address_says_what_it_knows_part_by_part():
    found = VIEW.address_of(Point(lon=99.0046, lat=16.60002))
    assert (found.street_th, found.crossing_th, found.nearest_place_th) == ("ถนนสุขสันต์", "ซอยสุขสันต์ 4", "ตลาดเช้า")
    assert (found.community_th, found.inside_zone, found.known) == ("ชุมชนตลาดเก่า", True, True)
    nowhere = VIEW.address_of(Point(lon=99.0085, lat=16.6022))
    assert (nowhere.known, nowhere.street_th, nowhere.place_distance_m) == (False, "", None)
    empty = replace(VIEW, graph=StreetGraph.of([]), places=(), communities=(), zones=(), subzones=())
    assert empty.address_of(Point(lon=99.0, lat=16.6)).text_th == "ไม่ทราบชื่อสถานที่ (16.60000, 99.00000)"
    assert empty.centre is None
    assert not empty.inside_zone(Point(lon=99.0, lat=16.6))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("สุขสันต์", ("street", "ถนนสุขสันต์")),
        ("ถ.สุขสันต์", ("street", "ถนนสุขสันต์")),
        ("ซอยสุขสันต์ ๔", ("street", "ซอยสุขสันต์ 4")),
        ("suk san", ("street", "ถนนสุขสันต์")),
        ("wat", ("place", "วัดสุขสันต์")),
        ("ตลาดเชา", ("place", "ตลาดเช้า")),
        ("ตลาด\u200bเช้า", ("place", "ตลาดเช้า")),
        ("ตลาดเก่า", ("community", "ชุมชนตลาดเก่า")),
        ("pole-01", ("device", "เสา SOS 01")),
        ("เสา SOS ๐๑", ("device", "เสา SOS 01")),
        ("กรุงเทพ", ("place", "ธนาคารกรุงเทพ")),
    ],
)
def test_names_are_found_as_they_are_typed(typed, first):
    hits = VIEW.search(typed)
    assert (hits[0].type, hits[0].name_th) == first


def test_what_begins_so_comes_before_what_contains_it():
    assert [hit.name_th for hit in VIEW.search("สุขสันต์")] == ["ถนนสุขสันต์", "วัดสุขสันต์", "ซอยสุขสันต์ 4"]
    assert VIEW.search("") == VIEW.search("\u200b") == VIEW.search("ไม่มีชื่อนี้") == []
    assert len(VIEW.search("0", limit=2)) == 2


def test_a_street_is_found_once_and_lies_on_itself():
    (hit,) = [hit for hit in VIEW.search("ถนนสุขสันต์") if hit.type == "street"]
    assert VIEW.graph.snap(Point(lon=hit.lon, lat=hit.lat)).distance_m < 0.1


def test_reach_says_how_it_knows():
    to = Point(lon=99.009, lat=16.60001)
    near, far, lost = (
        Point(lon=99.0088, lat=16.6),
        Point(lon=99.001, lat=16.6),
        Point(lon=99.001, lat=16.62),
    )
    found = VIEW.reach([(far, "car"), (near, "foot"), (lost, "motorcycle"), (far, "foot")], to)
    assert [item.how for item in found] == ["road", "road", "straight", "road"]
    assert found[0].road_m == pytest.approx(853, abs=5)
    assert found[0].eta_s < found[3].eta_s
    assert found[1].road_m == pytest.approx(21, abs=1)
    assert found[2].road_m == pytest.approx(1.4 * 2365, rel=0.02)
    assert VIEW.reach([], to) == []
    empty = replace(VIEW, graph=StreetGraph.of([]))
    assert [item.how for item in empty.reach([(far, "car")], to)] == ["straight"]


def test_the_nearest_cameras():
    at = Point(lon=99.005, lat=16.6)
    assert [device.key for device, _ in VIEW.nearest_devices(at, "camera", within_m=1000)] == ["cam-01", "cam-02"]
    assert [device.key for device, _ in VIEW.nearest_devices(at, "camera")] == ["cam-01"]
    out = replace(VIEW, devices=tuple(replace(item, disabled=True) for item in VIEW.devices))
    assert out.nearest_devices(at, "camera") == []


def test_the_streets_for_the_screen_are_small_and_named_by_content():
    body, etag = VIEW.streets_body
    document = json.loads(body)
    assert len(document["features"]) == 4
    assert document["features"][0]["properties"].keys() == {"id", "name_th", "name_en", "class", "oneway", "lit"}
    assert build().streets_body[1] == etag
    assert replace(VIEW, graph=StreetGraph.of([])).streets_body[1] != etag
    assert isinstance(VIEW.stamp, UUID)
    assert VIEW.zone.started_on is None or isinstance(VIEW.zone.started_on, date)
