"""Routes of the station's gateway to owners of visited places."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from unjai.patrol.flows import owners
from unjai.patrol.rules.telling import URL_MOST
from unjai.patrol.secrets import vault_of
from unjai.platform.http import Ask, allowed
from unjai.platform.i18n import render

router = APIRouter(tags=["patrol"])

Manages = Annotated[Ask, allowed("patrol.manage")]


class GatewayIn(BaseModel):
    """Where messages to owners go, and whether they do."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=URL_MOST)]
    enabled: bool
    fresh_secret: bool = False


class GatewayOut(BaseModel):
    """The station's gateway; `secret` only right after it was made, this once."""

    url: str = ""
    enabled_at: datetime | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    secret: str = ""


class GatewayTriedOut(BaseModel):
    """What the gateway answered to a trial."""

    taken: bool
    status: int
    th: str
    en: str


@router.get("/patrol/owner-channel")
async def read_channel(ask: Manages) -> GatewayOut:
    """Return the station's gateway; empty where there is none."""
    row = await owners.channel(ask.tx, ask.actor, station_id=ask.actor.station)
    return GatewayOut() if row is None else _told(row)


@router.put("/patrol/owner-channel")
async def set_channel(body: GatewayIn, response: Response, ask: Manages) -> GatewayOut:
    """Set the station's gateway."""
    vault = vault_of(ask.request.app.state.ground.data)
    row, secret = await owners.set_channel(
        ask.tx, ask.actor, ask.clock, vault, station_id=ask.actor.station, **body.model_dump()
    )
    response.headers["Cache-Control"] = "no-store"
    return _told({**row, "secret": secret})


@router.post("/patrol/owner-channel/try")
async def try_channel(ask: Manages) -> GatewayTriedOut:
    """Send the gateway a message for nobody, and tell what it answered."""
    vault = vault_of(ask.request.app.state.ground.data)
    found = await owners.try_channel(ask.tx, ask.actor, ask.clock, vault, station_id=ask.actor.station)
    code = found.code or "taken"
    words = render(code, {"status": found.status}, kind="gateway")
    return GatewayTriedOut(taken=not found.code, status=found.status, **words)


def _told(row: dict[str, Any]) -> GatewayOut:
    return GatewayOut.model_validate({name: row[name] for name in GatewayOut.model_fields if name in row})
