"""Routes of the surface of risk: as it was handed to patrol, as a table, and the days that are kept."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Response

from unjai.evaluate.flows import risk as flows
from unjai.evaluate.rules.risk.facts import MAPS
from unjai.evaluate.rules.risk.surface import LEAST_A_YEAR
from unjai.evaluate.schemas.month import Said
from unjai.evaluate.schemas.risk import RiskOut
from unjai.evaluate.store import risk as store
from unjai.model.errors import not_found
from unjai.platform.audit import audit
from unjai.platform.http import Ask, allowed
from unjai.platform.i18n import render
from unjai.platform.moments import DayIn
from unjai.territory.rules.export import as_table

router = APIRouter(tags=["figures"])

Reads = Annotated[Ask, allowed("figures.read")]
_HEADS = ("lon", "lat", "earlier", "expected", "low", "high", *MAPS)


@router.get("/figures/risk")
async def read_risk(ask: Reads, day: DayIn | None = None) -> RiskOut:
    """Return the newest surface, or the newest that was made by a day."""
    found = await flows.surface(ask.tx, ask.actor, station_id=ask.actor.station, by=day)
    if found is None:
        return RiskOut(state="none")
    row, picture = found
    facts = {"a_year": round(picture.a_year), "known": picture.known, "least": LEAST_A_YEAR}
    told = msgspec.to_builtins(picture, builtin_types=(date,))
    shown = {name: told[name] for name in RiskOut.model_fields if name in told}
    return RiskOut(
        **shown,
        state="refused" if picture.lack else "ranked",
        day=row["day"],
        made_at=row["made_at"],
        why=Said(**render(picture.lack, facts)) if picture.lack else None,
        left_out=row["left_out"],
        handed=row["handed"],
        simulated=bool(row["simulated"]),
        words=[Said(th=th, en=en) for th, en in zip(picture.words_th, picture.words_en, strict=True)],
    )


@router.get("/figures/risk/days")
async def list_days(ask: Reads) -> list[date]:
    """Return the days of which surfaces are kept, newest first."""
    return await store.surface_days(ask.tx, ask.actor.station)


@router.get("/figures/risk.csv", response_class=Response)
async def export_risk(ask: Reads, day: DayIn | None = None) -> Response:
    """Return the cells of a surface as a table, by what is expected; the export stands in the audit."""
    found = await flows.surface(ask.tx, ask.actor, station_id=ask.actor.station, by=day)
    if found is None:
        raise not_found("risk", "" if day is None else day.isoformat())
    row, picture = found
    slots = [f"slot_{number:02}" for number in range(84)]
    rows = [
        [one.lon, one.lat, one.earlier, one.expected, one.low, one.high, *one.maps, *(h / 10_000 for h in one.hours)]
        for one in picture.cells
    ]
    facts: dict[str, object] = {"day": row["day"].isoformat(), "rows": len(rows)}
    station = ask.actor.station
    subject = f"station:{station}"
    await audit(
        ask.tx, ask.actor, ask.clock, action="figures.risk.export", subject=subject, facts=facts, station_id=station
    )
    disposition = f'attachment; filename="risk-{row["day"]}.csv"'
    body = as_table([*_HEADS, *slots], rows)
    return Response(body, media_type="text/csv", headers={"Content-Disposition": disposition})
