"""Routes that ask a camera itself: one look, a search of the network, ONVIF, turning it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request

from unjai.cameras import discovery, onvif, trial
from unjai.cameras.api.outside import Outside, outside
from unjai.cameras.flows.changes import the_camera
from unjai.cameras.rules.advice import advice_of
from unjai.cameras.rules.registry import Address, address_of
from unjai.cameras.schemas.doors import (
    DiscoverIn,
    FoundOut,
    OnvifIn,
    OnvifOut,
    PresetOut,
    ProfileOut,
    StreamFound,
    TriedOut,
    TryIn,
    TurnedOut,
    TurnIn,
)
from unjai.cameras.secrets import Login
from unjai.cameras.store import reads
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx

router = APIRouter(tags=["cameras"])

Manages = Annotated[Outside, outside("camera.manage")]
Turns = Annotated[Outside, outside("camera.ptz")]


async def _login(ask: Outside, tx: Tx, body: TryIn | OnvifIn, inside: Address) -> Login | None:
    """Return the login that is told, else one inside the address, else the one that the named camera has."""
    if body.username is not None or body.password is not None:
        return Login(username=body.username or "", password=body.password or "")
    if inside.username is not None:
        return Login(username=inside.username, password=inside.password or "")
    if body.camera_id is None:
        return None
    return reads.login_of(ask.vault, await the_camera(tx, ask.actor, body.camera_id))


@router.post("/cameras/{camera_id}/try")
async def try_camera(camera_id: UUID, ask: Manages) -> TriedOut:
    """Look at a camera once, as it stands in the register: what it sends, a picture, or plainly why not."""
    async with ask.tx() as tx:
        row = await the_camera(tx, ask.actor, camera_id)
        if not row["main_used"]:
            raise UnjaiError("camera_no_address", 409, key=row["key"])
        login = reads.login_of(ask.vault, row)
        subject, station_id = f"device:{camera_id}", StationId(row["station_id"])
        facts = {"key": row["key"]}
        await audit(tx, ask.actor, ask.clock, action="camera.try", subject=subject, facts=facts, station_id=station_id)
    main = await trial.look(row["kind"], row["main_used"], login)
    sub, failed = None, False
    if row["sub_used"]:
        try:
            sub = await trial.look(row["kind"], row["sub_used"], login)
        except UnjaiError:
            failed = True
    return _tried(main, sub, kind=row["kind"], sub_failed=failed)


@router.post("/cameras-try")
async def try_address(body: TryIn, ask: Manages) -> TriedOut:
    """Look at an address once, before it is kept."""
    taken = address_of(body.kind, body.url)
    if not taken.url:
        raise UnjaiError("camera_no_address", 409, key="–")
    async with ask.tx() as tx:
        login = await _login(ask, tx, body, taken)
        await audit(tx, ask.actor, ask.clock, action="camera.try", subject="camera", facts={"url": taken.url})
    return _tried(await trial.look(body.kind, taken.url, login), None, kind=body.kind, sub_failed=False)


def _tried(main: trial.Look, sub: trial.Look | None, *, kind: str, sub_failed: bool) -> TriedOut:
    told = {"codec": main.codec, "width": main.width, "height": main.height}
    beside = None if sub is None else {"codec": sub.codec, "width": sub.width, "height": sub.height}
    return TriedOut(
        main=StreamFound(**asdict(main)),
        sub=None if sub is None else StreamFound(**asdict(sub)),
        advice=advice_of(kind, told, beside, sub_failed=sub_failed),
    )


@router.post("/cameras-search")
async def discover(body: DiscoverIn, ask: Manages) -> list[FoundOut]:
    """Search the network of this machine for ONVIF cameras."""
    async with ask.tx() as tx:
        known = await reads.cameras_of(tx, ask.actor.station)
        facts = {"wait_s": body.wait_s}
        await audit(tx, ask.actor, ask.clock, action="camera.search", subject="network", facts=facts)
    found = await discovery.search(body.wait_s)
    by_host = {host: row["key"] for row in known for host in _hosts(row)}
    return [FoundOut(**asdict(one), known=by_host.get(one.host, "")) for one in found]


def _hosts(row: dict[str, Any]) -> set[str]:
    return {host for name in ("main_used", "onvif_url") if (host := urlsplit(row[name]).hostname)}


@router.post("/cameras-onvif")
async def ask_onvif(body: OnvifIn, ask: Manages) -> OnvifOut:
    """Ask an ONVIF device what it is and what streams it has."""
    taken = address_of("still", body.url)
    if not taken.url:
        raise UnjaiError("camera_no_address", 409, key="–")
    async with ask.tx() as tx:
        login = await _login(ask, tx, body, taken)
        await audit(tx, ask.actor, ask.clock, action="camera.onvif", subject="camera", facts={"url": taken.url})
    said = asdict(await onvif.describe(taken.url, login))
    return OnvifOut(**{**said, "profiles": [ProfileOut(**one) for one in said["profiles"]]})


# ── turning ────────────────────────────────────────────────────────────────────────────────────────


async def _turning(ask: Outside, tx: Tx, camera_id: UUID) -> tuple[dict[str, Any], Login | None]:
    row = await the_camera(tx, ask.actor, camera_id)
    if not row["ptz"] or not row["onvif_url"]:
        raise UnjaiError("camera_no_ptz", 409, host=row["key"])
    return row, reads.login_of(ask.vault, row)


def _turner(request: Request) -> onvif.Turner:
    state = request.app.state
    if not hasattr(state, "turner"):
        state.turner = onvif.Turner()
    found: onvif.Turner = state.turner
    return found


@router.post("/cameras/{camera_id}/turn")
async def turn(camera_id: UUID, body: TurnIn, ask: Turns) -> TurnedOut:
    """Turn a camera: move until stopped (it stops by itself after `for_s`), stop, or go to a preset."""
    async with ask.tx() as tx:
        row, login = await _turning(ask, tx, camera_id)
        if body.do != "stop":  # that it was turned is on the log; that it stood still again says nothing more
            facts = {"key": row["key"], "do": body.do, "preset": body.preset}
            subject, station_id = f"device:{camera_id}", StationId(row["station_id"])
            await audit(
                tx, ask.actor, ask.clock, action="camera.turn", subject=subject, facts=facts, station_id=station_id
            )
    turner, url, profile = _turner(ask.request), row["onvif_url"], row["onvif_profile"]
    if body.do == "move":
        await turner.move(url, login, profile, pan=body.pan, tilt=body.tilt, zoom=body.zoom, for_s=body.for_s)
    elif body.do == "stop":
        await turner.stop(url, login, profile)
    else:
        await turner.preset(url, login, profile, body.preset)
    return TurnedOut(done=body.do)


@router.get("/cameras/{camera_id}/presets")
async def list_presets(camera_id: UUID, ask: Turns) -> list[PresetOut]:
    """Return the presets of a camera that turns."""
    async with ask.tx() as tx:
        row, login = await _turning(ask, tx, camera_id)
    found = await onvif.presets(row["onvif_url"], login, row["onvif_profile"])
    return [PresetOut(token=token, name=name) for token, name in found]
