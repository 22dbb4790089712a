"""The routes of respond, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.respond.api import case, clips, evidence, files, incidents, search, shift

router = APIRouter()
for part in (
    incidents,
    search,
    shift,
    case,
    files,
    clips,
    evidence,
):
    router.include_router(part.router)
