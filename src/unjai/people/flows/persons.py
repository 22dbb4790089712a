"""Persons of a station, and their accounts: written down, changed, gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.model.thai import parse_phone
from unjai.people.events import SessionRevoked
from unjai.people.flows.accounts import manageable
from unjai.people.flows.posts import PostRow, clear_roles, post_rows, sync_roles
from unjai.people.rules import posts as rules
from unjai.people.rules import ranks
from unjai.people.rules.persons import PERSON_KINDS, radio_text
from unjai.people.store import accounts as account_store
from unjai.people.store import persons as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.store import org_unit_of
from unjai.territory.words import tidy

TEXTS = ("first_th", "last_th", "first_en", "last_en", "call_sign", "note")
FLAGS = ("female", "acting_rank", "doctor")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A person as screens show one, with all posts, latest first, and those of today."""

    id: UUID
    station_id: StationId
    kind: str
    rank: str
    prefix: str
    female: bool
    acting_rank: bool
    doctor: bool
    first_th: str
    last_th: str
    first_en: str
    last_en: str
    phone: str
    call_sign: str
    note: str
    left_on: date | None
    home_id: int
    home_code: str
    home_th: str
    home_en: str
    name_th: str
    name_en: str
    formal_th: str
    radio: str
    account_id: AccountId | None
    username: str | None
    account_open: bool
    unit_call_sign: str | None
    posts: tuple[PostRow, ...]
    now_th: str
    now_en: str
    gone: bool


def titled(row: Mapping[str, Any]) -> ranks.Titled:
    """Return how a person's row is addressed."""
    return ranks.Titled(
        rank=row["rank"],
        prefix=row["prefix"],
        female=row["female"],
        acting=row["acting_rank"],
        doctor=row["doctor"],
    )


def _shown(row: Mapping[str, Any], posts: tuple[PostRow, ...], now: datetime) -> PersonRow:
    title = titled(row)
    current = [one for one in posts if one.state == "now"]
    first_en, last_en = row["first_en"] or row["first_th"], row["last_en"] or row["last_th"]
    rank_abbr = ranks.title_text(title, "th")
    open_until = row["account_until"]
    return PersonRow(
        **{name: row[name] for name in ("id", "station_id", "kind", "rank", "prefix", "phone", "left_on", "home_id")},
        **{name: row[name] for name in (*TEXTS, *FLAGS)},
        **{name: row[name] for name in ("home_code", "home_th", "home_en", "account_id", "username")},
        name_th=ranks.name_text(title, row["first_th"], row["last_th"], "th"),
        name_en=ranks.name_text(title, first_en, last_en, "en"),
        formal_th=ranks.name_text(title, row["first_th"], row["last_th"], "th", whole=True),
        radio=radio_text(call_sign=row["call_sign"], rank_abbr=rank_abbr, first=row["first_th"]),
        account_open=row["account_id"] is not None
        and not row["account_disabled"]
        and (open_until is None or open_until > now),
        unit_call_sign=row["unit_call_sign"],
        posts=posts,
        now_th=" · ".join(one.text_th for one in current),
        now_en=" · ".join(one.text_en for one in current),
        gone=row["left_on"] is not None and row["left_on"] < rules.today(now),
    )


async def list_persons(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId | None = None) -> list[PersonRow]:
    """Return the persons of the actor's stations by rank and name, those who left too."""
    actor.must("person.read")
    rows = await _rows(tx, clock, await store.persons(tx, station_id=station_id))
    return sorted(rows, key=lambda row: ranks.RANKS[row.rank].order if row.rank else len(ranks.RANKS) + 1)


async def person_of(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID) -> PersonRow:
    """Return one person of the actor's stations."""
    actor.must("person.read")
    rows = await _rows(tx, clock, await store.persons(tx, person_id=person_id))
    if not rows:
        raise not_found("person", person_id)
    return rows[0]


async def _rows(tx: Tx, clock: Clock, found: list[dict[str, Any]]) -> list[PersonRow]:
    now = clock.now()
    posts = await store.posts_of(tx, [row["id"] for row in found])
    return [_shown(row, post_rows(posts.get(row["id"], ()), now), now) for row in found]


