"""The stories of a hit: a sighting makes or joins one, a person confirms or rejects it, time lets it lapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, IncidentId, StationId, new_id
from unjai.model.plate import Plate
from unjai.plates.above import Judged, Sighted, above
from unjai.plates.events import HitChanged
from unjai.plates.flows import notices
from unjai.plates.rules.hits import (
    FORGOTTEN,
    UNDO,
    Held,
    Judgement,
    belongs,
    graded,
    lapses_at,
    may_undo,
    reports,
    stronger,
)
from unjai.plates.rules.matching import Likeness, Seen, Verdict, verdict
from unjai.plates.rules.urgency import priority_of
from unjai.plates.store import hits as store
from unjai.plates.store import notices as told
from unjai.plates.store import reads
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.dated import DatedMedia
from unjai.platform.outbox import emit
from unjai.territory.view import territory_of

SEE, JUDGE = "plates.hits", "plates.judge"
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What a camera read of one vehicle, as matching sees it; crop and still are digests of the media store."""

    observation_id: UUID
    station_id: StationId
    digest: str
    at: datetime
    received_at: datetime
    said: Seen
    camera: str
    device_id: DeviceId | None = None
    point: Point | None = None
    crop: str | None = None
    still: str | None = None
    vehicle: Mapping[str, object] | None = None


async def take_sighting(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    read: Read,
    how: Likeness,
    entry: int,
    listed: Mapping[str, Any],
) -> Row | None:
    """Let a read that resembles an entry make a hit or join one; return the hit, None where nothing came of it.

    An alarm is told to the centre as an event in this transaction. The same read and entry again change nothing.
    """
    actor.must(SEE)
    worth = verdict(read.said, how)
    if worth is None or await store.known(tx, read.observation_id, entry):
        return None
    limits, read = above().limits, await _placed(tx, read)
    grade = graded(worth, at=read.at, received_at=read.received_at)
    rows = await store.near(
        tx,
        read.station_id,
        entry=entry,
        registration=read.said.registration,
        since=read.at - limits.window,
        until=read.at + limits.window,
    )
    row = next((one for one in rows if belongs(_held(one), at=read.at, grade=grade, window=limits.window)), None)
    fresh = row is None
    facts = _facts(read)
    if row is None:
        row = await store.add_hit(
            tx,
            {
                "id": new_id(clock.now()),
                "station_id": read.station_id,
                "entry": entry,
                "listed": dict(listed),
                "registration": read.said.registration,
                "province": read.said.province,
                "grade": grade,
                "how": how,
                "state": "waiting",
                "first_at": read.at,
                "last_at": read.at,
                "made_at": clock.now(),
                "seen": 1,
                "vehicle": dict(read.vehicle or {}),
                "words": "",
                "lapses_at": lapses_at(grade, max(read.at, clock.now()), limits.lapse),
                "version": 1,
                "forgotten": False,
                **facts,
            },
        )
    else:
        grown = _grown(row, read, grade, how)
        if row["state"] in ("waiting", "lapsed"):
            until = lapses_at((row | grown)["grade"], max(read.at, clock.now()), limits.lapse)
            grown |= {"state": "waiting", "judged_at": None, "lapses_at": until}
        row = await store.change(tx, row["id"], **grown)
    own = {"observation_id": read.observation_id, "station_id": read.station_id, "entry": entry, "hit_id": row["id"]}
    when = {"at": read.at, "received_at": read.received_at, "digest": read.digest, "grade": grade, "how": how}
    await store.add_sighting(tx, {**own, **when, "province": read.said.province, "held": False, **facts})
    if reports(row["state"], row["grade"]):
        incident_id = await above().seen(tx, actor, clock, _sighted(row, read))
        if incident_id != row["incident_id"]:
            row = await store.change(tx, row["id"], incident_id=incident_id)
    if fresh:
        subject = f"plate_hit:{row['id']}"
        said = {"grade": grade, "how": how, "entry": entry, "case": listed.get("case_number")}
        await audit(tx, actor, clock, action="plates.hit", subject=subject, facts=said, station_id=read.station_id)
    if reports(row["state"], row["grade"]) or fresh:
        await notices.tell(tx, actor, clock, row=row, sure=row["state"] == "confirmed")
    await _tell(tx, clock, row)
    return row


