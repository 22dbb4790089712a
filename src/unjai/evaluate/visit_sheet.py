"""The committee's form on paper: empty to be filled in by pen, or as it was filled in; template `data/visit.typ`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from unjai.evaluate.month_sheet import moment
from unjai.evaluate.rules.change.words import Language
from unjai.evaluate.rules.committee import FORM, MOST, items, score
from unjai.model.thai import MONTHS, be_year
from unjai.platform.paper import pdf

TEMPLATE = Path(str(files("unjai.evaluate") / "data" / "visit.typ"))
_PLAIN = ("item", "evidence", "mark", "note", "marks", "summary", "sign", "page", "total", "weight", "not_applicable")


@cache
def words() -> dict[str, dict[Language, str]]:
    """Return the paper's words by key and language."""
    known: dict[str, dict[Language, str]] = json.loads(
        (files("unjai.evaluate") / "data" / "visit_words.json").read_text("utf-8")
    )
    return known


def facts_of(
    row: Mapping[str, Any] | None, *, station: tuple[str, str], now: datetime, by: str, lang: Language
) -> dict[str, Any]:
    """Return what the template needs; without a row, the empty form."""

    def say(key: str, **facts: object) -> str:
        return words()[key][lang].format(**facts)

    marks: Mapping[str, int | None] = {} if row is None else row["marks"]
    notes: Mapping[str, str] = {} if row is None else row["notes"]
    found = score(marks)
    value = None if row is None else row["score"] if row["state"] == "signed" else found.value
    groups = []
    for part in dict.fromkeys(one.part for one in items()):
        rows = [
            {
                "text": one.text[lang],
                "evidence": one.evidence[lang],
                "weight": str(one.weight),
                "mark": "" if one.code not in marks else "–" if marks[one.code] is None else str(marks[one.code]),
                "note": notes.get(one.code, ""),
            }
            for one in items()
            if one.part == part
        ]
        told = say("part_score", score=f"{found.parts[part]:.0f}") if part in found.parts else ""
        groups.append({"name": say(part), "score": told, "rows": rows})
    if row is None:
        state = say("empty")
    elif row["state"] == "signed":
        state = say("signed", by=row["signed_by"], at=moment(row["signed_at"], lang))
    else:
        state = say("draft", left=len(found.left))
    return {
        "lang": lang,
        "station": station[0 if lang == "th" else 1],
        "title": say("title"),
        "visit": "" if row is None else say("visit", committee=row["committee"], day=_day(row["visited_on"], lang)),
        "state": state,
        "settled": row is not None and row["state"] == "signed",
        "blank": row is None,
        "score": "" if value is None else f"{value:.1f}",
        "marks": list(range(MOST + 1)),
        "groups": groups,
        "summary": "" if row is None else row["summary"],
        "form": say("form", form=FORM if row is None else row["form"]),
        "words": {name: say(name) for name in _PLAIN},
        "printed": say("printed", by=by, at=moment(now, lang)),
    }


def _day(day: date, lang: Language) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {be_year(day.year)}" if lang == "th" else f"{day:%d %B %Y}"


async def sheet(
    row: Mapping[str, Any] | None, *, station: tuple[str, str], now: datetime, by: str, lang: Language
) -> bytes:
    """Return the form as a PDF; raise `paper_failed` (500)."""
    return await pdf(TEMPLATE, facts_of(row, station=station, now=now, by=by, lang=lang))
