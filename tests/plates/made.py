"""Reads made for tests, and who searches them."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from unjai.model.actor import Actor, system
from unjai.model.ids import AccountId, StationId, named_id, observation_id
from unjai.model.reading import Observation
from unjai.people.rights import ROLES
from unjai.plates.store import reads
from unjai.platform.database import Database

HERE, THERE = StationId(10), StationId(11)
CORE = system(HERE, THERE, name="record")


def acting(role: str, station: StationId = HERE, name: str | None = None) -> Actor:
    """Someone signed in with a role."""
    return Actor(
        kind="account",
        key=name or f"{role}-{station}",
        name=name or role,
        stations=frozenset({station}),
        rights=ROLES[role].rights,
        account_id=AccountId(named_id("test", name or f"{role}-{station}")),
        works_at=station,
    )


DETECTIVE = acting("detective")
CHIEF = acting("supervisor")


def read(
    at: datetime,
    registration: str | None = "1กข1234",
    province: str | None = "50",
    *,
    camera: str = "LPR-1",
    station: StationId = HERE,
    **changed: Any,
) -> Observation:
    """One read as the stream has it."""
    payload: dict[str, Any] = {
        "registration": registration,
        "province": province,
        "confidence": 0.98,
        "province_confidence": 0.91,
        "plate_width_px": 112,
        "vehicle": {"type": "car", "colour": "white"},
        "frames": 6,
        "reader": "unjai-plates 1",
    }
    payload |= changed.pop("payload", {})
    made = Observation(
        id=observation_id(at, camera, f"plate_read\x1f{registration}:{at.isoformat()}"),
        station_id=station,
        kind="plate_read",
        source=camera,
        device_id=None,
        observed_at=at,
        received_at=at,
        clock="ok",
        retention="plates",
        payload={name: value for name, value in payload.items() if value is not None},
        digest=uuid4().hex,
    )
    return replace(made, **changed)


async def recorded(db: Database, *batch: Observation) -> list[Observation]:
    """Record reads as core does; return those that reuse an id."""
    async with db.tx(CORE) as tx:
        return await reads.record(tx, batch)
