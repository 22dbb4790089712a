"""The routes of cameras, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.cameras.api import doors, health, registry, requests, streams

router = APIRouter()
for part in (streams, registry, requests, doors, health):
    router.include_router(part.router)
