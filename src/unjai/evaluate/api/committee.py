"""Routes of the committee's visits, of what is to be corrected, and of the register of technology in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.evaluate import visit_sheet
from unjai.evaluate.api.month import month_of
from unjai.evaluate.flows import committee as flows
from unjai.evaluate.flows.month import bounds
from unjai.evaluate.rules import committee as rules
from unjai.evaluate.schemas.committee import (
    CommitteeFilledIn,
    CommitteeFormOut,
    CommitteeItemOut,
    CommitteeSignIn,
    CommitteeVisitIn,
    CommitteeVisitOut,
    CorrectiveActionChangeIn,
    CorrectiveActionIn,
    CorrectiveActionOut,
    TechnologyIn,
    TechnologyOut,
)
from unjai.evaluate.schemas.month import Said
from unjai.evaluate.store import committee as store
from unjai.model.clock import BANGKOK
from unjai.model.errors import not_found
from unjai.platform.http import Ask, allowed
from unjai.territory.rules.export import as_table
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["figures"])

Reads = Annotated[Ask, allowed("figures.read")]
Manages = Annotated[Ask, allowed("figures.manage")]
Acts = Annotated[Ask, allowed("figures.act")]
Judges = Annotated[Ask, allowed("figures.judge")]
MonthAsked = Annotated[
    str, Query(pattern=r"^\d{4}-\d{2}$", description="2026-10 or 2569-10; the present one if empty.")
]
Language = Literal["th", "en"]


@router.get("/figures/committee/form")
async def read_form(ask: Reads) -> CommitteeFormOut:
    """Return the items of the committee's form."""
    _ = ask
    found = [
        CommitteeItemOut(
            code=one.code, part=one.part, weight=one.weight, text=_said(one.text), evidence=_said(one.evidence)
        )
        for one in rules.items()
    ]
    return CommitteeFormOut(form=rules.FORM, items=found)


@router.get("/figures/committee/form.pdf", response_class=Response)
async def print_form(ask: Reads, lang: Language = "th") -> Response:
    """Return the empty form for printing."""
    return await _paper(ask, None, lang, "committee-form")


@router.get("/figures/committee/visits")
async def list_visits(ask: Reads) -> list[CommitteeVisitOut]:
    """Return the committee's visits, newest first."""
    return [_visit(row) for row in await store.visits(ask.tx, ask.actor.station)]


@router.post("/figures/committee/visits", status_code=201)
async def begin_visit(ask: Judges, body: CommitteeVisitIn) -> CommitteeVisitOut:
    """Begin a visit's form."""
    row = await flows.begin_visit(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, **body.model_dump())
    return _visit(row)


@router.get("/figures/committee/visits/{visit_id}")
async def read_visit(ask: Reads, visit_id: UUID) -> CommitteeVisitOut:
    """Return a visit."""
    return _visit(await _found(ask, visit_id))


@router.put("/figures/committee/visits/{visit_id}")
async def fill_visit(ask: Judges, visit_id: UUID, body: CommitteeFilledIn) -> CommitteeVisitOut:
    """Keep a form as far as it is filled in."""
    return _visit(await flows.fill_visit(ask.tx, ask.actor, ask.clock, visit_id=visit_id, **body.model_dump()))


@router.post("/figures/committee/visits/{visit_id}/sign")
async def sign_visit(ask: Judges, visit_id: UUID, body: CommitteeSignIn) -> CommitteeVisitOut:
    """Sign a form; its score stands from now on."""
    row = await flows.sign_visit(ask.tx, ask.actor, ask.clock, visit_id=visit_id, version=body.version)
    return _visit(row)


@router.delete("/figures/committee/visits/{visit_id}", status_code=204)
async def drop_visit(ask: Judges, visit_id: UUID) -> None:
    """Throw a draft away."""
    await flows.drop_visit(ask.tx, ask.actor, ask.clock, visit_id=visit_id)


@router.get("/figures/committee/visits/{visit_id}/form.pdf", response_class=Response)
async def print_visit(ask: Reads, visit_id: UUID, lang: Language = "th") -> Response:
    """Return a visit's form for printing."""
    row = await _found(ask, visit_id)
    return await _paper(ask, row, lang, f"visit-{row['visited_on']}")


@router.get("/figures/committee.csv", response_class=Response)
async def export_visits(ask: Reads) -> Response:
    """Return every visit's marks and notes as a table, a row an item."""
    heads: tuple[str, ...] = (
        "visited_on",
        "committee",
        "state",
        "score",
        "form",
        "item",
        "part",
        "weight",
        "mark",
        "note",
    )
    heads += ("changed_at", "changed_by", "signed_at", "signed_by")
    rows = []
    for row in await store.visits(ask.tx, ask.actor.station):
        last = (_at(row["changed_at"]), row["changed_by"], _at(row["signed_at"]), row["signed_by"])
        for one in rules.items():
            mark = row["marks"].get(one.code, "")
            said = ("n/a" if mark is None else mark, row["notes"].get(one.code, ""))
            first = (row["visited_on"], row["committee"], row["state"], row["score"], row["form"])
            rows.append((*first, one.code, one.part, one.weight, *said, *last))
    return _table("committee.csv", heads, rows)


