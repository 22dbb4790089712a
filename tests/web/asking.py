"""Asking every route as every role: for the tests of rights and for the bench, which counts what they assert."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx
from sqlalchemy import Table, func, literal_column, select, text
from sqlalchemy.exc import ProgrammingError

from tests.web.edge import HERE, PASSWORD, ROOT, THERE, Centre
from tests.web.test_rights import BODIES
from unjai.model.actor import Actor, system
from unjai.people import flows as people
from unjai.people.page import Declared
from unjai.people.rights import ROLES
from unjai.platform.audit import audit_log
from unjai.platform.database import Database, metadata
from unjai.platform.http import ANYONE, PUBLIC

_ENDS_SESSIONS = {"DELETE /api/session", "POST /api/me/sessions/end-others"}


@dataclass
class Asked:
    """How many requests were sent, what leaked, and which answers were errors of ours."""

    asked: int = 0
    leaks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __add__(self, other: "Asked") -> "Asked":
        """Join two rounds."""
        return Asked(self.asked + other.asked, self.leaks + other.leaks, self.broken + other.broken)


@contextlib.contextmanager
def unguarded() -> Iterator[None]:
    """Switch the application's own checks of rights off: what is left is row-level security and the flows' scope."""
    with (
        patch.object(Actor, "must", lambda _self, _right: None),
        patch.object(Actor, "may", lambda _self, _right: True),
    ):
        yield


def code_of(answer: httpx.Response) -> str:
    """The code of an error, empty for none."""
    if answer.status_code < 400 or "json" not in answer.headers.get("content-type", ""):
        return ""
    return str(answer.json()["error"]["code"])


async def ask(client: httpx.AsyncClient, centre: Centre, item: Declared, *, known: bool) -> httpx.Response:
    """Ask one route, with the body that takes it as far as the thing itself."""
    body = BODIES.get(f"{item.method} {item.path}")
    return await client.request(item.method, centre.path(item, known=known), json=body)


async def everybody_at_home(centre: Centre, role: str) -> Asked:
    """Ask every route as a role at its own station: whoever lacks the right must hear so."""
    found = Asked()
    async with centre.client(role) as client:
        for item in centre.routes():
            answer = await ask(client, centre, item, known=False)
            found.asked += 1
            code, where = code_of(answer), f"{item.method} {item.path} as {role}"
            free = item.right in {PUBLIC, ANYONE, *ROLES[role].rights}
            if not free and (answer.status_code, code) != (403, "right_missing"):
                found.leaks.append(f"{where}: {answer.status_code} {code} without {item.right}")
            if answer.status_code >= 500:
                found.broken.append(f"{where}: {answer.status_code}")
    await _signed_again(centre, role, HERE)
    return found


async def strangers(centre: Centre, role: str) -> Asked:
    """Ask every route as a role of the other station, with the ids of this one: nothing may come out or change."""
    found = Asked()
    before = await rows_here(centre)
    async with centre.client(role, THERE) as client:
        for item in centre.routes():
            if f"{item.method} {item.path}" in _ENDS_SESSIONS:
                continue
            answer = await ask(client, centre, item, known=True)
            found.asked += 1
            where = f"{item.method} {item.path} as {role} of another station"
            told = [
                secret for secret in centre.secrets if secret in answer.text and secret not in str(answer.request.url)
            ]
            sent = str(BODIES.get(f"{item.method} {item.path}"))
            if any(secret not in sent for secret in told):
                found.leaks.append(f"{where}: tells {told[:3]}")
            if answer.status_code >= 500:
                found.broken.append(f"{where}: {answer.status_code}")
    after = await rows_here(centre)
    found.leaks += [
        f"{name} changed by {role} of another station" for name in before if before[name] != after.get(name)
    ]
    await _signed_again(centre, role, THERE)
    return found


def _guarded(table: Table) -> bool:
    return table.info.get("guard") == "station"


async def rows_here(centre: Centre) -> dict[str, list[str]]:
    """Every row of the first station, but its audit."""
    told = {}
    async with centre.db.tx(system(HERE)) as tx:
        for table in metadata.sorted_tables:
            if _guarded(table) and not table.info.get("worker_only") and table is not audit_log:
                rows = await tx.all(select(table).where(table.c.station_id == HERE))
                told[table.name] = sorted(map(str, rows))
    return told


async def direct_sql(centre: Centre, *databases: Database) -> Asked:
    """Ask every guarded table by SQL in the other station's scope, with every right, as each role of the database."""
    found = Asked()
    there = system(THERE)
    before = await rows_here(centre)
    for db in databases:
        for table in metadata.sorted_tables:
            if not _guarded(table):
                continue
            found.asked += 1
            if table.info.get("worker_only") and "unjai_worker" not in str(db.engine.url):
                with contextlib.suppress(ProgrammingError):  # it may not even be asked
                    async with db.tx(there) as tx:
                        await tx.all(select(table).limit(1))
                    found.leaks.append(f"{table.name}: open to the role of the web")
                continue
            mine = table.c.station_id == HERE
            sealer = table is audit_log and "unjai_worker" in str(db.engine.url)
            async with db.tx(there) as tx:
                seen = int(await tx.scalar(select(func.count()).select_from(table).where(mine)))
            if seen and not sealer:  # the sealer numbers every station's rows
                found.leaks.append(f"{table.name}: {seen} rows of another station")
            for verb in ("DELETE FROM", "UPDATE"):
                with contextlib.suppress(Exception):
                    async with db.tx(there) as tx:
                        change = (
                            f"UPDATE {table.name} SET station_id = {THERE}"
                            if verb == "UPDATE"
                            else f"{verb} {table.name}"
                        )
                        await tx.execute(text(f"{change} WHERE {literal_column('station_id')} = {HERE}"))
        for role in ("unjai_search", "unjai_owner", "postgres"):
            found.asked += 1
            with contextlib.suppress(Exception):
                async with db.tx(there) as tx:
                    await tx.execute(text(f"SET LOCAL ROLE {role}"))
                    found.leaks.append(f"{db.engine.url.username} may become {role}")
    after = await rows_here(centre)
    found.leaks += [f"{name} changed by direct SQL" for name in before if before[name] != after[name]]
    return found


async def _signed_again(centre: Centre, role: str, station: Any) -> None:
    """Sign in anew: some routes end sessions, one's own among them."""
    async with centre.db.tx(ROOT) as tx:
        signed = await people.sign_in(
            tx, ROOT, centre.clock, username=f"{role}.{station}", password=PASSWORD, ip="again", agent="rights"
        )
    if isinstance(signed, people.SignedIn):
        centre.tokens[role, station] = str(signed.token)
