"""Accounts: made, given roles, disabled, given a new password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.people import rights, rules
from unjai.people.flows.sessions import revoke, tell_changed
from unjai.people.passwords import hash_password, one_time_password
from unjai.people.rules.persons import OUTSIDE_ROLES, SECTORS, check_partner
from unjai.people.store import accounts as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.store import org_unit_of, stations_under

FIRST_NAME = "admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """An account just made; `password` is told this once, None when the caller chose it."""

    account_id: AccountId
    username: str
    password: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleAt:
    """A role at an organisation unit."""

    role: str
    org_unit_id: int
    name_th: str
    name_en: str
    since: datetime | None = None
    until: datetime | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What an account may carry beside its names: when it closes by itself, and whose a partner's is."""

    until: datetime | None = None
    sector: str = ""
    organisation: str = ""
    contact: str = ""


NO_TERMS = Terms()


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRow:
    """An account as administrators see it."""

    id: AccountId
    username: str
    name_th: str
    name_en: str
    locale: str
    home_id: int
    home_th: str
    home_en: str
    disabled: bool
    must_change: bool
    created_at: datetime
    password_at: datetime
    roles: tuple[RoleAt, ...]
    until: datetime | None = None
    sector: str = ""
    organisation: str = ""
    contact: str = ""
    person_id: UUID | None = None


async def first_administrator(
    tx: Tx, actor: Actor, clock: Clock, *, org_unit_id: int, password: str | None = None
) -> str | None:
    """Make the account `admin` with a one-time password and return it; None when any account exists already."""
    _must_administer(actor)
    await store.lock_administrators(tx)
    if await store.any_account(tx):
        return None
    made = await create_account(
        tx,
        actor,
        clock,
        username=FIRST_NAME,
        name_th="ผู้ดูแลระบบ",
        name_en="Administrator",
        home_id=org_unit_id,
        roles=[("administrator", org_unit_id)],
        password=password,
    )
    return made.password or password


async def create_account(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    username: str,
    name_th: str,
    name_en: str = "",
    home_id: int | None = None,
    roles: Sequence[tuple[str, int]] = (),
    password: str | None = None,
    locale: str = "th",
    must_change: bool = True,
    terms: Terms = NO_TERMS,
    password_hash: str | None = None,
) -> NewAccount:
    """Make an account at `home_id` (the actor's station unless given) with roles at organisation units.

    Without `password` a one-time password is made and returned once; `password_hash` is of one that nobody knows,
    until one is handed out. Only the system may leave `must_change` out.
    Raises `username_taken` (409), `username_invalid`, `name_missing`, `role_unknown`, `password_…` (422),
    `not_found` (404) and `account_beyond_scope` (403).
    """
    _must_administer(actor)
    name = rules.check_name(username)
    shown = name_th.strip()
    if not shown:
        raise UnjaiError("name_missing", 422)
    if password is not None:
        rules.check_password(password, name)
    home = home_id if home_id is not None else actor.station
    await within(tx, actor, home)
    now = clock.now()
    account_id = AccountId(new_id(now))
    secret = password or one_time_password()
    row = {
        "id": account_id,
        "username": name,
        "name_th": shown,
        "name_en": name_en.strip() or shown,
        "password_hash": password_hash or await hash_password(secret),
        "must_change": must_change or actor.kind != "system",
        "locale": locale,
        "home_id": home,
        "created_at": now,
        "password_at": now,
        **checked_terms(terms, now),
    }
    if not await store.add_account(tx, row):
        raise UnjaiError("username_taken", 409, username=name)
    await audit(tx, actor, clock, action="account.create", subject=f"account:{account_id}", facts={"username": name})
    for role, org_unit_id in dict.fromkeys(roles):
        await grant_role(tx, actor, clock, account_id=account_id, role=role, org_unit_id=org_unit_id)
    told = None if password or password_hash else secret
    return NewAccount(account_id=account_id, username=name, password=told)


async def list_accounts(tx: Tx, actor: Actor, clock: Clock) -> list[AccountRow]:
    """Return the accounts whose home lies wholly within the actor's stations, by user name."""
    del clock
    _must_administer(actor)
    stations = None if actor.kind == "system" else sorted(actor.stations)
    rows = await store.accounts_within(tx, stations)
    roles = await store.roles_of(tx, [AccountId(row["id"]) for row in rows])
    return [
        AccountRow(
            id=AccountId(row["id"]),
            username=row["username"],
            name_th=row["name_th"],
            name_en=row["name_en"],
            locale=row["locale"],
            home_id=row["home_id"],
            home_th=row["home_th"],
            home_en=row["home_en"],
            disabled=row["disabled"],
            must_change=row["must_change"],
            created_at=row["created_at"],
            password_at=row["password_at"],
            roles=tuple(
                RoleAt(
                    role=at["role"],
                    org_unit_id=at["id"],
                    name_th=at["name_th"],
                    name_en=at["name_en"],
                    since=at["since"],
                    until=at["until"],
                    source=at["source"],
                )
                for at in roles.get(AccountId(row["id"]), [])
            ),
            until=row["until"],
            sector=row["sector"],
            organisation=row["organisation"],
            contact=row["contact"],
            person_id=row["person_id"],
        )
        for row in rows
    ]


