"""Private owners are asked to turn cameras to what is public; each step with who, when and a note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from unjai.cameras.flows.changes import MANAGE, noted, the_camera
from unjai.cameras.flows.health import renew_reference
from unjai.cameras.rules import requests as life
from unjai.cameras.rules.files import PICTURES, media_type_of
from unjai.cameras.store import reads, writes
from unjai.cameras.store.tables import camera_picture, camera_request, camera_request_step
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId, StationId, new_id
from unjai.platform.database import Tx
from unjai.platform.media import Stored
from unjai.territory.flows import change_device
from unjai.territory.store import device_of


async def ask_owner(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    camera_id: UUID,
    want: str,
    want_bearing_deg: float | None = None,
    who: str = "",
    note: str = "",
) -> UUID:
    """Ask an owner to turn a camera; raise `camera_request_open` (409) while another request waits."""
    actor.must(MANAGE)
    found = await the_camera(tx, actor, camera_id)
    station_id, now = StationId(found["station_id"]), clock.now()
    if any(one["state"] in life.OPEN for one in await reads.requests_of(tx, station_id, camera_id)):
        raise UnjaiError("camera_request_open", 409)
    own = new_id(now)
    row = {
        "id": own,
        "station_id": station_id,
        "device_id": camera_id,
        "want": want,
        "want_bearing_deg": want_bearing_deg,
        "was_bearing_deg": found["bearing_deg"],
        "asked_at": now,
        "changed_at": now,
    }
    await writes.add(tx, camera_request, row)
    await _step(tx, actor, clock, {"id": own, "station_id": station_id}, state="asked", who=who, note=note)
    await _told(tx, actor, clock, row, action="camera.request", facts={"key": found["key"], "want": want})
    return own


async def move_request(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    request_id: UUID,
    to: life.State,
    who: str = "",
    note: str = "",
    reference: bytes | None = None,
) -> None:
    """Take a request on; see `rules.requests.MOVES`.

    When it is checked, the camera's bearing is the one wanted, and its health no longer judges it by the view of
    before: `reference` (a masked picture of the camera) is how it should look from now on; without one all references
    end, and the centre keeps a new one by itself once the camera has looked well for a while.
    """
    actor.must(MANAGE)
    found = await the_request(tx, actor, request_id)
    kept = (await reads.pictures_of(tx, [request_id]))[request_id]
    life.move(found["state"], to, pictures=frozenset(one["what"] for one in kept))
    await writes.change(tx, camera_request, request_id, {"state": to, "changed_at": clock.now()})
    await _step(tx, actor, clock, found, state=to, who=who, note=note)
    if to == "checked":
        if found["want_bearing_deg"] is not None:
            await _turned(tx, actor, clock, found)
        await renew_reference(tx, actor, clock, camera_id=found["device_id"], picture=reference)
    await _told(
        tx,
        actor,
        clock,
        found,
        action="camera.request.move",
        facts={"request": str(request_id), "from": found["state"], "to": to, **_judged(found)},
    )


async def add_picture(
    tx: Tx, actor: Actor, clock: Clock, *, request_id: UUID, what: str, head: bytes, stored: Stored, taken: bool = False
) -> dict[str, str]:
    """Keep what the camera saw before or after; `taken` from the camera itself, else a file that somebody sent in.

    Return the newest pictures' digests by `before` and `after`; what was judged of others before is forgotten. Raise
    `camera_picture_late` (409) where it is not its time.
    """
    actor.must(MANAGE)
    found = await the_request(tx, actor, request_id)
    if found["state"] not in life.PICTURES[what]:
        raise UnjaiError("camera_picture_late", 409, what=what, state=found["state"])
    row = {
        "id": new_id(clock.now()),
        "station_id": found["station_id"],
        "device_id": found["device_id"],
        "request_id": request_id,
        "what": what,
        "digest": stored.digest,
        "media_type": media_type_of(head, PICTURES),
        "at": clock.now(),
        "by": actor.name,
        "taken": taken,
    }
    await writes.add(tx, camera_picture, row)
    await writes.change(tx, camera_request, request_id, {"judged": None})
    facts = {"request": str(request_id), "what": what, "digest": stored.digest, "taken": taken}
    await _told(tx, actor, clock, found, action="camera.request.picture", facts=facts)
    return await newest_pictures(tx, request_id)


async def newest_pictures(tx: Tx, request_id: UUID, *, taken: bool = False) -> dict[str, str]:
    """Return the digests of a request's newest pictures by what they show; `taken`: of those from the camera itself."""
    rows = (await reads.pictures_of(tx, [request_id]))[request_id]
    newest = {row["what"]: row for row in rows}
    return {what: row["digest"] for what, row in newest.items() if row["taken"] or not taken}


async def judge_pictures(
    tx: Tx, actor: Actor, *, request_id: UUID, digests: Mapping[str, str], judged: Mapping[str, Any]
) -> None:
    """Keep how two pictures compare by machine; nothing where a newer one came meanwhile."""
    actor.must(MANAGE)
    await the_request(tx, actor, request_id)
    if await newest_pictures(tx, request_id) == digests:
        await writes.change(tx, camera_request, request_id, {"judged": dict(judged)})


async def the_picture(tx: Tx, actor: Actor, picture_id: UUID) -> dict[str, Any]:
    """Return a picture's row for who manages cameras."""
    actor.must(MANAGE)
    found = await reads.picture_of(tx, picture_id)
    if found is None or found["station_id"] not in actor.stations:
        raise not_found("picture", picture_id)
    return found


def _judged(found: Mapping[str, Any]) -> dict[str, object]:
    judged = found["judged"]
    return {} if judged is None else {"judged": judged["verdict"]}


async def _turned(tx: Tx, actor: Actor, clock: Clock, found: Mapping[str, Any]) -> None:
    device = await device_of(tx, found["device_id"])
    if device is not None:
        settings = {**device.settings, "heading_deg": found["want_bearing_deg"]}
        await change_device(
            tx, actor, clock, device_id=DeviceId(device.id), changes={"settings": settings}, right=MANAGE
        )


async def the_request(tx: Tx, actor: Actor, request_id: UUID) -> dict[str, Any]:
    """Return a request, held for this transaction, within the actor's stations; `not_found` (404) else."""
    found = await reads.request_of(tx, request_id, lock=True)
    if found is None or found["station_id"] not in actor.stations:
        raise not_found("request", request_id)
    return found


async def _step(
    tx: Tx, actor: Actor, clock: Clock, found: Mapping[str, Any], *, state: str, who: str, note: str
) -> None:
    row = {"id": new_id(clock.now()), "station_id": found["station_id"], "request_id": found["id"], "state": state}
    more = {"at": clock.now(), "by": actor.name, "who": who, "note": note}
    await writes.add(tx, camera_request_step, {**row, **more})


async def _told(
    tx: Tx, actor: Actor, clock: Clock, found: Mapping[str, Any], *, action: str, facts: Mapping[str, object]
) -> None:
    subject, station_id = f"device:{found['device_id']}", StationId(found["station_id"])
    await noted(tx, actor, clock, station_id=station_id, action=action, subject=subject, facts=facts)
