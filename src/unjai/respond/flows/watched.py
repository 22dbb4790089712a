"""A vehicle of the watch list becomes an event, and what a person says of the match stands on its timeline.

Everybody with `incident.read` sees an event's title and timeline, so the plate stands there covered. Whole it is shown
by the hit to who may see hits, and in the task to the unit that is asked for (`asked_vehicle`).
"""

from __future__ import annotations

from uuid import UUID

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.ids import IncidentId, StationId
from unjai.model.plate import Plate, shown
from unjai.plates.above import Judged, Sighted
from unjai.plates.store import hits
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case
from unjai.respond.flows.taking import NewReport, taken
from unjai.respond.rules.kinds import WATCHED
from unjai.respond.rules.parties import hidden_plate

KIND = "plate_hit"


async def vehicle_seen(tx: Tx, actor: Actor, clock: Clock, seen: Sighted) -> IncidentId:
    """Join the open event of the same vehicle or open one; whoever matched or judged has asserted the right to it.

    The event's place follows the vehicle, its instruction stands in the report.
    """
    report = NewReport(
        observation_id=seen.observation_id,
        digest=seen.digest,
        channel="plate",
        kind=KIND,
        code=WATCHED,
        observed_at=seen.at,
        received_at=seen.received_at,
        source=seen.source,
        point=seen.point,
        device_id=seen.device_id,
        device_key=seen.camera,
        text=seen.instruction,
        priority=seen.priority,
        about=covered(seen.plate),
    )
    return (await taken(tx, actor, clock, report)).incident_id


async def vehicle_judged(tx: Tx, actor: Actor, clock: Clock, judged: Judged) -> None:
    """Write on the event's timeline that somebody compared the pictures, and what came of it."""
    case = await Case.hold(tx, actor, clock, judged.incident_id)
    th, en = covered(judged.plate)
    facts = {"plate_th": th, "plate_en": en, "text": judged.words or None}
    match judged.verdict:
        case "confirmed":
            await case.say("plate_confirmed", facts)
        case "rejected":
            await case.say("plate_rejected", facts)
        case None:
            await case.say("plate_undone", facts)
    await case.save("plate_judged", verdict=judged.verdict or "undone")


def covered(plate: Plate) -> tuple[str, str]:
    """Return a plate with its letters, its last figures and its place, in Thai and English."""
    bare = Plate(registration=plate.registration, province=None)
    hidden = hidden_plate(plate.registration)
    th, en = (shown(plate, language).removeprefix(shown(bare, language)).strip() for language in ("th", "en"))
    return f"{hidden} {th}".strip(), f"{hidden} {en}".strip()


async def asked_vehicles(tx: Tx, station_id: StationId, incident_id: UUID) -> list[str]:
    """Return the vehicles of an event in words, for the unit that is asked to look for them."""
    async with tx.acting_as(system(station_id, name="task")):  # the unit needs no right to hits to meet this one
        rows = await hits.page(tx, station_id, incident_id=incident_id, limit=5)
    said = []
    for row in rows:
        if row["forgotten"] or row["state"] == "rejected":
            continue
        listed = row["listed"]
        looks = [str(listed.get(name) or "") for name in ("vehicle_type", "vehicle_colour", "vehicle_marks")]
        plate = Plate(registration=row["registration"], province=row["province"])
        said.append(" · ".join([shown(plate), *filter(None, looks)]))
    return list(dict.fromkeys(said))
