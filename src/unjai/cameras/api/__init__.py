"""The routes of cameras, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.cameras.api import counting, doors, evidence, health, registry, release, requests, streams

router = APIRouter()
for part in (streams, registry, requests, doors, health, evidence, release, counting):
    router.include_router(part.router)
