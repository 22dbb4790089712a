"""What happened at an SOS point stands on its incident's timeline."""

from __future__ import annotations

from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case


async def say_of_point(tx: Tx, actor: Actor, clock: Clock, *, incident_id: UUID, kind: str, **facts: object) -> None:
    """Write a step about a point's voice, siren or light. Whoever asks has asserted the right; raises `not_found`."""
    case = await Case.hold(tx, actor, clock, incident_id)
    await case.say(kind, facts)
    await case.save("pole", step=kind)
