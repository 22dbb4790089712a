"""The register as screens see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from unjai.cameras.flows.changes import MANAGE, the_camera
from unjai.cameras.flows.sight import Sight, view_of
from unjai.cameras.rules import requests as life
from unjai.cameras.rules.registry import in_force, paper_of
from unjai.cameras.rules.sight import sector
from unjai.cameras.schemas.registry import CameraOut, ConsentOut, Named, SeenOut, SourceOut
from unjai.cameras.schemas.requests import JudgedOut, PictureOut, RequestOut, StepOut
from unjai.cameras.store import reads
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.people.rules.posts import today
from unjai.platform.database import Tx

_HIDDEN = ("main_url", "sub_url", "onvif_url", "onvif_profile", "channel")


async def cameras(tx: Tx, actor: Actor, clock: Clock) -> list[CameraOut]:
    """Return every camera of the station."""
    actor.must("camera.read")
    rows = await reads.cameras_of(tx, actor.station)
    papers: dict[UUID, list[dict[str, Any]]] = {}
    for one in await reads.station_consents(tx, actor.station):
        papers.setdefault(one["device_id"], []).append(one)
    asked: dict[UUID, str] = {}
    for one in reversed(await reads.requests_of(tx, actor.station)):
        asked[one["device_id"]] = one["state"]
    day = today(clock.now())
    return [_camera(row, papers.get(row["id"], []), asked.get(row["id"]), actor, day) for row in rows]


async def one_camera(tx: Tx, actor: Actor, clock: Clock, camera_id: UUID) -> CameraOut:
    """Return one camera; `not_found` for another station's."""
    actor.must("camera.read")
    row = await the_camera(tx, actor, camera_id)
    papers = await reads.consents_of(tx, camera_id)
    asked = await reads.requests_of(tx, StationId(row["station_id"]), camera_id)
    return _camera(row, papers, asked[0]["state"] if asked else None, actor, today(clock.now()))


def _named(row: Mapping[str, Any], what: str) -> Named | None:
    if row[f"{what}_id"] is None:
        return None
    told = {name: row[f"{what}_{name}"] for name in ("code", "name_th", "name_en")}
    return Named(id=row[f"{what}_id"], **told)


def _camera(
    row: Mapping[str, Any], papers: Sequence[Mapping[str, Any]], asked: str | None, actor: Actor, day: date
) -> CameraOut:
    manages = actor.may(MANAGE)
    held = in_force(papers, day)
    view = view_of(row)
    told = {name: row[name] for name in CameraOut.model_fields if name in row}
    if not manages:
        told |= dict.fromkeys(_HIDDEN, "")
    return CameraOut(
        **told,
        point=_named(row, "point"),
        source=_named(row, "source"),
        has_stream=bool(row["main_used"]),
        has_sub=bool(row["sub_used"]),
        paper=paper_of(row["owner_kind"], papers, day),
        consent=None if held is None or not manages else ConsentOut.model_validate(dict(held)),
        request_state=asked,
        sector_day=[] if view is None else sector(view, view.reach_day_m or 0),
        sector_night=[] if view is None else sector(view, view.reach_night_m or 0),
    )


async def sources(tx: Tx, actor: Actor) -> list[SourceOut]:
    """Return the station's sources."""
    actor.must("camera.read")
    hidden = {} if actor.may(MANAGE) else {"main_template": "", "sub_template": "", "contact": "", "note": ""}
    return [
        SourceOut(**{**row, **hidden}, has_login=row["sealed"] is not None)
        for row in await reads.sources_of(tx, actor.station)
    ]


async def requests(tx: Tx, actor: Actor, camera_id: UUID | None = None) -> list[RequestOut]:
    """Return angle requests with their steps, the open ones first, then the newest."""
    actor.must("camera.read")
    if camera_id is not None:
        await the_camera(tx, actor, camera_id)
    rows = await reads.requests_of(tx, actor.station, camera_id)
    ids = [row["id"] for row in rows]
    steps, pictures = await reads.steps_of(tx, ids), await reads.pictures_of(tx, ids)
    known = {row["id"]: row for row in await reads.cameras_of(tx, actor.station)}
    told = [_request(row, known[row["device_id"]], steps[row["id"]], pictures[row["id"]]) for row in rows]
    return sorted(told, key=lambda one: (not one.open, -one.asked_at.timestamp()))


def _request(
    row: Mapping[str, Any],
    camera: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    pictures: Sequence[Mapping[str, Any]],
) -> RequestOut:
    names = ("id", "state", "want", "want_bearing_deg", "was_bearing_deg", "asked_at", "changed_at")
    return RequestOut(
        **{name: row[name] for name in names},
        camera_id=camera["id"],
        camera_key=camera["key"],
        camera_th=camera["name_th"],
        camera_en=camera["name_en"],
        owner_name=camera["owner_name"],
        open=row["state"] in life.OPEN,
        steps=[StepOut.model_validate(dict(one)) for one in steps],
        pictures=[PictureOut.model_validate(dict(one)) for one in pictures],
        judged=None if row["judged"] is None else JudgedOut.model_validate(row["judged"]),
        moves=list(life.MOVES[row["state"]]),
    )


def seen(sight: Sight) -> SeenOut:
    """Return what is seen of the streets as figures and lines."""
    made = sight.coverage
    features = [
        {
            "type": "Feature",
            "properties": {"id": piece.edge_id, "seen": piece.seen},
            "geometry": {"type": "LineString", "coordinates": piece.line},
        }
        for piece in made.pieces
    ]
    metres = ("total_m", "seen_m", "day_only_m", "blind_m", "lit_unknown_m")
    return SeenOut(
        **{name: round(getattr(made, name), 1) for name in metres},
        cameras=sight.counted,
        unknown=list(sight.unknown),
        streets=sight.streets,
        pieces={"type": "FeatureCollection", "features": features},
    )