async def _placed(tx: Tx, read: Read) -> Read:
    """Return a read with a place: its own, else that of the camera it names, else that of the box that told it."""
    if read.point is not None:
        return read
    view = await territory_of(tx, read.station_id)
    boxes = view.device(read.camera), None if read.device_id is None else view.device_by_id(read.device_id)
    return replace(read, point=next((one.point for one in boxes if one is not None and one.point is not None), None))


def _held(row: Row) -> Held:
    return Held(state=row["state"], grade=row["grade"], last_at=row["last_at"])


def _facts(read: Read) -> Row:
    confidence = read.said.confidence
    return {
        "camera": read.camera,
        "device_id": read.device_id,
        "lon": read.point.lon if read.point else None,
        "lat": read.point.lat if read.point else None,
        "confidence": None if confidence is None else round(confidence * 1000),
        "crop": read.crop,
        "still": read.still,
    }


def _grown(row: Row, read: Read, grade: Verdict, how: Likeness) -> Row:
    """Return what a further sighting changes: the newest place and pictures, the stronger grade."""
    values: Row = {"seen": row["seen"] + 1, "first_at": min(row["first_at"], read.at)}
    if read.at >= row["last_at"]:
        facts = _facts(read)
        for name in ("crop", "still"):
            facts[name] = facts[name] or row[name]
        values |= {"last_at": read.at, **facts}
    if stronger(grade, row["grade"]):
        values |= {"grade": grade, "how": how, "province": read.said.province}
    return values


def source_of(row: Mapping[str, Any]) -> str:
    """Name the vehicle of a hit: the entry, and what was read where the entry is for more than one registration."""
    read = f":{row['registration']}" if row["listed"].get("partial") else ""
    return f"plate:{row['entry']}{read}"


def _sighted(row: Row, read: Read) -> Sighted:
    return Sighted(
        observation_id=read.observation_id,
        digest=read.digest,
        source=source_of(row),
        plate=Plate(registration=row["registration"], province=row["province"]),
        at=read.at,
        received_at=read.received_at,
        point=read.point,
        device_id=read.device_id,
        camera=read.camera,
        instruction=str(row["listed"].get("instruction") or ""),
        priority=priority_of(str(row["listed"].get("reason") or ""), str(row["listed"].get("instruction") or "")),
    )


async def _tell(tx: Tx, clock: Clock, row: Row) -> None:
    await emit(tx, clock, HitChanged(station_id=StationId(row["station_id"]), hit_id=row["id"], version=row["version"]))


async def judge(
    tx: Tx, actor: Actor, clock: Clock, *, hit_id: UUID, version: int, verdict: Judgement, words: str = ""
) -> Row:
    """Confirm or reject a hit that waits (or lapsed); a confirmed one is an event at once. Return the hit.

    Raises `not_found` (404), `plate_hit_changed` (409) where `version` is not its own, `plate_hit_judged` (409).
    """
    actor.must(JUDGE)
    row = await _locked(tx, hit_id, version)
    actor = replace(actor, works_at=StationId(row["station_id"]))
    if row["state"] not in ("waiting", "lapsed") or row["forgotten"]:
        raise UnjaiError("plate_hit_judged", 409, state=row["state"], name=row["judged_name"] or "")
    now = clock.now()
    said = " ".join(words.split())
    values: Row = {"state": verdict, "judged_at": now, "judged_by": actor.key, "judged_name": actor.name, "words": said}
    if verdict == "confirmed" and row["incident_id"] is None:
        last = (await store.sightings_of(tx, [hit_id], most=1))[0]
        values["incident_id"] = await above().seen(tx, actor, clock, _sighted(row, _read(row, last)))
    row = await store.change(tx, hit_id, **values)
    if row["incident_id"] is not None:
        await above().judged(tx, actor, clock, _judged(row, verdict))
    facts = {"grade": row["grade"], "how": row["how"], "entry": row["entry"], "case": row["listed"].get("case_number")}
    facts |= {"words": said} if said else {}
    action = "plates.confirm" if verdict == "confirmed" else "plates.reject"
    await audit(tx, actor, clock, action=action, subject=f"plate_hit:{hit_id}", facts=facts)
    if verdict == "confirmed":
        await notices.tell(tx, actor, clock, row=row, sure=True)
    await _tell(tx, clock, row)
    return row


