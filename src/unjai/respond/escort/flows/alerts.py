"""A walk becomes an incident: where she was last, the cameras ahead and behind on her way, the nearest unit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import IncidentId, named_id
from unjai.picture.store import last_seen
from unjai.platform.database import Tx
from unjai.respond.escort.rules.line import Line, ahead_and_behind
from unjai.respond.escort.rules.walk import AlertWhy, Walk
from unjai.respond.flows.case import Case
from unjai.respond.flows.dispatch import proposals
from unjai.respond.flows.taking import NewReport, taken
from unjai.respond.words import label
from unjai.territory.records import Device
from unjai.territory.view import territory_of

KIND = "escort_alert"
_WHY = "escort.why"


def source_of(walk_id: UUID) -> str:
    """Return how reports name a walk: as citizens are named, so that her own call for help joins."""
    return f"citizen:{walk_id}"


async def raise_alert(
    tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], walk: Walk, line: Line, why: AlertWhy
) -> IncidentId:
    """Open an incident of a walk or join one, and write on it all that helps to find her.

    A duress alert is silent: nobody may ring her.
    """
    actor.must("call.take")
    now = clock.now()
    words = label(f"{_WHY}.{why}")
    last = walk.last
    report = NewReport(
        observation_id=named_id(f"escort:{row['id']}", why),
        digest=hashlib.sha256(f"{row['id']}:{why}".encode()).hexdigest(),
        channel="citizen",
        kind=KIND,
        observed_at=now if last is None else min(last.at, now),
        received_at=now,
        source=source_of(row["id"]),
        point=Point(lon=row["from_lon"], lat=row["from_lat"]) if last is None else last.point,
        text=words.th,
        silent=why == "duress",
        caller_name=row["name"],
        caller_phone=row["phone"],
        about=words_about(why),
    )
    found = await taken(tx, actor, clock, report)
    case = await Case.hold(tx, actor, clock, found.incident_id)
    facts = await facts_of(tx, actor, clock, row=row, walk=walk, line=line, why=why, case=case)
    await case.say("escort_alerted", facts)
    await case.save("escort_alerted", why=why)
    return found.incident_id


def words_about(why: AlertWhy) -> tuple[str, str]:
    """Return what the incident is about, in both languages."""
    said = label(f"{_WHY}.{why}")
    return f"เดินอุ่นใจ: {said.th}", f"watched walk: {said.en}"


async def facts_of(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    row: Mapping[str, Any],
    walk: Walk,
    line: Line,
    why: AlertWhy,
    case: Case,
) -> dict[str, Any]:
    """Return the facts of the alert: cameras ahead and behind by name and id, nearest unit, battery, silence."""
    now = clock.now()
    cameras = await _cameras(tx, case, line)
    ahead, behind = ahead_and_behind(cameras, walk.along_m)
    unit = await _nearest_unit(tx, actor, clock, case.id)
    said = label(f"{_WHY}.{why}")
    heard_s = None if walk.heard_at is None else max(0, round((now - walk.heard_at).total_seconds()))
    return {
        "walk_id": str(row["id"]),
        "alert": why,
        "alert_th": said.th,
        "alert_en": said.en,
        "lon": None if walk.last is None else walk.last.point.lon,
        "lat": None if walk.last is None else walk.last.point.lat,
        "seen_at": None if walk.last is None else _iso(walk.last.at),
        "heard_s": heard_s,
        "battery": walk.battery,
        "ahead": [_camera(one, metres) for one, metres in ahead],
        "behind": [_camera(one, metres) for one, metres in behind],
        **_spoken("ahead", ahead),
        **_spoken("behind", behind),
        **unit,
    }


async def _cameras(tx: Tx, case: Case, line: Line) -> list[tuple[Device, float]]:
    """Return the cameras beside her way that are not known to be silent."""
    here = await territory_of(tx, case.station_id)
    cameras = [one for one in here.devices if one.kind == "camera" and not one.disabled]
    silent = {
        found["device_id"]
        for found in await tx.all(
            select(last_seen.c.device_id).where(
                last_seen.c.station_id == case.station_id, last_seen.c.state.in_(("silent", "trouble"))
            )
        )
    }
    return line.beside((one, one.point) for one in cameras if one.point is not None and one.id not in silent)


def _camera(camera: Device, metres: float) -> dict[str, Any]:
    return {
        "device_id": str(camera.id),
        "name_th": camera.name_th,
        "name_en": camera.name_en,
        "metres": round(metres),
    }


def _spoken(part: str, cameras: list[tuple[Device, float]]) -> dict[str, str]:
    none = label("escort.no_camera")
    return {
        f"{part}_th": ", ".join(f"{one.name_th} ({round(m)} ม.)" for one, m in cameras) or none.th,
        f"{part}_en": ", ".join(f"{one.name_en or one.name_th} ({round(m)} m)" for one, m in cameras) or none.en,
    }


async def _nearest_unit(tx: Tx, actor: Actor, clock: Clock, incident_id: IncidentId) -> dict[str, Any]:
    """Return the unit that would be asked first, or the words for none."""
    try:
        found = [one for one in await proposals(tx, actor, clock, incident_id=incident_id) if one.askable]
    except UnjaiError:
        found = []
    if not found:
        none = label("escort.no_unit")
        return {"unit_th": none.th, "unit_en": none.en}
    best = found[0]
    return {
        "unit": best.call_sign,
        "unit_id": str(best.unit_id),
        "unit_eta_s": best.eta_s,
        "unit_th": f"{best.call_sign} ({best.reasons_th[0]})",
        "unit_en": f"{best.call_sign} ({best.reasons_en[0]})",
    }


async def tell(tx: Tx, actor: Actor, clock: Clock, *, incident_id: UUID, kind: str, why: AlertWhy | None) -> None:
    """Write on the incident what came of the walk after its alert: she says that she is fine, is heard again, ended."""
    actor.must("call.take")
    case = await Case.hold(tx, actor, clock, incident_id)
    facts: dict[str, object] = {}
    if why is not None:
        said = label(f"{_WHY}.{why}")
        facts = {"alert": why, "alert_th": said.th, "alert_en": said.en}
    await case.say(f"escort_{kind}", facts)
    await case.save("escort_told", told=kind)


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
