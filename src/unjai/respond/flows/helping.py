"""A citizen's call for help after the press: what she tells, words both ways, her number, her screen.

Whoever knows the call's id is the caller: her page made it, and nobody else was told. Nothing here is needed for the
call to count, and nothing that goes wrong here ends it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import DecodeError, UnjaiError, not_found
from unjai.model.ids import IncidentId, StationId, named_id
from unjai.model.thai import parse_phone, plain
from unjai.platform.database import Tx
from unjai.respond.codes import event_codes
from unjai.respond.flows.attachments import Prepared, attach_from_caller
from unjai.respond.flows.case import LATE_LEAST, LATE_MOST, Case
from unjai.respond.flows.crowding import held_apart
from unjai.respond.rules import help as rules
from unjai.respond.store import helps, incidents, reports

Row = dict[str, Any]


async def _called(tx: Tx, help_id: UUID) -> Row:
    """Return the report of a call; `help_not_yet` (425) where the centre has none, or is still writing it down."""
    told = await reports.latest_of_source(tx, f"citizen:{help_id}")
    if told is None or told["kind"] != "citizen_sos":
        raise UnjaiError("help_not_yet", 425)
    return told


def _said_at(clock: Clock, at: datetime | None) -> datetime:
    """Return when the phone says that it was written; our own time where its clock cannot be right."""
    now = clock.now()
    return at if at is not None and now - LATE_MOST <= at <= now - LATE_LEAST else now


async def tell(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    help_id: UUID,
    what: str | None = None,
    many: str | None = None,
    hurt: str | None = None,
    place_text: str = "",
    phone: str = "",
    silent: bool = False,
) -> None:
    """Hear what she touched: each thing is optional, and the last of each counts. Told again, it changes nothing."""
    told = await _called(tx, help_id)
    case = await held_apart(tx, actor, clock, told)
    known = await helps.call_of(tx, told["id"]) or {}
    now = clock.now()
    fresh = {"what": what, "many": many, "hurt": hurt}
    news = {name: value for name, value in fresh.items() if value is not None and value != known.get(name)}
    values: dict[str, Any] = dict(news)
    if news:
        values |= await _renamed(case, known, {**known, **news})
        said = {name: known.get(name) if value is None else value for name, value in fresh.items()}
        await case.say("caller_told", said)
    if place_text and place_text != known.get("place_text"):
        values["place_text"] = place_text
        if case.place is None:
            case.set(place_th=place_text, place_en=place_text)
        await case.say("caller_place", text=place_text)
    if silent and not told["silent"]:
        await helps.mark_silent(tx, told["id"])
        await case.say("caller_hides")
    if phone:
        values |= await _numbered(case, told, phone)
    await helps.put(tx, told, now, **values)
    await case.save("caller_told")


async def _renamed(case: Case, known: Row, now: Row) -> Row:
    """Let the incident say what it is; return what to keep of it."""
    codes = event_codes()
    told = codes.get(rules.code_told(now.get("what"), now.get("hurt")) or "")
    name = rules.renamed(codes[case.now("code")], told, known.get("code"))
    values: Row = {}
    if told is not None and name.code == told.code:
        values["code"] = told.code
        if told.code != case.now("code"):
            case.set(code=told.code)
            await case.say("code_told", code=told.code)
    was = case.now("priority")
    priority = rules.priority_told(was, hurt=now.get("hurt"), by_hand=case.row["priority_by_hand"])
    if priority != was:
        case.set(priority=priority)
        await case.say("priority_raised", priority=priority, from_priority=was)
    return values


async def _numbered(case: Case, told: Row, phone: str) -> Row:
    """Keep her number where only who may see callers reads it; another one than before is not proved."""
    try:
        number = parse_phone(phone).number
    except DecodeError:
        number = plain(phone)
    async with case.tx.acting_as(system(case.station_id)):
        changed = await helps.put_number(case.tx, told, number)
    if not changed:
        return {"number_given": True}
    await case.say("caller_number")
    return {"number_given": True, "number_proved_at": None, "number_proved_by": ""}


async def say_word(
    tx: Tx, actor: Actor, clock: Clock, *, help_id: UUID, word_id: UUID, text: str, at: datetime | None = None
) -> None:
    """Hear a word of hers. Sent again it is the same word. Raises `help_words_many` (409)."""
    told = await _called(tx, help_id)
    key = named_id(f"help:{help_id}", str(word_id))
    if await helps.word_of(tx, key) is not None:
        return
    if (await helps.counted(tx, told["id"]))[0] >= rules.WORDS_MOST:
        raise UnjaiError("help_words_many", 409, most=rules.WORDS_MOST)
    case = await held_apart(tx, actor, clock, told)
    if await _add(case, told, key, sort="word", text=text, said_at=_said_at(clock, at)):
        await case.say("caller_said", text=text)
    await helps.put(tx, told, clock.now())
    await case.save("caller_said")


async def send_file(
    tx: Tx, actor: Actor, clock: Clock, *, help_id: UUID, key: str, file: Prepared, at: datetime | None = None
) -> None:
    """Take a photograph or a voice of hers onto the incident. Sent again it is the same one.

    Raises `help_file_kind` (415), `help_files_many` (409).
    """
    told = await _called(tx, help_id)
    if file.kind.sort not in ("photo", "audio"):
        raise UnjaiError("help_file_kind", 415)
    word_id = named_id(f"help-file:{help_id}", key)
    if await helps.word_of(tx, word_id) is not None:
        return
    await may_send_file(tx, help_id=help_id)
    case = await held_apart(tx, actor, clock, told)
    attachment_id = await attach_from_caller(case, file, key=f"{help_id}:{key}", told_at=at)
    await _add(case, told, word_id, sort=file.kind.sort, attachment_id=attachment_id, said_at=_said_at(clock, at))
    await helps.put(tx, told, clock.now())


async def may_send_file(tx: Tx, *, help_id: UUID) -> None:
    """Raise what `send_file` would before the file is looked at: `help_not_yet` (425), `help_files_many` (409)."""
    told = await _called(tx, help_id)
    if (await helps.counted(tx, told["id"]))[1] >= rules.FILES_MOST:
        raise UnjaiError("help_files_many", 409, most=rules.FILES_MOST)


async def _add(case: Case, told: Row, key: UUID, **values: Any) -> bool:
    row = {
        "id": key,
        "station_id": case.station_id,
        "report_id": told["id"],
        "from_caller": True,
        "name": case.actor.name,
        "at": case.clock.now(),
        **values,
    }
    return await helps.add_word(case.tx, row)


async def heard(tx: Tx, clock: Clock, *, help_id: UUID, seen: int | None = None) -> None:
    """Note that her page is there, and which words of the centre it has shown."""
    told = await reports.latest_of_source(tx, f"citizen:{help_id}")
    if told is None or told["kind"] != "citizen_sos":
        return
    now, known = clock.now(), await helps.call_of(tx, told["id"])
    if known is None or now - known["heard_at"] >= rules.HEARD_EVERY:
        await helps.put(tx, told, now)
    if seen is not None:
        await helps.seen(tx, told["id"], from_caller=False, up_to=seen, at=now)


async def answer_caller(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, report_id: UUID, key: str, text: str
) -> None:
    """Say a word to a caller, which her page shows. The same `key` again is the same word."""
    actor.must("incident.work")
    told = await _of_incident(tx, incident_id, report_id)
    case = await Case.hold(tx, actor, clock, incident_id)
    now = clock.now()
    row = {
        "id": named_id(f"help-answer:{report_id}:{actor.key}", key),
        "station_id": StationId(told["station_id"]),
        "report_id": report_id,
        "from_caller": False,
        "name": actor.name,
        "sort": "word",
        "text": text,
        "said_at": now,
        "at": now,
    }
    if await helps.add_word(tx, row):
        await case.say("caller_answered", text=text)
        await case.save("caller_answered")


async def prove_number(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, report_id: UUID, proved: bool
) -> None:
    """Note that somebody rang the caller's number and she answered, or take that back.

    Raises `help_number_missing` (409) where no number was told.
    """
    actor.must("incident.work")
    actor.must("caller.read")
    told = await _of_incident(tx, incident_id, report_id)
    callers = await reports.callers(tx, [report_id])
    if not (report_id in callers and callers[report_id]["phone"]):
        raise UnjaiError("help_number_missing", 409)
    case = await Case.hold(tx, actor, clock, incident_id)
    known = await helps.call_of(tx, report_id) or {}
    if (known.get("number_proved_at") is not None) == proved:
        return
    now = clock.now()
    values = {"number_proved_at": now, "number_proved_by": actor.name} if proved else {}
    await helps.put(
        tx,
        told,
        known.get("heard_at") or told["received_at"],
        number_given=True,
        **(values or {"number_proved_at": None, "number_proved_by": ""}),
    )
    if proved:
        await case.say("number_proved")
    else:
        await case.say("number_unproved")
    await case.save("number_proved", proved=proved)


async def see_words(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, report_id: UUID, up_to: int
) -> None:
    """Note that the desk has seen the caller's words up to a number."""
    actor.must("incident.work")
    await _of_incident(tx, incident_id, report_id)
    await helps.seen(tx, report_id, from_caller=True, up_to=up_to, at=clock.now())


async def _of_incident(tx: Tx, incident_id: IncidentId, report_id: UUID) -> Row:
    """Return a citizen's call of an incident; raise `not_found` (404)."""
    if await incidents.of(tx, incident_id) is None:
        raise not_found("incident", incident_id)
    told = await reports.of(tx, report_id)
    if told is None or told["incident_id"] != incident_id or told["kind"] != "citizen_sos":
        raise not_found("report", report_id)
    return told
