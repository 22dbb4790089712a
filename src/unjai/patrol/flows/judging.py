"""A visit judged: everything that is known of it now is gathered, and the rules say how sure it is.

It is judged when it comes, and again when something comes that belongs to it: its photograph, or what was missing
before it in the phone's chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.clock import BANGKOK, Clock
from unjai.model.geometry import Point, distance_m
from unjai.model.ids import StationId, new_id
from unjai.model.thai import format_date, format_time
from unjai.patrol.rules import spoof
from unjai.patrol.rules.codes import Scan
from unjai.patrol.rules.duty import Stand, stand_at
from unjai.patrol.rules.pictures import apart, same_picture, unsigned
from unjai.patrol.rules.presence import Evidence, Presence, judge
from unjai.patrol.store import visits as store
from unjai.platform.database import Tx
from unjai.territory.store import org_unit_of

TRACK_WITHIN = timedelta(minutes=3)
PHOTOS_COMPARED = timedelta(days=90)


async def judged(tx: Tx, clock: Clock, row: Mapping[str, Any], checkpoint: Mapping[str, Any]) -> Presence:
    """Judge a visit's row anew and write down what came of it; a proven one may tell the owner of the place."""
    said = row["said"]
    place = Point(lon=checkpoint["lon"], lat=checkpoint["lat"])
    point = None if row["lon"] is None else Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
    photo_there, photo_bits = await _photos(tx, row)
    near, far_m = await _track(tx, row, place, checkpoint["radius_m"])
    scan = None if said["scan"] is None else Scan(**said["scan"])
    others = [
        spoof.Seen(
            at=other["happened_at"],
            point=Point(lon=other["lon"], lat=other["lat"], accuracy_m=other["accuracy_m"]),
            phone_id=other["phone_id"],
        )
        for other in await store.others_near(tx, row)
    ]
    seen = spoof.Visit(
        happened_at=row["happened_at"],
        phone_id=row["phone_id"],
        place=place,
        radius_m=checkpoint["radius_m"],
        point=point,
        scan=scan,
        mock=said["mock"],
        offset_s=said["offset_s"],
        told_after_sending_s=said["ahead_s"],
        clock_jump_s=said["jump_s"],
        photo_bits=photo_bits,
        track_far_m=far_m,
        others=others,
        chain=row["chain"],
        duty=await _duty(tx, row),
    )
    good = scan is not None and scan.verdict == "good"
    evidence = Evidence(
        code="none" if scan is None or not good or scan.form == "none" else scan.form,
        nfc=said["nfc"],
        distance_m=None if point is None else distance_m(point, place),
        accuracy_m=row["accuracy_m"],
        radius_m=checkpoint["radius_m"],
        photo=photo_there and photo_bits is None,
        dwell_s=said["dwell_s"],
        track_near=near,
        steady=spoof.steady(seen),
    )
    found = judge(evidence, spoof.doubts(seen), checkpoint["proofs"])
    parts = [asdict(part) for part in found.parts]
    judgement = {"score": found.score, "state": found.state, "parts": parts, "judged_at": clock.now()}
    await store.set_visit(tx, row["id"], **judgement)
    if found.state == "proven" and checkpoint["tell_owner"]:
        await _tell_owner(tx, clock, row, checkpoint)
    return found


async def _photos(tx: Tx, row: Mapping[str, Any]) -> tuple[bool, int | None]:
    """Tell whether a photograph has come, and in how many bits it differs from an older one, where one is the same."""
    ids = [UUID(key) for key in row["said"]["photos"]]
    kept = await store.kept_photos(tx, ids, row["account_id"]) if ids else []
    nearest: int | None = None
    for photo in kept:
        if photo["bits"] is None:
            continue
        own = unsigned(photo["bits"])
        since = photo["kept_at"] - PHOTOS_COMPARED
        for other in await store.other_bits(tx, StationId(row["station_id"]), ids, photo, since):
            bits = unsigned(other["bits"])
            if other["digest"] == photo["digest"] or same_picture(own, bits):
                nearest = min(apart(own, bits), 64 if nearest is None else nearest)
    return bool(kept), nearest


async def _track(tx: Tx, row: Mapping[str, Any], place: Point, radius_m: float) -> tuple[int, float | None]:
    """Return how many of the unit's own positions around the moment were at the place, and if none, how far it was.

    What the officer's page sent beside the scan comes from the same phone and speaks against a visit only.
    """
    device = None if row["unit_id"] is None else await store.device_of_unit(tx, row["unit_id"])
    if device is None:
        return 0, None
    near, least = 0, None
    for seen in await store.track_near(tx, device, row["happened_at"], TRACK_WITHIN):
        away = distance_m(Point(lon=seen["lon"], lat=seen["lat"]), place) - min(seen["accuracy_m"] or 0.0, 1_000.0)
        least = away if least is None else min(least, away)
        near += away <= radius_m and not seen["page"]
    return near, None if least is not None and least <= radius_m else least


async def _duty(tx: Tx, row: Mapping[str, Any]) -> Stand | None:
    """Return how a visit stands to its holder's duty; None for somebody who has no unit and never had a duty then."""
    spans = [span for _, span in await store.duties(tx, row["account_id"], row["happened_at"], row["received_at"])]
    if not spans and not await store.has_unit(tx, row["account_id"]):
        return None
    told = row["said"].get("duty_at")
    since = None if told is None else datetime.fromisoformat(told)
    return stand_at(row["happened_at"], since, spans, row["received_at"])


async def _tell_owner(tx: Tx, clock: Clock, row: Mapping[str, Any], checkpoint: Mapping[str, Any]) -> None:
    station = await org_unit_of(tx, StationId(row["station_id"]))
    at = row["happened_at"].astimezone(BANGKOK)
    named = ("ตำรวจ", "the police") if station is None else (station.name_th, station.name_en or station.name_th)
    day, hour = format_date(at.date(), "long"), format_time(at)
    place_en = checkpoint["name_en"] or checkpoint["name_th"]
    text_th = f"สายตรวจ {named[0]} เข้าตรวจ {checkpoint['name_th']} เมื่อ{day} เวลา {hour} เหตุด่วนโทร 191"
    text_en = f"A patrol of {named[1]} visited {place_en} on {at:%d %b %Y} at {at:%H:%M}. Emergency: 191"
    message = {"id": new_id(clock.now()), "station_id": row["station_id"], "visit_id": row["id"]}
    message |= {"checkpoint_id": checkpoint["id"], "text_th": text_th, "text_en": text_en, "made_at": clock.now()}
    await store.add_owner_message(tx, message)
