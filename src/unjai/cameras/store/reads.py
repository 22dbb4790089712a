"""What is asked of the registry. A camera without a row of its own (imported as a device) has the defaults."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Date, and_, case, exists, func, literal, or_, select

from unjai.cameras.rules.registry import PRIVATE_OWNERS, channel_url
from unjai.cameras.secrets import Login, readable
from unjai.cameras.specs import Counter, Polygon, Stream, StreamKind
from unjai.cameras.store.counts import every_counter
from unjai.cameras.store.tables import (
    camera,
    camera_consent,
    camera_picture,
    camera_point,
    camera_request,
    camera_request_step,
    camera_source,
)
from unjai.model.ids import DeviceId, StationId
from unjai.people.vault import Vault
from unjai.platform.database import Tx
from unjai.territory.store import device

_DEVICE = ("id", "station_id", "key", "name_th", "name_en", "owner_kind", "owner_name", "lon", "lat", "disabled")
_OWN = (
    "point_id",
    "source_id",
    "channel",
    "funder",
    "height_m",
    "reach_night_m",
    "main_url",
    "sub_url",
    "record",
    "keep_days",
    "analyse",
    "read_plates",
    "plate_lane",
    "plate_direction",
    "masks",
    "mask_copies",
    "calibration",
    "onvif_url",
    "onvif_profile",
    "ptz",
    "changed_at",
)
DEFAULTS: dict[str, Any] = {
    "state": "working",
    "kind": "rtsp",
    "channel": "",
    "funder": "",
    "main_url": "",
    "sub_url": "",
    "record": True,
    "keep_days": 30.0,
    "analyse": False,
    "read_plates": False,
    "plate_lane": "",
    "plate_direction": "",
    "masks": [],
    "mask_copies": True,
    "calibration": [],
    "onvif_url": "",
    "onvif_profile": "",
    "ptz": False,
}
"""What a camera has that nobody has registered yet."""


def _query() -> Any:
    joined = (
        device.outerjoin(camera, camera.c.device_id == device.c.id)
        .outerjoin(camera_source, camera_source.c.id == camera.c.source_id)
        .outerjoin(camera_point, camera_point.c.id == camera.c.point_id)
    )
    number = device.c.settings
    return (
        select(
            *(device.c[name] for name in _DEVICE),
            device.c.installed_on,
            number["heading_deg"].as_float().label("bearing_deg"),
            number["fov_deg"].as_float().label("fov_deg"),
            number["range_m"].as_float().label("reach_day_m"),
            func.coalesce(number["onvif_events"].as_string() == "true", literal(False)).label("events"),  # noqa: FBT003
            camera.c.device_id.is_not(None).label("registered"),
            camera.c.state,
            camera.c.kind,
            *(camera.c[name] for name in _OWN),
            camera.c.sealed,
            camera_source.c.code.label("source_code"),
            camera_source.c.name_th.label("source_name_th"),
            camera_source.c.name_en.label("source_name_en"),
            camera_source.c.main_template,
            camera_source.c.sub_template,
            camera_source.c.sealed.label("source_sealed"),
            camera_source.c.disabled.label("source_disabled"),
            camera_point.c.code.label("point_code"),
            camera_point.c.name_th.label("point_name_th"),
            camera_point.c.name_en.label("point_name_en"),
        )
        .select_from(joined)
        .where(device.c.kind == "camera")
    )


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """Fill defaults in, and say the addresses that count: a camera's own, else those of its source."""
    told = {name: DEFAULTS[name] if row[name] is None else row[name] for name in DEFAULTS}
    row = {**row, **told}
    for name in ("main", "sub"):
        own = row[f"{name}_url"]
        row[f"{name}_used"] = own or channel_url(row[f"{name}_template"] or "", row["channel"])
    row["has_login"] = row["sealed"] is not None
    row["has_source_login"] = row["source_sealed"] is not None
    return row


async def longest_kept_days(tx: Tx, station_id: StationId) -> float:
    """Return how many days the station's camera that keeps its recordings longest keeps them; 0 where none records."""
    days = func.coalesce(camera.c.keep_days, DEFAULTS["keep_days"])
    joined = device.outerjoin(camera, camera.c.device_id == device.c.id)
    records = func.coalesce(camera.c.record, DEFAULTS["record"]).is_(True)
    theirs = device.c.kind == "camera", device.c.station_id == station_id, records
    return float(await tx.scalar(select(func.max(days)).select_from(joined).where(*theirs)) or 0)


