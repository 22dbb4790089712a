"""`unjai evaluate month`: the month's report of a station, written to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

from unjai.commands import in_database
from unjai.evaluate import month_sheet, month_view, month_worker
from unjai.evaluate.api.month import month_of
from unjai.evaluate.flows.month import facts_kept, gather
from unjai.evaluate.rules.change.words import Language
from unjai.evaluate.store.month import newest
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.config import Settings
from unjai.platform.database import Tx
from unjai.territory.store import org_unit_by_code


def month(settings: Settings, *, station: str, month: str, out: Path, lang: str) -> None:
    """Write the report. Raises `month_unreadable`, `station_unknown_code`, `report_lang` and what the paper raises."""
    if not (len(month) == 7 and month[4] == "-" and month.replace("-", "").isdigit()):  # noqa: PLR2004
        raise UnjaiError("month_unreadable", 422, month=month[:20])
    day = month_of(month)
    if lang not in get_args(Language):
        raise UnjaiError("report_lang", 422, lang=lang)
    language: Language = "th" if lang == "th" else "en"

    async def find(tx: Tx) -> tuple[StationId, tuple[str, str]]:
        found = await org_unit_by_code(tx, station)
        if found is None or found.level != "station":
            raise UnjaiError("station_unknown_code", 404, code=station)
        return StationId(found.id), (found.name_th, found.name_en or found.name_th)

    station_id, names = in_database(settings, find, name="console")

    async def work(tx: Tx) -> bytes:
        row = await newest(tx, station_id, day)
        if row is not None and row["state"] == "closed":
            made = month_worker.Reckoned(figures=month_view.figures_kept(row), bars=month_view.bars_kept(row))
            simulated = facts_kept(row).simulated
        else:
            facts = await gather(tx, system(station_id, name="console"), station_id=station_id, month=day)
            made, simulated = await month_worker.reckoned(facts), facts.simulated
        now = SystemClock().now()
        return await month_sheet.sheet(
            day, row, made, station=names, simulated=simulated, now=now, by="console", lang=language
        )

    body = in_database(settings, work, name="console", station_id=station_id)
    out.write_bytes(body)
    sys.stdout.write(f"{out}\n")
