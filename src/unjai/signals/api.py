"""Routes of the junctions: register, live states, who drives, flow, the log."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from unjai.model.clock import BANGKOK
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.http import Ask, Ground, allowed
from unjai.signals import measures, view
from unjai.signals.flows import enabling, junctions
from unjai.signals.live import Live
from unjai.signals.rules.definition import junction_of
from unjai.signals.schemas import junctions as wire
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.secrets import vault_of
from unjai.signals.store import junctions as store
from unjai.signals.store.flow import flow_of
from unjai.signals.store.log import events_of
from unjai.territory.rules.export import as_table

router = APIRouter(tags=["signals"])

Reads = Annotated[Ask, allowed("signals.read")]
Manages = Annotated[Ask, allowed("signals.manage")]
Day = Annotated[date, Query(description="A Bangkok day.")]
_HEADERS = ["เริ่มเวลา", "ทิศทาง", "รถยนต์", "รถจักรยานยนต์", "รถใหญ่", "นับได้ร้อยละ"]


def _vault(request: Request) -> Vault:
    ground: Ground = request.app.state.ground
    return vault_of(ground.data)


def _plant(said: wire.JunctionPlantIn) -> junctions.PlantWish:
    return junctions.PlantWish(plant=said.plant, host=said.host, port=said.port, community=said.community)


@router.get("/signals")
async def list_junctions(ask: Reads) -> list[wire.JunctionOut]:
    """Return the station's junctions with their files."""
    return [view.junction_out(row) for row in await store.junctions(ask.tx)]


@router.get("/signals/live")
async def live(ask: Reads) -> list[wire.JunctionLiveOut]:
    """Return what each junction does this second; one that nobody watches is not in the list."""
    told: Live = ask.request.app.state.signals
    return await view.live_states(ask.tx, told)


@router.post("/signals/check")
async def check(body: wire.JunctionCheckIn, ask: Manages) -> wire.JunctionCheckOut:  # noqa: ARG001  the right is asked for
    """Judge a file; nothing is kept."""
    junction = junction_of(body.file)
    return wire.JunctionCheckOut(code=junction.key, lanes=len(junction.lanes), phases=len(junction.phases))


@router.post("/signals", status_code=201)
async def register(body: wire.JunctionIn, ask: Manages) -> wire.JunctionOut:
    """Write a junction into the register; it is off until it is set to shadow."""
    row = await junctions.register(
        ask.tx, ask.actor, ask.clock, file=body.file, plant=_plant(body.plant), vault=_vault(ask.request)
    )
    return view.junction_out(row)


@router.get("/signals/{junction_id}")
async def read(junction_id: UUID, ask: Reads, day: Day | None = None) -> wire.JunctionDetailOut:
    """Return a junction with what happened there today, and the measures of a day (without one: of yesterday)."""
    return await view.detail(ask.tx, ask.actor, ask.clock, junction_id=junction_id, day=day)


@router.put("/signals/{junction_id}")
async def change(junction_id: UUID, body: wire.JunctionChangeIn, ask: Manages) -> wire.JunctionOut:
    """Change a junction that nothing drives."""
    row = await junctions.change(
        ask.tx,
        ask.actor,
        ask.clock,
        junction_id=junction_id,
        version=body.version,
        file=body.file,
        plant=_plant(body.plant),
        vault=_vault(ask.request),
    )
    return view.junction_out(row)


@router.post("/signals/{junction_id}/remove", status_code=204)
async def remove(junction_id: UUID, body: wire.JunctionSeenIn, ask: Manages) -> None:
    """Take a junction out of the register."""
    await junctions.remove(ask.tx, ask.actor, ask.clock, junction_id=junction_id, version=body.version)


@router.post("/signals/{junction_id}/watch")
async def watch(junction_id: UUID, body: wire.JunctionWatchIn, ask: Manages) -> wire.JunctionOut:
    """Set a junction to shadow, or off."""
    row = await junctions.watch(ask.tx, ask.actor, ask.clock, junction_id=junction_id, on=body.on)
    return view.junction_out(row)


@router.post("/signals/{junction_id}/enable")
async def enable(
    junction_id: UUID, body: wire.JunctionEnableIn, ask: Annotated[Ask, allowed(enabling.CONTROL)]
) -> wire.JunctionOut:
    """Let the program drive; 409 `approval_needed` until a second person approved it."""
    row = await enabling.enable(
        ask.tx, ask.actor, ask.clock, junction_id=junction_id, mode=body.mode, version=body.version
    )
    return view.junction_out(row)


