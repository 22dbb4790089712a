"""What a row of each kind of file says. A reader takes a feature and raises `UnjaiError` where it may not be taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from unjai.model.errors import UnjaiError
from unjai.model.ids import named_id
from unjai.territory.records import SubZone
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note, point_of, polygon_of
from unjai.territory.rules.shapes import area_m2, centre_of, geojson_of, outside_share, shape_of
from unjai.territory.rules.sheet import Row, Sheet, read_rows
from unjai.territory.words import search_key

SUBZONE_KINDS = {"economic": "เศรษฐกิจ", "risk": "มีความเสี่ยงสูง", "landmark": "สถานที่ท่องเที่ยวสำคัญ"}
ZONE_KINDS = {"zone": "พื้นที่", **SUBZONE_KINDS}
LAND_KINDS = {"water": "น้ำ", "park": "สวน", "compound": "บริเวณ", "market": "ตลาด", "field": "ทุ่ง"}
SILENT_AFTER_S = {
    "sos_pole": 120,
    "phone": 600,
    "tracker": 300,
    "camera": 120,
    "recorder": 180,
    "hook": 86_400,
    "citizen_door": 86_400,
    "signal_box": 180,
}
"""Kinds of devices, and after how many seconds without a word each counts as silent unless its row says otherwise."""

_DEVICE_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MOVES = frozenset({"phone", "tracker", "hook", "citizen_door"})
_OUTSIDE_SHARE = 0.02
_AREA_DIFFERS = 0.05
_FAR_M = 5_000.0
_CODE_LIMIT = 80
_M2_PER_KM2 = 1_000_000.0
_M_PER_DEGREE = 111_195.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What the rows are held against: the station and its zones by code, as shapes."""

    station_id: int
    station_code: str
    zones: Mapping[str, shapely.Geometry]

    def zone_id(self, code: str) -> Any:
        """Return the id a zone of this station has."""
        return named_id("zone", f"{self.station_id}:{code}")

    def zone_named(self, code: str) -> str:
        """Return the code of the zone meant: the only one where none is named. Raises `row_zone_unknown`."""
        if not code and len(self.zones) == 1:
            return next(iter(self.zones))
        if code not in self.zones:
            raise UnjaiError("row_zone_unknown", 422, zone=code, known=", ".join(self.zones) or "–")
        return code

    def zone_at(self, lon: float, lat: float) -> str:
        """Return the code of the zone that holds a point, or nothing."""
        at = shapely.Point(lon, lat)
        return next((code for code, shape in self.zones.items() if shapely.covers(shape, at)), "")


def _own(feature: Feature, ground: Ground) -> None:
    """Refuse a row that says it belongs to another station."""
    said = fields.text(feature.properties, "station")
    if said and search_key(said) != search_key(ground.station_code):
        raise UnjaiError("row_station_other", 422, station=said, own=ground.station_code)


def _code(feature: Feature, name: str, *more: object) -> str:
    """Return a row's stable key: `code`, the feature's id, or failing both what names the thing and tells it apart."""
    code = fields.text(feature.properties, "code", "id", limit=_CODE_LIMIT) or (feature.id or "")[:_CODE_LIMIT]
    if code:
        return code
    told = [f"{part:.4f}" if isinstance(part, float) else str(part) for part in more]
    return ":".join([*told, search_key(name)])[:_CODE_LIMIT]


def _declared_m2(properties: Mapping[str, Any]) -> float | None:
    for name in ("area_m2", "declared_area_m2"):
        if (area := fields.real(properties, name, 1.0, 1e12)) is not None:
            return area
    for name in ("area_km2", "area_km2_target", "declared_area_km2"):
        if (area := fields.real(properties, name, 1e-6, 1e6)) is not None:
            return area * _M2_PER_KM2
    return None


def read_zone(feature: Feature, note: Note, ground: Ground) -> Row:
    """Read a zone's border; a published area that differs by more than 5 % is noted."""
    properties = feature.properties
    _own(feature, ground)
    thai, english = fields.names(properties, "zone_name")
    shape = polygon_of(feature, note)
    area, declared = area_m2(shape), _declared_m2(properties)
    if declared is not None and abs(area - declared) > _AREA_DIFFERS * declared:
        note("note_area_differs", declared_m2=round(declared), measured_m2=round(area))
    lon, lat = centre_of(shape)
    code = _code(feature, thai)
    return Row(
        row=feature.row,
        key=code,
        values={
            "id": ground.zone_id(code),
            "code": code,
            "name_th": thai,
            "name_en": english,
            "phase": fields.text(properties, "phase", limit=40),
            "fictional": bool(fields.flag(properties, "fictional")),
            "geometry": geojson_of(shape),
            "area_m2": round(area, 1),
            "declared_area_m2": declared,
            "lon": lon,
            "lat": lat,
            "started_on": fields.day(properties, "started_on"),
        },
    )


