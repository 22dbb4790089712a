"""The route of the administrator's page: how this centre is, and with which settings it runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from unjai.platform.http import Ask, allowed
from unjai.platform.ledger.roots import as_json, published
from unjai.web.schemas import RootOut, SystemOut

router = APIRouter(tags=["system"])

_ROOTS = 8


@router.get("/system")
async def system_state(ask: Annotated[Ask, allowed("system.read")]) -> SystemOut:
    """Return the state of this centre: engines, disc, backup, certificate, log, settings without secrets."""
    state: SystemOut = await ask.request.app.state.system()
    roots = as_json(await published(ask.tx, at_most=_ROOTS))["roots"]
    state.log.roots = [RootOut.model_validate(one) for one in roots]
    return state