async def cameras_of(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return the station's cameras by key, planned, retired and unregistered ones too."""
    query = _query().where(device.c.station_id == station_id).order_by(device.c.key)
    return [_whole(row) for row in await tx.all(query)]


async def camera_of(tx: Tx, camera_id: UUID) -> dict[str, Any] | None:
    """Return one camera of the actor's stations."""
    row = await tx.one(_query().where(device.c.id == camera_id))
    return None if row is None else _whole(row)


def _holds(on: date | None) -> tuple[Any, Any]:
    day = func.timezone("Asia/Bangkok", func.now()).cast(Date) if on is None else literal(on, Date)
    mine = camera_consent.c.device_id == device.c.id
    held = and_(
        camera_consent.c.from_on <= day, or_(camera_consent.c.until_on.is_(None), camera_consent.c.until_on >= day)
    )
    return exists(select(camera_consent.c.id).where(mine)), exists(select(camera_consent.c.id).where(mine, held))


async def streams(tx: Tx, vault: Vault | None = None, on: date | None = None) -> list[Stream]:
    """Return every camera in scope that has an address, as the worker needs it, by station and key.

    `vault` opens the logins (`cameras.secrets.vault_of(data)`); without it, or where one cannot be read, user name and
    password are None. `on` is the Bangkok day that consents are held against, by default the database's. Not `enabled`:
    what is planned, retired, disabled, or private with papers of which none holds today. Ask anew at each
    `cameras.changed`, and now and then: a consent ends without a word.
    """
    some, holding = _holds(on)
    lacks = and_(device.c.owner_kind.in_(sorted(PRIVATE_OWNERS)), some, ~holding)
    query = _query().add_columns(case((lacks, False), else_=True).label("agreed"))
    rows = [_whole(row) for row in await tx.all(query.order_by(device.c.station_id, device.c.key))]
    drawn = await every_counter(tx)
    return [_stream(row, vault, tuple(map(_counter, drawn.get(row["id"], ())))) for row in rows if row["main_used"]]


def login_of(vault: Vault | None, row: dict[str, Any]) -> Login | None:
    """Return the login that counts for a camera's row: its own, else its source's."""
    if row["sealed"] is not None:
        return readable(vault, row["id"], row["sealed"])
    return readable(vault, row["source_id"], row["source_sealed"]) if row["source_sealed"] is not None else None


def _stream(row: dict[str, Any], vault: Vault | None, counters: tuple[Counter, ...]) -> Stream:
    login = login_of(vault, row)
    used = row["state"] == "working" and not row["disabled"] and not row["source_disabled"]
    masks = tuple(cast("Polygon", tuple((float(x), float(y)) for x, y in ring)) for ring in row["masks"])
    return Stream(
        camera_id=DeviceId(row["id"]),
        station_id=StationId(row["station_id"]),
        key=row["key"],
        kind=cast("StreamKind", row["kind"]),
        main_url=row["main_used"],
        sub_url=row["sub_used"] or None,
        username=None if login is None else login.username,
        password=None if login is None else login.password,
        record=row["record"],
        keep_days=row["keep_days"],
        masks=masks,
        mask_copies=row["mask_copies"],
        analyse=row["analyse"],
        read_plates=row["analyse"] and row["read_plates"],
        plate_lane=row["plate_lane"],
        plate_direction=row["plate_direction"],
        enabled=bool(used and row["agreed"]),
        ptz=row["ptz"],
        counters=counters,
        calibration=tuple(((one["x"], one["y"]), (one["lon"], one["lat"])) for one in row["calibration"]),
    )


def _counter(row: dict[str, Any]) -> Counter:
    return Counter(id=row["id"], kind=row["kind"], corners=tuple((float(x), float(y)) for x, y in row["corners"]))


async def points_of(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return the station's points by code."""
    own = camera_point.c.station_id == station_id
    return await tx.all(select(camera_point).where(own).order_by(camera_point.c.code))


async def point_of(tx: Tx, point_id: UUID) -> dict[str, Any] | None:
    """Return one point."""
    return await tx.one(select(camera_point).where(camera_point.c.id == point_id))


async def sources_of(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return the station's sources by code, each with how many cameras hang on it."""
    many = select(func.count()).where(camera.c.source_id == camera_source.c.id).scalar_subquery().label("cameras")
    own = camera_source.c.station_id == station_id
    return await tx.all(select(camera_source, many).where(own).order_by(camera_source.c.code))


async def source_of(tx: Tx, source_id: UUID) -> dict[str, Any] | None:
    """Return one source."""
    return await tx.one(select(camera_source).where(camera_source.c.id == source_id))


async def consents_of(tx: Tx, camera_id: UUID) -> list[dict[str, Any]]:
    """Return a camera's consents, the newest first."""
    own = camera_consent.c.device_id == camera_id
    return await tx.all(
        select(camera_consent).where(own).order_by(camera_consent.c.from_on.desc(), camera_consent.c.id)
    )


async def station_consents(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return all consents of a station."""
    return await tx.all(select(camera_consent).where(camera_consent.c.station_id == station_id))


async def consent_of(tx: Tx, consent_id: UUID) -> dict[str, Any] | None:
    """Return one consent."""
    return await tx.one(select(camera_consent).where(camera_consent.c.id == consent_id))


async def requests_of(tx: Tx, station_id: StationId, camera_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return angle requests, the newest first."""
    query = select(camera_request).where(camera_request.c.station_id == station_id)
    if camera_id is not None:
        query = query.where(camera_request.c.device_id == camera_id)
    return await tx.all(query.order_by(camera_request.c.asked_at.desc(), camera_request.c.id))


async def request_of(tx: Tx, request_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """Return one angle request; `lock` holds it for this transaction."""
    query = select(camera_request).where(camera_request.c.id == request_id)
    return await tx.one(query.with_for_update() if lock else query)


async def steps_of(tx: Tx, request_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return what was done at requests, oldest first."""
    found: dict[UUID, list[dict[str, Any]]] = {key: [] for key in request_ids}
    query = select(camera_request_step).where(camera_request_step.c.request_id.in_(request_ids))
    for row in await tx.all(query.order_by(camera_request_step.c.at, camera_request_step.c.id)):
        found[row["request_id"]].append(row)
    return found


async def pictures_of(tx: Tx, request_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the pictures of requests, oldest first."""
    found: dict[UUID, list[dict[str, Any]]] = {key: [] for key in request_ids}
    query = select(camera_picture).where(camera_picture.c.request_id.in_(request_ids))
    for row in await tx.all(query.order_by(camera_picture.c.at, camera_picture.c.id)):
        found[row["request_id"]].append(row)
    return found


async def picture_of(tx: Tx, picture_id: UUID) -> dict[str, Any] | None:
    """Return one picture's row."""
    return await tx.one(select(camera_picture).where(camera_picture.c.id == picture_id))
