"""The routes of territory, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.territory.api import devices, things, zone

router = APIRouter()
for part in (things, zone, devices):
    router.include_router(part.router)
