"""The routes of patrol, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.patrol.api import checkpoints, coverage, driven, layers, officer, owners, plans, requests, risk, visits

router = APIRouter()
router.include_router(checkpoints.router)
router.include_router(officer.router)
router.include_router(visits.router)
router.include_router(plans.router)
router.include_router(driven.router)
router.include_router(owners.router)
router.include_router(requests.router)
router.include_router(layers.router)
router.include_router(risk.router)
router.include_router(coverage.router)
