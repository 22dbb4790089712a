"""The routes by which files come in and go out, for every kind that the capabilities offer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.platform.audit import audit
from unjai.platform.http import Ask, Ground, actor_of, allowed
from unjai.platform.i18n import render
from unjai.territory import sketch
from unjai.territory.api.things import report_out
from unjai.territory.flows import staging
from unjai.territory.flows.staging import KEPT_FOR, Staged
from unjai.territory.kinds import ImportKind
from unjai.territory.ready import Choices, Ready, make_ready
from unjai.territory.rules.export import as_csv, as_geojson, as_table, template_of
from unjai.territory.rules.sheet import ImportReport
from unjai.territory.schemas.files import (
    AppliedOut,
    ApplyIn,
    ChoicesIn,
    FieldOut,
    HeadOut,
    ImportKindOut,
    PreviewOut,
    RunOut,
    UndoneOut,
)

Importer = Annotated[Ask, allowed("data.import")]
Exporter = Annotated[Ask, allowed("data.export")]
Key = Annotated[str, Path(max_length=40)]

_CSV, _GEOJSON = "text/csv; charset=utf-8", "application/geo+json"
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def files_router(kinds: Sequence[ImportKind]) -> APIRouter:  # noqa: C901, PLR0915  a list of routes
    """Return the routes for these kinds."""
    router = APIRouter(tags=["data"])
    known = {kind.key: kind for kind in kinds}

    def named(key: str) -> ImportKind:
        kind = known.get(key)
        if kind is None:
            raise UnjaiError("import_kind_unknown", 404, kind=key[:40], known=", ".join(known))
        return kind

    async def uploaded(
        request: Request,
        kind: Annotated[str, Query(max_length=40)],
        name: Annotated[str, Query(max_length=400)] = "",
    ) -> tuple[ImportKind, str, bytes, Ready, Choices]:
        """Read an upload whole, and what is in it, before a transaction opens: neither holds a connection."""
        actor, wanted = await actor_of(request, staging.RIGHT), named(kind)
        actor.must(wanted.right)
        content = await request.body()
        choices = Choices()
        try:
            ready = await _ready(request, actor, wanted, content, choices)
        except UnjaiError as error:
            if error.code != "import_osm_none":
                raise
            choices = Choices(area="all")  # nothing near the station: show what there is, and where
            ready = await _ready(request, actor, wanted, content, choices)
        return wanted, name, content, ready, choices

    async def chosen(request: Request, file_id: UUID, body: ChoicesIn) -> tuple[ImportKind, Staged, Ready, Choices]:
        """Read a staged file anew, as it is chosen now."""
        actor, wanted = await actor_of(request, staging.RIGHT), named(body.kind)
        actor.must(wanted.right)
        choices = Choices(**body.model_dump(exclude={"kind"}))
        file = await _staged(request, actor, file_id)
        return wanted, file, await _ready(request, actor, wanted, file.content, choices), choices

    async def agreed(request: Request, file_id: UUID) -> tuple[ImportKind, Staged, Ready]:
        """Read a staged file as it was looked at last."""
        actor = await actor_of(request, staging.RIGHT)
        file = await _staged(request, actor, file_id)
        wanted = named(file.kind)
        if file.choices is None or not file.outcome:
            raise UnjaiError("import_not_previewed", 409)
        return wanted, file, await _ready(request, actor, wanted, file.content, staging.choices_of(file.choices))

    @router.get("/import/kinds")
    async def import_kinds(ask: Importer) -> list[ImportKindOut]:
        """Return what can be imported, with the columns of each kind."""
        return [_kind_out(kind, ask.actor) for kind in kinds]

    @router.get("/export/kinds")
    async def export_kinds(ask: Exporter) -> list[ImportKindOut]:
        """Return what can be exported."""
        return [_kind_out(kind, ask.actor) for kind in kinds]

    @router.get("/import/templates/{kind}.csv", response_class=Response)
    async def template(ask: Importer, kind: Key) -> Response:
        """Return an empty table of a kind: Thai headers and a row that shows how."""
        del ask
        wanted = named(kind)
        return _download(template_of(wanted.fields, wanted.shapes), _CSV, f"{wanted.th}-แบบฟอร์ม.csv")

    @router.post("/import/files", openapi_extra=_FILE)
    async def upload(
        *,
        came: tuple[ImportKind, str, bytes, Ready, Choices] = Depends(uploaded),  # noqa: FAST002  a closure; first, before a transaction opens
        ask: Importer,
    ) -> PreviewOut:
        """Upload a file (CSV, XLSX, GeoJSON, road graph, OpenStreetMap) and see what its import would do."""
        kind, name, content, ready, choices = came
        file = await staging.stage_file(
            ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, kind=kind, name=name, content=content
        )
        return await _preview(ask, kind, file, ready, choices)

    @router.post("/import/files/{file_id}/preview")
    async def preview(
        *,
        came: tuple[ImportKind, Staged, Ready, Choices] = Depends(chosen),  # noqa: FAST002  a closure; first, before a transaction opens
        ask: Importer,
        file_id: UUID,
    ) -> PreviewOut:
        """See what an import would do with other choices, or as another kind."""
        del file_id
        kind, file, ready, choices = came
        return await _preview(ask, kind, file, ready, choices)

    @router.post("/import/files/{file_id}/apply")
    async def apply(
        *,
        came: tuple[ImportKind, Staged, Ready] = Depends(agreed),  # noqa: FAST002  a closure; first, before a transaction opens
        ask: Importer,
        file_id: UUID,
        body: ApplyIn,
    ) -> AppliedOut:
        """Import exactly what was looked at, whole or not at all."""
        del file_id
        kind, file, ready = came
        report, run_id = await staging.apply_file(
            ask.tx,
            ask.actor,
            ask.clock,
            station_id=ask.actor.station,
            kind=kind,
            file=file,
            ready=ready,
            leave_refused=body.leave_refused,
        )
        return AppliedOut(run_id=run_id, report=report_out(report), may_undo=report.undo is not None)

    @router.get("/import/files/{file_id}/report.csv", response_class=Response)
    async def row_report(ask: Importer, file_id: UUID) -> Response:
        """Return which rows were refused or noted, and why, as a table."""
        station = ask.actor.station
        file = await staging.staged_file(ask.tx, ask.actor, ask.clock, station_id=station, file_id=file_id)
        if file.report is None:
            raise UnjaiError("import_not_previewed", 409)
        content = await asyncio.to_thread(_report_table, file.report)
        return _download(content, _CSV, f"{file.name.rpartition('.')[0] or file.name}-รายงาน.csv")

    @router.delete("/import/files/{file_id}", status_code=204)
    async def forget(ask: Importer, file_id: UUID) -> None:
        """Forget an uploaded file."""
        await staging.forget_file(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, file_id=file_id)

    @router.get("/import/runs")
    async def runs(ask: Importer) -> list[RunOut]:
        """Return the station's last imports."""
        rows = await staging.list_runs(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station)
        return [RunOut.model_validate(row) for row in rows]

    @router.post("/import/runs/{run_id}/undo")
    async def undo(ask: Importer, run_id: UUID) -> UndoneOut:
        """Take an import back, within an hour and if nothing changed since."""
        rows = await staging.undo_run(
            ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, kinds=known, run_id=run_id
        )
        return UndoneOut(rows=rows)

    @router.get("/export/{kind}.{form}", response_class=Response)
    async def export(ask: Exporter, kind: Key, form: Literal["csv", "geojson"]) -> Response:
        """Return everything of a kind as CSV or GeoJSON; importing it again changes nothing."""
        wanted = named(kind)
        ask.actor.must(wanted.read_right)
        station = ask.actor.station
        features = await wanted.listing(ask.tx, ask.actor, station_id=station)
        facts = {"kind": wanted.key, "form": form, "rows": len(features)}
        subject = f"station:{station}"
        await audit(
            ask.tx, ask.actor, ask.clock, action="data.export", subject=subject, facts=facts, station_id=station
        )
        name = f"{wanted.th}-{ask.clock.now():%Y-%m-%d}.{form}"
        if form == "geojson":
            return _download(await asyncio.to_thread(as_geojson, features), _GEOJSON, name)
        return _download(await asyncio.to_thread(as_csv, features, wanted.fields, wanted.shapes), _CSV, name)

    return router


