"""The routes of patrol, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.patrol.api import checkpoints, officer, plans, visits

router = APIRouter()
router.include_router(checkpoints.router)
router.include_router(officer.router)
router.include_router(visits.router)
router.include_router(plans.router)
