"""Reads of a day to be searched, and short ways to ask: what tests of searches share."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, text

from tests.conftest import NIGHT
from tests.plates.made import CHIEF, DETECTIVE, HERE, THERE, acting, read, recorded
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.people.store import account, account_role
from unjai.plates.flows import cases, searches
from unjai.plates.rules.searching import Asked
from unjai.platform.audit import audit_log
from unjai.territory.store.tables import device

WHY = {"reason": "stolen", "said": "รถหายหน้าตลาด แจ้งความไว้แล้ว"}
CASE = "คดีอาญา 45/2569"


@pytest.fixture(scope="module")
async def filled(db, worker_db):
    """Reads of a day: a car that goes through three cameras, one that goes along, others; a case at each station."""
    clock = MovedClock(NIGHT)
    at = NIGHT - timedelta(hours=6)
    way = [("LPR-1", 0), ("LPR-2", 300), ("LPR-3", 900)]
    seen = [read(at + timedelta(seconds=s), "1กข1234", "50", camera=key) for key, s in way]
    seen += [read(at + timedelta(seconds=s + 20), "2ขค5678", "10", camera=key) for key, s in way]
    seen += [
        read(at + timedelta(hours=1), "1กข1234", "10", camera="LPR-1"),
        read(at + timedelta(hours=1), "1กข1234", None, camera="LPR-2"),
        read(at + timedelta(hours=2), "1ทข1234", "50", camera="LPR-1"),
        read(at + timedelta(hours=2), "3ฆฆ1234", "65", camera="LPR-3"),
        read(at + timedelta(hours=2), "70-1234", "50", camera="LPR-3"),
        read(at + timedelta(hours=3), None, None, camera="LPR-1", payload={"raw": "SALE"}),
        read(
            at + timedelta(hours=3),
            "9กก99",
            "50",
            camera="LPR-1",
            payload={"vehicle": {"colour": "red", "type": "van"}},
        ),
        read(at, "1กข1234", "50", camera="LPR-9", station=THERE),
    ]
    await recorded(worker_db, *seen)
    root = system(HERE, THERE)
    async with db.tx(root) as tx:
        for station in (HERE, THERE):
            inquiry = acting("inquiry", station)
            async with tx.acting_as(inquiry):
                await cases.open_case(tx, inquiry, clock, number=CASE, about="ลักรถ", until=NIGHT + timedelta(days=30))
        for key, lon in (("LPR-1", 99.0), ("LPR-2", 99.1), ("LPR-3", 99.2)):
            facts: dict[str, Any] = {"id": uuid4(), "station_id": HERE, "key": key, "kind": "camera", "name_th": key}
            facts |= {"owner_kind": "police", "lon": lon, "lat": 18.8, "silent_after_s": 180}
            await tx.execute(insert(device).values(**facts).inline())
    return at


def asked(at, **changed: Any) -> Asked:
    known = {"kind": "exact", "from_at": at - timedelta(hours=1), "to_at": at + timedelta(hours=5), "plate": "1กข 1234"}
    return Asked(**(known | changed))


async def opened(db, clock, question: Asked, actor: Actor = DETECTIVE, **changed: Any) -> UUID:
    async with db.tx(actor) as tx:
        return await searches.open_search(tx, actor, clock, asked=question, **({**WHY, "case_number": CASE} | changed))


async def looked(db, clock, search_id: UUID, actor: Actor = DETECTIVE) -> searches.Answer:
    async with db.tx(actor) as tx:
        return await searches.look(tx, actor, clock, search_id=search_id)


async def found(db, clock, question: Asked, actor: Actor = DETECTIVE) -> list[tuple[str, str, str]]:
    approved = replace(actor, approved=searches.WIDE)
    search_id = await opened(db, clock, question, approved)
    answer = await looked(db, clock, search_id, actor)
    return sorted((row["camera"], row["registration"] or "", row["province"] or "") for row in answer.found)


@pytest.fixture
async def accounts(db) -> AsyncIterator[None]:
    async with db.tx(system(HERE)) as tx:
        await tx.execute(
            text(
                "INSERT INTO org_unit (id, path, code, level, name_th, name_en) VALUES (10, '1.10', 't10', 'station', 'ส', 'S') ON CONFLICT DO NOTHING"
            )
        )
        for actor, role in ((DETECTIVE, "detective"), (CHIEF, "supervisor")):
            facts = {
                "username": actor.key,
                "name_th": actor.name,
                "name_en": role,
                "password_hash": "-",
                "locale": "th",
            }
            facts |= {"must_change": False, "home_id": 10, "created_at": NIGHT, "password_at": NIGHT}
            await tx.execute(insert(account).values(id=actor.account_id, **facts).inline())
            given = {"role": role, "org_unit_id": 10, "granted_at": NIGHT, "granted_by": "test"}
            await tx.execute(insert(account_role).values(account_id=actor.account_id, **given).inline())
    yield
    async with db.tx(system(HERE)) as tx:
        await tx.execute(text("DELETE FROM approval"))
        await tx.execute(delete(account_role))
        await tx.execute(delete(account))


async def log_of(db, search_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    async with db.tx(system(HERE, THERE)) as tx:
        query = select(audit_log.c.action, audit_log.c.facts).where(audit_log.c.subject == f"plate_search:{search_id}")
        return [(row["action"], row["facts"]) for row in await tx.all(query.order_by(audit_log.c.at, audit_log.c.id))]
