"""The routes of the watch list."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from unjai.model.errors import UnjaiError
from unjai.model.plate import Plate, shown
from unjai.plates import incoming
from unjai.plates.flows import watch_imports as files
from unjai.plates.flows import watch_list as flows
from unjai.plates.flows.recipients import recipients
from unjai.plates.flows.watch_list import PROPOSE, READ, Checked, Wish
from unjai.plates.rules.urgency import urgent_word
from unjai.plates.rules.watch_file import COLUMNS
from unjai.plates.schemas.watch_list import (
    Asked,
    BrokeOut,
    CheckIn,
    DefaultsIn,
    EndIn,
    EntryChange,
    EntryIn,
    EntryOut,
    EntryWholeOut,
    ExpectedOut,
    FileWholeOut,
    GoodRowOut,
    ListedOut,
    PageOut,
    RecipientOut,
    RefusedOut,
    SummaryOut,
    TrafficIn,
    TwinOut,
    WatchCheckOut,
    WatchFileOut,
)
from unjai.plates.spool import Upload, spooled
from unjai.plates.store.watch_list import SAID
from unjai.platform.audit import audit
from unjai.platform.http import Ask, Ground, actor_of, allowed
from unjai.platform.i18n import told

router = APIRouter(tags=["plates"])
Reads = Annotated[Ask, allowed(READ)]
Proposes = Annotated[Ask, allowed(PROPOSE)]
_CSV = "text/csv; charset=utf-8"
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_EXPORT_PAGE = 2_000


@router.get("/plates/watch-list")
async def read_entries(  # noqa: PLR0917  what may be asked
    ask: Reads,
    state: Asked | None = None,
    plate: Annotated[str, Query(max_length=60)] = "",
    words: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=flows.PAGE_MOST)] = 50,
) -> PageOut:
    """Return entries, newest first; `plate` may hold ``?`` and ``*``."""
    asked: dict[str, Any] = {"state": state, "plate": plate, "words": words, "after": after}
    rows = await flows.page(ask.tx, ask.actor, ask.clock, **asked, limit=limit + 1)
    more = len(rows) > limit
    return PageOut(
        entries=[ListedOut(**_of(ListedOut, row)) for row in rows[:limit]],
        next=rows[limit - 1]["number"] if more else None,
    )


@router.post("/plates/watch-list", status_code=201)
async def add_entry(body: EntryIn, ask: Proposes) -> EntryWholeOut:
    """Propose an entry; it counts once a second person approves."""
    said = {name: getattr(body, name) for name in SAID}
    wish = Wish(
        plate=body.plate,
        province=body.province,
        special=body.special,
        valid_from=body.valid_from or ask.clock.now(),
        valid_until=body.valid_until,
        said=said,
        notify_accounts=body.notify_accounts,
        notify_probable=body.notify_probable,
    )
    return _whole(await flows.add(ask.tx, ask.actor, ask.clock, wish=wish))


@router.post("/plates/watch-list/check")
async def check_entry(body: CheckIn, ask: Proposes) -> WatchCheckOut:
    """Tell how a typed plate is understood and what listing it would cost in chance hits."""
    asked = body.model_dump(exclude={"reason", "instruction"})
    word = urgent_word(body.reason, body.instruction)
    return _checked(await flows.check(ask.tx, ask.actor, ask.clock, **asked), word)


@router.get("/plates/watch-list/recipients")
async def read_recipients(ask: Reads) -> list[RecipientOut]:
    """Return whom an entry may name to be told of its hits."""
    return [RecipientOut.model_validate(row) for row in await recipients(ask.tx, ask.actor)]


@router.get("/plates/watch-list/summary")
async def read_summary(ask: Reads) -> SummaryOut:
    """Return the list's version, counts by state, and the traffic on which figures rest."""
    return SummaryOut(**_of(SummaryOut, await flows.summary(ask.tx, ask.actor, ask.clock)))


@router.put("/plates/watch-list/traffic", status_code=204)
async def set_traffic(body: TrafficIn, ask: Proposes) -> None:
    """Say how many plates are read a day."""
    await flows.set_traffic(ask.tx, ask.actor, ask.clock, reads_a_day=body.reads_a_day)


@router.get("/plates/watch-list/template.csv", response_class=Response)
async def template(ask: Proposes) -> Response:
    """Return an empty table with Thai headers and a row that shows how."""
    del ask
    example = ["1กข 1234", "เชียงใหม่", "รถเก๋ง", "ขาว", "กันชนหน้าแตก", "", "", "", "", "อย่าเข้าตรวจค้นเพียงลำพัง", "", ""]
    return _download([[names[0] for names in COLUMNS.values()], example], "บัญชีเฝ้าระวัง-แบบฟอร์ม.csv")


