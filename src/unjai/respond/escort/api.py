"""The routes of walks: a walker's and her friend's, who sign in nowhere, and the desk's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from unjai.model.geometry import Point
from unjai.platform.http import PUBLIC, Ask, Ground, allowed
from unjai.respond.escort.door import page_of
from unjai.respond.escort.flows import desk, walks
from unjai.respond.escort.schemas import (
    AnswerIn,
    BeginIn,
    BegunOut,
    EscortOut,
    EscortsOut,
    FriendOut,
    GoalOut,
    GoalsIn,
    LinkOut,
    MoreIn,
    WalkEndIn,
    WalkOut,
    WalkWayOut,
    WaysIn,
    WaysOut,
    way_out,
)
from unjai.respond.escort.told_ways import told_way

router = APIRouter(tags=["escort"])

Anyone = Annotated[Ask, allowed(PUBLIC)]
Desk = Annotated[Ask, allowed("escort.read")]
Token = Annotated[str, Header(alias="x-unjai-walk", max_length=200)]
Link = Annotated[str, Header(alias="x-unjai-link", max_length=200)]


@asynccontextmanager
async def _walking(ask: Ask, response: Response) -> AsyncIterator[None]:
    """Act as a citizen of the home station, whoever is signed in; what is answered is kept nowhere."""
    response.headers["Cache-Control"] = "no-store"
    ground: Ground = ask.request.app.state.ground
    async with ask.tx.acting_as(ground.citizen(ask.request)):
        yield


def _point(place: WalkEndIn) -> Point:
    return Point(lon=place.lon, lat=place.lat)


@router.post("/escort/ways")
async def ways(body: WaysIn, response: Response, ask: Anyone) -> WaysOut:
    """Return one to three ways on foot with time and ease each; nothing is kept."""
    async with _walking(ask, response):
        hour, found = await walks.find_ways(
            ask.tx, ask.tx.actor, ask.clock, origin=_point(body.from_), target=_point(body.to), at=body.at
        )
        return WaysOut(dark=hour.dark, ways=[way_out(told_way(hour, one)) for one in found])


@router.post("/escort/goals")
async def goals(body: GoalsIn, response: Response, ask: Anyone) -> list[GoalOut]:
    """Find where to walk by name: streets, communities, places open to everybody; nothing is kept."""
    async with _walking(ask, response):
        found = await walks.find_goals(ask.tx, ask.tx.actor, text=body.q)
        return [GoalOut.model_validate(one, from_attributes=True) for one in found]


@router.post("/escort/walks", status_code=201)
async def begin(body: BeginIn, response: Response, ask: Anyone) -> BegunOut:
    """Begin a walk. It is watched from its first position on; the token is told here and never again."""
    async with _walking(ask, response):
        begun = await walks.begin(
            ask.tx,
            ask.tx.actor,
            ask.clock,
            origin=_point(body.from_),
            target=_point(body.to),
            way=body.way,
            name=body.name,
            phone=body.phone,
            duress_word=body.duress_word,
        )
        return BegunOut(id=begun.walk_id, token=begun.token, expected_at=begun.expected_at, way=way_out(begun.way))


@router.get("/escort/walks/{walk_id}")
async def read(walk_id: UUID, response: Response, ask: Anyone, token: Token = "") -> WalkOut:
    """Return a walk as its own page shows it."""
    async with _walking(ask, response):
        return WalkOut.model_validate(page_of(await walks.walk_of(ask.tx, walk_id=walk_id, token=token)))


@router.post("/escort/walks/{walk_id}/answer")
async def answer(walk_id: UUID, body: AnswerIn, response: Response, ask: Anyone, token: Token = "") -> WalkOut:
    """Answer a question, or say something unasked. The answer is the same whatever the word."""
    async with _walking(ask, response):
        row = await walks.say(
            ask.tx, ask.clock, walk_id=walk_id, token=token, answer_id=body.id, said=body.word, ends=False
        )
        return WalkOut.model_validate(page_of(row))


@router.post("/escort/walks/{walk_id}/end")
async def end(walk_id: UUID, body: AnswerIn, response: Response, ask: Anyone, token: Token = "") -> WalkOut:
    """End the walk, by any word. The answer is the same whatever the word."""
    async with _walking(ask, response):
        row = await walks.say(
            ask.tx, ask.clock, walk_id=walk_id, token=token, answer_id=body.id, said=body.word, ends=True
        )
        return WalkOut.model_validate(page_of(row))


@router.get("/escort/walks/{walk_id}/way")
async def way(walk_id: UUID, response: Response, ask: Anyone, token: Token = "") -> WalkWayOut:
    """Return the way that the walk follows now: another one after she strayed and answered."""
    async with _walking(ask, response):
        way_no, told = await walks.way_of(ask.tx, walk_id=walk_id, token=token)
        return WalkWayOut(way_no=way_no, way=way_out(told))


@router.post("/escort/walks/{walk_id}/more")
async def more(walk_id: UUID, body: MoreIn, response: Response, ask: Anyone, token: Token = "") -> WalkOut:
    """Take more time; the arrival that is expected moves, and nothing else."""
    async with _walking(ask, response):
        row = await walks.take_more(
            ask.tx, ask.clock, walk_id=walk_id, token=token, asking_id=body.id, minutes=body.minutes
        )
        return WalkOut.model_validate(page_of(row))


@router.get("/escort/walks/{walk_id}/links")
async def links(walk_id: UUID, response: Response, ask: Anyone, token: Token = "") -> list[LinkOut]:
    """Return the links for friends that work; their tokens were told once."""
    async with _walking(ask, response):
        found = await walks.links(ask.tx, ask.clock, walk_id=walk_id, token=token)
        return [LinkOut(id=row["id"], expires_at=row["expires_at"]) for row in found]


@router.post("/escort/walks/{walk_id}/links", status_code=201)
async def share(walk_id: UUID, response: Response, ask: Anyone, token: Token = "") -> LinkOut:
    """Make a link for a friend, whose token belongs behind the ``#`` of an address and in no log."""
    async with _walking(ask, response):
        link_id, link, expires_at = await walks.share(ask.tx, ask.clock, walk_id=walk_id, token=token)
        return LinkOut(id=link_id, token=link, expires_at=expires_at)