def read_subzone(feature: Feature, note: Note, ground: Ground) -> Row:
    """Read a sub-zone; more than 2 % of it outside its zone is `row_outside_zone`."""
    properties = feature.properties
    _own(feature, ground)
    thai, english = fields.names(properties)
    zone = ground.zone_named(fields.text(properties, "zone", limit=_CODE_LIMIT))
    shape = polygon_of(feature, note)
    outside = outside_share(shape, ground.zones[zone])
    if outside > _OUTSIDE_SHARE:
        raise UnjaiError("row_outside_zone", 422, zone=zone, percent=round(outside * 100, 1))
    kind = fields.choice(properties, "kind", SUBZONE_KINDS)
    code = _code(feature, thai, zone, kind)
    return Row(
        row=feature.row,
        key=code,
        values={
            "id": named_id("subzone", f"{ground.station_id}:{code}"),
            "zone_id": ground.zone_id(zone),
            "code": code,
            "kind": kind,
            "name_th": thai,
            "name_en": english,
            "geometry": geojson_of(shape),
            "area_m2": round(area_m2(shape), 1),
            "reason_th": fields.text(properties, "reason_th", "reason", limit=500),
        },
    )


def read_zones(features: Iterable[Feature | Broken], ground: Ground) -> tuple[Sheet, list[Row], list[Row]]:
    """Read zones and sub-zones of one file, zones first. Returns the whole sheet, the zones and the sub-zones."""
    features = list(features)
    sheet = Sheet()

    def is_sub(feature: Feature | Broken) -> bool:
        return isinstance(feature, Feature) and str(feature.properties.get("kind", "")).casefold() in SUBZONE_KINDS

    def read_main(feature: Feature, note: Note) -> Row:
        fields.choice(feature.properties, "kind", ZONE_KINDS, "zone")
        return read_zone(feature, note, ground)

    read_rows([feature for feature in features if not is_sub(feature)], read_main, sheet)
    zones = list(sheet.rows)
    shapes = {row.key: shape_of(row.values["geometry"]) for row in zones}
    ground = Ground(
        station_id=ground.station_id, station_code=ground.station_code, zones={**dict(ground.zones), **shapes}
    )
    subs = Sheet()
    read_rows([feature for feature in features if is_sub(feature)], lambda f, n: read_subzone(f, n, ground), subs)
    sheet.total += subs.total
    sheet.rows += subs.rows
    sheet.refused = sorted(sheet.refused + subs.refused, key=lambda item: item.row)
    sheet.warnings = sorted(sheet.warnings + subs.warnings, key=lambda item: item.row)
    return sheet, zones, list(subs.rows)


def note_left_outside(sheet: Sheet, zones: Sequence[Row], subs: Sequence[Row], stored: Iterable[SubZone]) -> None:
    """Note stored sub-zones that a zone's new border leaves outside, unless the file brings them too."""
    borders = {row.values["id"]: (row, shape_of(row.values["geometry"])) for row in zones}
    brought = {row.key for row in subs}
    for subzone in stored:
        if subzone.zone_id not in borders or subzone.code in brought:
            continue
        row, border = borders[subzone.zone_id]
        outside = outside_share(shape_of(subzone.geometry), border)
        if outside > _OUTSIDE_SHARE:
            percent = round(outside * 100, 1)
            sheet.warn(row.row, row.key, "note_subzone_outside", name=subzone.name_th, percent=percent)


def read_community(feature: Feature, note: Note, ground: Ground) -> Row:
    """Read a community: a point, or a border whose inner point is taken."""
    properties = feature.properties
    _own(feature, ground)
    thai, english = fields.names(properties, "community_th")
    geometry = None
    if feature.geometry is not None and feature.geometry.get("type") in {"Polygon", "MultiPolygon"}:
        shape = polygon_of(feature, note)
        geometry, (lon, lat) = geojson_of(shape), centre_of(shape)
    else:
        lon, lat = point_of(feature)
    said = fields.text(properties, "zone", limit=_CODE_LIMIT)
    zone = ground.zone_named(said) if said else ground.zone_at(lon, lat)
    _note_far(lon, lat, ground, note)
    code = _code(feature, thai)
    return Row(
        row=feature.row,
        key=code,
        values={
            "id": named_id("community", f"{ground.station_id}:{code}"),
            "zone_id": ground.zone_id(zone) if zone else None,
            "code": code,
            "name_th": thai,
            "name_en": english or fields.text(properties, "community_en"),
            "lon": lon,
            "lat": lat,
            "geometry": geometry,
            "households": fields.whole(properties, "households", 0, 10_000_000),
            "population": fields.whole(properties, "population", 0, 10_000_000),
        },
    )


