"""Routes of beats and checkpoints: the register, labels, screens."""

from __future__ import annotations

import base64
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.model.errors import UnjaiError, not_found
from unjai.patrol import labels
from unjai.patrol.flows import checkpoints as flows
from unjai.patrol.rules import codes
from unjai.patrol.rules.checkpoints import beat_verdict
from unjai.patrol.schemas.checkpoints import (
    BeatIn,
    BeatOut,
    CheckpointChange,
    CheckpointIn,
    CheckpointOut,
    CheckpointScreenOut,
    CheckpointUndoneOut,
    CheckpointVersionIn,
    TurningCodeOut,
)
from unjai.patrol.secrets import vault_of
from unjai.patrol.store import checkpoints as store
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.http import PUBLIC, Ask, allowed
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["patrol"])

Reads = Annotated[Ask, allowed("patrol.read")]
Manages = Annotated[Ask, allowed("patrol.manage")]
Anybody = Annotated[Ask, allowed(PUBLIC)]
LABELS_MOST = 200


def vault(ask: Ask) -> Vault:
    """Return where this centre's secrets of checkpoints are sealed."""
    return vault_of(ask.request.app.state.ground.data)


def sent(body: bytes, media_type: str, name: str, *, download: bool = False) -> Response:
    """Return a file so that no browser takes it for anything else."""
    how = "attachment" if download else "inline"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


async def _beats(ask: Ask) -> list[BeatOut]:
    rows = await store.beats(ask.tx, ask.actor.station)
    return [BeatOut(**_of(BeatOut, row), verdict=beat_verdict(row["checkpoints"])) for row in rows]


def _of(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name in row}


def shown(ask: Ask, row: dict[str, Any]) -> CheckpointOut:
    """Return a checkpoint as this actor may see it."""
    told = {"last_at": None, "last_score": None, "last_state": None, **row, "has_tag": bool(row["nfc_digest"])}
    if not ask.actor.may("patrol.manage"):
        told |= {"owner_name": "", "owner_contact": ""}
    return CheckpointOut(**_of(CheckpointOut, told))


# ── beats ──────────────────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/beats")
async def list_beats(ask: Reads) -> list[BeatOut]:
    """Return the station's beats, each with whether it holds the 10–12 checkpoints that a shift can visit."""
    return await _beats(ask)


@router.post("/patrol/beats", status_code=201)
async def add_beat(body: BeatIn, ask: Manages) -> list[BeatOut]:
    """Make a beat."""
    await flows.set_beat(ask.tx, ask.actor, ask.clock, beat_id=None, **body.model_dump())
    return await _beats(ask)


@router.put("/patrol/beats/{beat_id}")
async def change_beat(beat_id: UUID, body: BeatIn, ask: Manages) -> list[BeatOut]:
    """Change a beat."""
    await flows.set_beat(ask.tx, ask.actor, ask.clock, beat_id=beat_id, **body.model_dump())
    return await _beats(ask)


@router.delete("/patrol/beats/{beat_id}")
async def remove_beat(beat_id: UUID, ask: Manages) -> list[BeatOut]:
    """Remove a beat; its checkpoints stay without one."""
    await flows.remove_beat(ask.tx, ask.actor, ask.clock, beat_id=beat_id)
    return await _beats(ask)


# ── checkpoints ────────────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/checkpoints")
async def list_checkpoints(ask: Reads) -> list[CheckpointOut]:
    """Return every checkpoint of the station with its newest visit that was not refused."""
    return [shown(ask, row) for row in await store.checkpoints(ask.tx, ask.actor.station)]


@router.post("/patrol/checkpoints", status_code=201)
async def add_checkpoint(body: CheckpointIn, ask: Manages) -> CheckpointOut:
    """Make a checkpoint."""
    own = await flows.add_checkpoint(ask.tx, ask.actor, ask.clock, said=body.said())
    return shown(ask, await flows.the_checkpoint(ask.tx, ask.actor, own))


@router.get("/patrol/checkpoints/{checkpoint_id}")
async def one_checkpoint(checkpoint_id: UUID, ask: Reads) -> CheckpointOut:
    """Return one checkpoint."""
    return shown(ask, await flows.the_checkpoint(ask.tx, ask.actor, checkpoint_id))


@router.patch("/patrol/checkpoints/{checkpoint_id}")
async def change_checkpoint(checkpoint_id: UUID, body: CheckpointChange, ask: Manages) -> CheckpointOut:
    """Change what is told of a checkpoint; what is left out stays."""
    await flows.change_checkpoint(
        ask.tx, ask.actor, ask.clock, checkpoint_id=checkpoint_id, said=body.said(), version=body.version
    )
    return shown(ask, await flows.the_checkpoint(ask.tx, ask.actor, checkpoint_id))


@router.post("/patrol/checkpoints/{checkpoint_id}/undo")
async def undo_checkpoint(checkpoint_id: UUID, body: CheckpointVersionIn, ask: Manages) -> CheckpointUndoneOut:
    """Take the newest change back; a checkpoint that was new is gone."""
    there = await flows.undo_checkpoint(ask.tx, ask.actor, ask.clock, checkpoint_id=checkpoint_id, version=body.version)
    return CheckpointUndoneOut(there=there)


