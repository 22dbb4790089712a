"""From the form to a rule that runs, and back to words: checks params, finds areas, builds the sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import shapely
from pydantic import BaseModel, ValidationError

from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.picture.alerts.above import above
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.rules.facts import Words
from unjai.picture.alerts.rules.kind import AlertKind, Scope
from unjai.picture.alerts.rules.rule import Follow, Rule, Where
from unjai.picture.alerts.rules.sentence import sentence
from unjai.picture.alerts.rules.when import Hours, When
from unjai.picture.alerts.schemas import HoursIn, RuleBody, WhereIn
from unjai.territory.device_kinds import DEVICE_KINDS
from unjai.territory.rules.shapes import shape_of
from unjai.territory.view import TerritoryView

_NAMED = 3
_CORNERS = 3
UnitNames = Mapping[UUID, str]


def kind_of(key: str) -> type[AlertKind]:
    """Return a kind by its key; raise `rule_kind_unknown` (422)."""
    found = alert_kinds().get(key)
    if found is None:
        raise UnjaiError("rule_kind_unknown", 422, kind=key)
    return found


def params_of(kind: type[AlertKind], given: Mapping[str, Any]) -> BaseModel:
    """Read parameters; raise `rule_params_wrong` (422) naming the field as the form names it."""
    try:
        return kind.Params.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        raise UnjaiError("rule_params_wrong", 422, field=name, problem=problem["msg"]) from error


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _hours(spans: Iterable[HoursIn]) -> tuple[Hours, ...]:
    return tuple(Hours(start=_minutes(span.since), end=_minutes(span.until)) for span in spans)


def ring_shape(ring: list[tuple[float, float]]) -> Any:
    """Return a drawn ring as a shape; raise `rule_area_wrong` (422) for what encloses nothing."""
    shape = shapely.Polygon(ring) if len(set(ring)) >= _CORNERS else None
    if shape is None or not shape.is_valid or shape.area <= 0:
        raise UnjaiError("rule_area_wrong", 422)
    return shape


def _areas(where: WhereIn, territory: TerritoryView) -> tuple[list[Any], list[Words], bool]:
    """Return the chosen areas as shapes and words, and whether one of them is gone."""
    shapes: list[Any] = []
    names: list[Words] = []
    zones = {zone.id: zone for zone in territory.zones}
    subs = {sub.id: sub for sub in territory.subzones}
    for key in where.zone_ids:
        if key in zones:
            shapes.append(shape_of(zones[key].geometry))
            names.append(
                Words(th=f"โซน {zones[key].name_th}", en=f"the zone {zones[key].name_en or zones[key].name_th}")
            )
    for key in where.subzone_ids:
        if key in subs:
            sub = subs[key]
            shapes.append(shape_of(sub.geometry))
            names.append(Words(th=f"พื้นที่ย่อย {sub.name_th}", en=f"the sub-zone {sub.name_en or sub.name_th}"))
    if where.ring:
        shapes.append(ring_shape(where.ring))
        names.append(Words(th="พื้นที่ที่วาดไว้", en="the drawn area"))
    chosen = len(where.zone_ids) + len(where.subzone_ids) + bool(where.ring)
    return shapes, names, len(shapes) < chosen


def _and(words: list[Words]) -> Words:
    return Words(
        th=" และ".join(one.th for one in words) if len(words) < _NAMED else ", ".join(one.th for one in words),
        en=" and ".join(one.en for one in words) if len(words) < _NAMED else ", ".join(one.en for one in words),
    )


def _few(words: list[Words], more_th: str) -> Words:
    """Return up to three names, and how many more."""
    shown = _and(words[:_NAMED])
    more = len(words) - _NAMED
    return shown if more <= 0 else Words(th=f"{shown.th} และอีก {more} {more_th}", en=f"{shown.en} and {more} more")


def _who(kind: type[AlertKind], where: WhereIn, territory: TerritoryView, units: UnitNames) -> Words:
    if kind.subject != "device":
        if not where.unit_ids:
            return Words(th="สายตรวจ", en="a unit" if kind.subject == "unit" else "any unit")
        named = [units.get(key, "–") for key in where.unit_ids]
        return _few([Words(th=f"สายตรวจ {name}" if not n else name, en=name) for n, name in enumerate(named)], "ชุด")
    devices = [found for key in where.device_ids if (found := territory.device_by_id(key)) is not None]  # type: ignore[arg-type]
    named_ones = [Words(th=one.name_th, en=one.name_en or one.name_th) for one in devices]
    kinds = [DEVICE_KINDS[one] for one in where.device_kinds if one in DEVICE_KINDS]
    named_ones += [Words(th=one.th, en=f"{'an' if one.en[:1] in 'aeiouS' else 'a'} {one.en}") for one in kinds]
    return _few(named_ones, "จุด") if named_ones else Words(th="อุปกรณ์", en="a device")


def read_rule(  # noqa: PLR0917
    rule_id: UUID, version: int, body: RuleBody, station_id: StationId, territory: TerritoryView, units: UnitNames
) -> Rule:
    """Make a rule of its form. What was chosen and is gone makes it `lost`: stored rules stay readable."""
    kind = kind_of(body.kind)
    params = params_of(kind, body.params)
    shapes, names, gone = _areas(body.where, territory)
    if not shapes and not gone and kind.area == "target":
        shapes = [shape_of(zone.geometry) for zone in territory.zones]
        names = [Words(th="โซน", en="the zone")]
        gone = not shapes
    known = {device.id for device in territory.devices}
    devices = frozenset(body.where.device_ids) & known
    own_units = frozenset(body.where.unit_ids) & frozenset(units)
    lost = (gone and not shapes) or (bool(body.where.device_ids) and not devices and not body.where.device_kinds)
    lost = lost or (bool(body.where.unit_ids) and not own_units)
    shape = None
    if shapes:
        shape = shapely.union_all(shapes) if len(shapes) > 1 else shapes[0]
        shapely.prepare(shape)
    rule = Rule(
        id=rule_id,
        station_id=station_id,
        version=version,
        kind=kind,
        params=params,
        name=body.name,
        where=Where(
            devices=devices,
            device_kinds=frozenset(body.where.device_kinds),
            units=own_units,
            shape=shape,
            lost=lost,
        ),
        when=When(hours=_hours(body.when.hours), weekdays=frozenset(body.when.weekdays), quiet=_hours(body.when.quiet)),
        follow=Follow(do=body.follow.do, code=body.follow.code, priority=body.follow.priority),
        lasts_s=body.lasts_s if kind.state else 0,
        clear_s=body.clear_s if kind.state else 0,
        holdoff_s=body.holdoff_s,
    )
    area = _few(names, "พื้นที่") if names else Words(th="พื้นที่ที่ถูกลบไปแล้ว", en="an area that is gone")
    anyone = not (body.where.device_ids or body.where.device_kinds or body.where.unit_ids)
    scope = Scope(who=_who(kind, body.where, territory, units), area=area, anyone=anyone)
    code = above().code_words(body.follow.code) or Words(th=body.follow.code, en=body.follow.code)
    return _worded(rule, scope, code)


def _worded(rule: Rule, scope: Scope, code: Words) -> Rule:
    said = sentence(rule, scope, code)
    return Rule(**{**{name: getattr(rule, name) for name in Rule.__dataclass_fields__}, "sentence": said})


def check(body: RuleBody, territory: TerritoryView, units: UnitNames) -> None:
    """Raise what keeps a form from being saved; a stored rule was checked when it was saved."""
    kind = kind_of(body.kind)
    if (lack := kind.lacks(params_of(kind, body.params), len(body.where.device_ids))) is not None:
        raise UnjaiError(lack, 422)
    if not body.when.weekdays:
        raise UnjaiError("rule_weekdays_missing", 422)
    if body.where.ring:
        ring_shape(body.where.ring)
    if body.follow.do == "incident" and above().code_words(body.follow.code) is None:
        raise UnjaiError("rule_code_unknown", 422, code=body.follow.code)
    known: tuple[tuple[Iterable[UUID], Iterable[UUID], str, str], ...] = (
        (body.where.zone_ids, (one.id for one in territory.zones), "โซน", "zone"),
        (body.where.subzone_ids, (one.id for one in territory.subzones), "พื้นที่ย่อย", "sub-zone"),
        (body.where.device_ids, (one.id for one in territory.devices), "อุปกรณ์", "device"),
        (body.where.unit_ids, units, "สายตรวจ", "unit"),
    )
    for chosen, there, what_th, what_en in known:
        if not set(chosen) <= set(there):
            raise UnjaiError("rule_where_unknown", 422, what_th=what_th, what_en=what_en)
    if not set(body.where.device_kinds) <= set(DEVICE_KINDS):
        raise UnjaiError("rule_where_unknown", 422, what_th="ชนิดอุปกรณ์", what_en="kind of device")