async def take_back(tx: Tx, actor: Actor, clock: Clock, *, hit_id: UUID, version: int) -> Row:
    """Take one's own verdict back: the hit waits again. An event that was opened stays, with a word on its timeline.

    Raises `not_found` (404), `plate_hit_changed` (409), `plate_hit_undo_over` (409).
    """
    actor.must(JUDGE)
    row = await _locked(tx, hit_id, version)
    actor = replace(actor, works_at=StationId(row["station_id"]))
    now = clock.now()
    if not may_undo(row["state"], row["judged_at"], now) or row["judged_by"] != actor.key:
        raise UnjaiError("plate_hit_undo_over", 409, minutes=round(UNDO.total_seconds() / 60))
    was = row["state"]
    blank = dict.fromkeys(("judged_at", "judged_by", "judged_name"))
    until = lapses_at(row["grade"], now, above().limits.lapse)
    row = await store.change(tx, hit_id, state="waiting", words="", lapses_at=until, **blank)
    if row["incident_id"] is not None:
        await above().judged(tx, actor, clock, _judged(row, None))
    await audit(tx, actor, clock, action="plates.take_back", subject=f"plate_hit:{hit_id}", facts={"was": was})
    await _tell(tx, clock, row)
    return row


async def _locked(tx: Tx, hit_id: UUID, version: int) -> Row:
    row = await store.hit_of(tx, hit_id, lock=True)
    if row is None:
        raise not_found("plate_hit", hit_id)
    if row["version"] != version:
        who = row["judged_name"]
        by = {"who_th": f" ({who} ตัดสินแล้ว)", "who_en": f" ({who} judged it)"} if who else {"who_th": "", "who_en": ""}
        facts = {"state": row["state"], "version": row["version"], "sent": version, "name": who or ""}
        raise UnjaiError("plate_hit_changed", 409, **facts, **by)
    return row


def _read(row: Row, last: Row) -> Read:
    point = None if last["lon"] is None or last["lat"] is None else Point(lon=last["lon"], lat=last["lat"])
    return Read(
        observation_id=last["observation_id"],
        station_id=StationId(row["station_id"]),
        digest=last["digest"],
        at=last["at"],
        received_at=last["received_at"],
        said=Seen(registration=row["registration"], province=row["province"], confidence=None),
        camera=last["camera"],
        device_id=last["device_id"],
        point=point,
    )


def _judged(row: Row, said: Judgement | None) -> Judged:
    plate = Plate(registration=row["registration"], province=row["province"])
    return Judged(incident_id=IncidentId(row["incident_id"]), plate=plate, verdict=said, words=row["words"])


async def tend(tx: Tx, actor: Actor, clock: Clock, pictures: DatedMedia) -> None:
    """Let go by what nobody looked at, keep the reads of what was confirmed, forget the plates of what was not."""
    actor.must(JUDGE)
    now = clock.now()
    for row in await store.lapse(tx, now):
        facts = {"grade": row["grade"], "how": row["how"], "entry": row["entry"]}
        own = system(StationId(row["station_id"]), name=actor.name)
        await audit(tx, own, clock, action="plates.lapse", subject=f"plate_hit:{row['id']}", facts=facts)
        await _tell(tx, clock, row)
    await _hold(tx, actor, now, pictures)
    await store.forget(tx, now - FORGOTTEN)
    await told.forget(tx, now - notices.KEPT)


async def _hold(tx: Tx, actor: Actor, now: datetime, pictures: DatedMedia) -> None:
    """Copy the reads and pictures of confirmed hits past their days, once the time to take the word back is over."""
    due: dict[str, list[UUID]] = {}
    for row in await store.to_hold(tx, judged_before=now - UNDO, read_after=now - FORGOTTEN):
        case = str(row["listed"].get("case_number") or f"hit {row['entry']}")
        due.setdefault(case, []).append(row["observation_id"])
        for digest in filter(None, (row["crop"], row["still"])):
            await pictures.hold(digest, row["received_at"])
    for case, ids in due.items():
        await reads.hold(tx, ids, case_number=case, at=now, by=actor.name)
        await store.note_held(tx, ids, case)


async def hits(tx: Tx, actor: Actor, **asked: Any) -> Sequence[Row]:
    """Return hits of the actor's station, the newest first."""
    actor.must(SEE)
    return await store.page(tx, actor.station, **asked)
