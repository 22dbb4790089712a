"""Dated posts of persons, and the roles that come with them for as long as they last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.people import rights
from unjai.people.flows.accounts import grant_role
from unjai.people.flows.sessions import tell_changed
from unjai.people.rules import posts as rules
from unjai.people.rules.positions import POSITIONS
from unjai.people.store import persons as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.store import org_unit_of
from unjai.territory.words import tidy

PostState = Literal["past", "now", "coming"]
FIELDS = ("position", "org_unit_id", "kind", "grade", "from_on", "until_on", "order_ref", "reason", "roles")


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRow:
    """A post as screens show it: its words in both languages, the short ones also with Thai digits."""

    id: UUID
    person_id: UUID
    position: str
    org_unit_id: int
    unit_code: str
    unit_th: str
    unit_en: str
    kind: rules.PostKind
    grade: int | None
    from_on: date
    until_on: date | None
    order_ref: str
    reason: str
    roles: tuple[str, ...]
    state: PostState
    text_th: str
    text_thai_digits: str
    formal_th: str
    text_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A post that was taken, with what looks odd in it."""

    post_id: UUID
    remarks: tuple[rules.Remark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChairNow:
    """Who is in a position at a unit on a day, as ids of persons; `answers` are those who decide there."""

    position: str
    org_unit_id: int
    on: date
    substantive: tuple[UUID, ...]
    acting: tuple[UUID, ...]
    delegated: tuple[UUID, ...]
    answers: tuple[UUID, ...]


def post_rows(rows: Iterable[Mapping[str, Any]], now: datetime) -> tuple[PostRow, ...]:
    """Return posts with their words and whether they are past, of today, or to come."""
    return tuple(_row(row, rules.today(now)) for row in rows)


def _row(row: Mapping[str, Any], day: date) -> PostRow:
    said = store.post_row(row)
    state: PostState = "now" if rules.holds_on(said, day) else "coming" if said.from_on > day else "past"
    code = row["unit_code"]
    return PostRow(
        id=row["id"],
        person_id=row["person_id"],
        position=said.position,
        org_unit_id=said.org_unit_id,
        unit_code=row["unit_code"],
        unit_th=row["unit_th"],
        unit_en=row["unit_en"],
        kind=said.kind,
        grade=said.grade,
        from_on=said.from_on,
        until_on=said.until_on,
        order_ref=row["order_ref"],
        reason=row["reason"],
        roles=tuple(row["roles"]),
        state=state,
        text_th=rules.post_text(said, code=code),
        text_thai_digits=rules.post_text(said, code=code, thai=True),
        formal_th=rules.post_text(said, code=code, unit_th=row["unit_th"], short=False),
        text_en=rules.post_text_en(said, unit_en=row["unit_en"]),
    )


async def add_post(
    tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID, end_previous: bool = False, **given: Any
) -> Saved:
    """Give a person a post. `end_previous` ends their substantive post the day before.

    Roles that come with it need `account.admin`. Raises what `rules.posts.check_post` raises, `role_unknown` (422),
    `not_found` (404).
    """
    actor.must("person.admin")
    person = await _person(tx, person_id)
    post_id = new_id(clock.now())
    row = {"grade": None, "until_on": None, "order_ref": "", "reason": "", "roles": (), **given, "id": post_id}
    if end_previous and row["kind"] == "substantive":
        await _end_before(tx, actor, clock, person=person, day=row["from_on"])
    remarks = await _check(tx, actor, clock, person=person, row=row)
    values = {
        **row,
        "person_id": person_id,
        "station_id": person["station_id"],
        "single": _single(row["position"], row["kind"]),
        "created_at": clock.now(),
    }
    await _write(tx, row["position"], store.add_post(tx, values))
    await _note(tx, actor, clock, person=person, post_id=post_id, action="post.create", facts=row)
    await sync_roles(tx, actor, clock, person_id=person_id)
    return Saved(post_id=post_id, remarks=tuple(remarks))


async def change_post(tx: Tx, actor: Actor, clock: Clock, *, post_id: UUID, **given: Any) -> Saved:
    """Change what is given of a post; raises as `add_post`."""
    actor.must("person.admin")
    before = await _post(tx, post_id)
    person = await _person(tx, before["person_id"])
    row = {**{name: before[name] for name in FIELDS}, **given, "id": post_id}
    remarks = await _check(tx, actor, clock, person=person, row=row, roles_before=before["roles"])
    changed = {name: row[name] for name in FIELDS if row[name] != before[name]}
    if changed:
        values = {**changed, "single": _single(row["position"], row["kind"])}
        await _write(tx, row["position"], store.set_post(tx, post_id, values))
        await _note(tx, actor, clock, person=person, post_id=post_id, action="post.change", facts=changed)
        await sync_roles(tx, actor, clock, person_id=before["person_id"])
    return Saved(post_id=post_id, remarks=tuple(remarks))


async def remove_post(tx: Tx, actor: Actor, clock: Clock, *, post_id: UUID) -> None:
    """Take back a post that was written down by mistake, with the roles that came with it."""
    actor.must("person.admin")
    row = await _post(tx, post_id)
    person = await _person(tx, row["person_id"])
    account = await store.account_of_person(tx, row["person_id"])
    if account is not None:
        await _drop_roles(tx, actor, clock, account_id=AccountId(account["id"]), sources=[str(post_id)])
    await store.drop_post(tx, post_id)
    facts = {name: row[name] for name in FIELDS}
    await _note(tx, actor, clock, person=person, post_id=post_id, action="post.remove", facts=facts)


async def chair_of(
    tx: Tx, actor: Actor, clock: Clock, *, position: str, org_unit_id: int, on: date | None = None
) -> ChairNow:
    """Return who holds a position at a unit on a day (today unless given), as far as the actor's stations know."""
    actor.must("person.read")
    if position not in POSITIONS:
        raise UnjaiError("position_unknown", 422, position=position[:40])
    day = on or rules.today(clock.now())
    known = await store.posts_beside(tx, position=position, org_unit_id=org_unit_id, person_id=UUID(int=0))
    found = rules.chair(known, position=position, org_unit_id=org_unit_id, day=day)
    return ChairNow(
        position=position,
        org_unit_id=org_unit_id,
        on=day,
        substantive=_ids(found.substantive),
        acting=_ids(found.acting),
        delegated=_ids(found.delegated),
        answers=_ids(found.answers),
    )


def _ids(posts: Iterable[rules.Post]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(one.person_id for one in posts))


def _single(position: str, kind: str) -> bool:
    return POSITIONS[position].holders == "one" and kind in {"substantive", "acting"}


async def _check(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    person: Mapping[str, Any],
    row: dict[str, Any],
    roles_before: Sequence[str] = (),
) -> list[rules.Remark]:
    if row["kind"] not in rules.POST_KINDS:
        raise UnjaiError("post_kind_unknown", 422, kind=str(row["kind"])[:40])
    row["order_ref"], row["reason"] = tidy(str(row["order_ref"])), tidy(str(row["reason"]))
    row["roles"] = sorted(dict.fromkeys(row["roles"]))
    for role in row["roles"]:
        if role not in rights.ROLES:
            raise UnjaiError("role_unknown", 422, role=role)
    if set(row["roles"]) != set(roles_before):
        actor.must("account.admin")
    unit = await org_unit_of(tx, row["org_unit_id"])
    if unit is None:
        raise not_found("org_unit", row["org_unit_id"])
    await store.lock_chair(tx, row["position"], row["org_unit_id"])
    said = store.post_row({**row, "person_id": person["id"]})
    others = await store.posts_beside(
        tx, position=row["position"], org_unit_id=row["org_unit_id"], person_id=person["id"]
    )
    return rules.check_post(
        said,
        others,
        reason=row["reason"],
        order_ref=row["order_ref"],
        rank=person["rank"],
        level=unit.level,
        day=rules.today(clock.now()),
    )


async def _write(tx: Tx, position: str, writing: Any) -> None:
    """Write a post; where the database knows of a holder whom the actor may not see, say that the chair is taken."""
    point = await tx.conn.begin_nested()
    try:
        await writing
    except IntegrityError as error:
        await point.rollback()
        if "ex_post_chair" not in str(error.orig):
            raise
        taken = {"from_on": "", "until_on": ""}
        raise UnjaiError("post_chair_taken", 409, position=POSITIONS[position].abbr_th, **taken) from error
    await point.commit()


async def _end_before(tx: Tx, actor: Actor, clock: Clock, *, person: Mapping[str, Any], day: date) -> None:
    rows = (await store.posts_of(tx, [person["id"]])).get(person["id"], [])
    for row in rows:
        held = store.post_row(row)
        if held.kind == "substantive" and held.from_on < day and rules.holds_on(held, day):
            await store.set_post(tx, held.id, {"until_on": day - timedelta(days=1)})
            facts = {"until_on": day - timedelta(days=1)}
            await _note(tx, actor, clock, person=person, post_id=held.id, action="post.change", facts=facts)


async def _note(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    person: Mapping[str, Any],
    post_id: UUID,
    action: str,
    facts: Mapping[str, Any],
) -> None:
    told = {name: str(value) for name, value in facts.items() if value not in (None, "", (), []) and name != "id"}
    told["person"] = str(person["id"])
    here = StationId(person["station_id"])
    await audit(tx, actor, clock, action=action, subject=f"post:{post_id}", facts=told, station_id=here)


async def sync_roles(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID) -> None:
    """Give a person's account the roles of their posts, for the posts' dates, and no others by posts."""
    account = await store.account_of_person(tx, person_id)
    if account is None:
        return
    account_id, now = AccountId(account["id"]), clock.now()
    rows = (await store.posts_of(tx, [person_id])).get(person_id, [])
    kept: set[tuple[str, str, int]] = set()
    for row in rows:
        since, until = rules.span(store.post_row(row))
        if until is not None and until <= now:
            continue
        for role in row["roles"]:
            kept.add((str(row["id"]), role, row["org_unit_id"]))
            await grant_role(
                tx,
                actor,
                clock,
                account_id=account_id,
                role=role,
                org_unit_id=row["org_unit_id"],
                since=since,
                until=until,
                source=str(row["id"]),
            )
    held = await store.roles_from(tx, [str(row["id"]) for row in rows])
    gone = [at for at in held if (at["source"], at["role"], at["org_unit_id"]) not in kept]
    if gone:
        await store.drop_roles(tx, gone)
        await tell_changed(tx, actor, clock, account_id=account_id)


async def clear_roles(tx: Tx, actor: Actor, clock: Clock, *, person_id: UUID, account_id: AccountId) -> None:
    """Take away from an account what came with a person's posts."""
    rows = (await store.posts_of(tx, [person_id])).get(person_id, [])
    await _drop_roles(tx, actor, clock, account_id=account_id, sources=[str(row["id"]) for row in rows])


async def _drop_roles(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, sources: Sequence[str]) -> None:
    held = await store.roles_from(tx, sources)
    if held:
        await store.drop_roles(tx, held)
        facts = {"roles": ", ".join(sorted({at["role"] for at in held}))}
        await audit(tx, actor, clock, action="account.revoke", subject=f"account:{account_id}", facts=facts)
        await tell_changed(tx, actor, clock, account_id=account_id)


async def _post(tx: Tx, post_id: UUID) -> dict[str, Any]:
    row = await store.post_of(tx, post_id)
    if row is None:
        raise not_found("post", post_id)
    return row


async def _person(tx: Tx, person_id: UUID) -> dict[str, Any]:
    row = await store.lock_person(tx, person_id)
    if row is None:
        raise not_found("person", person_id)
    return row
