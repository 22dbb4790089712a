"""Files of watched plates: read row by row into a table of their own, looked at, agreed on by two, taken whole or not.

A million rows never stand in memory as objects: they go from the file into the table by COPY, a few thousand at a
time, each part read in a thread; taking them is one statement in the transaction of the second person's approval.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.model.thai.dates import format_date
from unjai.people.flows import four_eyes
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.people.rules.posts import today
from unjai.plates.events import WatchListChanged
from unjai.plates.flows.watch_list import PROPOSE, READ, approver
from unjai.plates.rules import watch_list as rules
from unjai.plates.rules.watch_file import FileRow, read_rows
from unjai.plates.store import watch_list as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.readers import Options, form_of, read
from unjai.territory.readers.delimited import decoded, delimiter_of

IMPORT = "plates.watch.import"
Row = dict[str, Any]
KEPT_FOR = timedelta(days=2)
_PART = 5_000
_NEEDED = ("reason", "legal_basis", "case_number", "requested_by")


async def stage(tx: Tx, actor: Actor, clock: Clock, *, name: str, content: bytes) -> Row:
    """Read a CSV or XLSX file of plates and keep its rows aside; return what was found, row by row refused or not.

    Raises what the readers raise (`import_empty`, `import_not_table`, …), `watch_file_headers`, `import_too_many`.
    """
    actor.must(PROPOSE)
    now, station_id = clock.now(), actor.station
    await store.forget_old(tx, station_id, now - KEPT_FOR)
    key = new_id(now)
    rows = read_rows(await _lines(content), now)
    total = 0
    while part := await asyncio.to_thread(_part, rows, station_id, key):
        await store.stage(tx, part)
        total += len(part)
    if not total:
        raise UnjaiError("import_empty", 422)
    counted = await store.settle_rows(tx, station_id, key, now)
    told = {
        "id": key,
        "name": name.strip()[:200] or "watch-list",
        "digest": await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()),
        "state": "staged",
        "by": actor.account_id,
        "by_name": actor.name,
        "at": now,
        "total": total,
        "refused": {code: count for code, count in counted.items() if code},
    }
    await store.add_import(tx, station_id, told)
    await _tell(tx, actor, clock, told, "stage")
    return await one(tx, actor, import_id=key)


async def one(tx: Tx, actor: Actor, *, import_id: UUID) -> Row:
    """Return a file: counts, and the first of its good and of its refused rows."""
    actor.must(READ)
    row = await store.import_of(tx, actor.station, import_id)
    if row is None:
        raise not_found("watch_import", import_id)
    good, refused = await store.some_rows(tx, import_id, 10), await store.refused_rows(tx, import_id, 0, 50)
    return {**_counted(row), "good_rows": good, "refused_rows": refused}


async def files(tx: Tx, actor: Actor) -> list[Row]:
    """Return the last files."""
    actor.must(READ)
    return [_counted(row) for row in await store.imports_of(tx, actor.station)]


async def refused(tx: Tx, actor: Actor, *, import_id: UUID, after: int, limit: int) -> list[Row]:
    """Return refused rows of a file after a row."""
    actor.must(READ)
    if await store.import_of(tx, actor.station, import_id) is None:
        raise not_found("watch_import", import_id)
    return await store.refused_rows(tx, import_id, after, limit)


async def propose(
    tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID, defaults: Mapping[str, str], valid_until: datetime
) -> Row:
    """Ask a second person to list all good rows; `defaults` say what the file's rows leave open.

    Raises `watch_settled` (409), `watch_import_none` (422), `watch_time_wrong` (422), and as `four_eyes.propose`.
    """
    actor.must(PROPOSE)
    row = await _held(tx, actor, import_id)
    if row["state"] not in {"staged", "proposed"}:
        raise UnjaiError("watch_settled", 409)
    if not row["total"] - sum(row["refused"].values()):
        raise UnjaiError("watch_import_none", 422)
    rules.check_times(clock.now(), valid_until, clock.now())
    said = {**defaults, "valid_until": valid_until.isoformat()}
    await store.change_import(tx, import_id, defaults=said, state="proposed")
    facts = {"import": str(import_id)}
    asked = await four_eyes.propose(tx, actor, clock, action=IMPORT, facts=facts, reason=str(defaults["reason"]))
    await store.change_import(tx, import_id, approval_id=asked["id"])
    return await one(tx, actor, import_id=import_id)


async def drop(tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID) -> None:
    """Forget a file that was not taken, with all its rows. Raises `watch_settled` (409)."""
    actor.must(PROPOSE)
    row = await _held(tx, actor, import_id)
    if row["state"] not in {"staged", "proposed"}:
        raise UnjaiError("watch_settled", 409)
    await store.forget_rows(tx, import_id, refused_too=True)
    await store.change_import(tx, import_id, state="dropped")
    await _tell(tx, actor, clock, row, "drop")


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    row = await _of(tx, actor, facts)
    defaults = row["defaults"] or {}
    count = row["total"] - sum(row["refused"].values())
    if row["state"] != "proposed":
        raise UnjaiError("watch_settled", 409)
    until = format_date(today(datetime.fromisoformat(defaults["valid_until"])))
    traffic = (await store.list_of(tx, actor.station))["reads_a_day"]
    hits = None if traffic is None else count * rules.MEASURED_SHARE * traffic
    th_cost = "ไม่ทราบ" if hits is None else f"ราว {hits:.2f} ครั้ง"
    en_cost = "unknown" if hits is None else f"about {hits:.2f}"
    said = [str(defaults[name]) for name in _NEEDED]
    return Look(
        subject=f"watch_import:{row['id']}",
        th=f"ขึ้นบัญชีเฝ้าระวัง {count:,} ทะเบียนจากไฟล์ {row['name']} ถึง {until} เหตุผล: {' · '.join(said)}"
        f" · คาดว่าตรงโดยบังเอิญต่อวัน: {th_cost}",
        en=f"Watch for {count:,} plates of the file {row['name']} until {until}. Why: {' · '.join(said)}"
        f" · chance hits a day: {en_cost}",
        facts={"import": str(row["id"]), "digest": row["digest"], "rows": count, "defaults": defaults},
    )


async def _take(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    """List all good rows, or none: it is one statement."""
    actor.must_be_approved(IMPORT, **{"import": str(facts["import"])})
    row, now = await _of(tx, actor, facts), clock.now()
    if row["state"] != "proposed":
        raise UnjaiError("watch_settled", 409)
    by, name = await approver(tx, actor)
    await store.settle_rows(tx, actor.station, row["id"], now)  # what was listed since is not listed twice
    version = await store.bump(tx, actor.station)
    told = {"version": version, "now": now, "approved_by": by, "approver_name": name}
    added = await store.take_rows(tx, row["id"], told)
    await store.forget_rows(tx, row["id"], refused_too=False)
    await store.change_import(tx, row["id"], state="done", added=added, done_at=now)
    await _tell(tx, actor, clock, row, "take", {"added": added, "version": version, "approver": name})
    await emit(tx, clock, WatchListChanged(station_id=actor.station, version=version))
    return None


ACTIONS.add(
    Action(
        name=IMPORT,
        th="นำเข้าทะเบียนรถหลายคันในบัญชีเฝ้าระวัง",
        en="put a file of plates on the watch list",
        asks=PROPOSE,
        look=_look,
        execute=_take,
        always=True,
    )
)


async def _lines(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Return the lines of a file as cells; of a CSV file one after the other, never all."""
    form = form_of(content)
    if form == "csv":
        text, _ = await asyncio.to_thread(decoded, content)
        if "\x00" in text:
            raise UnjaiError("import_not_table", 422)
        return _cells(text, await asyncio.to_thread(delimiter_of, text[:100_000]))
    if form != "xlsx":
        raise UnjaiError("import_not_table", 422)
    source = await read(content, Options())
    return ((line.row, line.cells) for line in source.lines)


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if any(map(str.strip, cells)):
                yield number, cells
    except csv.Error as error:
        raise UnjaiError("import_not_table", 422) from error


