"""The watch list — บัญชีเฝ้าระวังทะเบียนรถต้องสงสัย: one proposes, a second approves, core matches, time ends it.

Everything an entry may meet was agreed by two people (`LIST` in `people.flows.four_eyes`); what only narrows it, or
tells more of it, one person may change. Every change of what counts moves the list's version (`entries_since`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import new_id
from unjai.model.plate import shown
from unjai.model.plate.patterns import pattern
from unjai.model.thai.dates import format_date
from unjai.people.flows import four_eyes
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.people.rules.posts import today
from unjai.people.store import oversight
from unjai.plates.events import WatchListChanged
from unjai.plates.flows.chances import cost_words, expected_of, traffic_of
from unjai.plates.flows.recipients import named_here, recipients
from unjai.plates.rules import watch_list as rules
from unjai.plates.rules.urgency import urgent_word
from unjai.plates.rules.watch_list import Expected, Target
from unjai.plates.store import watch_list as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

READ, PROPOSE = store.READ, "plates.watch.propose"
LIST = "plates.watch.list"
Row = dict[str, Any]
PAGE_MOST = 200
_TOLD = ("notify_accounts", "notify_probable")
_AGREED = ("registration", "province", "partial", "special", *store.SAID, "valid_from", "valid_until", *_TOLD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody asks to have listed."""

    plate: str
    province: str | None
    special: bool
    valid_from: datetime
    valid_until: datetime
    said: Mapping[str, str]
    notify_accounts: Sequence[UUID] = ()
    notify_probable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a wish would become: whom it is about, what it will cost, and open entries of the same plate."""

    target: Target
    expected: Expected
    twins: list[Row]


async def check(
    tx: Tx, actor: Actor, clock: Clock, *, plate: str, province: str | None, special: bool, case_number: str = ""
) -> Checked:
    """Read a plate as it would be listed, and tell its chance hits. Raises as `rules.target_of` and `expected`."""
    actor.must(PROPOSE)
    target = rules.target_of(plate, province, special=special)
    named = target.registration, target.province, case_number
    same = await store.twins(tx, actor.station, *named, clock.now())
    return Checked(target=target, expected=await expected_of(tx, actor, target), twins=same)


async def add(tx: Tx, actor: Actor, clock: Clock, *, wish: Wish) -> Row:
    """Propose an entry: it stands there as proposed and counts once a second person approves. Returns its row.

    Raises as `check`, `watch_time_wrong` and `watch_partials_many` (422), `watch_twice` (409: the same plate in the
    same case), and as `four_eyes.propose`.
    """
    actor.must(PROPOSE)
    now = clock.now()
    rules.check_times(wish.valid_from, wish.valid_until, now)
    case = wish.said["case_number"]
    found = await check(
        tx, actor, clock, plate=wish.plate, province=wish.province, special=wish.special, case_number=case
    )
    if any(one["case_number"] == case for one in found.twins):
        raise UnjaiError("watch_twice", 409, case=case)
    if found.target.partial and await store.partials(tx, actor.station, now) >= rules.PARTIALS_MOST:
        raise UnjaiError("watch_partials_many", 422, most=rules.PARTIALS_MOST)
    row = await store.add(
        tx,
        actor.station,
        {
            "id": new_id(now),
            **asdict(found.target),
            "special": found.target.plate.special and not found.target.partial,
            **wish.said,
            "notify_accounts": await named_here(tx, actor, wish.notify_accounts),
            "notify_probable": wish.notify_probable,
            "valid_from": wish.valid_from,
            "valid_until": wish.valid_until,
            "state": "proposed",
            "proposed_by": actor.account_id,
            "proposer_name": actor.name,
            "proposed_at": now,
            "approver_name": "",
            "ended_name": "",
            "ended_why": "",
        },
    )
    await _tell(tx, actor, clock, row, "propose")
    await _ask_second(tx, actor, clock, row)
    return await entry(tx, actor, clock, entry_id=row["id"])


async def ask_again(tx: Tx, actor: Actor, clock: Clock, *, entry_id: UUID) -> Row:
    """Propose an entry or its change again after nobody answered or somebody refused. Returns the row."""
    actor.must(PROPOSE)
    row = await _held(tx, actor, entry_id)
    if row["state"] != "proposed" and row["pending"] is None:
        raise UnjaiError("watch_settled", 409)
    await _ask_second(tx, actor, clock, row)
    return await entry(tx, actor, clock, entry_id=entry_id)


async def change(tx: Tx, actor: Actor, clock: Clock, *, entry_id: UUID, changes: Mapping[str, Any]) -> Row:
    """Change an entry in force: what narrows it counts at once, what widens it waits for a second person.

    `changes` may hold `plate`, `province` and `special` together, times and words. Raises as `add`, and `watch_settled`
    (409) for an entry that has ended or was never approved (withdraw that and propose anew).
    """
    actor.must(PROPOSE)
    row, now = await _held(tx, actor, entry_id), clock.now()
    if rules.state_of(row["state"], row["valid_from"], row["valid_until"], now) not in {"approved", "active"}:
        raise UnjaiError("watch_settled", 409)
    before = {name: row[name] for name in _AGREED}
    after = before | {name: value for name, value in changes.items() if name in _AGREED}
    if changes.get("plate") is not None:
        special = bool(changes.get("special"))
        target = rules.target_of(str(changes["plate"]), changes.get("province"), special=special)
        await expected_of(tx, actor, target)
        after |= asdict(target) | {"special": target.plate.special and not target.partial}
    if (after["valid_from"], after["valid_until"]) != (before["valid_from"], before["valid_until"]):
        rules.check_times(after["valid_from"], after["valid_until"], now)
    if after["notify_accounts"] != before["notify_accounts"]:
        after["notify_accounts"] = await named_here(tx, actor, after["notify_accounts"])
    if after == before:
        return await entry(tx, actor, clock, entry_id=entry_id)
    if rules.widens(before, after):
        await store.change(tx, entry_id, pending=_plain(after))
        await _tell(tx, actor, clock, row, "widen", _differing(before, after))
        await _ask_second(tx, actor, clock, {**row, "pending": _plain(after)})
    else:
        version = await store.bump(tx, actor.station)
        await store.change(tx, entry_id, **after, version=version, pending=None)
        await _tell(tx, actor, clock, row, "change", _differing(before, after))
        await emit(tx, clock, WatchListChanged(station_id=actor.station, version=version))
    return await entry(tx, actor, clock, entry_id=entry_id)


async def end(tx: Tx, actor: Actor, clock: Clock, *, entry_id: UUID, why: str) -> Row:
    """End an entry at once, or withdraw one that was never approved; `why` stays. One person may always do that."""
    actor.must(PROPOSE)
    row, now = await _held(tx, actor, entry_id), clock.now()
    if row["state"] not in {"proposed", "approved"}:
        raise UnjaiError("watch_settled", 409)
    told = {"ended_name": actor.name, "ended_at": now, "ended_why": why, "pending": None}
    if row["state"] == "proposed":
        await store.change(tx, entry_id, state="withdrawn", **told)
        await _tell(tx, actor, clock, row, "withdraw", {"why": why})
    else:
        version = await store.bump(tx, actor.station)
        await store.change(tx, entry_id, state="ended", version=version, **told)
        await _tell(tx, actor, clock, row, "end", {"why": why})
        await emit(tx, clock, WatchListChanged(station_id=actor.station, version=version))
    await _withdraw_proposal(tx, actor, clock, row)
    return await entry(tx, actor, clock, entry_id=entry_id)


async def entry(tx: Tx, actor: Actor, clock: Clock, *, entry_id: UUID) -> Row:
    """Return an entry as people see it, with its history and its approval. Raises `not_found` (404)."""
    actor.must(READ)
    row = await store.entry_of(tx, actor.station, entry_id)
    if row is None:
        raise not_found("watch_entry", entry_id)
    approval = await oversight.approval_row(tx, row["approval_id"]) if row["approval_id"] else None
    return {**seen(row, clock.now()), "history": await store.history_of(tx, entry_id), "approval": approval}


async def page(
    tx: Tx, actor: Actor, clock: Clock, *, state: str | None, plate: str, words: str, after: int | None, limit: int
) -> list[Row]:
    """Return entries, newest first. `plate` may be partial. Raises `plate_pattern_wrong`.

    `answer` is how what waits for a second person stands: `pending`, `refused` or `expired`.
    """
    actor.must(READ)
    now = clock.now()
    like = pattern(plate).like if plate.strip() else None
    rows = await store.page(
        tx, actor.station, now, state=state, like=like, words=words.strip(), after=after, limit=limit
    )
    waits = {row["approval_id"] for row in rows if row["state"] == "proposed" or row["pending"] is not None} - {None}
    answers = await oversight.approval_answers(tx, waits, now)
    return [{**seen(row, now), "answer": answers.get(row["approval_id"])} for row in rows]


async def summary(tx: Tx, actor: Actor, clock: Clock) -> Row:
    """Return the list's version, how many entries are in which state, and the traffic that figures rest on."""
    actor.must(READ)
    listed = await store.list_of(tx, actor.station)
    reads, days = await traffic_of(tx, actor)
    told = {"reads_said": listed["reads_a_day"], "reads_a_day": reads, "measured_days": days}
    return {**listed, **told, "counts": await store.counts(tx, actor.station, clock.now())}