def checked_person(given: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the columns of a person made of what is given over what was; texts tidied, the phone in its one form.

    Raises `person_kind_unknown`, `rank_unknown`, `name_missing`, `phone_unreadable` (422).
    """
    start: dict[str, Any] = dict.fromkeys((*TEXTS, "rank", "prefix", "phone"), "") | dict.fromkeys(FLAGS, False)
    known = {name: before[name] for name in (*start, "kind", "left_on", "home_id")} if before else start
    row = {**known, **{name: value for name, value in given.items() if name in known or before is None}}
    for name in TEXTS:
        row[name] = tidy(str(row[name]))
    if row["kind"] not in PERSON_KINDS:
        raise UnjaiError("person_kind_unknown", 422, kind=str(row["kind"])[:40])
    ranks.check_title(row["rank"], row["prefix"])
    if not row["rank"]:
        row["acting_rank"] = row["doctor"] = False
    if row["prefix"]:
        row["female"] = ranks.PREFIXES[row["prefix"]].female or bool(row["female"])
    if not row["first_th"]:
        raise UnjaiError("name_missing", 422)
    if row["phone"].strip():
        row["phone"] = parse_phone(row["phone"]).display
    else:
        row["phone"] = ""
    return row


async def add_person(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId | None = None, **given: Any) -> UUID:
    """Write a person down at `station_id` (the actor's own unless given); the home unit is that station unless given.

    Raises what `checked_person` raises, `not_found` (404) for the home unit and `station_beyond_scope` (403).
    """
    actor.must("person.admin")
    here = station_id if station_id is not None else actor.station
    if here not in actor.stations:
        raise UnjaiError("station_beyond_scope", 403, station_id=here)
    given = {"kind": "police", "left_on": None, **given}
    given["home_id"] = here if given.get("home_id") is None else given["home_id"]
    row = checked_person(given)
    await _home(tx, row["home_id"])
    now = clock.now()
    person_id = new_id(now)
    await store.add_person(tx, {**row, "id": person_id, "station_id": here, "created_at": now})
    facts = {"name": ranks.name_text(titled(row), row["first_th"], row["last_th"], "th")}
    await audit(tx, actor, clock, action="person.create", subject=f"person:{person_id}", facts=facts, station_id=here)
    return person_id


async def change_person(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID, **given: Any) -> None:
    """Change what is given of a person. Whoever left has no roles by posts any more from the next day on."""
    actor.must("person.admin")
    before = await _locked(tx, person_id)
    if "home_id" in given and given["home_id"] is None:
        del given["home_id"]
    row = checked_person(given, before)
    if row["home_id"] != before["home_id"]:
        await _home(tx, row["home_id"])
    changed = {name: value for name, value in row.items() if before[name] != value}
    if not changed:
        return
    await store.set_person(tx, person_id, changed)
    here = StationId(before["station_id"])
    facts = {name: str(value) for name, value in changed.items()}
    await audit(tx, actor, clock, action="person.change", subject=f"person:{person_id}", facts=facts, station_id=here)


async def remove_person(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID) -> None:
    """Erase a person and their posts for good: a mistake, or the right to be forgotten.

    The account stays, without the roles that came with the posts.
    """
    actor.must("person.admin")
    row = await _locked(tx, person_id)
    account = await store.account_of_person(tx, person_id)
    if account is not None:
        await unlink_account(tx, actor, clock, person_id=person_id)
    await store.drop_person(tx, person_id)
    here = StationId(row["station_id"])
    await audit(tx, actor, clock, action="person.remove", subject=f"person:{person_id}", station_id=here)


async def link_account(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID, account_id: AccountId) -> None:
    """Tie an account to a person: roles of their posts count for it from now on.

    Raises `account_linked` (409) where either has another already, `not_found` (404), `account_beyond_scope` (403).
    """
    actor.must("account.admin")
    person = await _locked(tx, person_id)
    row = await manageable(tx, actor, account_id)
    there = await store.account_of_person(tx, person_id)
    if row["person_id"] == person_id:
        return
    if row["person_id"] is not None or there is not None:
        raise UnjaiError("account_linked", 409, username=(there or row)["username"])
    await account_store.set_account(tx, account_id, person_id=person_id)
    facts = {"person": str(person_id)}
    here = StationId(person["station_id"])
    await audit(tx, actor, clock, action="account.link", subject=f"account:{account_id}", facts=facts, station_id=here)
    await sync_roles(tx, actor, clock, person_id=person_id)


async def unlink_account(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID) -> None:
    """Untie the account of a person; the roles of their posts go at once. Nothing happens when there is none."""
    actor.must("account.admin")
    person = await _locked(tx, person_id)
    row = await store.account_of_person(tx, person_id)
    if row is None:
        return
    account_id = AccountId(row["id"])
    await manageable(tx, actor, account_id)
    await clear_roles(tx, actor, clock, person_id=person_id, account_id=account_id)
    await account_store.set_account(tx, account_id, person_id=None)
    facts = {"person": str(person_id)}
    here = StationId(person["station_id"])
    await audit(
        tx, actor, clock, action="account.unlink", subject=f"account:{account_id}", facts=facts, station_id=here
    )


async def tell_ended(tx: Tx, clock: Clock, *, after: datetime) -> datetime:
    """Make every screen ask anew whose role began or ended since `after`; return until when that was done.

    Every request asks for the dates of rights anyway; this is for what stays open, such as the live feed.
    """
    now = clock.now()
    for account_id in await store.changed_roles(tx, after, now):
        await emit(tx, clock, SessionRevoked(station_id=StationId(0), account_id=account_id))
    return now


async def _home(tx: Tx, org_unit_id: int) -> None:
    if await org_unit_of(tx, org_unit_id) is None:
        raise not_found("org_unit", org_unit_id)


async def _locked(tx: Tx, person_id: UUID) -> dict[str, Any]:
    row = await store.lock_person(tx, person_id)
    if row is None:
        raise not_found("person", person_id)
    return row