@router.post("/signals/{junction_id}/local")
async def local(junction_id: UUID, ask: Annotated[Ask, allowed(enabling.LOCAL)]) -> wire.JunctionOut:
    """Give the junction back to its own controller, at once."""
    return view.junction_out(await enabling.go_local(ask.tx, ask.actor, ask.clock, junction_id=junction_id))


@router.get("/signals/{junction_id}/file")
async def read_file(junction_id: UUID, ask: Reads) -> JunctionFile:
    """Return the junction's file, as it can be registered again."""
    row = await junctions.the_junction(ask.tx, ask.actor, junction_id)
    return JunctionFile.model_validate(row["definition"])


@router.get("/signals/{junction_id}/flow")
async def flow(
    junction_id: UUID, ask: Reads, day: Day, step: Literal["quarter", "hour"] = "hour"
) -> list[wire.JunctionFlowOut]:
    """Return a day's flow by approach; steps that nobody counted are left out."""
    await junctions.the_junction(ask.tx, ask.actor, junction_id)
    since = measures.begins(day)
    rows = await flow_of(ask.tx, since=since, until=since + timedelta(days=1), step=step, junction_id=junction_id)
    return [wire.JunctionFlowOut.model_validate(row) for row in rows]


@router.get("/signals/{junction_id}/flow.csv", response_class=Response)
async def flow_file(junction_id: UUID, ask: Reads, day: Day) -> Response:
    """Return a day's flow by approach and quarter of an hour as a table; the export stands in the audit log."""
    row = await junctions.the_junction(ask.tx, ask.actor, junction_id)
    arms = {one["key"]: one["name_th"] for one in row["definition"]["approaches"]}
    rows: list[list[object]] = [
        [
            one.at.astimezone(BANGKOK).strftime("%H:%M"),
            arms.get(one.approach, one.approach),
            one.car,
            one.motorcycle,
            one.heavy,
            min(100, round(100 * one.counted_s / max(1, one.whole_s))),
        ]
        for one in await flow(junction_id, ask, day, "quarter")
    ]
    await _exported(ask, row, day, "flow")
    return _file(as_table(_HEADERS, rows), "text/csv; charset=utf-8", f"flow-{row['code']}-{day}.csv")


@router.get("/signals/{junction_id}/log.csv", response_class=Response)
async def log_file(junction_id: UUID, ask: Reads, day: Day) -> Response:
    """Return a day of the detailed log, in the columns that `atspm` reads; times are Bangkok's."""
    row, events = await _log(ask, junction_id, day)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(measures.COLUMNS)
    writer.writerows(measures.lines(events))
    await _exported(ask, row, day, "log.csv")
    return _file(text.getvalue().encode(), "text/csv; charset=utf-8", f"log-{row['code']}-{day}.csv")


@router.get("/signals/{junction_id}/log.parquet", response_class=Response)
async def log_parquet(junction_id: UUID, ask: Reads, day: Day) -> Response:
    """Return a day of the detailed log as Parquet, in the columns that `atspm` reads; times are Bangkok's."""
    row, events = await _log(ask, junction_id, day)
    body = await measures.worked({"do": "parquet", "events": measures.plain(events)})
    await _exported(ask, row, day, "log.parquet")
    return _file(body, "application/vnd.apache.parquet", f"log-{row['code']}-{day}.parquet")


@router.post("/signals/{junction_id}/measures", status_code=202)
async def measure(junction_id: UUID, body: wire.JunctionDayIn, ask: Reads) -> wire.JunctionDetailOut:
    """Reckon a day's performance measures beside this request; read the junction until `measuring` is at rest."""
    row = await junctions.the_junction(ask.tx, ask.actor, junction_id)
    ground: Ground = ask.request.app.state.ground
    measures.begin(ground.db, ask.actor, ask.clock, junction_id=row["id"], day=body.day)
    return await view.detail(ask.tx, ask.actor, ask.clock, junction_id=junction_id, day=body.day)


async def _log(ask: Ask, junction_id: UUID, day: date) -> tuple[dict[str, Any], list[Any]]:
    row = await junctions.the_junction(ask.tx, ask.actor, junction_id)
    since = measures.begins(day)
    return row, await events_of(ask.tx, junction_id, since, since + timedelta(days=1))


async def _exported(ask: Ask, row: dict[str, Any], day: date, what: str) -> None:
    facts = {"code": row["code"], "day": day.isoformat(), "what": what}
    await audit(ask.tx, ask.actor, ask.clock, action="signals.export", subject=f"junction:{row['id']}", facts=facts)


def _file(body: bytes, kind: str, name: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(
        body, media_type=kind, headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    )
