"""Routes of hits on the watch list: what waits, one hit whole, its pictures, the verdicts, the rule's figures."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.model.errors import UnjaiError, not_found
from unjai.plates.flows import hits as flows
from unjai.plates.flows import notices
from unjai.plates.flows.hit_figures import figures
from unjai.plates.hit_view import hits_out, notices_out, whole_out
from unjai.plates.pictures import plate_pictures
from unjai.plates.rules.hits import HitState
from unjai.plates.rules.matching import Verdict
from unjai.plates.schemas.hits import (
    PlateFiguresOut,
    PlateHitOut,
    PlateHitsOut,
    PlateHitWholeOut,
    PlateNoticeOut,
    PlateUndoIn,
    PlateVerdictIn,
)
from unjai.plates.store import hits as store
from unjai.platform.http import ANYONE, Ask, Ground, allowed
from unjai.platform.moments import MomentIn

router = APIRouter(tags=["plates"])
Sees = Annotated[Ask, allowed(flows.SEE)]
Judges = Annotated[Ask, allowed(flows.JUDGE)]
_IMAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
_PRIVATE = {"Cache-Control": "private, no-store", "Content-Encoding": "identity", "X-Content-Type-Options": "nosniff"}
_FORMS = ((b"\xff\xd8", "image/jpeg"), (b"\x89PNG", "image/png"), (b"RIFF", "image/webp"))


@router.get("/plates/hits")
async def hits(
    ask: Sees,
    *,
    state: Annotated[list[HitState] | None, Query(max_length=4)] = None,
    grade: Verdict | None = None,
    incident_id: UUID | None = None,
    before: MomentIn | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PlateHitsOut:
    """Return hits, the newest first; `before` goes on with those made earlier."""
    asked = {"states": state or (), "grade": grade, "incident_id": incident_id, "before": before, "limit": limit}
    rows = await flows.hits(ask.tx, ask.actor, **asked)
    found = await hits_out(ask.tx, ask.actor, rows, ask.clock.now())
    return PlateHitsOut(hits=found, waiting=await store.waiting(ask.tx, ask.actor.station))


@router.get("/plates/hits/{plate_hit_id}")
async def hit(plate_hit_id: UUID, ask: Sees) -> PlateHitWholeOut:
    """Return a hit with its sightings and the cameras that may see the vehicle next."""
    row = await _hit(ask, plate_hit_id)
    sightings = await store.sightings_of(ask.tx, [plate_hit_id])
    return await whole_out(ask.tx, ask.actor, row, sightings, ask.clock.now())


@router.get("/plates/hits/{plate_hit_id}/picture", response_class=Response, responses=_IMAGE)
async def picture(
    plate_hit_id: UUID, ask: Sees, what: Literal["crop", "still"] = "crop", sighting: UUID | None = None
) -> Response:
    """Return the newest picture of a hit, or that of one sighting; raise `plate_hit_picture_gone` (404)."""
    await _hit(ask, plate_hit_id)
    rows = await store.sightings_of(ask.tx, [plate_hit_id])
    own = [row for row in rows if row[what] is not None and sighting in (None, row["observation_id"])]
    if not own:
        raise UnjaiError("plate_hit_picture_gone", 404)
    ground: Ground = ask.request.app.state.ground
    try:
        body = await plate_pictures(ground.data).read(own[0][what], own[0]["received_at"])
    except UnjaiError as error:
        if error.status != 404:  # noqa: PLR2004
            raise
        raise UnjaiError("plate_hit_picture_gone", 404) from None
    form = next((name for head, name in _FORMS if body.startswith(head)), "application/octet-stream")
    return Response(body, media_type=form, headers=_PRIVATE)


@router.post("/plates/hits/{plate_hit_id}/confirm")
async def confirm(plate_hit_id: UUID, body: PlateVerdictIn, ask: Judges) -> PlateHitOut:
    """Say that it is the vehicle of the entry; opens its event where there is none."""
    row = await flows.judge(
        ask.tx, ask.actor, ask.clock, hit_id=plate_hit_id, version=body.version, verdict="confirmed", words=body.words
    )
    return await _told(ask, row)


@router.post("/plates/hits/{plate_hit_id}/reject")
async def reject(plate_hit_id: UUID, body: PlateVerdictIn, ask: Judges) -> PlateHitOut:
    """Say that it is another vehicle."""
    row = await flows.judge(
        ask.tx, ask.actor, ask.clock, hit_id=plate_hit_id, version=body.version, verdict="rejected", words=body.words
    )
    return await _told(ask, row)


@router.post("/plates/hits/{plate_hit_id}/undo")
async def undo(plate_hit_id: UUID, body: PlateUndoIn, ask: Judges) -> PlateHitOut:
    """Take one's own verdict back."""
    row = await flows.take_back(ask.tx, ask.actor, ask.clock, hit_id=plate_hit_id, version=body.version)
    return await _told(ask, row)


@router.get("/plates/figures")
async def rule_figures(ask: Sees, days: Annotated[int, Query(ge=1, le=366)] = 30) -> PlateFiguresOut:
    """Return the matching rule with what it did at this station."""
    return await figures(ask.tx, ask.actor, ask.clock, days=days)


@router.get("/plates/notices")
async def own_notices(ask: Annotated[Ask, allowed(ANYONE)]) -> list[PlateNoticeOut]:
    """Return what the asker was told of hits in the last days, the newest first; nobody sees another's."""
    return await notices_out(ask.tx, await notices.own(ask.tx, ask.actor, ask.clock))


@router.put("/plates/notices/{plate_notice_id}", status_code=204)
async def notice_seen(plate_notice_id: UUID, ask: Annotated[Ask, allowed(ANYONE)]) -> None:
    """Say that a notice of one's own was read."""
    await notices.seen(ask.tx, ask.actor, ask.clock, notice_id=plate_notice_id)


async def _hit(ask: Ask, hit_id: UUID) -> dict[str, Any]:
    row = await store.hit_of(ask.tx, hit_id)
    if row is None:
        raise not_found("plate_hit", hit_id)
    return row


async def _told(ask: Ask, row: dict[str, Any]) -> PlateHitOut:
    return (await hits_out(ask.tx, ask.actor, [row], ask.clock.now()))[0]
