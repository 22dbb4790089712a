"""The committee visits, marks its form and signs; what it asks for has an owner and a day; technology is registered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from unjai.evaluate.rules import committee as rules
from unjai.evaluate.store import committee as store
from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx

READ, MANAGE, ACT, JUDGE = "figures.read", "figures.manage", "figures.act", "figures.judge"


def scored(row: Mapping[str, Any]) -> rules.Score:
    """Return how far a visit's form is filled in, and what it comes to."""
    return rules.score(row["marks"])


async def begin_visit(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, visited_on: date, committee: str
) -> dict[str, Any]:
    """Begin a visit's form. Raises `visit_ahead` (422) for a day that has not come."""
    actor.must(JUDGE)
    _not_ahead(clock, visited_on)
    now = clock.now()
    row: dict[str, Any] = {
        "id": new_id(now),
        "station_id": station_id,
        "visited_on": visited_on,
        "committee": committee,
    }
    row |= {"form": rules.FORM, "marks": {}, "notes": {}, "changed_at": now, "changed_by": actor.name}
    await store.add_visit(tx, row)
    await _said(
        tx,
        actor,
        clock,
        "figures.visit.begin",
        row,
        facts={"visited_on": visited_on.isoformat(), "committee": committee},
    )
    return await _visit(tx, row["id"])


async def fill_visit(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    visit_id: UUID,
    version: int,
    visited_on: date,
    committee: str,
    summary: str,
    marks: Mapping[str, int | None],
    notes: Mapping[str, str],
) -> dict[str, Any]:
    """Keep a form as far as it is filled in.

    Raises `visit_signed`, `visit_changed` (409) where another wrote meanwhile, `item_unknown` (422), `visit_ahead`.
    """
    actor.must(JUDGE)
    row = await _draft(tx, visit_id, version)
    _not_ahead(clock, visited_on)
    known = {one.code for one in rules.items()}
    for code in (*marks, *notes):
        if code not in known:
            raise UnjaiError("item_unknown", 422, item=code)
    values = {"visited_on": visited_on, "committee": committee, "summary": summary, "version": version + 1}
    values |= {"marks": dict(marks), "notes": {code: said for code, said in notes.items() if said}}
    await store.change_visit(tx, visit_id, values | {"changed_at": clock.now(), "changed_by": actor.name})
    await _said(
        tx,
        actor,
        clock,
        "figures.visit.fill",
        row,
        facts={"marks": len(marks), "visited_on": visited_on.isoformat()},
    )
    return await _visit(tx, visit_id)


async def sign_visit(tx: Tx, actor: Actor, clock: Clock, *, visit_id: UUID, version: int) -> dict[str, Any]:
    """Sign a form: its score stands from now on. Raises `visit_incomplete` (409), `visit_signed`, `visit_changed`."""
    actor.must(JUDGE)
    row = await _draft(tx, visit_id, version)
    found = scored(row)
    if found.value is None:
        raise UnjaiError(
            "visit_incomplete", 409, left=len(found.left), applicable=found.applicable, least=rules.LEAST_WEIGHT
        )
    now = clock.now()
    values = {"state": "signed", "score": found.value, "signed_at": now, "signed_by": actor.name}
    await store.change_visit(tx, visit_id, values | {"changed_at": now, "changed_by": actor.name})
    await _said(
        tx,
        actor,
        clock,
        "figures.visit.sign",
        row,
        facts={"score": found.value, "visited_on": row["visited_on"].isoformat()},
    )
    return await _visit(tx, visit_id)


async def drop_visit(tx: Tx, actor: Actor, clock: Clock, *, visit_id: UUID) -> None:
    """Throw a draft away; one that is signed stays (`visit_signed`, 409)."""
    actor.must(JUDGE)
    row = await _visit(tx, visit_id)
    if row["state"] == "signed":
        raise UnjaiError("visit_signed", 409)
    await store.drop_visit(tx, visit_id)
    await _said(
        tx,
        actor,
        clock,
        "figures.visit.drop",
        row,
        facts={"visited_on": row["visited_on"].isoformat(), "marks": len(row["marks"])},
    )


async def add_action(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    what: str,
    owner: str,
    due: date,
    about: str = "",
    visit_id: UUID | None = None,
) -> dict[str, Any]:
    """Add what is to be corrected, by whom, until when; committee and who keeps the figures may. Raises `not_found`."""
    actor.must(ACT)
    if visit_id is not None:
        await _visit(tx, visit_id)
    now = clock.now()
    row: dict[str, Any] = {
        "id": new_id(now),
        "station_id": station_id,
        "what": what,
        "owner": owner,
        "due": due,
        "about": about,
    }
    row |= {"visit_id": visit_id, "state": "open", "made_at": now, "made_by": actor.name, "changed_at": now}
    await store.add_action(tx, row | {"steps": [_step(now, actor, state="open", due=due, owner=owner, note="")]})
    await _said(
        tx, actor, clock, "figures.action.add", row, facts={"what": what, "owner": owner, "due": due.isoformat()}
    )
    return await _action(tx, row["id"])


