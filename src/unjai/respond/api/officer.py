"""Routes of a phone besides the task's steps: being woken, words with the centre, cameras near the task, safe again."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from unjai.cameras.api.streams import PRIVATE, STILL, desk_of, looked
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId
from unjai.people.api.accounts import token_of
from unjai.people.flows import session_of
from unjai.people.rules.agents import agent
from unjai.platform.http import Ask, allowed
from unjai.platform.web_push import push_key
from unjai.respond import flows, view
from unjai.respond.flows import pushes as push_flows
from unjai.respond.flows import talk as talk_flows
from unjai.respond.flows import task as task_flows
from unjai.respond.schemas.incidents import Officer
from unjai.respond.schemas.officer import (
    PushGoneIn,
    PushIn,
    PushOut,
    PushPhoneOut,
    SafeIn,
    SayIn,
    TalkOut,
    TalkReadIn,
    TalkWaitingOut,
    TaskCameraOut,
)
from unjai.respond.store import pushes, talks

router = APIRouter(tags=["respond"])

Goes = Annotated[Ask, allowed("unit.self")]
Looks = Annotated[Ask, allowed("camera.task")]
Sends = Annotated[Ask, allowed("dispatch")]
Page = Annotated[int, Query(ge=1, le=200)]
Before = Annotated[int | None, Query(ge=0, le=2**62)]
Key = Annotated[str | None, Header(alias="idempotency-key")]


async def _session(ask: Ask) -> UUID:
    signed = await session_of(ask.tx, ask.clock, token_of(ask.request))
    if signed is None:
        raise UnjaiError("sign_in_needed", 401)
    return signed.session_id


async def _phones(ask: Ask, session_id: UUID) -> list[PushPhoneOut]:
    rows = await pushes.of_account(ask.tx, push_flows.own_account(ask.actor), ask.clock.now())
    shown = []
    for row in rows:
        who = agent(row["agent"])
        shown.append(
            PushPhoneOut(
                id=row["id"],
                browser=who.browser,
                system=who.system,
                details=row["details"],
                created_at=row["created_at"],
                sent_at=row["sent_at"],
                mine=row["session_id"] == session_id,
            )
        )
    return shown


async def _push(ask: Ask, session_id: UUID) -> PushOut:
    state = ask.request.app.state
    key = (await asyncio.to_thread(push_key, state.ground.data)).public if state.push else ""
    return PushOut(on=state.push, key=key, phones=await _phones(ask, session_id))


@router.get("/officer/push")
async def read_push(ask: Goes) -> PushOut:
    """Return the station's key for a browser's subscription, and one's own phones that are woken."""
    return await _push(ask, await _session(ask))


@router.post("/officer/push")
async def subscribe(body: PushIn, ask: Goes) -> PushOut:
    """Let this phone be woken for offers and words of the centre, on duty only, until the session ends."""
    if not ask.request.app.state.push:
        raise UnjaiError("push_off", 409)
    session_id = await _session(ask)
    said = push_flows.Subscribing(
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
        details=body.details,
        locale=body.locale,
        agent=ask.request.headers.get("user-agent", "")[:400],
        replaces=body.replaces,
    )
    own = ask.request.app.state.push_hosts
    await push_flows.subscribe(ask.tx, ask.actor, ask.clock, session_id=session_id, said=said, own=own)
    return await _push(ask, session_id)


@router.delete("/officer/push")
async def unsubscribe(body: PushGoneIn, ask: Goes) -> PushOut:
    """Wake one of one's own phones no more."""
    await push_flows.unsubscribe(ask.tx, ask.actor, ask.clock, key=body.id, endpoint=body.endpoint)
    return await _push(ask, await _session(ask))


# ── words ──────────────────────────────────────────────────────────────────────────────────────────


@router.get("/officer/talk")
async def own_talk(ask: Goes, before: Before = None, limit: Page = 50) -> list[TalkOut]:
    """Return what one's own unit and the centre said, oldest first; the page before a message by its number."""
    rows = await talks.of_unit(ask.tx, flows.own_unit(ask.actor), before=before, limit=limit)
    return [TalkOut.model_validate(row) for row in rows]


