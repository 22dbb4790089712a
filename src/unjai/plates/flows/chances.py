"""What an entry will cost: the innocent vehicles that will hit it at this station, and what that rests on."""

from __future__ import annotations

import asyncio

from unjai.model.actor import Actor, system
from unjai.plates.rules import watch_list as rules
from unjai.plates.rules.watch_list import Expected, Target
from unjai.plates.store import hits
from unjai.plates.store import watch_list as store
from unjai.platform.database import Tx
from unjai.territory import store as territory

_BANGKOK, _METROPOLITAN, _PROVINCIAL = "10", 10, 1000
"""Ids of the police tree: the Metropolitan Bureau, and provincial forces as 1000 + the province's code."""


async def expected_of(tx: Tx, actor: Actor, target: Target) -> Expected:
    """Return the chance hits of an entry at the actor's station. Raises `watch_too_wide` (422)."""
    reads, days = await traffic_of(tx, actor)
    return await asyncio.to_thread(rules.expected, target, await home_of(tx, actor), reads, days)


async def traffic_of(tx: Tx, actor: Actor) -> tuple[int | None, int]:
    """Return how many plates the station reads a day, and on how many whole days that was measured.

    Without a whole day of reads it is what somebody typed, and the days are 0; None: nobody knows.
    """
    async with tx.acting_as(system(actor.station, name="plates")):  # a count, which everybody here may know
        counted = await hits.newest_days(tx, actor.station, rules.TRAFFIC_DAYS + 1)
    if found := rules.measured_traffic(counted):
        return found
    return (await store.list_of(tx, actor.station))["reads_a_day"], 0


async def home_of(tx: Tx, actor: Actor) -> str | None:
    """Return the code of the province that the actor's station lies in."""
    unit = await territory.org_unit_of(tx, actor.station)
    above = [int(one) for one in unit.path.split(".")] if unit else []
    codes = [str(one - _PROVINCIAL) for one in above if _PROVINCIAL < one < _PROVINCIAL + 100]
    return codes[0] if codes else _BANGKOK if _METROPOLITAN in above else None


def cost_words(cost: Expected) -> tuple[str, str]:
    """Say what an entry will cost."""
    if cost.a_day is None:
        return (
            "จำนวนตรงโดยบังเอิญต่อวัน: ไม่ทราบ (ยังไม่รู้จำนวนรถที่อ่านได้ต่อวัน)",
            "chance hits a day: unknown (this station's traffic is not known)",
        )
    figure = f"{cost.a_day:.2f}" if cost.a_day >= 0.01 else "< 0.01"  # noqa: PLR2004
    th, en = traffic_words(cost.reads_a_day, cost.measured_days)
    return f"คาดว่าตรงโดยบังเอิญวันละ {figure} ครั้ง ({th})", f"about {figure} chance hits a day are expected ({en})"


def traffic_words(reads: int | None, days: int) -> tuple[str, str]:
    """Say what an expectation rests on."""
    if days:
        return f"วัดจริง {days} วัน วันละ {reads:,} คัน", f"measured on {days} days: {reads:,} reads a day"
    return f"ตามที่ระบุไว้ วันละ {reads:,} คัน", f"as was typed: {reads:,} reads a day"