async def set_traffic(tx: Tx, actor: Actor, clock: Clock, *, reads_a_day: int | None) -> None:
    """Say how many plates this station reads a day, on which expected chance hits rest."""
    actor.must(PROPOSE)
    await store.set_reads_a_day(tx, actor.station, reads_a_day)
    subject = f"station:{actor.station}"
    await audit(tx, actor, clock, action="plates.watch.traffic", subject=subject, facts={"reads_a_day": reads_a_day})


def seen(row: Row, now: datetime) -> Row:
    """Return an entry with the state that its time gives it, and its plate in words."""
    target = Target(registration=row["registration"], province=row["province"], partial=row["partial"])
    state = rules.state_of(row["state"], row["valid_from"], row["valid_until"], now)
    return {**row, "state": state, "plate_th": shown(target.plate), "plate_en": shown(target.plate, "en")}


# ── four eyes ────────────────────────────────────────────────────────────────────────────────────────


async def _ask_second(tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any]) -> None:
    asked = await four_eyes.propose(
        tx, actor, clock, action=LIST, facts={"entry": str(row["id"])}, reason=_wanted(row)["reason"]
    )
    await store.change(tx, row["id"], approval_id=asked["id"])


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    """Say in words what would be listed, with what it will cost; the facts are the whole entry."""
    row = await _of(tx, actor, facts)
    wanted = _wanted(row)
    target = Target(registration=wanted["registration"], province=wanted["province"], partial=wanted["partial"])
    cost = await expected_of(tx, actor, target)
    until = format_date(today(_moment(wanted["valid_until"])))
    th_cost, en_cost = cost_words(cost)
    th, en = shown(target.plate), shown(target.plate, "en")
    said = wanted["reason"], wanted["legal_basis"], wanted["case_number"], wanted["requested_by"]
    th_more, en_more = await _consequences(tx, actor, wanted)
    return Look(
        subject=f"watch:{row['id']}",
        th="ขึ้นบัญชีเฝ้าระวัง {} ถึง {} เหตุผล: {} · อาศัยอำนาจ: {} · เลขคดี {} · ผู้ขอ {}".format(th, until, *said)
        + f" · {th_cost}{th_more}",
        en="Watch for {} until {}. Why: {} · legal basis: {} · case {} · asked by {}".format(en, until, *said)
        + f" · {en_cost}{en_more}",
        facts={"entry": str(row["id"]), "change": row["state"] != "proposed", **wanted},
    )


