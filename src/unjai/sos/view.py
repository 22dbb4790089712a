"""What the screens show of the points."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import DeviceId
from unjai.platform.database import Tx
from unjai.respond.schemas.incidents import HelpStatus
from unjai.respond.view import progress
from unjai.sos import rules, store
from unjai.sos.points import KINDS, settings_of
from unjai.sos.schemas import SosActionOut, SosCallOut, SosDeskOut, SosPointOut
from unjai.territory.store import devices_of

RECENT = timedelta(minutes=15)
AFTER = timedelta(minutes=2)
"""How long a point still shows the end of what was reported there."""
SHOWN = timedelta(minutes=30)
"""After so long whoever stands there is somebody else: the page is as new, though the incident may be open."""

Voice = Literal["ready", "away", "insecure", "denied", "missing", "none"]


async def desk(tx: Tx, actor: Actor, clock: Clock) -> SosDeskOut:
    """Return all points of the asker's station, with their calls and commands."""
    now = clock.now()
    there = await store.presences(tx)
    points = [device for device in await devices_of(tx, actor.station) if device.kind in KINDS and not device.disabled]
    ours = {device.id for device in points}
    return SosDeskOut(
        now=now,
        points=[
            SosPointOut(
                device_id=device.id,
                key=device.key,
                name_th=device.name_th,
                name_en=device.name_en,
                point=has.point,
                siren=has.siren,
                light=has.light,
                has_voice=has.voice or device.id in there,
                voice=_voice(there.get(device.id), has.voice, rules.READY, now),
            )
            for device in points
            for has in (settings_of(device),)
        ],
        calls=[call_out(row, actor) for row in await store.recent_calls(tx, now - RECENT) if row["device_id"] in ours],
        actions=[
            SosActionOut.model_validate(row)
            for row in await store.recent_actions(tx, now - RECENT)
            if row["device_id"] in ours
        ],
    )


def _voice(there: dict[str, Any] | None, fitted: bool, ready: timedelta, now: Any) -> Voice:
    if there is None:
        return "away" if fitted else "none"
    if now - there["seen_at"] >= ready:
        return "away"
    said: Voice = there["voice"]
    return said


def call_out(row: dict[str, Any], actor: Actor) -> SosCallOut:
    """Return a call as the asker sees it."""
    mine = row["account_id"] is not None and row["account_id"] == actor.account_id
    return SosCallOut.model_validate({**row, "mine": mine})


async def help_at(tx: Tx, clock: Clock, *, device_id: DeviceId) -> HelpStatus | None:
    """Return how far the help is that was called for at a point; None where nothing runs there."""
    now = clock.now()
    found = await store.shown_to_point(tx, device_id, pressed=now - SHOWN, since=now - AFTER)
    return None if found is None else await progress(tx, clock, found, key=found["id"])
