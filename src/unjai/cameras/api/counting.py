"""Routes of counting: lines and areas drawn on a camera's picture, and what was counted, by hour and by minute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.cameras.api.registry import Manages, Reads
from unjai.cameras.api.streams import Watches, looked
from unjai.cameras.flows import counting
from unjai.cameras.flows.changes import the_camera
from unjai.cameras.rules.counting import Buckets, buckets
from unjai.cameras.schemas.counting import CounterIn, CounterNames, CounterOut, CountsOut, LookedOut, SeriesOut
from unjai.cameras.store import counts as store
from unjai.cameras.store import hits
from unjai.model.errors import not_found
from unjai.model.ids import StationId
from unjai.people.rules.posts import begins_at, today
from unjai.platform.audit import audit
from unjai.platform.http import Ask, allowed
from unjai.platform.moments import DayIn

router = APIRouter(tags=["cameras"])
Exports = Annotated[Ask, allowed("data.export")]
Day = Annotated[DayIn | None, Query(description="Day in Bangkok; today if left out.")]
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
_DAY = timedelta(days=1)
_PRIVATE = {"Cache-Control": "private, no-store", "Content-Encoding": "identity"}
_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}


@router.get("/cameras/{camera_id}/counters")
async def list_counters(camera_id: UUID, ask: Reads) -> list[CounterOut]:
    """Return a camera's counting lines and areas."""
    await the_camera(ask.tx, ask.actor, camera_id)
    return [CounterOut.model_validate(row) for row in await store.counters_of(ask.tx, camera_id)]


@router.post("/cameras/{camera_id}/counters", status_code=201)
async def draw(camera_id: UUID, body: CounterIn, ask: Manages) -> list[CounterOut]:
    """Draw a line or an area; it counts from the next minute on, where the camera is analysed."""
    await counting.draw_counter(
        ask.tx, ask.actor, ask.clock, camera_id=camera_id, kind=body.kind, corners=body.corners, names=body.said()
    )
    return await list_counters(camera_id, ask)


@router.patch("/camera-counters/{camera_counter_id}")
async def name(camera_counter_id: UUID, body: CounterNames, ask: Manages) -> list[CounterOut]:
    """Name a line, an area, or a line's sides anew."""
    row = await counting.name_counter(ask.tx, ask.actor, ask.clock, counter_id=camera_counter_id, names=body.said())
    return await list_counters(row["device_id"], ask)


@router.delete("/camera-counters/{camera_counter_id}")
async def remove(camera_counter_id: UUID, ask: Manages) -> list[CounterOut]:
    """Take a line or area away; what it counted stays."""
    row = await counting.remove_counter(ask.tx, ask.actor, ask.clock, counter_id=camera_counter_id)
    return await list_counters(row["device_id"], ask)


@router.post("/camera-counters/{camera_counter_id}/restore")
async def restore(camera_counter_id: UUID, ask: Manages) -> list[CounterOut]:
    """Bring a line or area back."""
    row = await counting.restore_counter(ask.tx, ask.actor, ask.clock, counter_id=camera_counter_id)
    return await list_counters(row["device_id"], ask)


# ── figures ────────────────────────────────────────────────────────────────────────────────────────


@router.get("/cameras/{camera_id}/counts")
async def counts(
    camera_id: UUID, ask: Reads, day: Day = None, hour: Annotated[int | None, Query(ge=0, le=23)] = None
) -> CountsOut:
    """Return what a camera counted on a day by hour, or in one hour of it by minute."""
    camera = await the_camera(ask.tx, ask.actor, camera_id)
    on = day or today(ask.clock.now())
    begins = begins_at(on) + _HOUR * (hour or 0)
    step, count = (_HOUR, 24) if hour is None else (_MINUTE, 60)
    minutes = await store.counts_of(ask.tx, since=begins, until=begins + step * count, camera_id=camera_id)
    made = buckets(minutes, begins=begins, step=step, count=count)
    drawn = [row for row in await store.counters_of(ask.tx, camera_id, removed=True) if _shown(row, made)]
    return CountsOut(
        day=on,
        hour=hour,
        begins=begins,
        step_s=int(step.total_seconds()),
        analysed=camera["analyse"],
        counters=[CounterOut.model_validate(row) for row in drawn],
        looked=[LookedOut(counter_id=key, minutes=own) for key, own in made.looked.items()],
        series=[SeriesOut.model_validate(one, from_attributes=True) for one in made.series],
    )


def _shown(row: dict[str, Any], made: Buckets) -> bool:
    return row["removed_at"] is None or row["id"] in made.looked


@router.get("/cameras/{camera_id}/counts.csv", response_class=Response)
async def counts_file(
    camera_id: UUID, ask: Exports, day: Day = None, step: Literal["hour", "minute"] = "hour"
) -> Response:
    """Return a day's figures as a file; an empty cell is not known, since nobody looked."""
    camera = await the_camera(ask.tx, ask.actor, camera_id)
    on = day or today(ask.clock.now())
    begins = begins_at(on)
    span = _HOUR if step == "hour" else _MINUTE
    minutes = await store.counts_of(ask.tx, since=begins, until=begins + _DAY, camera_id=camera_id)
    made = buckets(minutes, begins=begins, step=span, count=_DAY // span)
    drawn = {row["id"]: row for row in await store.counters_of(ask.tx, camera_id, removed=True)}
    facts = {"key": camera["key"], "day": on.isoformat(), "step": step}
    station_id = StationId(camera["station_id"])
    await audit(
        ask.tx,
        ask.actor,
        ask.clock,
        action="camera.count.export",
        subject=f"device:{camera_id}",
        facts=facts,
        station_id=station_id,
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["เวลา time", "จุดนับ counter", "ชนิด kind", "ทาง way", "จำนวน count", "เฉลี่ย mean", "นาทีที่เฝ้าดู minutes looked at"]
    )
    for row in _rows(made, drawn, on):
        writer.writerow(row)
    headers = {"Content-Disposition": f'attachment; filename="counts-{camera["key"]}-{on.isoformat()}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _rows(made: Buckets, drawn: dict[UUID, dict[str, Any]], on: date) -> Iterator[list[object]]:
    for key, minutes in made.looked.items():
        own = [one for one in made.series if one.counter_id == key]
        row = drawn.get(key)
        title = _safe(row["name_th"]) if row is not None else "ทั้งภาพ whole picture"
        for at, looks in enumerate(minutes):
            when = (begins_at(on) + made.step * at).strftime("%Y-%m-%d %H:%M")
            if not own:
                yield [when, title, "", "", 0 if looks else "", "", looks]
            for one in own:
                side = _safe(row[f"{one.way}_th"]) or one.way if row is not None and one.way else one.way
                value, mean = one.values[at], one.mean[at]
                yield [when, title, one.kind, side, _cell(value), _cell(mean), looks]


def _cell(value: float | None) -> object:
    return "" if value is None else value


def _safe(text: str) -> str:
    """Return a name that no table program takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


# ── stills of hits ─────────────────────────────────────────────────────────────────────────────────


@router.get("/camera-stills/{camera_still_id}", response_class=Response, responses=_JPEG)
async def hit_still(camera_still_id: UUID, ask: Watches) -> Response:
    """Return what a camera showed when a rule found something on it, masked."""
    row = await hits.still_of(ask.tx, camera_still_id)
    if row is None or row["station_id"] not in ask.actor.stations:
        raise not_found("camera_still", camera_still_id)
    await looked(ask, row["device_id"], "still")
    return Response(bytes(row["picture"]), media_type="image/jpeg", headers=_PRIVATE)