async def _list_it(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    """Put into force what two people agreed on."""
    actor.must_be_approved(LIST, entry=str(facts["entry"]))
    row = await _of(tx, actor, facts)
    if row["state"] not in {"proposed", "approved"}:
        raise UnjaiError("watch_settled", 409)
    agreed = {name: facts[name] for name in _AGREED}
    agreed |= {name: _moment(agreed[name]) for name in ("valid_from", "valid_until")}
    agreed["notify_accounts"] = [UUID(one) for one in agreed["notify_accounts"]]
    by, name = await approver(tx, actor)
    version = await store.bump(tx, actor.station)
    told = {"approved_by": by, "approver_name": name, "approved_at": clock.now()}
    await store.change(tx, row["id"], **agreed, **told, state="approved", version=version, pending=None)
    await _tell(tx, actor, clock, row, "approve", {"approver": name, "version": version})
    await emit(tx, clock, WatchListChanged(station_id=actor.station, version=version))
    return None


async def _consequences(tx: Tx, actor: Actor, wanted: Mapping[str, Any]) -> tuple[str, str]:
    """Say what a hit will set off: its priority where it is urgent, and who is told."""
    th = en = ""
    if word := urgent_word(wanted["reason"], wanted["instruction"]):
        th, en = f" · เมื่อพบเป็นเหตุเร่งด่วนที่สุด (เพราะมีคำว่า “{word}”)", f" · a hit is of priority 1 (for the word “{word}”)"
    if wanted["notify_accounts"]:
        known = {one["id"]: one for one in await recipients(tx, actor)}
        named = [known[UUID(one)] for one in wanted["notify_accounts"] if UUID(one) in known]
        early_th, early_en = ("ก่อนยืนยันด้วย", ", before it is confirmed too") if wanted["notify_probable"] else ("", "")
        th += f" · แจ้ง{early_th} {', '.join(one['name_th'] for one in named)}"
        en += f" · told{early_en}: {', '.join(one['name_en'] or one['name_th'] for one in named)}"
    return th, en


async def approver(tx: Tx, actor: Actor) -> tuple[UUID | None, str]:
    """Return who approved what is being carried out."""
    key = dict(actor.marks).get("approval")
    row = await oversight.approval_row(tx, UUID(key)) if key else None
    return (row["settled_by"], row["settler_name"]) if row else (None, "")


ACTIONS.add(
    Action(
        name=LIST,
        th="ขึ้นทะเบียนรถในบัญชีเฝ้าระวัง",
        en="put a plate on the watch list",
        asks=PROPOSE,
        look=_look,
        execute=_list_it,
        always=True,
    )
)


async def _withdraw_proposal(tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any]) -> None:
    """Take the proposal of an entry that ends out of the way of the second person."""
    approval = await oversight.approval_row(tx, row["approval_id"]) if row["approval_id"] else None
    if approval is not None and approval["state"] == "pending":
        told = {"settled_by": actor.account_id, "settler_name": actor.name, "settled_at": clock.now()}
        await oversight.set_approval(tx, approval["id"], state="withdrawn", note="", **told)


