"""Words for the public: templates of the station, filled for one incident, and a note of what was used.

Nothing is sent from here. Who uses a message copies it into the station's own channel; the timeline keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import IncidentId, StationId, new_id
from unjai.model.thai import format_date, format_time
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.codes import code_of
from unjai.respond.flows.case import Case
from unjai.respond.messages import Template, built_in
from unjai.respond.rules.messages import checked, filled
from unjai.respond.store import attachments as store
from unjai.respond.store import incidents
from unjai.respond.words import title
from unjai.territory.view import territory_of

PHONE = "191"


async def templates(tx: Tx, actor: Actor) -> list[Template]:
    """Return the station's templates: ours, as the station changed them, and its own."""
    own = await store.templates(tx, actor.station)
    found = dict(built_in())
    for key, row in own.items():
        names = ("title_th", "title_en", "text_th", "text_en", "removed")
        found[key] = Template(key=key, codes=tuple(row["codes"]), built_in=False, **{name: row[name] for name in names})
    return list(found.values())


async def set_template(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    key: str | None,
    codes: Sequence[str],
    title_th: str,
    title_en: str,
    text_th: str,
    text_en: str,
    removed: bool = False,
) -> str:
    """Write a template, a new one without `key`; return its key. Raises (422) `event_code_unknown` and others."""
    actor.must("procedure.admin")
    named = key or f"own-{new_id(clock.now()).hex[:16]}"
    if key is not None and key not in {one.key for one in await templates(tx, actor)}:
        raise not_found("message_template", key[:60])
    values = {
        "station_id": actor.station,
        "key": named,
        "codes": [code_of(code).code for code in codes],
        "title_th": title_th.strip(),
        "title_en": title_en.strip(),
        "text_th": checked(text_th),
        "text_en": checked(text_en),
        "removed": removed,
        "changed_at": clock.now(),
        "changed_by": actor.name,
    }
    await store.set_template(tx, values)
    await audit(tx, actor, clock, action="message.change", subject=f"message:{named}", facts={"removed": removed})
    return named


async def facts_of(tx: Tx, clock: Clock, row: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a template may ask of an incident, in Thai and in English. No person is in it."""
    here = (await territory_of(tx, StationId(row["station_id"]))).station
    at = (row["first_observed_at"] or clock.now()).astimezone(BANGKOK)
    named = title(row["code"])
    shared = {"time": format_time(at).removesuffix(" น."), "phone": PHONE, "number": row["number"]}
    th = {"place": row["place_th"], "date": format_date(at.date()), "event": named.th, "station": here.name_th}
    en = {
        "place": row["place_en"] or row["place_th"],
        "date": f"{at.day} {at:%B %Y}",
        "event": named.en,
        "station": here.name_en or here.name_th,
        "time": f"{at:%H:%M}",
    }
    return {**shared, **th}, {**shared, **en}


async def offered_messages(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId) -> list[Template]:
    """Return the templates that fit an incident, filled, those for its kind first."""
    actor.must("incident.read")
    row = await incidents.of(tx, incident_id)
    if row is None:
        raise not_found("incident", incident_id)
    th, en = await facts_of(tx, clock, row)
    fitting = [
        one for one in await templates(tx, actor) if not one.removed and (not one.codes or row["code"] in one.codes)
    ]
    return [
        replace(
            one,
            title_th=filled(one.title_th, th),
            title_en=filled(one.title_en, en),
            text_th=filled(one.text_th, th),
            text_en=filled(one.text_en, en),
        )
        for one in sorted(fitting, key=lambda one: not one.codes)
    ]


async def use_message(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, key: str, text_th: str, text_en: str
) -> None:
    """Note on the timeline that these words were given out. Raises `message_unfilled` (422) while a fact is missing."""
    actor.must("incident.work")
    for text in (text_th, text_en):
        if "{" in text or "}" in text:
            raise UnjaiError("message_unfilled", 422)
    case = await Case.hold(tx, actor, clock, incident_id)
    await case.say("message_used", message=key, message_th=text_th, message_en=text_en)
    await case.save("message_used", message=key)
