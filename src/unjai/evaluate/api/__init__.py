"""The routes of figures, a file for each part; `router` holds them all."""

from __future__ import annotations

from fastapi import APIRouter

from unjai.evaluate.api import committee, month, risk, surveys

router = APIRouter()
router.include_router(committee.router)
router.include_router(month.router)
router.include_router(risk.router)
router.include_router(surveys.router)
