"""Searching plate reads, in two steps: a search is opened and stands in the log, then its answer is looked at.

The two are two transactions. What goes wrong in the second (a time limit, a killed process, a bug) cannot take the
trace of the first back, and the guarded functions answer nothing but a search whose row in the log is committed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import shapely
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import new_id
from unjai.model.thai.dates import format_date
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.plates.rules import searching as rules
from unjai.plates.rules.searching import REASONS, Asked
from unjai.plates.store import searches as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.dated import DatedMedia
from unjai.territory.store.reads import devices_of
from unjai.territory.store.zones import zone_of

Row = dict[str, Any]
RIGHT = "plates.search"
HOLD = "plates.hold"
WIDE = "plates.search_wide"
_TOO_MANY = "UJP01"
_FUNCTIONS = {"convoy": "search_plate_convoys", "together": "search_plate_company"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A search and what it found: reads, or plates for a convoy and for company. `more`: there are more than these."""

    search: Row
    found: list[Row]
    more: bool


async def open_search(
    tx: Tx, actor: Actor, clock: Clock, *, asked: Asked, reason: str, said: str, case_number: str
) -> UUID:
    """Open a search under a case and write it to the log; return its id, by which its answer is read afterwards.

    A wide one raises `approval_needed` (409) unless a second person approved it. Raises what `rules.check`,
    `rules.check_reason` and `rules.check_case` raise.
    """
    actor.must(RIGHT)
    now = clock.now()
    kept = rules.check_reason(reason, said)
    rules.check(asked, now)
    number = " ".join(case_number.split())
    case = await store.case_numbered(tx, actor.station, number)
    rules.check_case(case, number, now)
    assert case is not None  # check_case raises
    wide = rules.wide(asked)
    if wide:
        actor.must_be_approved(WIDE, **told(asked, reason=reason, said=kept, case_number=number))
    question = rules.put(asked, await cameras_of(tx, actor, asked), now)
    search_id = new_id(now)
    facts = {"asked": _plain(asked), "reason": reason, "said": kept, "case": number, "wide": wide}
    note = await audit(tx, actor, clock, action="plates.search", subject=f"plate_search:{search_id}", facts=facts)
    await store.add_search(
        tx,
        {
            "id": search_id,
            "station_id": actor.station,
            "case_id": case["id"],
            "asked": question | {"kind": asked.kind, "told": _plain(asked)},
            "reason": reason,
            "said": kept,
            "wide": wide,
            "asked_by": _key(actor),
            "asked_name": actor.name,
            "account_id": actor.account_id,
            "opened_at": now,
            "until": now + (rules.WIDE_LASTS if wide else rules.LASTS),
            "note": note,
        },
    )
    return search_id


async def look(tx: Tx, actor: Actor, clock: Clock, *, search_id: UUID, before: UUID | None = None) -> Answer:
    """Return what a search of one's own finds now, or with `before` the reads before that one; each look is in the log.

    Raises `not_found` (404), `plates_search_over` (409), what `rules.check_case` raises, `plates_search_broad` (422)
    where more than 500 plates are meant, `plates_search_slow` (503).
    """
    row = await _open(tx, actor, clock, search_id)
    function = _FUNCTIONS.get(row["asked"]["kind"], "search_plate_reads")
    now = clock.now()
    asked_id = search_id
    if before is not None and function == "search_plate_reads":
        asked_id = new_id(now)
        await store.add_page(tx, row, asked_id, before)
    try:
        found = await store.answer(tx, function, asked_id, note=new_id(now), at=now)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _TOO_MANY:
            raise
        raise UnjaiError("plates_search_broad", 422, most=rules.MOST) from error
    await store.note_found(tx, asked_id, len(found))
    return Answer(search=row, found=found, more=len(found) >= rules.MOST)


async def hold(
    tx: Tx, actor: Actor, clock: Clock, *, search_id: UUID, read_ids: Sequence[UUID], pictures: DatedMedia | None = None
) -> int:
    """Keep found reads and their pictures for the case of the search, past their days; return how many were new.

    Raises as `look` does.
    """
    actor.must(HOLD)
    await _open(tx, actor, clock, search_id)
    now = clock.now()
    for read_id in read_ids if pictures is not None else ():
        row = await store.pictures_of(tx, search_id, read_id, now)
        for part in ("crop", "still") if row is not None else ():
            if pictures is not None and row is not None and row[part] is not None:
                await pictures.hold(bytes(row[part]).hex(), row["received_at"])
    return await store.hold_found(tx, search_id, read_ids, note=new_id(now), at=now)


async def pictures_of(tx: Tx, actor: Actor, clock: Clock, *, search_id: UUID, read_id: UUID) -> Row:
    """Return the digests of a read's pictures and when it came; raise as `look` does, and `not_found` (404)."""
    await _open(tx, actor, clock, search_id)
    row = await store.pictures_of(tx, search_id, read_id, clock.now())
    if row is None:
        raise not_found("plate_read", read_id)
    return row


async def own_searches(tx: Tx, actor: Actor, clock: Clock) -> list[Row]:
    """Return one's own searches of the last day, among them those that a second person approved."""
    actor.must(RIGHT)
    return await store.searches_of(tx, actor.station, _key(actor), clock.now() - timedelta(hours=24))


