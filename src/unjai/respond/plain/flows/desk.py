"""What the desk does with plain reports: look, take, answer, join what is the same, hand over, let the public know.

A report is answered for all who told the same. What hurries is seen by everybody who sorts reports; other tips
(`drugs`) only with the right `report.tip`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import StationId, named_id, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.media import Media
from unjai.respond.flows.attachments import attach, prepare
from unjai.respond.flows.taking import NewReport, taken
from unjai.respond.plain.flows.telling import columns_of, stand_of
from unjai.respond.plain.rules import life
from unjai.respond.plain.rules.alike import WITHIN, Alike, Telling, alike
from unjai.respond.plain.rules.kinds import EVENT_CODES, TIP, Kind, Line
from unjai.respond.plain.store import reports as store

READ, TRIAGE, TIPS = "report.read", "report.triage", "report.tip"
FIGURES_DAYS = 90
Row = dict[str, Any]


def sees(actor: Actor, row: Row) -> bool:
    """Tell whether somebody who reads reports may read this one."""
    return row["station_id"] in actor.stations and (row["kind"] != TIP or row["urgent"] or actor.may(TIPS))


async def _seen(tx: Tx, actor: Actor, report_id: UUID, *, lock: bool = False) -> Row:
    row = await store.of(tx, report_id, lock=lock)
    if row is None or not sees(actor, row):
        raise not_found("plain_report", report_id)
    return row


async def _held(tx: Tx, actor: Actor, report_id: UUID, version: int | None = None) -> Row:
    """Hold a report that one may see; raise `plain_changed` (409) where somebody changed it since it was looked at."""
    row = await _seen(tx, actor, report_id, lock=True)
    if version is not None and row["version"] != version:
        raise UnjaiError("plain_changed", 409, number=row["number"])
    return row


async def _note(tx: Tx, actor: Actor, clock: Clock, row: Row, what: str, *, th: str = "", en: str = "") -> None:
    now = clock.now()
    values = {"id": new_id(now), "station_id": row["station_id"], "report_id": row["id"], "at": now, "by": "station"}
    await store.say(tx, values | {"what": what, "text_th": th, "text_en": en, "who": actor.name})


async def _audit(tx: Tx, actor: Actor, clock: Clock, row: Row, action: str, **facts: object) -> None:
    await audit(
        tx,
        actor,
        clock,
        action=action,
        subject=f"plain_report:{row['id']}",
        facts={"number": row["number"], **facts},
        station_id=StationId(row["station_id"]),
    )


async def list_reports(tx: Tx, actor: Actor, clock: Clock, *, asked: dict[str, Any]) -> list[Row]:
    """Return reports as the queue shows them, with telephone numbers nowhere."""
    actor.must(READ)
    if days := asked.get("days"):
        asked = {**asked, "since": clock.now() - timedelta(days=days)}
    return await store.listed(tx, asked, tips=actor.may(TIPS))


async def waiting(tx: Tx, actor: Actor, clock: Clock) -> Row:
    """Return how many wait for somebody, and how the last `FIGURES_DAYS` days went."""
    actor.must(READ)
    now = clock.now()
    counts = await store.waiting(tx, tips=actor.may(TIPS), now=now)
    return counts | await store.figures(tx, since=now - timedelta(days=FIGURES_DAYS), now=now)


async def read_report(tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID) -> Row:
    """Return a report whole: words, photographs, what repeats it, what may be the same. A look at a tip is logged."""
    actor.must(READ)
    row = await _seen(tx, actor, report_id)
    if row["kind"] == TIP:
        await _audit(tx, actor, clock, row, "plain_report.tip.read")
    copies = await store.joined_to(tx, report_id)
    every = [row["id"], *(one["id"] for one in copies)]
    said = await store.words_of(tx, every)
    numbers = {one["id"]: one["number"] for one in (row, *copies)}
    others = await store.near(tx, row, tips=actor.may(TIPS), after=row["received_at"] - WITHIN)
    return row | {
        "said": sorted(
            (
                one | {"number": numbers[key]}
                for key, words in said.items()
                for one in words
                if _own_or_reporter(one, row)
            ),
            key=lambda one: (one["at"], str(one["id"])),
        ),
        "photos": await store.photos_of(tx, every),
        "copies": copies,
        "alike": await _alike(tx, row, others) if row["joined_to"] is None else [],
        "main": await store.of(tx, row["joined_to"]) if row["joined_to"] else None,
        "phone": await store.phone_of(tx, report_id) if actor.may("caller.read") else None,
        "incident_number": await store.incident_number(tx, row["incident_id"]) if row["incident_id"] else None,
    }


def _own_or_reporter(one: Row, row: Row) -> bool:
    """Leave out the copies of what the station said to those who repeat the report."""
    return bool(one["report_id"] == row["id"] or one["by"] == "reporter")


async def _alike(tx: Tx, row: Row, others: Sequence[Row]) -> list[tuple[Alike, Row]]:
    shots: dict[UUID, set[str]] = {}
    for one in await store.photos_of(tx, [row["id"], *(other["id"] for other in others)]):
        shots.setdefault(one["report_id"], set()).add(one["digest"])
    known = {other["id"]: other for other in others}
    found = alike(_telling(row, shots), (_telling(other, shots) for other in others))
    return [(one, known[one.id]) for one in found]


def _telling(row: Row, shots: dict[UUID, set[str]]) -> Telling:
    at = None if row["lon"] is None else Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
    photos = frozenset(shots.get(row["id"], ()))
    return Telling(id=row["id"], kind=row["kind"], text=row["text"], at=row["received_at"], point=at, photos=photos)


async def read_photo(tx: Tx, actor: Actor, clock: Clock, *, photo_id: UUID) -> Row:
    """Return a photograph of a report that one may see; the look is on the log. Raises `not_found` (404)."""
    actor.must(READ)
    found = await store.photo_of(tx, photo_id)
    if found is None:
        raise not_found("plain_photo", photo_id)
    row = await _seen(tx, actor, found["report_id"])
    await _audit(tx, actor, clock, row, "plain_report.photo.read", photo=str(photo_id))
    return found


async def move(tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID, to: life.Move, line: Line, version: int) -> None:
    """Take a report, let it wait for somebody, or put it back; those who told the same are told so too.

    Raises `not_found` (404), `plain_changed`, `plain_closed` (409).
    """
    actor.must(TRIAGE)
    row = await _held(tx, actor, report_id, version)
    for one in [row, *await store.joined_to(tx, report_id, lock=True)]:
        if one is not row and one["state"] == "closed":
            continue
        await store.set_of(tx, one["id"], **columns_of(life.moved(stand_of(one), to)), line="" if to == "new" else line)
        await _note(tx, actor, clock, one, "put_back" if to == "new" else to, th=line)
    await _audit(tx, actor, clock, row, "plain_report.move", to=to, line=line)


async def answer(
    tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID, text_th: str, text_en: str, version: int
) -> None:
    """Answer a report and all who told the same. Raises `not_found` (404), `plain_changed`, `plain_closed` (409)."""
    actor.must(TRIAGE)
    row = await _held(tx, actor, report_id, version)
    copies = [one for one in await store.joined_to(tx, report_id, lock=True) if one["state"] != "closed"]
    now = clock.now()
    for one in (row, *copies):
        values = columns_of(life.answered(stand_of(one), now))
        if one["first_answered_at"] is None:
            values |= {"first_answered_at": now, "in_time": now <= one["promised_at"]}
        await store.set_of(tx, one["id"], **values)
        await _note(tx, actor, clock, one, "answer", th=text_th, en=text_en)
    await _audit(tx, actor, clock, row, "plain_report.answer", told=1 + len(copies))


async def join(tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID, into: UUID) -> None:
    """Say that a report repeats another: one answer goes to both. Whatever repeats it goes along.

    Raises `not_found` (404), `plain_join_self`, `plain_joined` (409) where the other repeats a third.
    """
    actor.must(TRIAGE)
    if report_id == into:
        raise UnjaiError("plain_join_self", 409)
    for key in sorted((report_id, into)):  # always in one order, so that two who join do not wait for each other
        await _seen(tx, actor, key, lock=True)
    row, main = await _seen(tx, actor, report_id), await _seen(tx, actor, into)
    if main["joined_to"] is not None or row["joined_to"] is not None:
        raise UnjaiError("plain_joined", 409, number=(main if main["joined_to"] else row)["number"])
    for one in [row, *await store.joined_to(tx, report_id, lock=True)]:
        await store.set_of(tx, one["id"], joined_to=into)
    if row["urgent"] and not main["urgent"]:
        await store.set_of(tx, into, urgent=True)
    await _note(tx, actor, clock, row, "joined", th=main["number"], en=main["number"])
    await _audit(tx, actor, clock, row, "plain_report.join", into=main["number"])


async def part(tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID) -> None:
    """Say that a report is a matter of its own after all."""
    actor.must(TRIAGE)
    row = await _held(tx, actor, report_id)
    if row["joined_to"] is None:
        return
    await store.set_of(tx, report_id, joined_to=None)
    await _note(tx, actor, clock, row, "parted")
    await _audit(tx, actor, clock, row, "plain_report.part")


async def to_incident(tx: Tx, actor: Actor, clock: Clock, *, media: Media, report_id: UUID) -> UUID:
    """Make an incident of a report, or join it to the open one it belongs to; its photographs go along.

    Once: a second time returns the same incident. Raises `not_found` (404), `plain_closed` (409).
    """
    actor.must("call.take")
    row = await _held(tx, actor, report_id)
    if row["incident_id"] is not None:
        return UUID(str(row["incident_id"]))
    now = clock.now()
    after = life.moved(stand_of(row), "taken")
    kind: Kind = row["kind"]
    point = None if row["lon"] is None else Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
    report = NewReport(
        observation_id=named_id(f"plain:{row['station_id']}", str(report_id)),
        digest=row["digest"],
        channel="citizen",
        kind="citizen_report",
        code=EVENT_CODES[kind],
        observed_at=row["observed_at"],
        received_at=now,
        source=f"plain:{report_id}",
        point=point,
        text=f"{row['number']} · {row['text']}",
        place_text=row["place_text"],
        caller_phone=await store.phone_of(tx, report_id),
    )
    made = (await taken(tx, actor, clock, report)).incident_id
    await store.set_of(tx, report_id, **columns_of(after), incident_id=made, line="patrol")
    await _note(tx, actor, clock, row, "incident")
    await _audit(tx, actor, clock, row, "plain_report.incident", incident=str(made))
    if actor.may("incident.work") and actor.may("attachment.read"):
        for number, one in enumerate(await store.photos_of(tx, [report_id]), 1):
            found = await store.photo_of(tx, one["id"])
            if found is not None:
                file = await prepare(media, found["body"], f"{row['number']}-{number}.jpg")
                await attach(tx, actor, clock, incident_id=made, file=file, key=str(one["id"]))
    return made


async def handed_over(tx: Tx, actor: Actor, clock: Clock, *, report_id: UUID, finding_id: UUID) -> Row:
    """Note that a report became a finding that works may come of; return it. A second time changes nothing.

    A tip is not handed over: findings are read by many.
    Raises `not_found` (404), `plain_closed`, `plain_tip_stays` (409).
    """
    actor.must(TRIAGE)
    row = await _held(tx, actor, report_id)
    if row["kind"] == TIP:
        raise UnjaiError("plain_tip_stays", 409)
    if row["finding_id"] is None:
        after = life.moved(stand_of(row), "waiting")
        await store.set_of(tx, report_id, **columns_of(after), finding_id=finding_id)
        await _note(tx, actor, clock, row, "finding")
        await _audit(tx, actor, clock, row, "plain_report.finding", finding=str(finding_id))
    return row


async def works_told(tx: Tx, actor: Actor, clock: Clock, *, finding_id: UUID, settled: bool, note: str) -> None:
    """Note on the report that a finding came of what was done about it, or that it is open again."""
    row = await store.of_finding(tx, finding_id)
    if row is not None:
        await _note(tx, actor, clock, row, "works_done" if settled else "works_open", th=note, en=note)


async def exported(tx: Tx, actor: Actor, clock: Clock, *, asked: dict[str, Any]) -> list[Row]:
    """Return the reports of a filter for a file; the export is on the log."""
    rows = await list_reports(tx, actor, clock, asked=asked)
    facts = {"count": len(rows)}
    await audit(tx, actor, clock, action="plain_report.export", subject=f"station:{actor.station}", facts=facts)
    return rows
