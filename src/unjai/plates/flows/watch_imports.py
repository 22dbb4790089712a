"""Files of watched plates: read row by row into a table of their own, looked at, agreed on by two, listed part by part.

A million rows never stand in memory: `plates.incoming` reads a file from the disc, some thousand rows a transaction,
and once a second person approved puts them on the list the same way. What breaks off while it is read comes to
nothing and says so; what two people agreed on goes on where it stood, however often core is restarted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.model.thai.dates import format_date
from unjai.people.flows import four_eyes
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.people.rules.posts import today
from unjai.plates.events import WatchListChanged
from unjai.plates.flows.chances import traffic_of
from unjai.plates.flows.recipients import named_here
from unjai.plates.flows.watch_list import PROPOSE, READ, approver
from unjai.plates.rules import watch_list as rules
from unjai.plates.spool import Upload
from unjai.plates.store import watch_files as store
from unjai.plates.store import watch_list as entries
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

IMPORT = "plates.watch.import"
Row = dict[str, Any]
KEPT_FOR = timedelta(days=2)
SILENT = timedelta(minutes=2)
"""A reading that gave no sign of life for so long broke off: its process was ended."""
PART = 10_000
"""Rows put on the list in one transaction: the list is free for others again after about a second."""
_NEEDED = ("reason", "legal_basis", "case_number", "requested_by")
_OPEN = frozenset({"reading", "staged", "proposed", "failed"})


async def begin(tx: Tx, actor: Actor, clock: Clock, *, name: str, upload: Upload) -> Row:
    """Note a file that lies on the disc, to be read by `plates.incoming`; return its row."""
    actor.must(PROPOSE)
    now, station_id = clock.now(), actor.station
    await store.forget_old(tx, station_id, now - KEPT_FOR, now - SILENT)
    key = new_id(now)
    row: Row = {
        "id": key,
        "name": name.strip()[:200] or "watch-list",
        "digest": upload.digest,
        "state": "reading",
        "by": actor.account_id,
        "by_name": actor.name,
        "at": now,
        "total": 0,
        "refused": {},
        "size_bytes": upload.size,
        "touched_at": now,
    }
    await store.add_import(tx, station_id, row)
    await _tell(tx, actor, clock, row, "stage", {"bytes": upload.size})
    return await one(tx, actor, clock, import_id=key)


async def add_part(tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID, rows: bytes, total: int, at: int) -> bool:
    """Keep the next rows of a file that is being read; False where somebody dropped it meanwhile."""
    actor.must(PROPOSE)
    if not await store.grow(tx, import_id, clock.now(), total=total, read_bytes=at):
        return False
    await store.stage(tx, rows)
    return True


async def settle(tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID) -> None:
    """Refuse what stands twice or is listed already, once all of a file was read."""
    actor.must(PROPOSE)
    row = await store.import_of(tx, actor.station, import_id)
    if row is None or row["state"] != "reading":
        return
    if not row["total"]:
        raise UnjaiError("import_empty", 422)
    counted = await store.settle_rows(tx, actor.station, import_id, clock.now())
    bad = {code: count for code, count in counted.items() if code}
    await store.change_import(tx, import_id, state="staged", refused=bad, read_bytes=row["size_bytes"])


async def give_up(tx: Tx, actor: Actor, *, import_id: UUID, error: UnjaiError) -> None:
    """Say why the reading of a file broke off; none of its rows stays."""
    actor.must(PROPOSE)
    row = await store.import_of(tx, actor.station, import_id, lock=True)
    if row is None or row["state"] != "reading":
        return
    await store.forget_rows(tx, import_id)
    await store.change_import(tx, import_id, state="failed", why={"code": error.code, "facts": dict(error.facts)})


async def one(tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID) -> Row:
    """Return a file: how far it is, counts, and the first of its good and of its refused rows."""
    actor.must(READ)
    row = await store.import_of(tx, actor.station, import_id)
    if row is None:
        raise not_found("watch_import", import_id)
    good, refused = await store.some_rows(tx, import_id, 10), await store.refused_rows(tx, import_id, 0, 50)
    return {**_counted(row, clock.now()), "good_rows": good, "refused_rows": refused}


async def files(tx: Tx, actor: Actor, clock: Clock) -> list[Row]:
    """Return the last files."""
    actor.must(READ)
    return [_counted(row, clock.now()) for row in await store.imports_of(tx, actor.station)]


async def refused(tx: Tx, actor: Actor, *, import_id: UUID, after: int, limit: int) -> list[Row]:
    """Return refused rows of a file after a row."""
    actor.must(READ)
    if await store.import_of(tx, actor.station, import_id) is None:
        raise not_found("watch_import", import_id)
    return await store.refused_rows(tx, import_id, after, limit)


async def propose(
    tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID, defaults: Mapping[str, Any], valid_until: datetime
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
    named = await named_here(tx, actor, defaults.get("notify_accounts") or ())
    said = {**defaults, "valid_until": valid_until.isoformat(), "notify_accounts": list(map(str, named))}
    await store.change_import(tx, import_id, defaults=said, state="proposed")
    facts = {"import": str(import_id)}
    asked = await four_eyes.propose(tx, actor, clock, action=IMPORT, facts=facts, reason=str(defaults["reason"]))
    await store.change_import(tx, import_id, approval_id=asked["id"])
    return await one(tx, actor, clock, import_id=import_id)


async def drop(tx: Tx, actor: Actor, clock: Clock, *, import_id: UUID) -> None:
    """Forget a file that was not taken, with all its rows; its reading ends. Raises `watch_settled` (409)."""
    actor.must(PROPOSE)
    row = await _held(tx, actor, import_id)
    if row["state"] not in _OPEN:
        raise UnjaiError("watch_settled", 409)
    await store.forget_rows(tx, import_id)
    await store.change_import(tx, import_id, state="dropped")
    await _tell(tx, actor, clock, row, "drop")


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    row = await _of(tx, actor, facts)
    defaults = row["defaults"] or {}
    count = row["total"] - sum(row["refused"].values())
    if row["state"] != "proposed":
        raise UnjaiError("watch_settled", 409)
    until = format_date(today(datetime.fromisoformat(defaults["valid_until"])))
    traffic, _ = await traffic_of(tx, actor)
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
    """Let core put all good rows on the list: what two people agreed on is durable from here."""
    actor.must_be_approved(IMPORT, **{"import": str(facts["import"])})
    row = await _of(tx, actor, facts)
    if row["state"] != "proposed":
        raise UnjaiError("watch_settled", 409)
    by, name = await approver(tx, actor)
    told = {"approved_by": by, "approver_name": name, "added": 0, "taken_row": 0, "touched_at": clock.now()}
    await store.change_import(tx, row["id"], state="taking", **told)
    await _tell(tx, actor, clock, row, "take", {"approver": name, "rows": row["total"] - sum(row["refused"].values())})
    return None


async def list_part(tx: Tx, actor: Actor, clock: Clock, *, most: int = PART) -> bool:
    """Put the next rows of the oldest agreed file on its list (core's own); False where there is nothing to do.

    A row that was listed since the file was read is refused, not listed twice.
    """
    actor.must(PROPOSE)
    row, now = await store.taking(tx, actor.stations), clock.now()
    if row is None:
        return False
    station_id, key, after = StationId(row["station_id"]), row["id"], row["taken_row"]
    upto = await store.next_rows(tx, key, after, most)
    if upto is None:
        await store.change_import(tx, key, state="done", done_at=now)
        done = {"added": row["added"], "approver": row["approver_name"]}
        await _tell(tx, actor, clock, row, "taken", done, station_id)
        return True
    bad = await store.refuse_listed(tx, station_id, key, now, after=after, upto=upto)
    refused = dict(row["refused"])
    if bad:
        refused["watch_row_listed"] = refused.get("watch_row_listed", 0) + bad
    version = await entries.bump(tx, station_id)
    added = await store.take_rows(tx, key, after=after, upto=upto, version=version, now=now)
    before, added = row["added"] or 0, (row["added"] or 0) + added
    if added.bit_length() > before.bit_length():
        await store.count_anew(tx)
    told = {"added": added, "taken_row": upto, "refused": refused, "touched_at": now}
    await store.change_import(tx, key, **told)
    await emit(tx, clock, WatchListChanged(station_id=station_id, version=version))
    return True


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


def _counted(row: Mapping[str, Any], now: datetime) -> Row:
    bad = sum(row["refused"].values())
    told = {**row, "accepted": row["total"] - bad, "refused_total": bad}
    if row["state"] == "reading" and (row["touched_at"] is None or row["touched_at"] < now - SILENT):
        told |= {"state": "failed", "why": {"code": "watch_file_stopped", "facts": {}}}
    return told


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
    tx: Tx,
    actor: Actor,
    clock: Clock,
    row: Mapping[str, Any],
    what: str,
    facts: Mapping[str, Any] | None = None,
    station_id: StationId | None = None,
) -> None:
    told = {"name": row["name"], "digest": row["digest"], "total": row["total"], **(facts or {})}
    action, subject = f"plates.watch.{what}", f"watch_import:{row['id']}"
    await audit(tx, actor, clock, action=action, subject=subject, facts=told, station_id=station_id)
