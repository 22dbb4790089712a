"""Routes of a call for help after the press: her page's, which the call's id alone lets in, and the desk's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from unjai.model.errors import UnjaiError
from unjai.model.ids import IncidentId
from unjai.platform.http import PUBLIC, Ask, Ground, allowed
from unjai.platform.media import Media
from unjai.platform.moments import MomentIn
from unjai.respond import help_view
from unjai.respond.flows import attachments, helping
from unjai.respond.rules.help import FILE_BYTES_MOST
from unjai.respond.schemas.base import storable
from unjai.respond.schemas.help import (
    HelpAnswerIn,
    HelpCallOut,
    HelpFigures,
    HelpNumberIn,
    HelpOwn,
    HelpSeenIn,
    HelpToldIn,
    HelpWordIn,
    Seq,
)
from unjai.respond.store import helps

router = APIRouter(tags=["help"])

Anyone = Annotated[Ask, allowed(PUBLIC)]
Reads = Annotated[Ask, allowed("incident.read")]
Works = Annotated[Ask, allowed("incident.work")]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=128)]
At = Annotated[MomentIn | None, Query()]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@asynccontextmanager
async def _caller(ask: Ask, response: Response) -> AsyncIterator[None]:
    """Act as a citizen of the home station, whoever is signed in; what is answered is kept nowhere."""
    response.headers["Cache-Control"] = "no-store"
    ground: Ground = ask.request.app.state.ground
    async with ask.tx.acting_as(ground.citizen(ask.request)):
        yield


async def _file(request: Request, help_id: UUID) -> bytes:
    """Take a file in once the call is known to take one; a slow line then holds no connection of the database."""
    ground: Ground = request.app.state.ground
    async with ground.db.tx(ground.citizen(request)) as tx:
        await helping.may_send_file(tx, help_id=help_id)
    try:
        return await Media(ground.data).receive(request.stream(), most_bytes=FILE_BYTES_MOST)
    except UnjaiError as error:
        if error.code != "body_too_large":
            raise
        raise UnjaiError("help_file_large", 413, most_mb=FILE_BYTES_MOST // 1_000_000) from error


@router.get("/citizen/help/{help_id}")
async def read_help(
    help_id: UUID, response: Response, ask: Anyone, seen: Annotated[Seq | None, Query()] = None
) -> HelpOwn:
    """Return how far a citizen's own call for help is. Its id is known to her page alone.

    `seen` is the number of the last word of the centre that was on her screen.
    """
    async with _caller(ask, response):
        await helping.heard(ask.tx, ask.clock, help_id=help_id, seen=seen)
        return await help_view.own_call(ask.tx, ask.clock, help_id=help_id)


@router.post("/citizen/help/{help_id}/told", status_code=204)
async def tell(help_id: UUID, body: HelpToldIn, response: Response, ask: Anyone) -> None:
    """Hear what she touched after the press; each is optional. `help_not_yet` (425): send it again."""
    async with _caller(ask, response):
        await helping.tell(ask.tx, ask.tx.actor, ask.clock, help_id=help_id, **body.model_dump())


@router.post("/citizen/help/{help_id}/words", status_code=204)
async def say_word(help_id: UUID, body: HelpWordIn, response: Response, ask: Anyone) -> None:
    """Hear a word of hers. The same id again is the same word."""
    async with _caller(ask, response):
        await helping.say_word(
            ask.tx, ask.tx.actor, ask.clock, help_id=help_id, word_id=body.id, text=body.text, at=body.at
        )


@router.post("/citizen/help/{help_id}/attachments", status_code=204, openapi_extra=_BODY)
async def send_file(
    help_id: UUID,
    content: Annotated[bytes, Depends(_file)],
    response: Response,
    ask: Anyone,
    *,
    key: Key,
    name: Annotated[str, Query(max_length=300)] = "",
    at: At = None,
) -> None:
    """Take a picture or a voice onto the incident: the body is the file itself, at most 8 MB."""
    file = await attachments.prepare(Media(ask.request.app.state.ground.data), content, storable(name))
    async with _caller(ask, response):
        await helping.send_file(ask.tx, ask.tx.actor, ask.clock, help_id=help_id, key=key, file=file, at=at)


@router.get("/incidents/{incident_id}/help-calls")
async def desk_calls(incident_id: UUID, ask: Reads) -> list[HelpCallOut]:
    """Return the citizens' calls of an incident: what was told since the press, and when each phone was last heard."""
    return await help_view.desk_calls(ask.tx, ask.actor, ask.clock, incident_id=incident_id)


@router.post("/incidents/{incident_id}/help-calls/{report_id}/words")
async def answer_caller(
    incident_id: UUID, report_id: UUID, body: HelpAnswerIn, ask: Works, key: Key
) -> list[HelpCallOut]:
    """Say a word to the caller, which her page shows."""
    await helping.answer_caller(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        report_id=report_id,
        key=key,
        text=body.text,
    )
    return await help_view.desk_calls(ask.tx, ask.actor, ask.clock, incident_id=incident_id)


@router.post("/incidents/{incident_id}/help-calls/{report_id}/number")
async def prove_number(incident_id: UUID, report_id: UUID, body: HelpNumberIn, ask: Works) -> list[HelpCallOut]:
    """Note that somebody rang the caller's number and she answered, or take that back."""
    await helping.prove_number(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        report_id=report_id,
        proved=body.proved,
    )
    return await help_view.desk_calls(ask.tx, ask.actor, ask.clock, incident_id=incident_id)


@router.post("/incidents/{incident_id}/help-calls/{report_id}/seen", status_code=204)
async def see_words(incident_id: UUID, report_id: UUID, body: HelpSeenIn, ask: Works) -> None:
    """Note up to which number the caller's words were on the desk's screen."""
    await helping.see_words(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), report_id=report_id, up_to=body.up_to
    )


@router.get("/help-figures")
async def figures(ask: Reads, days: Annotated[int, Query(ge=1, le=366)] = 30) -> HelpFigures:
    """Return how many calls of citizens there were, and how many by mistake. Nobody is named or remembered for one."""
    found: dict[str, Any] = await helps.figures(ask.tx, ask.clock.now() - timedelta(days=days))
    return HelpFigures(days=days, **found)