@router.get("/plates/watch-list.csv", response_class=StreamingResponse)
async def export_entries(
    ask: Reads,
    request: Request,
    state: Asked | None = None,
    plate: Annotated[str, Query(max_length=60)] = "",
    words: Annotated[str, Query(max_length=100)] = "",
) -> StreamingResponse:
    """Return the entries that are shown as a table; it can be imported again. The export stands in the audit."""
    asked: dict[str, Any] = {"state": state, "plate": plate, "words": words}
    subject = f"station:{ask.actor.station}"
    await flows.page(
        ask.tx, ask.actor, ask.clock, **asked, after=None, limit=1
    )  # what is wrong is told before the file begins
    await audit(ask.tx, ask.actor, ask.clock, action="plates.watch.export", subject=subject, facts=asked)
    ground: Ground = request.app.state.ground
    actor = ask.actor

    async def pages() -> AsyncIterator[str]:
        yield "\ufeff" + _csv([[names[0] for names in COLUMNS.values()]])
        after: int | None = None
        while True:
            async with ground.db.tx(actor) as tx:
                rows = await flows.page(tx, actor, ground.clock, **asked, after=after, limit=_EXPORT_PAGE)
            if not rows:
                return
            after = rows[-1]["number"]
            yield _csv([_cells(row) for row in rows])

    return StreamingResponse(pages(), media_type=_CSV, headers=_named("บัญชีเฝ้าระวังทะเบียนรถ.csv"))


@router.get("/plates/watch-list/{watch_entry_id}")
async def read_entry(watch_entry_id: UUID, ask: Reads) -> EntryWholeOut:
    """Return an entry with its history and its approval."""
    return _whole(await flows.entry(ask.tx, ask.actor, ask.clock, entry_id=watch_entry_id))


@router.patch("/plates/watch-list/{watch_entry_id}")
async def change_entry(watch_entry_id: UUID, body: EntryChange, ask: Proposes) -> EntryWholeOut:
    """Change an entry; what widens it waits for a second person."""
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    if body.plate is not None:
        changes |= {"province": body.province, "special": body.special}
    else:
        changes = {name: value for name, value in changes.items() if name not in {"province", "special"}}
    return _whole(await flows.change(ask.tx, ask.actor, ask.clock, entry_id=watch_entry_id, changes=changes))


@router.post("/plates/watch-list/{watch_entry_id}/propose")
async def propose_entry(watch_entry_id: UUID, ask: Proposes) -> EntryWholeOut:
    """Ask a second person again."""
    return _whole(await flows.ask_again(ask.tx, ask.actor, ask.clock, entry_id=watch_entry_id))


@router.post("/plates/watch-list/{watch_entry_id}/end")
async def end_entry(watch_entry_id: UUID, body: EndIn, ask: Proposes) -> EntryWholeOut:
    """End an entry at once, or withdraw a proposed one."""
    return _whole(await flows.end(ask.tx, ask.actor, ask.clock, entry_id=watch_entry_id, why=body.why))


# ── files ────────────────────────────────────────────────────────────────────────────────────────────


async def _uploaded(request: Request) -> AsyncIterator[Upload]:
    """Put an upload on the disc before a transaction opens: a slow line holds no connection, a big file no memory."""
    await actor_of(request, PROPOSE)
    ground: Ground = request.app.state.ground
    upload = await spooled(request.stream(), ground.data / "incoming")
    try:
        await incoming.checked(upload)
        yield upload
    except BaseException:
        upload.gone()
        raise


@router.post("/import/watch-list", status_code=201, openapi_extra=_FILE)
async def upload(
    *,
    upload: Annotated[Upload, Depends(_uploaded)],
    ask: Proposes,
    name: Annotated[str, Query(max_length=200)] = "",
) -> FileWholeOut:
    """Take a CSV or XLSX file of plates and begin to read it (`state` is `reading`); nothing is listed yet."""
    row = await files.begin(ask.tx, ask.actor, ask.clock, name=name, upload=upload)
    ground: Ground = ask.request.app.state.ground

    async def read() -> None:
        incoming.begin_reading(ground.db, ask.actor, ground.clock, import_id=row["id"], upload=upload)

    ask.tx.after_commit(read)
    return _file(row)


@router.get("/plates/watch-files")
async def read_files(ask: Reads) -> list[WatchFileOut]:
    """Return the last files."""
    return [_listed(row) for row in await files.files(ask.tx, ask.actor, ask.clock)]


@router.get("/plates/watch-files/{watch_file_id}")
async def read_file(watch_file_id: UUID, ask: Reads) -> FileWholeOut:
    """Return a file with the first of its rows."""
    return _file(await files.one(ask.tx, ask.actor, ask.clock, import_id=watch_file_id))


