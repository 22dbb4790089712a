"""Whom an entry may name to be told of its hits: people of the station who can sign in and act on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.people.rights import ROLES, VOLUNTEERS
from unjai.people.store import accounts
from unjai.plates.flows.notices import NAMED_MOST
from unjai.plates.store.watch_list import READ
from unjai.platform.database import Tx

Row = dict[str, Any]
ACTING: Final = tuple(
    name for name, role in ROLES.items() if role.rights & {"plates.hits", "unit.self"} and name not in VOLUNTEERS
)
"""Roles that may be told: whoever sees hits, and the patrol officers."""


async def recipients(tx: Tx, actor: Actor) -> Sequence[Row]:
    """Return the accounts that an entry of this station may name, with their roles, by name."""
    actor.must(READ)
    rows = [row for row in await accounts.accounts_within(tx, [actor.station]) if not row["disabled"]]
    roles = await accounts.roles_of(tx, [row["id"] for row in rows])
    told = []
    for row in rows:
        held = [one["role"] for one in roles.get(row["id"], ()) if one["role"] in ACTING]
        if held:
            told.append(
                {"id": row["id"], "name_th": row["name_th"], "name_en": row["name_en"], "roles": sorted(set(held))}
            )
    return sorted(told, key=lambda one: one["name_th"])


async def named_here(tx: Tx, actor: Actor, named: Sequence[UUID]) -> list[UUID]:
    """Return the accounts to be told, each once. Raises `watch_named` (422) for whoever is not of this station."""
    wanted = list(dict.fromkeys(named))
    if not wanted:
        return []
    known = {one["id"] for one in await recipients(tx, actor)}
    if len(wanted) > NAMED_MOST or not known.issuperset(wanted):
        raise UnjaiError("watch_named", 422, most=NAMED_MOST)
    return wanted