async def grant_role(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    account_id: AccountId,
    role: str,
    org_unit_id: int,
    since: datetime | None = None,
    until: datetime | None = None,
    source: str = "",
) -> None:
    """Give an account a role at an organisation unit, or other dates to one it has; it ends by itself at `until`.

    `source` is the post it comes with. Raises `role_unknown`, `role_dates_wrong`, `partner_incomplete` (422),
    `not_found` (404), `account_beyond_scope` (403), `last_administrator` (409).
    """
    if role not in rights.ROLES:
        raise UnjaiError("role_unknown", 422, role=role)
    row = await manageable(tx, actor, account_id)
    await within(tx, actor, org_unit_id)
    now = clock.now()
    if not source and until is not None and until <= max(now, since or now):
        raise UnjaiError("role_dates_wrong", 422)
    if role in OUTSIDE_ROLES and actor.kind != "system":
        ends = row["until"] is not None or until is not None
        check_partner(sector=row["sector"], organisation=row["organisation"], ends=ends)
    if role == "administrator" and (since or until) and not source:
        await not_last(tx, account_id, org_unit_id)
    row = {
        "account_id": account_id,
        "role": role,
        "org_unit_id": org_unit_id,
        "source": source,
        "since": since,
        "until": until,
        "granted_at": now,
        "granted_by": f"{actor.kind}:{actor.key}",
    }
    if await store.add_role(tx, row):
        facts = {"role": role, "org_unit_id": org_unit_id, "since": since, "until": until, "post": source}
        facts = {name: value for name, value in facts.items() if value}
        await audit(tx, actor, clock, action="account.grant", subject=f"account:{account_id}", facts=facts)
        await tell_changed(tx, actor, clock, account_id=account_id)


async def revoke_role(
    tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, role: str, org_unit_id: int
) -> None:
    """Take a role away; it stops counting at once. Raises `last_administrator` (409) rather than lock all out."""
    if role not in rights.ROLES:
        raise UnjaiError("role_unknown", 422, role=role)
    await manageable(tx, actor, account_id)
    if role == "administrator":
        await not_last(tx, account_id, org_unit_id)
    if await store.drop_role(tx, account_id, role, org_unit_id):
        facts = {"role": role, "org_unit_id": org_unit_id}
        await audit(tx, actor, clock, action="account.revoke", subject=f"account:{account_id}", facts=facts)
        await tell_changed(tx, actor, clock, account_id=account_id)


async def disable_account(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId) -> None:
    """Close an account: its sessions end at once. Raises `own_account` and `last_administrator` (409)."""
    await manageable(tx, actor, account_id)
    if account_id == actor.account_id:
        raise UnjaiError("own_account", 409)
    await not_last(tx, account_id)
    await store.set_account(tx, account_id, disabled=True)
    await revoke(tx, actor, clock, account_id=account_id)
    await audit(tx, actor, clock, action="account.disable", subject=f"account:{account_id}")


async def enable_account(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId) -> None:
    """Open a disabled account again, with the password it had."""
    await manageable(tx, actor, account_id)
    await store.set_account(tx, account_id, disabled=False)
    await audit(tx, actor, clock, action="account.enable", subject=f"account:{account_id}")


async def reset_password(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId) -> str:
    """Give an account a one-time password, told this once; its sessions end at once."""
    await manageable(tx, actor, account_id)
    secret = one_time_password()
    hashed = await hash_password(secret)
    await store.set_account(tx, account_id, password_hash=hashed, must_change=True, password_at=clock.now())
    await revoke(tx, actor, clock, account_id=account_id)
    await audit(tx, actor, clock, action="account.reset", subject=f"account:{account_id}")
    return secret


async def account_id_of(tx: Tx, actor: Actor, clock: Clock, *, username: str) -> AccountId:
    """Return the id of an account by its user name; for the command line."""
    del clock
    _must_administer(actor)
    row = await store.account_named(tx, rules.normal_name(username))
    if row is None:
        raise not_found("account", username)
    return AccountId(row["id"])


def _must_administer(actor: Actor) -> None:
    actor.must("account.admin")


async def within(tx: Tx, actor: Actor, org_unit_id: int) -> None:
    """Raise unless the organisation unit and all stations below it are the actor's."""
    if await org_unit_of(tx, org_unit_id) is None:
        raise not_found("org_unit", org_unit_id)
    if actor.kind == "system":
        return
    below = set(await stations_under(tx, org_unit_id))
    if not below or not below <= actor.stations:
        raise UnjaiError("account_beyond_scope", 403)


async def manageable(tx: Tx, actor: Actor, account_id: AccountId) -> dict[str, Any]:
    """Return an account's row; raise unless its home and every role it has lie in the actor's stations."""
    _must_administer(actor)
    row = await store.account_of(tx, account_id)
    if row is None:
        raise not_found("account", account_id)
    await within(tx, actor, row["home_id"])
    if actor.kind != "system":
        reach: set[StationId] = {grant.station_id for grant in await store.grants_of(tx, account_id, at=None)}
        if not reach <= actor.stations:
            raise UnjaiError("account_beyond_scope", 403)
    return row


def checked_terms(terms: Terms, now: datetime) -> dict[str, object]:
    """Return the columns of an account's terms; raise `account_end_past` or `sector_unknown` (422)."""
    if terms.until is not None and terms.until <= now:
        raise UnjaiError("account_end_past", 422)
    if terms.sector not in ("", *SECTORS):
        raise UnjaiError("sector_unknown", 422, sector=terms.sector[:40])
    return {
        "until": terms.until,
        "sector": terms.sector,
        "organisation": terms.organisation.strip(),
        "contact": terms.contact.strip(),
    }


async def not_last(tx: Tx, account_id: AccountId, org_unit_id: int | None = None) -> None:
    """Raise when nobody would administer any more without this account, or without its role at `org_unit_id`."""
    await store.lock_administrators(tx)
    held = (await store.roles_of(tx, [account_id])).get(account_id, [])
    lasting = [at for at in held if at["since"] is None and at["until"] is None]
    places = {at["id"] for at in lasting if at["role"] == "administrator"}
    lost = places if org_unit_id is None else places & {org_unit_id}
    if lost and lost == places and not await store.other_administrator(tx, account_id):
        raise UnjaiError("last_administrator", 409)
