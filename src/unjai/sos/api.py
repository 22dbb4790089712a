"""Routes of the points: what the room knows of them, sirens and lights, calls."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from unjai.model.ids import DeviceId
from unjai.platform.http import Ask, allowed
from unjai.sos import flows
from unjai.sos.schemas import AskIn, SosActionOut, SosCallOut, SosDeskOut, TalkIn
from unjai.sos.view import call_out, desk

router = APIRouter(tags=["sos"])

Talks = Annotated[Ask, allowed("sos.talk")]
Alarms = Annotated[Ask, allowed("sos.alarm")]


@router.get("/sos/desk")
async def read_desk(ask: Annotated[Ask, allowed("device.read")]) -> SosDeskOut:
    """Return the SOS points with their calls, sirens and lights."""
    return await desk(ask.tx, ask.actor, ask.clock)


@router.post("/sos/points/{point_id}/actions", status_code=201)
async def ask_part(point_id: UUID, body: AskIn, ask: Alarms) -> SosActionOut:
    """Ask for a point's siren or light; it stops by itself after its time."""
    row = await flows.ask_part(
        ask.tx,
        ask.actor,
        ask.clock,
        device_id=DeviceId(point_id),
        part=body.part,
        lasts_s=body.lasts_s,
        incident_id=body.incident_id,
    )
    return SosActionOut.model_validate(row)


@router.post("/sos/actions/{action_id}/stop")
async def stop_part(action_id: UUID, ask: Alarms) -> SosActionOut:
    """Ask a siren or light to stop before its time."""
    return SosActionOut.model_validate(await flows.stop_part(ask.tx, ask.actor, ask.clock, action_id=action_id))


@router.post("/sos/points/{point_id}/call", status_code=201)
async def call_point(point_id: UUID, ask: Talks, body: TalkIn | None = None) -> SosCallOut:
    """Call a point; the talk begins when its microphone is open."""
    about = body.incident_id if body else None
    row = await flows.call_point(ask.tx, ask.actor, ask.clock, device_id=DeviceId(point_id), incident_id=about)
    return call_out(row, ask.actor)


@router.post("/sos/calls/{call_id}/answer")
async def answer(call_id: UUID, ask: Talks) -> SosCallOut:
    """Take a ringing call."""
    return call_out(await flows.answer(ask.tx, ask.actor, ask.clock, call_id=call_id), ask.actor)


@router.post("/sos/calls/{call_id}/hold")
async def hold(call_id: UUID, ask: Talks) -> SosCallOut:
    """Put one's own call on hold."""
    return call_out(await flows.hold(ask.tx, ask.actor, ask.clock, call_id=call_id), ask.actor)


@router.post("/sos/calls/{call_id}/resume")
async def resume(call_id: UUID, ask: Talks) -> SosCallOut:
    """Go on with one's own call."""
    return call_out(await flows.resume(ask.tx, ask.actor, ask.clock, call_id=call_id), ask.actor)


@router.post("/sos/calls/{call_id}/end")
async def end(call_id: UUID, ask: Talks) -> SosCallOut:
    """Hang up, or turn a ringing call away."""
    return call_out(await flows.end(ask.tx, ask.actor, ask.clock, call_id=call_id), ask.actor)
