"""What a shift log says: gathered from where it stands while the shift runs, from the frozen copy once handed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.platform.i18n import catalogue
from unjai.respond.rules import shift_log as rules
from unjai.respond.schemas.shift import ShiftAdditionOut, ShiftCarryOut, ShiftHead, ShiftLog, ShiftNowOut
from unjai.respond.store import shift_facts as facts
from unjai.respond.store import shift_logs as logs
from unjai.respond.words import Words, expanded, label, span, title

Row = dict[str, Any]
NOT_YET = timedelta(minutes=3)


def _said(kind: str, told: Mapping[str, object]) -> Words:
    text = catalogue("shiftlog")[kind]
    return Words(th=text["th"].format_map(told), en=text["en"].format_map(told))


def _line(at: datetime, kind: str, told: Mapping[str, object], incident_id: object = None) -> Row:
    said = _said(kind, told)
    return {"at": at, "kind": kind, "text_th": said.th, "text_en": said.en, "incident_id": incident_id}


async def gathered(tx: Tx, row: Row, until: datetime) -> dict[str, Any]:
    """Return the log's content from `covers_from` to `until` as JSON values, read from where each fact stands."""
    station_id, begin = StationId(row["station_id"]), row["covers_from"]
    incidents = await facts.incidents_of(tx, station_id, begin, until)
    units = _units(await facts.units_on(tx, station_id, begin, until), until)
    room = _room(await facts.room(tx, station_id, begin, until), until)
    steps = await facts.steps(tx, station_id, begin, until)
    waits = await facts.waits(tx, station_id, begin, until)
    silences = await facts.silences(tx, station_id, begin, until)
    away = rules.gaps(await facts.listened(tx, station_id, begin, until), begin, until)
    known = await facts.ever_listened(tx, station_id, begin)
    pauses = [one for one in away if known is not None and one[0] >= known and not _just_now(one, until)]
    glass = await facts.emergencies(tx, station_id, begin, until)
    opened = [one for one in incidents if begin <= one["opened_at"] < until]
    closed = [one for one in incidents if one["closed_at"] is not None and begin <= one["closed_at"] < until]
    going = [one for one in incidents if one["closed_at"] is None or one["closed_at"] >= until]
    lines = [
        *_people_lines(room, units, begin, until),
        *_incident_lines(steps),
        *_wait_lines(waits, begin, until),
        *_silence_lines(silences, begin, until),
        *_pause_lines(pauses),
        *(_line(one["taken_at"], "glass", {"name": one["account_name"], "reason": one["reason"]}) for one in glass),
    ]
    content = {
        "begin": begin,
        "until": until,
        "room": room,
        "units": units,
        "counts": {
            "carried_in": sum(one["opened_at"] < begin for one in incidents),
            "opened": len(opened),
            "closed": len(closed),
            "carried_out": len(going),
            "urgent": sum(one["priority"] == 1 for one in opened),
            "waits": len(waits),
            "silences": len(silences),
            "pauses": len(pauses),
            "emergencies": len(glass),
        },
        "opened": [brief(one) for one in opened],
        "closed": [brief(one) for one in closed],
        "open": [brief(one) for one in sorted(going, key=lambda one: (one["priority"], one["opened_at"]))],
        "lines": sorted(lines, key=lambda one: one["at"]),
    }
    told: dict[str, Any] = msgspec.to_builtins(content)
    return told


def brief(row: Row) -> Row:
    """Return an incident as a log names it."""
    named = title(row["code"], row["about_th"], row["about_en"])
    return {
        **{name: row[name] for name in ("id", "number", "priority", "state", "outcome", "place_th", "place_en")},
        **{name: row[name] for name in ("opened_at", "closed_at")},
        "title_th": named.th,
        "title_en": named.en,
    }


def _units(rows: Sequence[Row], until: datetime) -> list[Row]:
    return [
        {
            **{name: row[name] for name in ("unit_id", "call_sign", "kind", "name_th", "name_en")},
            **{name: row[name] for name in ("vehicle", "registration", "crew", "from_at")},
            "to_at": row["to_at"] if row["to_at"] is not None and row["to_at"] <= until else None,
        }
        for row in rows
    ]


def _room(rows: Sequence[Row], until: datetime) -> list[Row]:
    """Return who was in the room, each stretch of theirs once: sessions that overlap are one."""
    people: dict[object, list[Row]] = {}
    for row in rows:
        people.setdefault(row["account_id"], []).append(row)
    found = []
    for sessions in people.values():
        spans = ((one["created_at"], one["ended_at"] if one["ended_at"] <= until else None) for one in sessions)
        first = sessions[0]
        found += [
            {
                "name_th": first["name_th"],
                "name_en": first["name_en"],
                "chief": first["chief"],
                "from_at": begin,
                "to_at": end,
            }
            for begin, end in rules.merged(spans)
        ]
    return sorted(found, key=lambda one: (not one["chief"], one["from_at"]))


def _just_now(pause: rules.Span, until: datetime) -> bool:
    """Tell whether a pause may be no more than a word that was not written down yet."""
    return pause[1] == until and until - pause[0] < NOT_YET


def _within(at: datetime | None, begin: datetime, until: datetime) -> bool:
    return at is not None and begin <= at < until


