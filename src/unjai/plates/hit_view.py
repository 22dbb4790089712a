"""A hit as the screens see it: words, names of cameras, differing glyphs, cameras that may see the vehicle next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from unjai.model.actor import Actor
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId
from unjai.model.plate import Plate, differing, shown
from unjai.plates.rules.hits import may_undo
from unjai.plates.rules.onward import Eye, Next, Pass, kind_of, onward
from unjai.plates.schemas.hits import (
    DifferingOut,
    HitEntryOut,
    HitVehicleOut,
    PlateHitOut,
    PlateHitWholeOut,
    PlateNextOut,
    PlateNoticeOut,
    SightingOut,
)
from unjai.platform.database import Tx
from unjai.territory.view import TerritoryView, territory_of

Row = Mapping[str, Any]


def _plates(registration: str, province: str | None) -> dict[str, str]:
    plate = Plate(registration=registration, province=province)
    return {"plate_th": shown(plate), "plate_en": shown(plate, "en")}


def _vehicle(said: Row, prefix: str = "") -> HitVehicleOut:
    return HitVehicleOut(**{name: str(said.get(prefix + name) or "") for name in ("type", "colour", "marks")})


def _entry(row: Row) -> HitEntryOut:
    said: Row = row["listed"]
    names = ("reason", "legal_basis", "case_number", "requested_by", "approver_name", "instruction", "notify")
    return HitEntryOut(
        number=row["entry"],
        id=said.get("id"),
        registration=said["registration"],
        province=said.get("province"),
        partial=bool(said.get("partial")),
        **_plates(said["registration"], said.get("province")),
        **{name: str(said.get(name) or "") for name in names},
        vehicle=_vehicle(said, "vehicle_"),
        until=said.get("valid_until"),
    )


def _camera(view: TerritoryView, row: Row) -> dict[str, Any]:
    device = view.device(row["camera"])  # a box tells for several cameras and names each
    if device is None and row["device_id"] is not None:
        device = view.device_by_id(DeviceId(row["device_id"]))
    th, en = (row["camera"], row["camera"]) if device is None else (device.name_th, device.name_en or device.name_th)
    return {"camera": row["camera"], "camera_th": th, "camera_en": en, "device_id": row["device_id"]}


def _seen(view: TerritoryView, row: Row) -> dict[str, Any]:
    confidence = row["confidence"]
    return {
        "grade": row["grade"],
        "how": row["how"],
        "lon": row["lon"],
        "lat": row["lat"],
        "confidence": None if confidence is None else confidence / 1000,
        "crop": row["crop"] is not None,
        "still": row["still"] is not None,
        **_camera(view, row),
    }


def _hit(view: TerritoryView, actor: Actor, row: Row, now: datetime) -> dict[str, Any]:
    marks = None
    if row["registration"] and not row["listed"].get("partial"):
        found = differing(row["registration"], row["listed"]["registration"])
        marks = DifferingOut(read=list(found.one), listed=list(found.other))
    names: tuple[str, ...] = (
        "id",
        "state",
        "registration",
        "province",
        "first_at",
        "last_at",
        "made_at",
        "seen",
        "incident_id",
    )
    names += ("judged_at", "judged_name", "words", "lapses_at", "version", "forgotten")
    return {
        **{name: row[name] for name in names},
        **_plates(row["registration"], row["province"]),
        **_seen(view, row),
        "entry": _entry(row),
        "differing": marks,
        "vehicle": _vehicle(row["vehicle"]),
        "may_undo": row["judged_by"] == actor.key and may_undo(row["state"], row["judged_at"], now),
    }


async def hits_out(tx: Tx, actor: Actor, rows: Sequence[Row], now: datetime) -> list[PlateHitOut]:
    """Return hits in words."""
    if not rows:
        return []
    view = await territory_of(tx, StationId(rows[0]["station_id"]))
    return [PlateHitOut(**_hit(view, actor, row, now)) for row in rows]


async def notices_out(tx: Tx, rows: Sequence[Row]) -> list[PlateNoticeOut]:
    """Return notices in words."""
    if not rows:
        return []
    view = await territory_of(tx, StationId(rows[0]["station_id"]))
    told = []
    for row in rows:
        said: Row = row["said"]
        device = view.device(said["camera"])
        th, en = (device.name_th, device.name_en or device.name_th) if device else (said["camera"],) * 2
        names = ("id", "hit_id", "grade", "at", "seen_at")
        told.append(
            PlateNoticeOut(
                **{name: row[name] for name in names},
                **{name: said[name] for name in ("plate_th", "plate_en", "instruction", "incident_id")},
                camera_th=th,
                camera_en=en,
                last_at=said["seen_at"],
            )
        )
    return told


async def whole_out(tx: Tx, actor: Actor, row: Row, sightings: Sequence[Row], now: datetime) -> PlateHitWholeOut:
    """Return a hit with its sightings and the cameras ahead."""
    view = await territory_of(tx, StationId(row["station_id"]))
    names = ("observation_id", "at", "received_at")
    seen = [SightingOut(**{name: one[name] for name in names}, **_seen(view, one)) for one in sightings]
    ahead = await asyncio.to_thread(_ahead, view, row, sightings, now)
    return PlateHitWholeOut(**_hit(view, actor, row, now), sightings=seen, onward=ahead)


def _ahead(view: TerritoryView, row: Row, sightings: Sequence[Row], now: datetime) -> list[PlateNextOut]:
    cameras = {
        device.key: device
        for device in view.devices
        if device.kind == "camera" and not device.disabled and device.point is not None
    }
    eyes = [Eye(key=key, point=Point(lon=one.lon or 0.0, lat=one.lat or 0.0)) for key, one in sorted(cameras.items())]
    passes = [
        Pass(point=Point(lon=one["lon"], lat=one["lat"]), at=one["at"])
        for one in sightings
        if one["lon"] is not None and one["lat"] is not None
    ]
    found: list[Next] = onward(view.graph, eyes, passes, now, kind_of(row["vehicle"].get("type")))
    return [
        PlateNextOut(
            device_id=cameras[one.key].id,
            key=one.key,
            name_th=cameras[one.key].name_th,
            name_en=cameras[one.key].name_en or cameras[one.key].name_th,
            lon=cameras[one.key].lon or 0.0,
            lat=cameras[one.key].lat or 0.0,
            eta_s=round(one.eta_s, 1),
            road_m=round(one.road_m, 1),
            due_from=one.due_from,
            due_to=one.due_to,
            when=one.when,
        )
        for one in found
    ]