async def _staged(request: Request, actor: Actor, file_id: UUID) -> Staged:
    ground: Ground = request.app.state.ground
    async with ground.db.tx(actor) as tx:
        return await staging.staged_file(tx, actor, ground.clock, station_id=actor.station, file_id=file_id)


async def _ready(request: Request, actor: Actor, kind: ImportKind, content: bytes, choices: Choices) -> Ready:
    ground: Ground = request.app.state.ground
    async with ground.db.tx(actor) as tx:
        setting = await staging.setting_of(tx, actor, station_id=actor.station, kind=kind)
    return await make_ready(content, kind, choices, setting)


async def _preview(ask: Ask, kind: ImportKind, file: Staged, ready: Ready, choices: Choices) -> PreviewOut:
    report, _ = await staging.preview_file(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        kind=kind,
        file=file,
        choices=choices,
        ready=ready,
    )
    return await asyncio.to_thread(_preview_out, kind, file, ready, report)


def _preview_out(kind: ImportKind, file: Staged, ready: Ready, report: ImportReport) -> PreviewOut:
    shapes, left_off = sketch.shapes_of(ready.features, report)
    source = ready.source
    return PreviewOut(
        file_id=file.id,
        name=file.name,
        size=len(file.content),
        digest=file.digest,
        expires_at=file.staged_at + KEPT_FOR,
        kind=kind.key,
        form=source.form,
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheets=list(source.sheets),
        sheet=source.sheet,
        header_row=ready.header_row,
        tops=sketch.tops_of(source),
        system="" if ready.reading is None else ready.reading.system,
        heads=[HeadOut(key=head.key, title=head.title, samples=list(head.samples)) for head in ready.heads],
        columns=dict(ready.columns),
        report=report_out(report),
        samples=sketch.samples_of(ready.features, report, kind.fields),
        shapes=shapes,
        shapes_left_off=left_off,
        area=None if ready.area is None else dict(ready.area),
    )


def _kind_out(kind: ImportKind, actor: Actor) -> ImportKindOut:
    return ImportKindOut(
        key=kind.key,
        th=kind.th,
        en=kind.en,
        shapes=sorted(kind.shapes),
        fields=[FieldOut.model_validate(item) for item in sketch.fields_shown(kind)],
        osm=bool(kind.osm),
        replaces=kind.replaces,
        may_import=actor.may(staging.RIGHT) and actor.may(kind.right),
        may_export=actor.may("data.export") and actor.may(kind.read_right),
    )


def _report_table(report: bytes) -> bytes:
    told = msgspec.json.decode(report)
    rows = []
    for name, th, en in (("refused", "ไม่รับ", "refused"), ("warnings", "หมายเหตุ", "noted")):
        for note in told[name]:
            said = render(note["code"], note["facts"])
            rows.append((note["row"] or "", note["key"], th, said["th"], en, said["en"], note["code"]))
    rows.sort(key=lambda row: row[0] or 0)
    return as_table(["แถว", "รหัส/ชื่อ", "ผล", "เหตุผล", "Result", "Reason", "Code"], rows)


def _download(content: bytes, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(content, media_type=media, headers=headers)