def place_reader(kinds: Mapping[str, object]) -> Callable[[Feature, Note, Ground], Row]:
    """Return the reader of places, whose `kind` is one of `kinds`."""

    def read(feature: Feature, note: Note, ground: Ground) -> Row:
        properties = feature.properties
        _own(feature, ground)
        thai, english = fields.names(properties)
        kind = fields.choice(properties, "kind", kinds, "other")
        lon, lat = point_of(feature)
        _note_far(lon, lat, ground, note)
        code = _code(feature, thai, kind, lon, lat)
        return Row(
            row=feature.row,
            key=code,
            values={
                "id": named_id("place", f"{ground.station_id}:{code}"),
                "code": code,
                "kind": kind,
                "name_th": thai,
                "name_en": english,
                "lon": lon,
                "lat": lat,
                "phone": fields.text(properties, "phone", limit=60),
                "house_no": fields.text(properties, "house_no"),
            },
        )

    return read


def device_reader(owner_kinds: Mapping[str, object]) -> Callable[[Feature, Note, Ground], Row]:
    """Return the reader of devices, whose owner is one of `owner_kinds`."""

    def read(feature: Feature, note: Note, ground: Ground) -> Row:
        properties = feature.properties
        _own(feature, ground)
        key = fields.text(properties, "key", "code") or feature.id or ""
        if not key:
            raise UnjaiError("row_key_missing", 422)
        if not _DEVICE_KEY.fullmatch(key):
            raise UnjaiError("row_key_wrong", 422, key=key[:60])
        kind = fields.choice(properties, "kind", SILENT_AFTER_S)
        thai, english = fields.names(properties)
        lon: float | None = None
        lat: float | None = None
        if feature.geometry is not None or kind not in _MOVES:
            lon, lat = point_of(feature)
            _note_far(lon, lat, ground, note)
        silent = fields.whole(properties, "silent_after_s", 10, 604_800)
        return Row(
            row=feature.row,
            key=key,
            values={
                "id": named_id("device", key),
                "key": key,
                "kind": kind,
                "name_th": thai,
                "name_en": english,
                "owner_kind": fields.choice(properties, "owner_kind", owner_kinds, "other"),
                "owner_name": fields.text(properties, "owner_name"),
                "lon": lon,
                "lat": lat,
                "silent_after_s": SILENT_AFTER_S[kind] if silent is None else silent,
                "settings": read_settings(kind, properties),
                "installed_on": fields.day(properties, "installed_on"),
            },
        )

    return read


def read_settings(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a device's settings; a camera's heading, field of view and range are checked."""
    settings = properties.get("settings")
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        raise fields.wrong("settings", settings, "object")
    kept: dict[str, Any] = fields.tidy_json("settings", settings)
    if kind == "camera":
        for name, high in (("heading_deg", 360.0), ("fov_deg", 360.0), ("range_m", 5_000.0)):
            value = fields.real(kept, name, 0.0, high)
            value = fields.real(properties, name, 0.0, high) if value is None else value
            if value is not None:
                kept[name] = value
    return kept


def read_land(feature: Feature, note: Note, ground: Ground) -> Row:
    """Read a piece of land drawn under the streets: water, park, compound, market, field."""
    properties = feature.properties
    _own(feature, ground)
    kind = fields.choice(properties, "kind", LAND_KINDS)
    shape = polygon_of(feature, note)
    thai = fields.text(properties, "name_th", "name")
    lon, lat = centre_of(shape)
    code = _code(feature, thai, kind, lon, lat)
    return Row(
        row=feature.row,
        key=code,
        values={
            "id": named_id("land", f"{ground.station_id}:{code}"),
            "code": code,
            "kind": kind,
            "name_th": thai,
            "name_en": fields.text(properties, "name_en"),
            "geometry": geojson_of(shape),
        },
    )


def _note_far(lon: float, lat: float, ground: Ground, note: Note) -> None:
    """Note a position more than 5 km from every zone of the station."""
    if not ground.zones:
        return
    away = min(float(shapely.distance(shape, shapely.Point(lon, lat))) for shape in ground.zones.values())
    if away * _M_PER_DEGREE > _FAR_M:
        note("note_far", km=round(away * _M_PER_DEGREE / 1000, 1))
