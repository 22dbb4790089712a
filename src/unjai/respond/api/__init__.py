"""The routes of respond, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.respond.api import case, clips, evidence, files, helping, incidents, officer, search, shift
from unjai.respond.escort import api as escort
from unjai.respond.escort import night_api
from unjai.respond.plain import api as plain

router = APIRouter()
for part in (
    incidents,
    helping,
    officer,
    search,
    shift,
    case,
    files,
    clips,
    evidence,
    escort,
    plain,
    night_api,
):
    router.include_router(part.router)
