"""Which phones may be woken, and for what: an offer while it may be answered, a word from the centre. On duty only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.people.rules.crew import ANSWERING
from unjai.people.store.crew import facts_of
from unjai.people.store.units import units_on_duty
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.web_push import receiver_keys
from unjai.respond import view
from unjai.respond.rules import push as rules
from unjai.respond.store import assignments, pushes, talks

Row = dict[str, Any]


def own_account(actor: Actor) -> AccountId:
    """Return the actor's account; raise `right_missing` (403)."""
    actor.must("unit.self")
    if actor.account_id is None:
        raise UnjaiError("right_missing", 403, right="unit.self")
    return actor.account_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscribing:
    """What a browser says of itself when it wants to be woken."""

    endpoint: str
    p256dh: str
    auth: str
    details: bool
    locale: str
    agent: str
    replaces: str = ""


async def subscribe(
    tx: Tx, actor: Actor, clock: Clock, *, session_id: UUID, said: Subscribing, own: tuple[str, ...] = ()
) -> None:
    """Let a phone of one's own be woken while this session lives; the same phone again changes its words.

    Raises `push_endpoint_wrong` or `push_keys_wrong` (422).
    """
    account_id, now = own_account(actor), clock.now()
    service = rules.endpoint_of(said.endpoint, own)
    point, secret = receiver_keys(said.p256dh, said.auth)
    before = await pushes.by_endpoint(tx, account_id, said.replaces) if said.replaces else None
    kept = before or {"details": said.details, "locale": said.locale}
    if before is not None and said.replaces != said.endpoint:
        await pushes.drop(tx, account_id, key=before["id"])
    await pushes.put(
        tx,
        {
            "id": new_id(now),
            "account_id": account_id,
            "session_id": session_id,
            "endpoint": said.endpoint,
            "p256dh": point,
            "auth": secret,
            "details": kept["details"],
            "locale": kept["locale"],
            "agent": said.agent,
            "created_at": now,
        },
    )
    for old in (await pushes.of_account(tx, account_id, now))[: -rules.PHONES_MOST]:
        await pushes.drop(tx, account_id, key=old["id"])
    await audit(
        tx,
        actor,
        clock,
        action="push.subscribe",
        subject=f"account:{account_id}",
        facts={"service": service.host, "details": said.details},
    )


async def unsubscribe(tx: Tx, actor: Actor, clock: Clock, *, key: UUID | None = None, endpoint: str = "") -> None:
    """Wake a phone of one's own no more, named by its row or its endpoint; one that is not known changes nothing.

    A row that is not one's own is `not_found` (404).
    """
    account_id = own_account(actor)
    done = await pushes.drop(tx, account_id, key=key, endpoint=None if key is not None else endpoint)
    if key is not None and not done:
        raise not_found("push", key)
    if done:
        await audit(tx, actor, clock, action="push.unsubscribe", subject=f"account:{account_id}", facts={"count": done})


async def waking(tx: Tx, actor: Actor, clock: Clock, station_id: StationId) -> list[tuple[Row, rules.Notice]]:
    """Return whom to wake for what just now at a station: (subscription, notice). Nobody off duty is woken."""
    actor.must("dispatch")
    now = clock.now()
    crews = await _on_duty(tx, now, station_id)
    if not crews:
        return []
    wanted: list[tuple[UUID, rules.Notice]] = []
    for row in await assignments.offered(tx, now):
        if row["unit_id"] in crews:
            offered = await _offer(tx, row)
            wanted += [(one, offered) for one, answers in crews[row["unit_id"]].items() if answers]
    for row in await talks.unheard(tx, now - rules.TALK_LASTS):
        wanted += [(account_id, _word(row)) for account_id in crews.get(row["unit_id"], ())]
    phones = await pushes.of_accounts(tx, {account for account, _ in wanted}, now)
    return [(phone, notice) for account, notice in wanted for phone in phones if phone["account_id"] == account]


async def _on_duty(tx: Tx, now: datetime, station_id: StationId) -> dict[UUID, dict[AccountId, bool]]:
    """Return who is on duty in which unit, and whether they answer for it: its crew, or whose unit it is."""
    units = [one for one in await units_on_duty(tx, now) if one.station_id == station_id]
    duties = await facts_of(tx, [one.id for one in units], now)
    found: dict[UUID, dict[AccountId, bool]] = {}
    for unit in units:
        crew = {one.account_id: one.kind in ANSWERING for one in duties[unit.id].crew} if unit.id in duties else {}
        found[unit.id] = crew or ({unit.account_id: True} if unit.account_id is not None else {})
    return found


async def _offer(tx: Tx, row: Row) -> rules.Notice:
    shown = await view.row(tx, row["incident_id"])
    th, en = (
        ("", "")
        if shown is None
        else (
            f"{shown.title_th} · {shown.place_th or ''}".rstrip(" ·"),
            f"{shown.title_en} · {shown.place_en or ''}".rstrip(" ·"),
        )
    )
    return rules.Notice(kind="offer", key=str(row["id"]), until=row["expires_at"], told_th=th, told_en=en)


def _word(row: Row) -> rules.Notice:
    return rules.Notice(
        kind="talk", key=str(row["id"]), until=row["at"] + rules.TALK_LASTS, told_th=row["text"], told_en=row["text"]
    )


async def still_wanted(tx: Tx, actor: Actor, clock: Clock, station_id: StationId, *, phone: UUID, key: str) -> bool:
    """Tell whether a push that failed is still worth a try."""
    return any(row["id"] == phone and one.key == key for row, one in await waking(tx, actor, clock, station_id))


async def settle(tx: Tx, actor: Actor, clock: Clock, *, phone: Row, verdict: rules.Verdict) -> None:
    """Take a push service's answer: what is gone, or refuses time after time, is forgotten."""
    actor.must("dispatch")
    if verdict == "taken":
        await pushes.sent(tx, phone["id"], clock.now())
    elif verdict == "gone":
        await pushes.drop_gone(tx, phone["id"], phone["p256dh"])
    elif verdict == "refused":
        await pushes.refused(tx, phone["id"], rules.REFUSALS_MOST)
