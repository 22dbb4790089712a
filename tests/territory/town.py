"""A small made-up town for tests: two streets that cross, a soi, a zone, places, devices."""

from typing import Any

STREETS: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": 1, "name_th": "ถนนสุขสันต์", "name_en": "Suk San Road", "class": "main", "lit": True},
            "geometry": {"type": "LineString", "coordinates": [[99.0, 16.6], [99.005, 16.6], [99.01, 16.6]]},
        },
        {
            "type": "Feature",
            "properties": {"id": 2, "name_th": "ซอยสุขสันต์ 4", "name_en": "Soi Suk San 4", "class": "soi"},
            "geometry": {"type": "LineString", "coordinates": [[99.005, 16.6], [99.005, 16.604]]},
        },
        {
            "type": "Feature",
            "properties": {"id": 3, "class": "footpath"},
            "geometry": {"type": "LineString", "coordinates": [[99.005, 16.604], [99.007, 16.604]]},
        },
    ],
}


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def file(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def dot(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


ZONES = file(
    feature(box(98.998, 16.598, 99.012, 16.606), code="z", name_th="เมืองทดสอบ", name_en="Test Town", fictional=True),
    feature(box(99.004, 16.599, 99.008, 16.602), code="m", kind="economic", name_th="ย่านตลาด", zone="z"),
)
PLACES = file(
    feature(dot(99.0045, 16.6001), code="p1", kind="market", name_th="ตลาดเช้า", name_en="Morning Market"),
    feature(dot(99.009, 16.6003), code="p2", kind="temple", name_th="วัดสุขสันต์", name_en="Wat Suk San"),
    feature(dot(99.0052, 16.603), code="p3", kind="bank", name_th="ธนาคารกรุงเทพ", name_en="Bangkok Bank"),
)
COMMUNITIES = file(feature(box(99.0, 16.6, 99.006, 16.605), code="c1", name_th="ชุมชนตลาดเก่า", name_en="Old Market"))
DEVICES = file(
    feature(dot(99.0049, 16.6), key="pole-01", kind="sos_pole", name_th="เสา SOS 01", owner_kind="municipality"),
    feature(dot(99.0051, 16.6), key="cam-01", kind="camera", name_th="กล้อง 01", settings={"heading_deg": 90}),
    feature(dot(99.0091, 16.6), key="cam-02", kind="camera", name_th="กล้อง 02"),
    feature(None, key="phone-01", kind="phone", name_th="โทรศัพท์ 01", owner_kind="police"),
)
LAND = file(feature(box(99.0, 16.605, 99.002, 16.606), code="w", kind="water", name_th="หนองน้ำ"))
