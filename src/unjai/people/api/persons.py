"""Routes of persons and their posts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from unjai.model.ids import AccountId
from unjai.people import flows
from unjai.people.rules.persons import PERSON_KIND_WORDS, SECTOR_WORDS
from unjai.people.rules.positions import POSITIONS
from unjai.people.rules.ranks import PREFIXES, RANKS
from unjai.people.schemas.accounts import NodeId, Word
from unjai.people.schemas.persons import (
    ChairOut,
    OrgNodeOut,
    PeopleFactsOut,
    PersonAccountIn,
    PersonChangeIn,
    PersonIn,
    PersonOut,
    PositionOut,
    PostChangeIn,
    PostIn,
    PrefixOut,
    RankOut,
    SavedPostOut,
    WordsOut,
)
from unjai.people.store.persons import units_above
from unjai.platform.http import ANYONE, Ask, allowed
from unjai.platform.moments import DayIn

router = APIRouter(tags=["persons"])


@router.get("/people-facts")
async def people_facts(ask: Annotated[Ask, allowed(ANYONE)]) -> PeopleFactsOut:
    """Return ranks, prefixes, positions, sectors and kinds of persons, for forms."""
    above = await units_above(ask.tx, ask.actor.station) if ask.actor.stations else []
    return PeopleFactsOut(
        ranks=[RankOut.model_validate(one) for one in RANKS.values()],
        prefixes=[PrefixOut.model_validate(one) for one in PREFIXES.values()],
        positions=[PositionOut.model_validate(one) for one in POSITIONS.values()],
        sectors={key: WordsOut.model_validate(words) for key, words in SECTOR_WORDS.items()},
        kinds={key: WordsOut.model_validate(words) for key, words in PERSON_KIND_WORDS.items()},
        units=[OrgNodeOut.model_validate(row) for row in above],
    )


@router.get("/persons")
async def persons(ask: Annotated[Ask, allowed("person.read")]) -> list[PersonOut]:
    """Return the persons of one's stations with their posts."""
    return [PersonOut.model_validate(row) for row in await flows.list_persons(ask.tx, ask.actor, ask.clock)]


@router.post("/persons", status_code=201)
async def add_person(body: PersonIn, ask: Annotated[Ask, allowed("person.admin")]) -> PersonOut:
    """Write a person down."""
    person_id = await flows.add_person(ask.tx, ask.actor, ask.clock, **body.model_dump())
    return await _person(ask, person_id)


@router.get("/persons/{person_id}")
async def person(person_id: UUID, ask: Annotated[Ask, allowed("person.read")]) -> PersonOut:
    """Return one person with all posts."""
    return await _person(ask, person_id)


@router.patch("/persons/{person_id}")
async def change_person(
    person_id: UUID, body: PersonChangeIn, ask: Annotated[Ask, allowed("person.admin")]
) -> PersonOut:
    """Change what is given of a person."""
    given = body.model_dump(exclude_unset=True)
    await flows.change_person(ask.tx, ask.actor, ask.clock, person_id=person_id, **given)
    return await _person(ask, person_id)


@router.delete("/persons/{person_id}", status_code=204)
async def remove_person(person_id: UUID, ask: Annotated[Ask, allowed("person.admin")]) -> None:
    """Erase a person and their posts for good."""
    await flows.remove_person(ask.tx, ask.actor, ask.clock, person_id=person_id)


@router.post("/persons/{person_id}/account")
async def link_account(
    person_id: UUID, body: PersonAccountIn, ask: Annotated[Ask, allowed("account.admin")]
) -> PersonOut:
    """Tie an account to a person; roles of their posts count for it."""
    account_id = AccountId(body.account_id)
    await flows.link_account(ask.tx, ask.actor, ask.clock, person_id=person_id, account_id=account_id)
    return await _person(ask, person_id)


@router.delete("/persons/{person_id}/account")
async def unlink_account(person_id: UUID, ask: Annotated[Ask, allowed("account.admin")]) -> PersonOut:
    """Untie the account of a person; the roles of their posts go at once."""
    await flows.unlink_account(ask.tx, ask.actor, ask.clock, person_id=person_id)
    return await _person(ask, person_id)


@router.post("/persons/{person_id}/posts", status_code=201)
async def add_post(person_id: UUID, body: PostIn, ask: Annotated[Ask, allowed("person.admin")]) -> SavedPostOut:
    """Give a person a post from a day on."""
    saved = await flows.add_post(ask.tx, ask.actor, ask.clock, person_id=person_id, **body.model_dump())
    return SavedPostOut.model_validate(saved)


@router.patch("/posts/{post_id}")
async def change_post(post_id: UUID, body: PostChangeIn, ask: Annotated[Ask, allowed("person.admin")]) -> SavedPostOut:
    """Change what is given of a post, such as its last day."""
    given = body.model_dump(exclude_unset=True)
    return SavedPostOut.model_validate(await flows.change_post(ask.tx, ask.actor, ask.clock, post_id=post_id, **given))


@router.delete("/posts/{post_id}", status_code=204)
async def remove_post(post_id: UUID, ask: Annotated[Ask, allowed("person.admin")]) -> None:
    """Take back a post that was written down by mistake."""
    await flows.remove_post(ask.tx, ask.actor, ask.clock, post_id=post_id)


@router.get("/chair")
async def chair(
    ask: Annotated[Ask, allowed("person.read")],
    position: Annotated[Word, Query()],
    org_unit_id: Annotated[NodeId, Query()],
    on: Annotated[DayIn | None, Query()] = None,
) -> ChairOut:
    """Return who holds a position at a unit on a day, who acts in it, and who decides."""
    found = await flows.chair_of(ask.tx, ask.actor, ask.clock, position=position, org_unit_id=org_unit_id, on=on)
    return ChairOut.model_validate(found)


async def _person(ask: Ask, person_id: UUID) -> PersonOut:
    return PersonOut.model_validate(await flows.person_of(ask.tx, ask.actor, ask.clock, person_id=person_id))