def _people_lines(room: Iterable[Row], units: Iterable[Row], begin: datetime, until: datetime) -> Iterable[Row]:
    for one in room:
        told = {"name_th": one["name_th"], "name_en": one["name_en"] or one["name_th"]}
        if _within(one["from_at"], begin, until):
            yield _line(one["from_at"], "room_in", told)
        if _within(one["to_at"], begin, until):
            yield _line(one["to_at"], "room_out", told)
    for one in units:
        vehicle = " ".join(part for part in (one["vehicle"], one["registration"]) if part)
        kind = _said(f"kind.{one['kind']}", {})
        told = {
            "unit": one["call_sign"],
            "with_th": f" ({vehicle or kind.th})",
            "with_en": f" ({vehicle or kind.en})",
            "crew": f" · {one['crew']}" if one["crew"] else "",
        }
        if _within(one["from_at"], begin, until):
            yield _line(one["from_at"], "unit_on", told)
        if _within(one["to_at"], begin, until):
            yield _line(one["to_at"], "unit_off", told)


def _incident_lines(steps: Iterable[Row]) -> Iterable[Row]:
    for step in steps:
        named = title(step["code"], step["about_th"], step["about_en"])
        told = expanded({key: step["facts"][key] for key in ("outcome",) if key in step["facts"]})
        numbered = {
            "number": step["number"],
            "priority": step["priority"],
            "title_th": named.th,
            "title_en": named.en,
            "into": step["facts"].get("number", ""),
            "outcome_th": told.get("outcome_th", ""),
            "outcome_en": told.get("outcome_en", ""),
        }
        kind = "opened" if step["kind"] == "split_off" else str(step["kind"])
        yield _line(step["at"], kind, numbered, step["incident_id"])


def _wait_lines(waits: Iterable[Row], begin: datetime, until: datetime) -> Iterable[Row]:
    for one in waits:
        words = label(f"wait.{one['wait']}")
        told = {"number": one["number"], "wait_th": words.th, "wait_en": words.en, "who": one["taken_by"] or ""}
        yield _line(one["raised_at"], "waited", told, one["incident_id"])
        if _within(one["taken_at"], begin, until):
            yield _line(one["taken_at"], "wait_taken", told, one["incident_id"])


def _silence_lines(silences: Iterable[Row], begin: datetime, until: datetime) -> Iterable[Row]:
    for one in silences:
        told = {"name_th": one["name_th"], "name_en": one["name_en"] or one["name_th"]}
        if _within(one["noticed_at"], begin, until):
            yield _line(one["noticed_at"], "silent", told)
        if _within(one["to_at"], begin, until):
            lasted = span((one["to_at"] - one["from_at"]).total_seconds())
            yield _line(one["to_at"], "back", {**told, "span_th": lasted.th, "span_en": lasted.en})


def _pause_lines(pauses: Iterable[rules.Span]) -> Iterable[Row]:
    for from_at, to_at in pauses:
        lasted = span((to_at - from_at).total_seconds())
        yield _line(from_at, "away", {"span_th": lasted.th, "span_en": lasted.en})


def sealed_content(row: Row, carried: Sequence[Row]) -> dict[str, Any]:
    """Return all that a hand-over signs: the frozen log, the note, what was carried over, who and when."""
    said: dict[str, Any] = msgspec.to_builtins(
        {
            "id": row["id"],
            "name_th": row["name_th"],
            "from_at": row["from_at"],
            "to_at": row["to_at"],
            "note": row["note"],
            "unfinished": row["unfinished"],
            "equipment": row["equipment"],
            "handed_at": row["handed_at"],
            "handed_by": row["handed_by"],
            "frozen": row["frozen"],
            "carried": sorted((str(one["incident_id"]), one["number"], one["priority"]) for one in carried),
        }
    )
    return said


def head(row: Row, now: datetime) -> ShiftHead:
    """Return a log as the list shows it."""
    return ShiftHead.model_validate({**row, "state": rules.state_of(row, now)})


async def whole(tx: Tx, clock: Clock, row: Row) -> ShiftLog:
    """Return a log with all that it tells: frozen where it was handed over, gathered anew where not."""
    now = clock.now()
    carried = await logs.carried(tx, row["id"])
    content = row["frozen"] or await gathered(tx, row, min(now, row["to_at"] + rules.LATE))
    earlier = await logs.before(tx, row)
    handed = row["handed_at"] is not None
    return ShiftLog.model_validate(
        {
            **{name: row[name] for name in row if name not in ("frozen", "station_id", "shift_id")},
            **{name: content[name] for name in ("room", "units", "counts", "opened", "closed", "open", "lines")},
            "state": rules.state_of(row, now),
            "intact": rules.digest_of(sealed_content(row, carried)) == row["digest"] if handed else None,
            "carried": [ShiftCarryOut.model_validate(one) for one in carried],
            "additions": [ShiftAdditionOut.model_validate(one) for one in await logs.additions(tx, row["id"])],
            "may_hand_over": not handed and now >= row["to_at"] - rules.EARLY,
            "before": None if earlier is None else head(earlier, now),
        }
    )


async def now_of(tx: Tx, actor: Actor, clock: Clock) -> ShiftNowOut:
    """Return the log that goes on, and the one before it while somebody must still hand it over or take it over."""
    now = clock.now()
    running = await logs.running(tx, actor.station, now)
    waiting = await logs.waiting(tx, actor.station, now)
    if waiting is not None and running is not None and waiting["id"] == running["id"]:
        waiting = None
    return ShiftNowOut(
        running=None if running is None else await whole(tx, clock, running),
        waiting=None if waiting is None else await whole(tx, clock, waiting),
    )