@router.post("/officer/talk", status_code=201)
async def say_to_centre(body: SayIn, ask: Goes, idempotency_key: Key = None) -> TalkOut:
    """Say something to the centre; sent again with the same key it is the same message."""
    row = await talk_flows.say_to_centre(
        ask.tx,
        ask.actor,
        ask.clock,
        text=body.text,
        incident_id=body.incident_id,
        key=(idempotency_key or "").strip()[:128] or None,
        at=body.at,
    )
    return TalkOut.model_validate(row)


@router.post("/officer/talk/read")
async def own_read(body: TalkReadIn, ask: Goes) -> Officer:
    """Say that the centre's words were read, up to a number."""
    await talk_flows.read_by_unit(ask.tx, ask.actor, ask.clock, up_to=body.up_to)
    return await _page(ask)


async def _page(ask: Ask) -> Officer:
    return await view.officer(ask.tx, ask.actor, ask.clock, unit_id=flows.own_unit(ask.actor))


@router.get("/talk")
async def talk_waiting(ask: Sends) -> list[TalkWaitingOut]:
    """Return which units said something that nobody at the centre has read."""
    return [TalkWaitingOut.model_validate(row) for row in await talks.unread(ask.tx, from_unit=True)]


@router.get("/units/{unit_id}/talk")
async def unit_talk(unit_id: UUID, ask: Sends, before: Before = None, limit: Page = 50) -> list[TalkOut]:
    """Return what a unit and the centre said, oldest first."""
    await talk_flows.must_know(ask.tx, ask.actor, ask.clock, unit_id=unit_id)
    return [TalkOut.model_validate(row) for row in await talks.of_unit(ask.tx, unit_id, before=before, limit=limit)]


@router.post("/units/{unit_id}/talk", status_code=201)
async def say_to_unit(unit_id: UUID, body: SayIn, ask: Sends, idempotency_key: Key = None) -> TalkOut:
    """Say something to a unit, about an incident or none."""
    row = await talk_flows.say_to_unit(
        ask.tx,
        ask.actor,
        ask.clock,
        unit_id=unit_id,
        text=body.text,
        incident_id=body.incident_id,
        key=(idempotency_key or "").strip()[:128] or None,
    )
    return TalkOut.model_validate(row)


@router.post("/units/{unit_id}/talk/read", status_code=204)
async def centre_read(unit_id: UUID, body: TalkReadIn, ask: Sends) -> None:
    """Say that a unit's words were read at the centre, up to a number."""
    await talk_flows.read_by_centre(ask.tx, ask.actor, ask.clock, unit_id=unit_id, up_to=body.up_to)


# ── the task ───────────────────────────────────────────────────────────────────────────────────────


@router.get("/officer/cameras")
async def task_cameras(ask: Looks) -> list[TaskCameraOut]:
    """Return the cameras near the incident that one's unit has taken; none without one."""
    return [
        TaskCameraOut(device_id=one.id, name_th=one.name_th, name_en=one.name_en, distance_m=round(metres, 1))
        for one, metres in await task_flows.near_cameras(ask.tx, ask.actor)
    ]


@router.get("/officer/cameras/{camera_id}/still", response_class=Response, responses=STILL)
async def task_still(camera_id: UUID, ask: Looks) -> Response:
    """Return a masked still of a camera near one's task, as long as it is one's task; every watching is logged."""
    await task_flows.must_be_near(ask.tx, ask.actor, camera_id=camera_id)
    station_id = await looked(ask, camera_id, "task")
    still = await desk_of(ask.request).still(station_id, DeviceId(camera_id))
    if still is None:
        raise UnjaiError("camera_no_still", 503)
    age_s = max(0.0, (ask.clock.now() - still.at).total_seconds())
    headers = {**PRIVATE, "X-Still-At": still.at.isoformat(), "Age": str(round(age_s))}
    return Response(still.jpeg, media_type="image/jpeg", headers=headers)


@router.post("/officer/distress/safe")
async def safe_again(body: SafeIn, ask: Goes) -> Officer:
    """Say by its word that one's own call for help is over; the centre makes sure and closes it."""
    await task_flows.safe_again(ask.tx, ask.actor, ask.clock, word=body.word, at=body.at)
    return await _page(ask)
