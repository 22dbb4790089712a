"""A citizen's call for help as her own page and as the desk see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.platform.database import Tx
from unjai.respond import view
from unjai.respond.rules import help as rules
from unjai.respond.schemas.help import HelpCallOut, HelpDeskWord, HelpOwn, HelpWordOut, Number
from unjai.respond.store import helps, incidents, reports
from unjai.respond.words import expanded

Row = dict[str, Any]


async def own_call(tx: Tx, clock: Clock, *, help_id: UUID) -> HelpOwn:
    """Return a call as her page shows it; raise `not_found` (404) for one that is not, or not yet, in the picture."""
    told = await reports.latest_of_source(tx, f"citizen:{help_id}")
    found = None if told is None else await incidents.of(tx, told["incident_id"])
    if told is None or found is None:
        raise not_found("help", help_id)
    status = await view.progress(tx, clock, found, key=help_id)
    known = await helps.call_of(tx, told["id"])
    return HelpOwn(
        **status.model_dump(),
        words=[HelpWordOut.model_validate(_word(one)) for one in await helps.words_of(tx, [told["id"]])],
        number=_number(known),
        cancelled=known is not None and known["cancelled_at"] is not None,
        mistaken=found["state"] == "closed" and rules.is_slip(found["outcome"]),
    )


async def desk_calls(tx: Tx, actor: Actor, clock: Clock, *, incident_id: UUID) -> list[HelpCallOut]:
    """Return the citizens' calls of an incident, the first first. Raises `not_found` (404)."""
    found = await incidents.of(tx, incident_id)
    if found is None:
        raise not_found("incident", incident_id)
    told = [one for one in await reports.of_incidents(tx, [incident_id]) if one["kind"] == "citizen_sos"]
    ids = [one["id"] for one in told]
    known, words = await helps.calls_of(tx, ids), await helps.words_of(tx, ids)
    callers = await reports.callers(tx, ids) if actor.may("caller.read") else {}
    now, is_open = clock.now(), found["state"] != "closed"
    return [
        _call(
            one,
            known.get(one["id"]),
            [word for word in words if word["report_id"] == one["id"]],
            callers,
            now=now,
            is_open=is_open,
        )
        for one in told
    ]


def _call(
    told: Row, known: Row | None, words: list[Row], callers: dict[UUID, Row], *, now: datetime, is_open: bool
) -> HelpCallOut:
    call = known or {}
    heard_at = max(call.get("heard_at") or told["received_at"], told["received_at"])
    said = expanded({name: call.get(name) for name in ("what", "many", "hurt")})
    given = told["id"] in callers and bool(callers[told["id"]]["phone"])
    number = _number(known)
    return HelpCallOut(
        report_id=told["id"],
        observed_at=told["observed_at"],
        received_at=told["received_at"],
        heard_at=heard_at,
        quiet=is_open and rules.is_silent(heard_at, now),
        placed_at=told["placed_at"] or (told["observed_at"] if told["lon"] is not None else None),
        accuracy_m=told["accuracy_m"],
        silent=told["silent"],
        crowd=told["crowd"],
        told_th=str(said.get("told_th", "")),
        told_en=str(said.get("told_en", "")),
        place_text=call.get("place_text", ""),
        number="given" if number == "none" and given else number,
        number_proved_at=call.get("number_proved_at"),
        number_proved_by=call.get("number_proved_by", ""),
        cancelled_at=call.get("cancelled_at"),
        cancel_reason=call.get("cancel_reason", ""),
        words=[
            HelpDeskWord.model_validate({**_word(one), "name": one["name"], "attachment_id": one["attachment_id"]})
            for one in words
        ],
    )


def _word(row: Row) -> Row:
    return {**row, "seen": row["seen_at"] is not None}


def _number(known: Row | None) -> Number:
    if known is None or not (known["number_given"] or known["number_proved_at"]):
        return "none"
    return "proved" if known["number_proved_at"] is not None else "given"
