"""Routes of coverage by hour and week. They tell of places, never of units or persons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from unjai.model.thai import format_date
from unjai.patrol.api.checkpoints import sent
from unjai.patrol.flows.weeks import Weeks, covered_weeks
from unjai.patrol.rules.weeks import digits
from unjai.patrol.schemas.desk import AreaWeeksOut, PatrolCoverageOut, PlaceWeeksOut, StreetWeeksOut
from unjai.platform.audit import audit
from unjai.platform.http import Ask, allowed
from unjai.platform.moments import DayIn
from unjai.territory.rules.export import as_table
from unjai.territory.view import territory_of

router = APIRouter(tags=["patrol"])

Reads = Annotated[Ask, allowed("patrol.read")]
Count = Annotated[int, Query(ge=1, le=9)]
_DAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_HEADERS = ["รหัสถนน", "ชื่อถนน", "วัน", "ชั่วโมง", "จำนวนสัปดาห์ที่มีสายตรวจผ่าน", "จากทั้งหมด (สัปดาห์)", "ตั้งแต่วันที่"]


async def _weeks(ask: Ask, week: DayIn | None, weeks: int) -> Weeks:
    return await covered_weeks(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, week=week, weeks=weeks)


@router.get("/patrol/coverage")
async def read_coverage(ask: Reads, week: DayIn | None = None, weeks: Count = 1) -> PatrolCoverageOut:
    """Return which streets, areas and checkpoints were patrolled at which hours of the weeks up to `week`."""
    found = await _weeks(ask, week, weeks)
    return PatrolCoverageOut(
        since=found.since,
        until=found.until,
        weeks=list(found.weeks),
        street_count=found.street_count,
        streets=[StreetWeeksOut(id=edge, hours=digits(counts)) for edge, counts in sorted(found.streets.items())],
        areas=[
            AreaWeeksOut(
                id=one.id,
                kind="beat" if found.names[one.id][0] == "beat" else "subzone",
                name_th=found.names[one.id][1],
                name_en=found.names[one.id][2],
                length_m=one.length_m,
                seen_m=one.seen_m,
                hours=list(one.hours),
                weeks_unseen=list(one.weeks_unseen),
            )
            for one in found.areas
        ],
        places=[
            PlaceWeeksOut(
                code=one.code,
                name_th=one.name_th,
                name_en=one.name_en,
                beat=one.beat,
                lon=one.lon,
                lat=one.lat,
                hours=one.hours,
                weeks_unseen=list(one.weeks_unseen),
            )
            for one in found.places
        ],
        quiet=found.quiet,
    )


@router.get("/patrol/coverage.csv", response_class=Response)
async def export_coverage(ask: Reads, week: DayIn | None = None, weeks: Count = 1) -> Response:
    """Return the streets with the hours of the week at which they were patrolled; the export stands in the audit."""
    found = await _weeks(ask, week, weeks)
    names = {edge.id: edge.name_th for edge in (await territory_of(ask.tx, ask.actor.station)).graph.edges}
    since = format_date(found.since, "short")
    rows = [
        [edge, names[edge], _DAYS[hour // 24], f"{hour % 24:02d}.00", count, weeks, since]
        for edge, counts in sorted(found.streets.items())
        for hour, count in enumerate(counts)
        if count
    ]
    subject, facts = f"station:{ask.actor.station}", {"since": str(found.since), "weeks": weeks, "count": len(rows)}
    await audit(ask.tx, ask.actor, ask.clock, action="patrol.coverage.export", subject=subject, facts=facts)
    name = f"การครอบคลุม-{found.since.isoformat()}.csv"
    return sent(as_table(_HEADERS, rows), "text/csv; charset=utf-8", name, download=True)
