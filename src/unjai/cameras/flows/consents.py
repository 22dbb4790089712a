"""What owners agreed to: papers with dates, their files, their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from unjai.cameras.flows.changes import MANAGE, noted, the_camera
from unjai.cameras.rules.files import ENDINGS, PAPERS, media_type_of
from unjai.cameras.store import reads, writes
from unjai.cameras.store.tables import camera_consent
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.media import Stored


async def add_consent(tx: Tx, actor: Actor, clock: Clock, *, camera_id: UUID, said: Mapping[str, Any]) -> UUID:
    """Note a consent; raise `camera_consent_dates` (422) where it ends before it begins."""
    actor.must(MANAGE)
    found = await the_camera(tx, actor, camera_id)
    _in_order(said["from_on"], said.get("until_on"))
    own, station_id = new_id(clock.now()), StationId(found["station_id"])
    kept = {"id": own, "station_id": station_id, "device_id": camera_id, "at": clock.now(), "by": actor.name}
    await writes.add(tx, camera_consent, {**kept, **said})
    facts = {
        "key": found["key"],
        "number": said["number"],
        "from_on": said["from_on"],
        "until_on": said.get("until_on"),
    }
    subject = f"device:{camera_id}"
    await noted(tx, actor, clock, station_id=station_id, action="camera.consent", subject=subject, facts=facts)
    return own


async def change_consent(tx: Tx, actor: Actor, clock: Clock, *, consent_id: UUID, said: Mapping[str, Any]) -> UUID:
    """Mend a consent, or end it by its last day. Return its camera."""
    actor.must(MANAGE)
    found = await the_consent(tx, actor, consent_id)
    _in_order(said.get("from_on", found["from_on"]), said.get("until_on", found["until_on"]))
    told = {name: value for name, value in said.items() if found[name] != value}
    if told:
        await writes.change(tx, camera_consent, consent_id, told)
        facts = {"consent": str(consent_id), **{name: str(value) for name, value in told.items()}}
        await _told(tx, actor, clock, found, action="camera.consent.change", facts=facts)
    return UUID(str(found["device_id"]))


async def attach_consent(
    tx: Tx, actor: Actor, clock: Clock, *, consent_id: UUID, name: str, head: bytes, stored: Stored
) -> UUID:
    """Keep the paper itself (PDF or photograph, already on the disc) with its consent. Return the camera."""
    actor.must(MANAGE)
    found = await the_consent(tx, actor, consent_id)
    media_type = media_type_of(head, PAPERS)
    stem = "".join(sign for sign in name.rsplit(".", 1)[0] if sign.isprintable() and sign not in '<>:"|?*/\\')[:80]
    told = {
        "file_name": f"{stem.strip() or 'consent'}.{ENDINGS[media_type]}",
        "media_type": media_type,
        "digest": stored.digest,
    }
    await writes.change(tx, camera_consent, consent_id, told)
    await _told(tx, actor, clock, found, action="camera.consent.file", facts={"consent": str(consent_id), **told})
    return UUID(str(found["device_id"]))


async def read_consent(tx: Tx, actor: Actor, clock: Clock, *, consent_id: UUID) -> dict[str, Any]:
    """Return a consent whose paper is to be shown; the look is on the log. `not_found` where no paper was kept."""
    actor.must(MANAGE)
    found = await the_consent(tx, actor, consent_id)
    if not found["digest"]:
        raise not_found("file", consent_id)
    facts = {"consent": str(consent_id), "digest": found["digest"]}
    subject, station_id = f"device:{found['device_id']}", StationId(found["station_id"])
    await audit(tx, actor, clock, action="camera.consent.read", subject=subject, facts=facts, station_id=station_id)
    return found


async def the_consent(tx: Tx, actor: Actor, consent_id: UUID) -> dict[str, Any]:
    """Return a consent within the actor's stations; `not_found` (404) else."""
    found = await reads.consent_of(tx, consent_id)
    if found is None or found["station_id"] not in actor.stations:
        raise not_found("consent", consent_id)
    return found


async def _told(
    tx: Tx, actor: Actor, clock: Clock, found: Mapping[str, Any], *, action: str, facts: Mapping[str, object]
) -> None:
    subject, station_id = f"device:{found['device_id']}", StationId(found["station_id"])
    await noted(tx, actor, clock, station_id=station_id, action=action, subject=subject, facts=facts)


def _in_order(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise UnjaiError("camera_consent_dates", 422)