@router.get("/figures/actions")
async def list_actions(ask: Reads) -> list[CorrectiveActionOut]:
    """Return what is to be corrected: open by due day first."""
    return [_action(row, ask) for row in await store.actions(ask.tx, ask.actor.station)]


@router.post("/figures/actions", status_code=201)
async def add_action(ask: Acts, body: CorrectiveActionIn) -> CorrectiveActionOut:
    """Add what is to be corrected; committee and who keeps the figures may."""
    row = await flows.add_action(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, **body.model_dump())
    return _action(row, ask)


@router.put("/figures/actions/{action_id}")
async def change_action(ask: Acts, action_id: UUID, body: CorrectiveActionChangeIn) -> CorrectiveActionOut:
    """Settle it, put it off, hand it on or take it up again; committee and who keeps the figures may."""
    row = await flows.change_action(ask.tx, ask.actor, ask.clock, action_id=action_id, **body.model_dump())
    return _action(row, ask)


@router.get("/figures/actions.csv", response_class=Response)
async def export_actions(ask: Reads) -> Response:
    """Return what is to be corrected as a table, a row a step."""
    told = ("at", "by", "state", "owner", "due", "note")
    rows = [
        (row["id"], row["what"], row["about"], _at(row["made_at"]), row["made_by"], *(step[name] for name in told))
        for row in await store.actions(ask.tx, ask.actor.station)
        for step in row["steps"]
    ]
    heads = ("id", "what", "about", "made_at", "made_by", "step_at", "step_by", *told[2:])
    return _table("actions.csv", heads, rows)


@router.get("/figures/technology")
async def list_technology(ask: Reads, month: MonthAsked = "") -> list[TechnologyOut]:
    """Return the register of technology with how often each was used in a month."""
    return [TechnologyOut.model_validate(row) for row in await _register(ask, month)]


@router.post("/figures/technology", status_code=204)
async def add_technology(ask: Manages, body: TechnologyIn) -> None:
    """Add to the register of technology in use."""
    await flows.keep_technology(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, technology_id=None, values=body.model_dump()
    )


@router.put("/figures/technology/{technology_id}", status_code=204)
async def change_technology(ask: Manages, technology_id: UUID, body: TechnologyIn) -> None:
    """Change an entry of the register, or retire it."""
    await flows.keep_technology(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        technology_id=technology_id,
        values=body.model_dump(),
    )


@router.get("/figures/technology.csv", response_class=Response)
async def export_technology(ask: Reads, month: MonthAsked = "") -> Response:
    """Return the register as a table."""
    heads = ("name", "kind", "novel", "since", "funded_by", "counted_as", "used", "retired_on", "note", "changed_by")
    rows = [[row[name] for name in heads] for row in await _register(ask, month)]
    return _table("technology.csv", heads, rows)


async def _register(ask: Ask, month: str) -> list[dict[str, Any]]:
    day = month_of(month) if month else ask.clock.now().astimezone(BANGKOK).date().replace(day=1)
    since, until = bounds(day)
    return await flows.register(ask.tx, ask.actor, station_id=ask.actor.station, since=since, until=until)


async def _found(ask: Ask, visit_id: UUID) -> dict[str, Any]:
    row = await store.visit(ask.tx, visit_id)
    if row is None:
        raise not_found("visit", visit_id)
    return row


async def _paper(ask: Ask, row: Mapping[str, Any] | None, lang: Language, name: str) -> Response:
    station = await org_unit_of(ask.tx, ask.actor.station)
    names = ("", "") if station is None else (station.name_th, station.name_en or station.name_th)
    body = await visit_sheet.sheet(row, station=names, now=ask.clock.now(), by=ask.actor.name, lang=lang)
    disposition = f'inline; filename="{name}-{lang}.pdf"'
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": disposition})


def _visit(row: Mapping[str, Any]) -> CommitteeVisitOut:
    found = flows.scored(row)
    value = row["score"] if row["state"] == "signed" else found.value
    told = {name: row[name] for name in CommitteeVisitOut.model_fields if name in row and name != "score"}
    return CommitteeVisitOut(
        **told, score=value, parts=dict(found.parts), left=len(found.left), applicable=found.applicable
    )


def _action(row: Mapping[str, Any], ask: Ask) -> CorrectiveActionOut:
    told = {name: row[name] for name in CorrectiveActionOut.model_fields if name in row}
    return CorrectiveActionOut(**told, late=flows.late(row, ask.clock))


def _said(words: Mapping[Any, str]) -> Said:
    return Said(th=words["th"], en=words["en"])


def _at(at: Any) -> str:
    return "" if at is None else at.astimezone(BANGKOK).isoformat(timespec="seconds")


def _table(name: str, heads: tuple[str, ...], rows: Any) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(as_table(heads, rows), media_type="text/csv", headers={"Content-Disposition": disposition})