async def change_action(
    tx: Tx, actor: Actor, clock: Clock, *, action_id: UUID, state: str, owner: str, due: date, note: str
) -> dict[str, Any]:
    """Settle, put off, hand on or take up again what is to be corrected; what happened stays in its steps.

    Raises `action_note_needed` (422) where it is settled, or put off, without a word.
    """
    actor.must(ACT)
    row = await _action(tx, action_id, lock=True)
    if not note and (state != row["state"] or due > row["due"]):
        raise UnjaiError("action_note_needed", 422)
    now = clock.now()
    steps = [*row["steps"], _step(now, actor, state=state, due=due, owner=owner, note=note)]
    values = {"state": state, "owner": owner, "due": due, "steps": steps, "changed_at": now}
    await store.change_action(tx, action_id, values)
    await _said(
        tx,
        actor,
        clock,
        "figures.action.change",
        row,
        facts={"what": row["what"], "state": state, "owner": owner, "due": due.isoformat()},
    )
    return await _action(tx, action_id)


async def keep_technology(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, technology_id: UUID | None, values: Mapping[str, Any]
) -> None:
    """Add to the register of technology in use, or change an entry.

    Raises `technology_twice` (409), `technology_uncounted` (422) for a count that nothing here makes, `not_found`.
    """
    actor.must(MANAGE)
    if values["counted_as"] and values["counted_as"] not in store.COUNTED:
        raise UnjaiError("technology_uncounted", 422, counted_as=values["counted_as"], known=", ".join(store.COUNTED))
    twin = await store.same_name(tx, station_id, values["name"])
    if twin is not None and twin != technology_id:
        raise UnjaiError("technology_twice", 409, name=values["name"])
    now = clock.now()
    row = {**values, "changed_at": now, "changed_by": actor.name}
    if technology_id is None:
        technology_id = new_id(now)
        await store.add_technology(tx, {"id": technology_id, "station_id": station_id, **row})
    else:
        if await store.one_technology(tx, technology_id) is None:
            raise not_found("technology", technology_id)
        await store.change_technology(tx, technology_id, row)
    await _said(
        tx,
        actor,
        clock,
        "figures.technology.keep",
        {"id": technology_id, "station_id": station_id},
        facts={"name": values["name"], "retired": values["retired_on"] is not None},
    )


async def register(
    tx: Tx, actor: Actor, *, station_id: StationId, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Return the register with how often each was used in [since, until): `used`, None where nothing counts it."""
    actor.must(READ)
    rows = await store.technologies(tx, station_id)
    keys = [row["counted_as"] for row in rows if row["counted_as"]]
    # A total of the station, whatever rows the reader may see one by one.
    async with tx.acting_as(system(station_id, name="figures")):
        used = await store.uses(tx, station_id, keys, since, until)
    return [{**row, "used": used.get(row["counted_as"])} for row in rows]


def late(row: Mapping[str, Any], clock: Clock) -> bool:
    """Tell whether something to be corrected is open past its day, in Bangkok."""
    return bool(row["state"] == "open" and row["due"] < clock.now().astimezone(BANGKOK).date())


def _step(now: datetime, actor: Actor, *, state: str, due: date, owner: str, note: str) -> dict[str, str]:
    made = {"at": now.isoformat(), "by": actor.name, "state": state, "due": due.isoformat()}
    return made | {"owner": owner, "note": note}


def _not_ahead(clock: Clock, day: date) -> None:
    if day > clock.now().astimezone(BANGKOK).date():
        raise UnjaiError("visit_ahead", 422, day=day.isoformat())


async def _visit(tx: Tx, visit_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    row = await store.visit(tx, visit_id, lock=lock)
    if row is None:
        raise not_found("visit", visit_id)
    return row


async def _draft(tx: Tx, visit_id: UUID, version: int) -> dict[str, Any]:
    row = await _visit(tx, visit_id, lock=True)
    if row["state"] == "signed":
        raise UnjaiError("visit_signed", 409)
    if row["version"] != version:
        raise UnjaiError("visit_changed", 409, by=row["changed_by"])
    return row


async def _action(tx: Tx, action_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    row = await store.action(tx, action_id, lock=lock)
    if row is None:
        raise not_found("action", action_id)
    return row


async def _said(
    tx: Tx, actor: Actor, clock: Clock, action: str, /, row: Mapping[str, Any], *, facts: Mapping[str, object]
) -> None:
    subject = f"{action.split('.')[1]}:{row['id']}"
    await audit(tx, actor, clock, action=action, subject=subject, facts=dict(facts), station_id=row["station_id"])
