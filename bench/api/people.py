"""Accounts of every role to ask by, made by the flows: one made over HTTP would have to change its password first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.centre import Centre
from unjai.model.actor import Actor, system
from unjai.model.clock import Clock, SystemClock
from unjai.model.ids import StationId
from unjai.people import flows as people
from unjai.people.api.accounts import COOKIE
from unjai.platform.database import Database, Tx

_PASSWORD = "ข้าวเหนียวมะม่วง 9 จาน"
_CREWS = {"officer": "foot", "volunteer": "foot"}


@dataclass
class Crowd:
    """The cookies of each role, and the ids that must not be named: to lose them is to end the bench."""

    cookies: dict[str, list[str]] = field(default_factory=dict)
    ours: list[str] = field(default_factory=list)


async def crowd(centre: Centre, station: StationId, roles: Iterable[str], each: int) -> Crowd:
    """Make `each` accounts of the roles at the station, signed in; officers and volunteers have a unit on duty."""
    db, clock, actor, made = Database(centre.database_url("unjai_app")), SystemClock(), system(station), Crowd()
    try:
        for role in roles:
            made.cookies[role] = []
            for number in range(each):
                async with db.tx(actor) as tx:
                    await _one(tx, actor, clock, f"api.{role}.{number}", made)
    finally:
        await db.close()
    return made


async def _one(tx: Tx, actor: Actor, clock: Clock, username: str, made: Crowd) -> None:
    role = username.split(".")[1]
    known = await people.create_account(
        tx,
        actor,
        clock,
        username=username,
        name_th=f"ผู้ลองระบบ {username}",
        home_id=actor.station,
        roles=[(role, actor.station)],
        password=_PASSWORD,
        must_change=False,
    )
    if role in _CREWS:
        unit_id = await people.create_unit(
            tx, actor, clock, call_sign=username, kind=_CREWS[role], name_th=username, account_id=known.account_id
        )
        await people.sign_on(tx, actor, clock, unit_id=unit_id)
    signed = await people.sign_in(tx, actor, clock, username=username, password=_PASSWORD, ip=username, agent="bench")
    if not isinstance(signed, people.SignedIn):
        raise TypeError(f"{username} was not let in: {signed}")
    made.cookies[role].append(f"{COOKIE}={signed.token}")
    made.ours += [str(known.account_id), str(signed.session_id), username]