async def _of(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Row:
    try:
        key = UUID(str(facts.get("entry")))
    except ValueError as error:
        raise UnjaiError("request_invalid", 422, where="entry") from error
    return await _held(tx, actor, key)


async def _held(tx: Tx, actor: Actor, entry_id: UUID) -> Row:
    row = await store.entry_of(tx, actor.station, entry_id, lock=True)
    if row is None:
        raise not_found("watch_entry", entry_id)
    return row


def _wanted(row: Mapping[str, Any]) -> Row:
    """Return what an entry is to become, as JSON has it: its pending change, else itself."""
    return dict(row["pending"]) if row["pending"] else _plain({name: row[name] for name in _AGREED})


def _plain(values: Mapping[str, Any]) -> Row:
    return {
        name: value.astimezone(UTC).isoformat()
        if isinstance(value, datetime)
        else list(map(str, value))
        if isinstance(value, list | tuple)
        else value
        for name, value in values.items()
    }


def _moment(said: str | datetime) -> datetime:
    return said if isinstance(said, datetime) else datetime.fromisoformat(said)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Row:
    changed = [name for name in _AGREED if before[name] != after[name]]
    return {"before": _plain({name: before[name] for name in changed}), "after": _plain({n: after[n] for n in changed})}


async def _tell(  # noqa: PLR0917  said in many places
    tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], what: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Write the entry's history and the audit."""
    told = dict(facts or {})
    now = clock.now()
    line = {"id": new_id(now), "entry_id": row["id"], "at": now, "by_name": actor.name, "what": what, "facts": told}
    await store.note(tx, actor.station, line)
    plate = {"registration": row["registration"], "province": row["province"], "case_number": row["case_number"]}
    await audit(tx, actor, clock, action=f"plates.watch.{what}", subject=f"watch:{row['id']}", facts={**plate, **told})