@router.post("/patrol/checkpoints/{checkpoint_id}/void")
async def void_labels(checkpoint_id: UUID, ask: Manages) -> CheckpointOut:
    """Make every printed label and screen void; new ones are to be printed."""
    await flows.void_labels(ask.tx, ask.actor, ask.clock, checkpoint_id=checkpoint_id)
    return shown(ask, await flows.the_checkpoint(ask.tx, ask.actor, checkpoint_id))


# ── what hangs there ───────────────────────────────────────────────────────────────────────────────


@router.get("/patrol/labels.pdf", response_class=Response)
async def print_labels(
    ask: Manages,
    checkpoint: Annotated[list[UUID], Query(max_length=LABELS_MOST)] = [],  # noqa: B006  FastAPI copies it
    beat: UUID | None = None,
) -> Response:
    """Return labels with signed codes to print: of the checkpoints named, of a beat, or of all in use."""
    rows = [row for row in await store.checkpoints(ask.tx, ask.actor.station) if not row["retired"]]
    if checkpoint:
        rows = [row for row in rows if row["id"] in set(checkpoint)]
    if beat is not None:
        rows = [row for row in rows if row["beat_id"] == beat]
    if not rows:
        raise UnjaiError("labels_none", 404)
    if len(rows) > LABELS_MOST:
        raise UnjaiError("labels_many", 422, most=LABELS_MOST, count=len(rows))
    here = vault(ask)
    told = []
    for row in rows:
        secret = await flows.secret_of(ask.tx, here, row)
        told.append((row, codes.static_code(secret, row["id"], row["serial"])))
    station = await org_unit_of(ask.tx, ask.actor.station)
    named = ("", "") if station is None else (station.name_th, station.name_en or station.name_th)
    body = await labels.label_sheet(told, station=named, now=ask.clock.now())
    facts = {"labels": [row["code"] for row in rows][:50], "count": len(rows)}
    subject = f"station:{ask.actor.station}"
    await audit(ask.tx, ask.actor, ask.clock, action="patrol.labels.print", subject=subject, facts=facts)
    return sent(body, "application/pdf", "ป้ายจุดตรวจสายตรวจ.pdf")


@router.post("/patrol/checkpoints/{checkpoint_id}/screen")
async def set_up_screen(checkpoint_id: UUID, ask: Manages) -> CheckpointScreenOut:
    """Return what a small screen or e-paper at a checkpoint needs to show the turning code."""
    row = await flows.the_checkpoint(ask.tx, ask.actor, checkpoint_id)
    secret = await flows.secret_of(ask.tx, vault(ask), row)
    subject = f"checkpoint:{checkpoint_id}"
    facts = {"code": row["code"], "serial": row["serial"]}
    await audit(ask.tx, ask.actor, ask.clock, action="patrol.screen.set_up", subject=subject, facts=facts)
    word = codes.screen_key(secret, checkpoint_id, row["serial"])
    return CheckpointScreenOut(
        page=f"/api/patrol/screens/{checkpoint_id}/{word}",
        seed=base64.b32encode(secret).decode().rstrip("="),
        checkpoint=checkpoint_id,
        serial=row["serial"],
        step_s=codes.STEP_S,
    )


async def _screen(ask: Ask, checkpoint_id: UUID, key: str) -> tuple[dict[str, Any], bytes]:
    """Return the checkpoint that a screen's address names; whoever does not know the word learns nothing."""
    data = ask.request.app.state.ground.data
    row = await store.checkpoint_of(ask.tx, checkpoint_id)
    if row is None or row["sealed"] is None or row["retired"]:
        raise not_found("checkpoint", checkpoint_id)
    secret = vault_of(data).open(checkpoint_id, row["sealed"])
    if not codes.same_word(key, codes.screen_key(secret, checkpoint_id, row["serial"])):
        raise not_found("checkpoint", checkpoint_id)
    return row, secret


@router.get("/patrol/screens/{checkpoint_id}/{key}", response_class=Response)
async def screen(checkpoint_id: UUID, key: str, ask: Anybody) -> Response:
    """Return the page of a checkpoint's small screen. Nobody signs in there: the word in the address is the key."""
    row, secret = await _screen(ask, checkpoint_id, key)
    now = ask.clock.now()
    code = codes.rotating_code(secret, checkpoint_id, row["serial"], now)
    page = labels.screen_page(row, code, now=now, until=codes.lasts_until(now))
    headers = {"Content-Security-Policy": labels.SCREEN_POLICY, "Referrer-Policy": "no-referrer"}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers | {"Cache-Control": "no-store"})


@router.get("/patrol/screens/{checkpoint_id}/{key}/code")
async def screen_code(checkpoint_id: UUID, key: str, ask: Anybody) -> TurningCodeOut:
    """Return the code of now, for a screen that draws it itself."""
    row, secret = await _screen(ask, checkpoint_id, key)
    now = ask.clock.now()
    code = codes.rotating_code(secret, checkpoint_id, row["serial"], now)
    return TurningCodeOut(code=code, until=codes.lasts_until(now))
