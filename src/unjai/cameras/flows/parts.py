"""Points that carry cameras, and sources that bring many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from unjai.cameras.flows.changes import MANAGE, noted
from unjai.cameras.rules.registry import template_of
from unjai.cameras.secrets import Login, seal
from unjai.cameras.store import reads, writes
from unjai.cameras.store.tables import camera_point, camera_source
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.people.vault import Vault
from unjai.platform.database import Tx
from unjai.territory.rules.geojson import position_of

_PLACE = {"lon", "lat"}


async def add_point(tx: Tx, actor: Actor, clock: Clock, *, said: Mapping[str, Any]) -> UUID:
    """Make a point — จุด. Raises `camera_code_taken` (409)."""
    actor.must(MANAGE)
    return await _add(tx, actor, clock, table=camera_point, what="camera_point", values=_placed(said))


async def change_point(tx: Tx, actor: Actor, clock: Clock, *, point_id: UUID, said: Mapping[str, Any]) -> None:
    """Change a point."""
    actor.must(MANAGE)
    found = await reads.point_of(tx, point_id)
    await _change(
        tx, actor, clock, table=camera_point, what="camera_point", found=found, key=point_id, values=_placed(said)
    )


async def remove_point(tx: Tx, actor: Actor, clock: Clock, *, point_id: UUID) -> None:
    """Remove a point; its cameras stand alone then."""
    actor.must(MANAGE)
    found = await reads.point_of(tx, point_id)
    await _remove(tx, actor, clock, table=camera_point, what="camera_point", found=found, key=point_id)


async def add_source(tx: Tx, actor: Actor, clock: Clock, vault: Vault, *, said: Mapping[str, Any]) -> UUID:
    """Make a source: a provincial centre or a recorder. Raises `camera_code_taken` (409)."""
    actor.must(MANAGE)
    values, login = _told_source(said)
    source_id = await _add(tx, actor, clock, table=camera_source, what="camera_source", values=values)
    if login is not None and (login.username or login.password):
        await writes.change(tx, camera_source, source_id, {"sealed": seal(vault, source_id, login)})
    return source_id


async def change_source(
    tx: Tx, actor: Actor, clock: Clock, vault: Vault, *, source_id: UUID, said: Mapping[str, Any]
) -> None:
    """Change a source; an empty user name and password forget its login."""
    actor.must(MANAGE)
    found = await reads.source_of(tx, source_id)
    values, login = _told_source(said)
    if login is not None:
        values["sealed"] = seal(vault, source_id, login) if login.username or login.password else None
    await _change(
        tx, actor, clock, table=camera_source, what="camera_source", found=found, key=source_id, values=values
    )


async def remove_source(tx: Tx, actor: Actor, clock: Clock, *, source_id: UUID) -> None:
    """Remove a source that no camera hangs on; raise `camera_source_used` (409) else."""
    actor.must(MANAGE)
    found = await reads.source_of(tx, source_id)
    if found is not None and found["station_id"] in actor.stations:
        many = {row["id"]: row["cameras"] for row in await reads.sources_of(tx, StationId(found["station_id"]))}
        if many[source_id]:
            raise UnjaiError("camera_source_used", 409, count=many[source_id])
    await _remove(tx, actor, clock, table=camera_source, what="camera_source", found=found, key=source_id)


def _placed(said: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(said)
    if _PLACE & values.keys() and (values.get("lon") is not None or values.get("lat") is not None):
        values["lon"], values["lat"] = position_of([values.get("lon"), values.get("lat")])
    return values


def _told_source(said: Mapping[str, Any]) -> tuple[dict[str, Any], Login | None]:
    values = {name: value for name, value in said.items() if name not in {"username", "password"}}
    for name in ("main_template", "sub_template"):
        if name in values:
            values[name] = template_of(values[name])
    username, password = said.get("username"), said.get("password")
    if username is None and password is None:
        return values, None
    if username is None or password is None:
        raise UnjaiError("camera_login_half", 422)
    return values, Login(username=username, password=password)


async def _add(tx: Tx, actor: Actor, clock: Clock, *, table: Table, what: str, values: Mapping[str, Any]) -> UUID:
    own = new_id(clock.now())
    if not await writes.claim(tx, table, {"id": own, "station_id": actor.station, **values}):
        raise UnjaiError("camera_code_taken", 409, code=values["code"])
    facts = {"code": values["code"]}
    await noted(tx, actor, clock, station_id=actor.station, action=f"{what}.add", subject=f"{what}:{own}", facts=facts)
    return own


async def _change(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    table: Table,
    what: str,
    found: Mapping[str, Any] | None,
    key: UUID,
    values: Mapping[str, Any],
) -> None:
    if found is None or found["station_id"] not in actor.stations:
        raise not_found(what.removeprefix("camera_"), key)
    told = {name: value for name, value in values.items() if found[name] != value}
    if not told:
        return
    station_id = StationId(found["station_id"])
    if "code" in told:
        listed = reads.points_of if table is camera_point else reads.sources_of
        if any(row["code"] == told["code"] for row in await listed(tx, station_id)):
            raise UnjaiError("camera_code_taken", 409, code=told["code"])
    await writes.change(tx, table, key, told)
    facts = {name: "set" if name == "sealed" else str(value) for name, value in told.items()}
    await noted(tx, actor, clock, station_id=station_id, action=f"{what}.change", subject=f"{what}:{key}", facts=facts)


async def _remove(
    tx: Tx, actor: Actor, clock: Clock, *, table: Table, what: str, found: Mapping[str, Any] | None, key: UUID
) -> None:
    if found is None or found["station_id"] not in actor.stations:
        raise not_found(what.removeprefix("camera_"), key)
    await writes.remove(tx, table, key)
    station_id = StationId(found["station_id"])
    facts = {"code": found["code"]}
    await noted(tx, actor, clock, station_id=station_id, action=f"{what}.remove", subject=f"{what}:{key}", facts=facts)
