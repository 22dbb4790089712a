"""The routes of plates, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.plates.api import hits, holds, search_desk, searches, watch_list

router = APIRouter()
for part in (hits, holds, searches, search_desk, watch_list):
    router.include_router(part.router)