def told(asked: Asked, *, reason: str, said: str, case_number: str) -> dict[str, Any]:
    """Return a search as facts that two people agree on."""
    return {"asked": _plain(asked), "reason": reason, "said": said, "case_number": case_number}


def _plain(asked: Asked) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(asked)
    return {name: value for name, value in plain.items() if value not in (None, "", [], ())}


def _key(actor: Actor) -> str:
    return f"{actor.kind}:{actor.key}"


async def _open(tx: Tx, actor: Actor, clock: Clock, search_id: UUID) -> Row:
    actor.must(RIGHT)
    row, now = await store.search_of(tx, search_id), clock.now()
    if row is None or row["asked_by"] != _key(actor):
        raise not_found("plate_search", search_id)
    if now >= row["until"]:
        raise UnjaiError("plates_search_over", 409)
    case = {"closed_at": row["case_closed_at"], "until": row["case_until"]}
    rules.check_case(case, row["case_number"], now)
    return row


async def cameras_of(tx: Tx, actor: Actor, asked: Asked) -> tuple[str, ...] | None:
    """Return the keys of the cameras that a question's places mean; None where it names no place."""
    if not asked.placed:
        return None
    keys = set(asked.cameras)
    areas = [] if asked.area is None else [dict(asked.area)]
    if asked.zone_id is not None:
        zone = await zone_of(tx, actor.station, asked.zone_id)
        if zone is None:
            raise not_found("zone", asked.zone_id)
        areas.append(dict(zone.geometry))
    if areas:
        stand = [(one.key, one.lon, one.lat) for one in await devices_of(tx, actor.station) if one.lon is not None]
        keys |= await asyncio.to_thread(_inside, areas, stand)
    if not keys:
        raise UnjaiError("plates_search_place", 422)
    return tuple(sorted(keys))


def _inside(areas: Sequence[Mapping[str, Any]], stand: Sequence[tuple[str, float, float | None]]) -> set[str]:
    try:
        shapes = shapely.union_all([shapely.from_geojson(json.dumps(area)) for area in areas])
    except shapely.errors.ShapelyError as error:
        raise UnjaiError("plates_search_place", 422) from error
    shapely.prepare(shapes)
    return {key for key, lon, lat in stand if shapely.intersects_xy(shapes, lon, lat)}


def _wish(facts: Mapping[str, Any]) -> tuple[Asked, dict[str, str]]:
    try:
        asked = msgspec.convert(dict(facts["asked"]), Asked, strict=False)
        return asked, {name: str(facts[name]) for name in ("reason", "said", "case_number")}
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise UnjaiError("request_invalid", 422, where="asked") from error


async def _look_wide(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    asked, words = _wish(facts)
    kept = rules.check_reason(words["reason"], words["said"])
    case = await store.case_numbered(tx, actor.station, " ".join(words["case_number"].split()))
    if case is None:
        raise UnjaiError("plates_case_unknown", 422, number=words["case_number"])
    days = max(1, round((asked.to_at - asked.from_at) / timedelta(days=1)))
    why, what = REASONS[words["reason"]], asked.plate or "-"
    since, until = (_shown(at) for at in (asked.from_at, asked.to_at))
    return Look(
        subject=f"plate_case:{case['id']}",
        th=f"ค้นหาทะเบียนรถวงกว้าง ({_KINDS_TH[asked.kind]}) ทะเบียน {what} ตั้งแต่ {since} ถึง {until} ({days} วัน)"
        f" คดี {case['number']} เหตุผล: {why.th} — {kept}",
        en=f"Search plates widely ({asked.kind.replace('_', ' ')}), plate {what}, from {_shown_en(asked.from_at)}"
        f" to {_shown_en(asked.to_at)} ({days} days), case {case['number']}. Reason: {why.en}: {kept}",
        facts=told(asked, reason=words["reason"], said=kept, case_number=case["number"]),
    )


_KINDS_TH: Mapping[str, str] = {
    "exact": "ทะเบียนตรงตัว",
    "wildcard": "ทะเบียนบางส่วน",
    "look_alike": "ตัวอักษรคล้ายกัน",
    "digits": "เลขท้ายและจังหวัด",
    "place": "ทุกคันที่ผ่านจุด",
    "convoy": "ผ่านสองจุดต่อกัน",
    "together": "รถที่ไปด้วยกัน",
}


def _shown(at: datetime) -> str:
    local = at.astimezone(BANGKOK)
    return f"{format_date(local.date())} {local:%H.%M}"


def _shown_en(at: datetime) -> str:
    local = at.astimezone(BANGKOK)
    return f"{local.day} {local:%b %Y %H:%M}"


async def _open_wide(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    asked, words = _wish(facts)
    return await open_search(tx, actor, clock, asked=asked, **words)


ACTIONS.add(
    Action(
        name=WIDE,
        th="ค้นหาทะเบียนรถวงกว้าง",
        en="search plates widely",
        asks=RIGHT,
        look=_look_wide,
        execute=_open_wide,
        always=True,
    )
)
