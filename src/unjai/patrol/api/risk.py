"""Routes of risk: the form of places and kinds, what history says, and whether plans feed on themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query

from unjai.patrol.flows import risk_desk as flows
from unjai.patrol.rules.risk_history import base_of
from unjai.patrol.schemas.desk import (
    CodeCountOut,
    ConcentrationOut,
    ConcentrationsOut,
    Key,
    KindRiskBeforeOut,
    KindRiskIn,
    KindRiskOut,
    PatrolHistoryIn,
    PatrolHistoryOut,
    PatrolRiskBeforeOut,
    PatrolRiskIn,
    PatrolRiskOut,
    PlaceHistoryOut,
    PlaceRiskIn,
    PlaceRiskOut,
)
from unjai.patrol.store import desk
from unjai.platform.http import Ask, allowed
from unjai.respond.codes import event_codes
from unjai.territory.facts import place_kinds

router = APIRouter(tags=["patrol"])

Reads = Annotated[Ask, allowed("patrol.read")]
Manages = Annotated[Ask, allowed("patrol.manage")]
_MOST_REPORTS = 10_000


def _told(row: Iterable[float]) -> list[float]:
    return [round(float(one), 4) for one in row]


@router.get("/patrol/risk")
async def read_risk(ask: Reads) -> PatrolRiskOut:
    """Return the risk by hour of every place that plans hold, and of kinds of places."""
    here = ask.actor.station
    own = await desk.kinds(ask.tx, here)
    places = await flows.listed(ask.tx, ask.actor, station_id=here)
    kinds = [
        KindRiskOut(
            kind=kind,
            by_hour=[
                round(float(one), 4) for one in base_of(kind, None, own[kind]["by_hour"] if kind in own else None)
            ],
            own=kind in own,
        )
        for kind in place_kinds()
    ]
    return PatrolRiskOut(places=[PlaceRiskOut.model_validate(one) for one in places], kinds=kinds)


@router.put("/patrol/risk")
async def set_risk(body: PatrolRiskIn, ask: Manages) -> PatrolRiskBeforeOut:
    """Set the risk of places; the answer, sent again, takes it back."""
    before: list[PlaceRiskIn] = []
    for source in sorted({one.source for one in body.places}):
        by_place = {one.place: one.by_hour for one in body.places if one.source == source}
        stood = await flows.set_risk(
            ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, by_place=by_place, source=source
        )
        before += [PlaceRiskIn.model_validate(one) for one in stood]
    return PatrolRiskBeforeOut(places=before)


@router.put("/patrol/risk/kinds/{kind}")
async def set_kind(kind: Key, body: KindRiskIn, ask: Manages) -> KindRiskBeforeOut:
    """Set the hours of a kind of place; the answer, sent again, takes it back."""
    before = await flows.set_kind(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, kind=kind, by_hour=body.by_hour
    )
    return KindRiskBeforeOut(by_hour=before)


@router.get("/patrol/risk/base")
async def read_base(
    ask: Reads, kind: Key, reports: Annotated[float | None, Query(ge=0, le=_MOST_REPORTS)] = None
) -> KindRiskOut:
    """Return the hours of a place of a kind at which so many things were reported in half a year."""
    own = (await desk.kinds(ask.tx, ask.actor.station)).get(kind)
    row = base_of(kind, reports, None if own is None else own["by_hour"])
    return KindRiskOut(kind=kind, by_hour=_told(row), own=own is not None)


@router.post("/patrol/risk/history-preview")
async def read_history(body: PatrolHistoryIn, ask: Manages) -> PatrolHistoryOut:
    """Return what the station's incidents of some months say of each place; nothing is written."""
    found, away, by_code = await flows.history(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, months=body.months, codes=body.codes
    )
    offences, table = flows.offences(), event_codes()
    codes = [
        CodeCountOut(code=code, th=table[code].th, en=table[code].en, count=count, counts=code in offences)
        for code, count in sorted(by_code.items(), key=lambda one: (-one[1], one[0]))
        if code in table
    ]
    places = [PlaceHistoryOut.model_validate(one) for one in found if one.called or one.found]
    return PatrolHistoryOut(places=places, away=away, codes=codes)


@router.post("/patrol/risk/history")
async def take_history(body: PatrolHistoryIn, ask: Manages) -> PatrolRiskBeforeOut:
    """Take what the past says as the risk of places; the answer, set again, takes it back."""
    before = await flows.take_history(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, months=body.months, codes=body.codes
    )
    return PatrolRiskBeforeOut(places=[PlaceRiskIn.model_validate(one) for one in before])


@router.get("/patrol/concentration")
async def read_concentration(ask: Reads, days: Annotated[int, Query(ge=7, le=90)] = 28) -> ConcentrationsOut:
    """Return whether planned and seen visits gather at few places."""
    planned, seen = await flows.gathered(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, days=days)
    return ConcentrationsOut(
        days=days, planned=ConcentrationOut.model_validate(planned), seen=ConcentrationOut.model_validate(seen)
    )
