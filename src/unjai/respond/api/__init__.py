"""The routes of respond, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.respond.api import incidents, search

router = APIRouter()
for part in (
    incidents,
    search,
):
    router.include_router(part.router)