def _part(rows: Iterator[FileRow], station_id: StationId, key: UUID) -> list[tuple[Any, ...]]:
    return [
        (
            station_id,
            key,
            row.row,
            row.said,
            row.code,
            None if row.facts is None else msgspec.json.encode(row.facts).decode(),
            row.registration,
            row.province,
            *row.words,
            row.valid_until,
        )
        for row in islice(rows, _PART)
    ]


def _counted(row: Mapping[str, Any]) -> Row:
    bad = sum(row["refused"].values())
    return {**row, "accepted": row["total"] - bad, "refused_total": bad}


async def _of(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Row:
    try:
        key = UUID(str(facts.get("import")))
    except ValueError as error:
        raise UnjaiError("request_invalid", 422, where="import") from error
    return await _held(tx, actor, key)


async def _held(tx: Tx, actor: Actor, import_id: UUID) -> Row:
    row = await store.import_of(tx, actor.station, import_id, lock=True)
    if row is None:
        raise not_found("watch_import", import_id)
    return row


async def _tell(  # noqa: PLR0917  said in many places
    tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], what: str, facts: Mapping[str, Any] | None = None
) -> None:
    told = {"name": row["name"], "digest": row["digest"], "total": row["total"], **(facts or {})}
    action, subject = f"plates.watch.{what}", f"watch_import:{row['id']}"
    await audit(tx, actor, clock, action=action, subject=subject, facts=told)
