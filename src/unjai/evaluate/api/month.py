"""Routes of the month: as it stands, closed, on paper, as tables; figures entered by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from unjai.evaluate import month_sheet, month_view, month_worker
from unjai.evaluate.flows import month as flows
from unjai.evaluate.rules.month.chart import trend
from unjai.evaluate.schemas.month import EntryIn, MonthHeadOut, MonthOut, OpenIn
from unjai.evaluate.store import cases
from unjai.evaluate.store import month as store
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.patrol.store import desk
from unjai.platform.audit import audit
from unjai.platform.http import Ask, allowed
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["figures"])

Reads = Annotated[Ask, allowed("figures.read")]
Manages = Annotated[Ask, allowed("figures.manage")]
Closes = Annotated[Ask, allowed("figures.close")]
MonthKey = Annotated[str, Path(pattern=r"^\d{4}-\d{2}$", description="Year and month, C.E. or B.E.: 2026-10, 2569-10.")]
_INK, _BAND = "var(--text)", "var(--accent)"
_BOM = "\ufeff"


def month_of(said: str) -> date:
    """Return the first day of a month said as C.E. or B.E.; raise `month_unreadable` (422)."""
    year, number = int(said[:4]), int(said[5:])
    year -= 543 if year >= 2400 else 0  # noqa: PLR2004  as Thai dates are read everywhere
    if not (2000 <= year <= 2199 and 1 <= number <= 12):  # noqa: PLR2004
        raise UnjaiError("month_unreadable", 422, month=said)
    return date(year, number, 1)


async def _seen(ask: Ask, month: date) -> tuple[dict[str, Any] | None, month_worker.Reckoned, bool]:
    """Return a month's row, what follows from its facts, and whether they are a demonstration's."""
    row = await store.newest(ask.tx, ask.actor.station, month)
    if row is not None and row["state"] == "closed":
        kept = month_worker.Reckoned(figures=month_view.figures_kept(row), bars=month_view.bars_kept(row))
        return row, kept, flows.facts_kept(row).simulated
    facts = await flows.gather(ask.tx, ask.actor, station_id=ask.actor.station, month=month)
    return row, await month_worker.reckoned(facts), facts.simulated


@router.get("/figures/months")
async def list_months(ask: Reads) -> list[MonthHeadOut]:
    """Return the months that were closed, newest first."""
    rows = await store.months(ask.tx, ask.actor.station)
    return [month_view.head_out(row) for row in reversed(rows)]


@router.get("/figures/months/{month}")
async def read_month(ask: Reads, month: MonthKey, lang: Literal["th", "en"] = "th") -> MonthOut:
    """Return a month: as it was closed, or as it stands now."""
    day = month_of(month)
    row, made, simulated = await _seen(ask, day)
    svg = trend(made.bars, thai=lang == "th", ink=_INK, band=_BAND)
    return month_view.month_out(day, row, made.figures, simulated=simulated, trend=svg)


@router.get("/figures/months/{month}/versions")
async def list_versions(ask: Reads, month: MonthKey) -> list[MonthHeadOut]:
    """Return who closed a month and who opened it again, and why."""
    rows = await store.versions(ask.tx, ask.actor.station, month_of(month))
    return [month_view.head_out(row) for row in rows]


@router.get("/figures/months/{month}/report.pdf", response_class=Response)
async def print_month(ask: Reads, month: MonthKey, lang: Literal["th", "en"] = "th") -> Response:
    """Return the month for printing: A4, Thai with Buddhist Era dates, or English."""
    day = month_of(month)
    row, made, simulated = await _seen(ask, day)
    station = await org_unit_of(ask.tx, ask.actor.station)
    names = ("", "") if station is None else (station.name_th, station.name_en or station.name_th)
    body = await month_sheet.sheet(
        day, row, made, station=names, simulated=simulated, now=ask.clock.now(), by=ask.actor.name, lang=lang
    )
    facts: dict[str, object] = {"month": day.isoformat(), "lang": lang}
    subject = f"station:{ask.actor.station}"
    await audit(
        ask.tx,
        ask.actor,
        ask.clock,
        action="figures.month.print",
        subject=subject,
        facts=facts,
        station_id=ask.actor.station,
    )
    disposition = f'inline; filename="month-{day:%Y-%m}-{lang}.pdf"'
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": disposition})


@router.post("/figures/months/{month}/close")
async def close(ask: Closes, month: MonthKey) -> MonthHeadOut:
    """Close a month; one that is closed stays as it is."""
    row = await flows.close_month(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        month=month_of(month),
        reckon=month_worker.reckoned,
    )
    return month_view.head_out(row)


@router.post("/figures/months/{month}/open")
async def open_again(ask: Closes, month: MonthKey, body: OpenIn) -> MonthHeadOut:
    """Open a closed month again, with a reason; what was closed stays beside."""
    row = await flows.open_month(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, month=month_of(month), reason=body.reason
    )
    return month_view.head_out(row)


@router.put("/figures/months/{month}/entries", status_code=204)
async def enter(ask: Manages, month: MonthKey, body: EntryIn) -> None:
    """Enter a figure that nothing here counts, with where it comes from."""
    await flows.enter_figure(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, month=month_of(month), **body.model_dump()
    )


@router.get("/figures/months/{month}/figures.csv", response_class=Response)
async def export_figures(ask: Reads, month: MonthKey) -> Response:
    """Return a month's figures as a table: value, interval, what was expected, the verdict and its sentence."""
    day = month_of(month)
    _, made, _ = await _seen(ask, day)
    heads: tuple[str, ...] = (
        "code",
        "name_th",
        "name_en",
        "value",
        "low",
        "high",
        "n",
        "complete",
        "expected",
        "expected_low",
    )
    heads += ("expected_high", "verdict", "sentence_th", "sentence_en", "source")
    rows = [month_view.table_row(one) for one in made.figures]
    return _table(f"figures-{day:%Y-%m}.csv", heads, rows)


@router.get("/figures/months/{month}/rows/{what}.csv", response_class=Response)
async def export_rows(
    ask: Reads,
    month: MonthKey,
    what: Literal["cases", "responses", "visits", "cameras"],
    code: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Return the rows that a figure is made of, as they stand now."""
    day = month_of(month)
    since, until = flows.bounds(day)
    station = ask.actor.station
    heads: tuple[str, ...]
    if what == "cases":
        group = code[3:] if code.startswith("K1.") and code[3:].isdigit() else ""
        found = await cases.cases_between(ask.tx, station, since=since, until=until, group4=group)
        heads = ("source_key", "begun", "ended", "group4", "group5", "offence", "found_by", "quality")
    elif what == "responses":
        found = await store.responses(ask.tx, station, since, until)
        heads = ("number", "first_observed_at", "acknowledged_at", "assigned_at", "arrived_at")
    elif what == "visits":
        found = await desk.visits_between(ask.tx, station, since, until)
        heads = ("checkpoint_id", "happened_at", "state")
    else:
        found = await store.dark_rows(ask.tx, station, since, until)
        heads = ("device_id", "since", "until")
    return _table(f"{what}-{day:%Y-%m}.csv", heads, [[row[name] for name in heads] for row in found])


def _table(name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    disposition = f'attachment; filename="{name}"'
    return Response(_BOM + out.getvalue(), media_type="text/csv", headers={"Content-Disposition": disposition})


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if hasattr(value, "astimezone"):
        return value.astimezone(BANGKOK).isoformat(timespec="seconds")
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