@router.delete("/escort/walks/{walk_id}/links/{link_id}", status_code=204)
async def take_back(walk_id: UUID, link_id: UUID, response: Response, ask: Anyone, token: Token = "") -> None:
    """Let a friend's link work no more."""
    async with _walking(ask, response):
        await walks.take_back(ask.tx, ask.clock, walk_id=walk_id, token=token, link_id=link_id)


@router.get("/escort/friend")
async def friend(response: Response, ask: Anyone, link: Link = "") -> FriendOut:
    """Return what a friend may see: the way, the expected arrival, the last position; nothing once the walk ended."""
    async with _walking(ask, response):
        found = await walks.friend_sees(ask.tx, ask.clock, link=link)
        place = found["position"]
        return FriendOut.model_validate(found | {"position": None if place is None else desk.place_of(place)})


@router.get("/escorts")
async def escorts(ask: Desk) -> EscortsOut:
    """Return how many walks are watched, and those that are alerts; of the others nobody sees more than their count."""
    return EscortsOut.model_validate(await desk.list_escorts(ask.tx, ask.actor))


@router.get("/escorts/{escort_id}")
async def escort(escort_id: UUID, response: Response, ask: Desk) -> EscortOut:
    """Return a walk of which an incident came, with its way and trail; every look is in the log."""
    response.headers["Cache-Control"] = "no-store"
    return EscortOut.model_validate(await desk.look_at_escort(ask.tx, ask.actor, ask.clock, walk_id=escort_id))
