"""A vehicle of the watch list becomes an event, and what a person says of the match stands on its timeline."""

from __future__ import annotations

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import IncidentId
from unjai.model.plate import shown
from unjai.plates.above import Judged, Sighted
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case
from unjai.respond.flows.taking import NewReport, taken
from unjai.respond.rules.kinds import WATCHED

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
        about=(shown(seen.plate), shown(seen.plate, "en")),
    )
    return (await taken(tx, actor, clock, report)).incident_id


async def vehicle_judged(tx: Tx, actor: Actor, clock: Clock, judged: Judged) -> None:
    """Write on the event's timeline that somebody compared the pictures, and what came of it."""
    case = await Case.hold(tx, actor, clock, judged.incident_id)
    facts = {"plate_th": shown(judged.plate), "plate_en": shown(judged.plate, "en"), "text": judged.words or None}
    match judged.verdict:
        case "confirmed":
            await case.say("plate_confirmed", facts)
        case "rejected":
            await case.say("plate_rejected", facts)
        case None:
            await case.say("plate_undone", facts)
    await case.save("plate_judged", verdict=judged.verdict or "undone")
