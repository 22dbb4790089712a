"""Routes of a phone on patrol: its key, its round, what it tells, its photographs. `docs/patrol.md` is the contract."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from unjai.model.errors import UnjaiError
from unjai.patrol import view
from unjai.patrol.api.checkpoints import vault
from unjai.patrol.flows import phones as phone_flows
from unjai.patrol.flows import photos as photo_flows
from unjai.patrol.flows.sync import Told, take_items
from unjai.patrol.photos import PART_MOST, Parts
from unjai.patrol.schemas.checkpoints import RoundPlaceOut
from unjai.patrol.schemas.visits import (
    OfficerPhoneOut,
    PatrolPhoneIn,
    PatrolPhotoIn,
    PatrolPhotoOut,
    PhoneRevokeIn,
    SyncedOut,
    VisitOut,
    VisitsIn,
)
from unjai.patrol.store import checkpoints, phones
from unjai.patrol.store import visits as store
from unjai.platform.http import Ask, actor_of, allowed
from unjai.platform.media import Media

router = APIRouter(tags=["patrol"])

Own = Annotated[Ask, allowed("patrol.self")]
OWN_MOST = 200
_PART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _parts(ask: Ask) -> Parts:
    return Parts(ask.request.app.state.ground.data)


def _media(request: Request) -> Media:
    return Media(request.app.state.ground.data)


async def _part(request: Request) -> bytes:
    """Take a part in before any transaction begins: a slow line holds no connection of the database."""
    await actor_of(request, "patrol.self")
    return await _media(request).receive(request.stream(), most_bytes=PART_MOST)


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnjaiError("phone_key_wrong", 422) from error


# ── the phone's key ────────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/my/phones")
async def own_phones(ask: Own) -> list[OfficerPhoneOut]:
    """Return one's own phones."""
    account_id = phone_flows.own_account(ask.actor)
    return [view.phone(row) for row in await phones.phones(ask.tx, ask.actor.station, account_id)]


@router.post("/patrol/my/phones", status_code=201)
async def register_phone(body: PatrolPhoneIn, ask: Own) -> OfficerPhoneOut:
    """Register the phone in one's hand; the same key again is the same phone."""
    key = _key(body.public_key)
    phone_id = await phone_flows.register_phone(ask.tx, ask.actor, ask.clock, public_key=key, name=body.name)
    return next(one for one in await own_phones(ask) if one.id == phone_id)


@router.post("/patrol/my/phones/{phone_id}/revoke")
async def revoke_own_phone(phone_id: UUID, body: PhoneRevokeIn, ask: Own) -> list[OfficerPhoneOut]:
    """Stop a phone of one's own that was lost or given away."""
    await phone_flows.revoke_phone(ask.tx, ask.actor, ask.clock, phone_id=phone_id, why=body.why, own=True)
    return await own_phones(ask)


# ── the round ──────────────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/my/checkpoints")
async def own_checkpoints(ask: Own) -> list[RoundPlaceOut]:
    """Return the checkpoints in use, to be kept on the phone for when there is no line. No owners, no contacts."""
    account_id = phone_flows.own_account(ask.actor)
    last = await store.last_own(ask.tx, account_id)
    rows = await checkpoints.checkpoints(ask.tx, ask.actor.station)
    return [
        RoundPlaceOut(
            **{
                name: row[name]
                for name in ("id", "code", "name_th", "name_en", "kind", "lon", "lat", "radius_m", "proofs")
            },
            beat_code=row["beat_code"] or "",
            last_own_at=last.get(row["id"]),
        )
        for row in rows
        if not row["retired"]
    ]


@router.get("/patrol/my/visits")
async def own_visits(ask: Own, limit: Annotated[int, Query(ge=1, le=OWN_MOST)] = 50) -> list[VisitOut]:
    """Return one's own last visits, with their scores in words."""
    asked = {"station_id": ask.actor.station, "account_id": phone_flows.own_account(ask.actor)}
    return [view.visit(row) for row in await store.visits(ask.tx, asked, limit)]


@router.post("/patrol/visits")
async def tell_visits(body: VisitsIn, ask: Own) -> SyncedOut:
    """Take up to 500 signed items of one phone; each is answered by itself, and the same again changes nothing."""
    sent_at = datetime.fromtimestamp(body.sent_at / 1000, UTC)
    items = [Told(body=one.body, signature=one.sig) for one in body.items]
    answers, head = await take_items(
        ask.tx, ask.actor, ask.clock, vault(ask), phone_id=body.phone, sent_at=sent_at, items=items
    )
    now = ask.clock.now()
    return SyncedOut(
        answers=[view.answer(one) for one in answers],
        head_seq=head.seq,
        head_digest=head.digest,
        received_at=now,
        offset_s=(now - sent_at).total_seconds(),
    )


# ── photographs ────────────────────────────────────────────────────────────────────────────────────


@router.post("/patrol/my/photos")
async def announce_photo(body: PatrolPhotoIn, ask: Own) -> PatrolPhotoOut:
    """Say that a photograph will come, and learn how far it has come."""
    return view.photo(
        await photo_flows.announce_photo(
            ask.tx, ask.actor, ask.clock, _parts(ask), photo_id=body.id, digest=body.digest, size_bytes=body.size_bytes
        )
    )


@router.get("/patrol/my/photos/{photo_id}")
async def photo_progress(photo_id: UUID, ask: Own) -> PatrolPhotoOut:
    """Return how far one's own photograph has come."""
    return view.photo(await photo_flows.photo_progress(ask.tx, ask.actor, _parts(ask), photo_id=photo_id))


@router.put("/patrol/my/photos/{photo_id}", openapi_extra=_PART)
async def send_part(
    photo_id: UUID,
    part: Annotated[bytes, Depends(_part)],
    ask: Own,
    offset: Annotated[int, Query(ge=0, le=2**40)] = 0,
) -> PatrolPhotoOut:
    """Send the next part of a photograph, at most 900 kB; `offset` is where it begins."""
    return view.photo(
        await photo_flows.take_part(
            ask.tx,
            ask.actor,
            ask.clock,
            _parts(ask),
            _media(ask.request),
            photo_id=photo_id,
            offset=offset,
            part=part,
        )
    )
