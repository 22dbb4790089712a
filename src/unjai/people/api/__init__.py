"""The routes of people, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.people.api import accounts, administration, duty, identity, oversight, persons, setup

router = APIRouter()
for part in (accounts, administration, duty, identity, oversight, persons, setup):
    router.include_router(part.router)
