"""The month on paper: A4, Thai with Buddhist Era dates, or English; template `data/month.typ`."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.evaluate.month_worker import Reckoned
from unjai.evaluate.rules.change.words import Language
from unjai.evaluate.rules.figure import Figure, indicators, shown
from unjai.evaluate.rules.month.chart import trend
from unjai.model.clock import BANGKOK
from unjai.model.thai import MONTHS, be_year, format_moment
from unjai.platform.paper import pdf

TEMPLATE = Path(str(files("unjai.evaluate") / "data" / "month.typ"))
KPIS = (*(f"K{number}" for number in range(1, 11)), "T")
_PLAIN: tuple[str, ...] = (
    "sub",
    "in_short",
    "chart",
    "chart_note",
    "no_chart",
    "indicator",
    "value",
    "interval",
    "n",
    "complete",
    "change",
)
_PLAIN += ("how", "how_1", "how_2", "how_3", "caveats", *(f"caveat_{number}" for number in range(1, 6)))
_PLAIN += ("definitions", "made_of", "page", "sign", "simulated")


@cache
def _words() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads(
        (files("unjai.evaluate") / "data" / "month_words.json").read_text("utf-8")
    )
    return known


def say(lang: Language, key: str, **facts: object) -> str:
    """Return a word of the report."""
    return _words()[key][lang].format(**facts)


def month_name(month: date, lang: Language) -> str:
    """Return a month as it is said: ตุลาคม 2569, October 2026."""
    return f"{MONTHS[month.month - 1]} {be_year(month.year)}" if lang == "th" else month.strftime("%B %Y")


def moment(at: datetime, lang: Language) -> str:
    """Return a moment as it is written on paper."""
    return format_moment(at) if lang == "th" else at.astimezone(BANGKOK).strftime("%d %B %Y, %H:%M")


def facts_of(
    month: date,
    row: Mapping[str, Any] | None,
    made: Reckoned,
    *,
    station: tuple[str, str],
    simulated: bool,
    now: datetime,
    by: str,
    lang: Language,
) -> dict[str, Any]:
    """Return what the template needs: words alone, every figure by `shown`."""
    state = "open" if row is None else row["state"]
    told = (
        {} if row is None else {"at": moment(row["closed_at"], lang), "by": row["closed_by"], "version": row["version"]}
    )
    verdicts = Counter(one.judged.verdict for one in made.figures if one.judged is not None)
    counted = {name: verdicts.get(name, 0) for name in ("better", "worse", "unclaimable")}
    return {
        "lang": lang,
        "station": station[0 if lang == "th" else 1],
        "title": say(lang, "title", month=month_name(month, lang)),
        "state": say(lang, state, **told, reason="" if row is None else row["reason"]),
        "settled": state == "closed",
        "verdicts": say(lang, "verdicts", **counted),
        "claims": [
            _row(one, lang) for one in made.figures if one.judged is not None and one.judged.verdict != "unclaimable"
        ],
        "chart": trend(made.bars, thai=lang == "th"),
        "groups": [
            {
                "name": say(lang, kpi),
                "rows": [_row(one, lang) for one in made.figures if indicators()[one.code].kpi == kpi],
            }
            for kpi in KPIS
        ],
        "definitions": [
            {"name": one.name[lang], "said": one.definition[lang], "kpi": one.kpi} for one in indicators().values()
        ],
        "digest": "" if row is None else row["digest"],
        "marked": simulated,
        "words": {name: say(lang, name) for name in _PLAIN},
        "printed": say(lang, "printed", by=by, at=moment(now, lang)),
    }


def _row(figure: Figure, lang: Language) -> dict[str, str]:
    told = shown(figure, lang)
    return {
        "name": told.name,
        "value": told.value,
        "interval": told.interval,
        "n": told.n,
        "complete": told.complete,
        "verdict": "" if figure.judged is None else figure.judged.verdict,
        "change": told.change,
        "source": say(lang, "entered", source=told.source) if told.source else "",
        "lacks": "yes" if figure.value is None else "",
    }


async def sheet(
    month: date,
    row: Mapping[str, Any] | None,
    made: Reckoned,
    *,
    station: tuple[str, str],
    simulated: bool,
    now: datetime,
    by: str,
    lang: Language,
) -> bytes:
    """Return the month as a PDF; raise `paper_failed` (500)."""
    facts = await asyncio.to_thread(
        facts_of, month, row, made, station=station, simulated=simulated, now=now, by=by, lang=lang
    )
    return await pdf(TEMPLATE, facts)