@router.get("/plates/watch-files/{watch_file_id}/refused.csv", response_class=StreamingResponse)
async def refused_rows(watch_file_id: UUID, ask: Reads, request: Request) -> StreamingResponse:
    """Return every refused row with why."""
    await files.one(ask.tx, ask.actor, ask.clock, import_id=watch_file_id)
    ground: Ground = request.app.state.ground
    actor = ask.actor

    async def pages() -> AsyncIterator[str]:
        yield "\ufeff" + _csv([["บรรทัด", "ข้อความ", "รหัส", "เหตุที่ไม่รับ", "Why"]])
        after = 0
        while True:
            async with ground.db.tx(actor) as tx:
                rows = await files.refused(tx, actor, import_id=watch_file_id, after=after, limit=_EXPORT_PAGE)
            if not rows:
                return
            after = rows[-1]["row"]
            said = map(_refused, rows)
            yield _csv([[str(one.row), one.said, one.code, one.th, one.en] for one in said])

    return StreamingResponse(pages(), media_type=_CSV, headers=_named("แถวที่ไม่รับ.csv"))


@router.post("/plates/watch-files/{watch_file_id}/propose")
async def propose_file(watch_file_id: UUID, body: DefaultsIn, ask: Proposes) -> FileWholeOut:
    """Ask a second person to list the good rows of a file."""
    said = body.model_dump(exclude={"valid_until"})
    asked: dict[str, Any] = {"import_id": watch_file_id, "defaults": said, "valid_until": body.valid_until}
    return _file(await files.propose(ask.tx, ask.actor, ask.clock, **asked))


@router.post("/plates/watch-files/{watch_file_id}/drop", status_code=204)
async def drop_file(watch_file_id: UUID, ask: Proposes) -> None:
    """Forget a file that was not taken."""
    await files.drop(ask.tx, ask.actor, ask.clock, import_id=watch_file_id)


def _of(model: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields}


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    return _of(EntryOut, row)


def _whole(row: Mapping[str, Any]) -> EntryWholeOut:
    return EntryWholeOut.model_validate(_of(EntryWholeOut, row), from_attributes=True)


def _checked(found: Checked, word: str | None) -> WatchCheckOut:
    plate, cost = found.target.plate, found.expected
    return WatchCheckOut(
        registration=plate.registration,
        province=plate.province,
        partial=found.target.partial,
        plate_th=shown(plate),
        plate_en=shown(plate, "en"),
        expected=ExpectedOut(
            share=cost.share,
            share_most=cost.share_most,
            reads_a_day=cost.reads_a_day,
            measured_days=cost.measured_days,
            a_day=cost.a_day,
            a_day_most=cost.a_day_most,
        ),
        urgent_word=word,
        twins=[TwinOut(**one) for one in found.twins],
    )


def _refused(row: Mapping[str, Any]) -> RefusedOut:
    words = told(UnjaiError(row["code"], 422, **(row["facts"] or {})))
    return RefusedOut(row=row["row"], said=row["said"], code=row["code"], th=str(words["th"]), en=str(words["en"]))


def _file(row: Mapping[str, Any]) -> FileWholeOut:
    good = []
    for one in row["good_rows"]:
        plate = Plate(registration=one["registration"], province=one["province"])
        good.append(GoodRowOut(row=one["row"], plate_th=shown(plate), plate_en=shown(plate, "en")))
    bad = [_refused(one) for one in row["refused_rows"]]
    return FileWholeOut(**_listed(row).model_dump(), good_rows=good, refused_rows=bad)


def _listed(row: Mapping[str, Any]) -> WatchFileOut:
    names = [name for name in WatchFileOut.model_fields if name != "broke"]
    why = row["why"]
    broke = None if why is None else told(UnjaiError(why["code"], 422, **why["facts"]))
    words = None if broke is None else BrokeOut(code=why["code"], th=str(broke["th"]), en=str(broke["en"]))
    return WatchFileOut(**{name: row[name] for name in names}, broke=words)


def _cells(row: Mapping[str, Any]) -> list[str]:
    place = row["plate_th"].rpartition(" ")[2] if row["province"] else ""
    words = [str(row[name]) for name in COLUMNS if name in SAID]
    return [row["registration"], place, *words, row["valid_until"].date().isoformat()]


def _csv(rows: list[list[str]]) -> str:
    """Return rows as CSV; a cell that a spreadsheet would run as a formula is quoted."""
    into = io.StringIO()
    csv.writer(into).writerows(
        [f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell for cell in row] for row in rows
    )
    return into.getvalue()


def _download(rows: list[list[str]], name: str) -> Response:
    return Response("\ufeff" + _csv(rows), media_type=_CSV, headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
