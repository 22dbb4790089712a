"""Accounts after they were made: names, terms, and one-time passwords handed out to many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId
from unjai.people.flows.accounts import (
    AccountRow,
    Terms,
    checked_terms,
    list_accounts,
    manageable,
    not_last,
    reset_password,
    within,
)
from unjai.people.flows.sessions import tell_changed
from unjai.people.rules.persons import OUTSIDE_ROLES, check_partner
from unjai.people.store import accounts as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx

SLIPS_MOST = 100
"""One-time passwords made in one request: each costs a hash of some 40 ms."""

LOCALES = ("th", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """A one-time password for one account, told this once."""

    username: str
    name_th: str
    password: str


async def account_row(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId) -> AccountRow:
    """Return one account of the actor's stations."""
    for row in await list_accounts(tx, actor, clock):
        if row.id == account_id:
            return row
    raise not_found("account", account_id)


async def change_account(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, **given: Any) -> AccountRow:
    """Change `name_th`, `name_en`, `locale`, `home_id`, `until`, `sector`, `organisation` or `contact`.

    Raises `name_missing`, `account_end_past`, `sector_unknown`, `partner_incomplete` (422), `last_administrator`,
    `own_account` (409), `not_found` (404), `account_beyond_scope` (403).
    """
    before = await manageable(tx, actor, account_id)
    now = clock.now()
    values: dict[str, Any] = {}
    if "name_th" in given:
        values["name_th"] = str(given["name_th"]).strip()
        if not values["name_th"]:
            raise UnjaiError("name_missing", 422)
    if "name_en" in given:
        values["name_en"] = str(given["name_en"]).strip() or values.get("name_th", before["name_th"])
    if given.get("locale") in LOCALES:
        values["locale"] = given["locale"]
    if given.get("home_id") is not None:
        await within(tx, actor, given["home_id"])
        values["home_id"] = given["home_id"]
    held = Terms(**{name: before[name] for name in ("until", "sector", "organisation", "contact")})
    terms = replace(
        held, **{name: given[name] for name in ("until", "sector", "organisation", "contact") if name in given}
    )
    if terms != held:
        # an end that has passed may stay as it is while other things change
        past = terms.until == held.until
        values |= checked_terms(replace(terms, until=None) if past else terms, now)
        values["until"] = terms.until
        await _partner_still(tx, account_id, terms)
    if terms.until is not None and held.until is None:
        if account_id == actor.account_id:
            raise UnjaiError("own_account", 409)
        await not_last(tx, account_id)
    changed = {name: value for name, value in values.items() if before[name] != value}
    if changed:
        await store.set_account(tx, account_id, **changed)
        facts = {name: str(value) for name, value in changed.items()}
        await audit(tx, actor, clock, action="account.change", subject=f"account:{account_id}", facts=facts)
        await tell_changed(tx, actor, clock, account_id=account_id)
    return await account_row(tx, actor, clock, account_id=account_id)


async def _partner_still(tx: Tx, account_id: AccountId, terms: Terms) -> None:
    roles = (await store.roles_of(tx, [account_id])).get(account_id, [])
    outside = [at for at in roles if at["role"] in OUTSIDE_ROLES]
    if outside:
        ends = terms.until is not None or all(at["until"] is not None for at in outside)
        check_partner(sector=terms.sector, organisation=terms.organisation, ends=ends)


async def hand_out(tx: Tx, actor: Actor, clock: Clock, *, account_ids: Sequence[AccountId]) -> list[Slip]:
    """Give each account a new one-time password and return all of them, this once; their sessions end at once.

    Raises `slips_too_many` (422), and for any account what `reset_password` raises: all or none.
    """
    actor.must("account.admin")
    if len(account_ids) > SLIPS_MOST:
        raise UnjaiError("slips_too_many", 422, most=SLIPS_MOST)
    slips = []
    for account_id in dict.fromkeys(account_ids):
        row = await manageable(tx, actor, account_id)
        if account_id == actor.account_id:
            raise UnjaiError("own_account", 409)
        secret = await reset_password(tx, actor, clock, account_id=account_id)
        slips.append(Slip(username=row["username"], name_th=row["name_th"], password=secret))
    return slips
