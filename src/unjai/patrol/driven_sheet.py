"""A shift on paper for its chief: what was planned and what was driven; template `data/driven_sheet.typ`."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from unjai.model.clock import BANGKOK
from unjai.model.thai import format_date, format_moment
from unjai.patrol.driven_map import drawn
from unjai.platform.paper import pdf

TEMPLATE = Path(str(files("unjai.patrol") / "data" / "driven_sheet.typ"))
Lang = Literal["th", "en"]
STATES = ("done", "short", "early", "late", "missed", "unknown", "ahead")
_COLUMNS = ("planned", "done", "short", "early", "late", "missed", "unknown", "proven")
_NAMED: tuple[str, ...] = (
    "time",
    "point",
    "result",
    "was_there",
    "extra",
    "remarks",
    "signed_chief",
    "signed_super",
    "sign",
    "date",
)
_NAMED += ("page", "map.driven", "map.planned", "map.north", "without")
_EXTRA_MOST = 8
_MAP = {"width": 220.0, "height": 200.0}
"""The map beside the figures: so large that two units stand on a page."""


@cache
def _words() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads(
        (files("unjai.patrol") / "data" / "driven_words.json").read_text("utf-8")
    )
    return known


def say(lang: Lang, key: str, **facts: object) -> str:
    """Return a word of the sheet."""
    return _words()[key][lang].format(**facts)


def facts_of(
    shift: Mapping[str, Any],
    streets: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    *,
    station: tuple[str, str],
    now: datetime,
    by: str,
    lang: Lang,
) -> dict[str, Any]:
    """Return what the template needs: words, rows, and a map for each unit."""
    begin, end = (shift[name].astimezone(BANGKOK) for name in ("from_at", "to_at"))
    thai = lang == "th"
    day = format_date(shift["day"], "long") if thai else f"{shift['day']:%d %B %Y}"
    printed = format_moment(now) if thai else f"{now.astimezone(BANGKOK):%d %b %Y %H:%M}"
    names = {place["id"]: _name(place["name"], place["id"], lang) for place in shift["places"]}
    notes = [say(lang, "no_plan")] if shift["plan_id"] is None else []
    if now < shift["to_at"]:
        notes.append(say(lang, "running", at=_clock(now, lang)))
    return {
        "lang": lang,
        "station": station[0 if thai else 1],
        "title": say(lang, "title"),
        "date": day,
        "shift": shift["shift_th"] if thai else shift["shift_en"] or shift["shift_th"],
        "hours": f"{_clock(begin, lang)}–{_clock(end, lang)}" + (" น." if thai else ""),
        "notes": notes,
        "streets": say(lang, "streets", share=round(shift["driven_share"] * 100)),
        "head": [say(lang, "unit"), *(say(lang, name) for name in _COLUMNS)]
        + [say(lang, name) for name in ("length", "at_places", "at_risk", "blind")],
        "rows": [_row(unit, lang) for unit in shift["units"]],
        "sum": _sum(shift["units"], lang),
        "footnote": say(lang, "blind.about") if any(unit["positions"] for unit in shift["units"]) else "",
        "units": [_unit(unit, shift["from_at"], streets, names, lang) for unit in shift["units"] if unit["positions"]],
        "without": [_without(unit, lang) for unit in shift["units"] if not unit["positions"]],
        "words": {name: say(lang, name) for name in _NAMED},
        "printed": say(lang, "printed", by=by, at=printed),
    }


def _name(said: Mapping[str, str], code: str | None, lang: Lang) -> str:
    return (said.get(lang) or said.get("th") or code or "").strip()


def _clock(at: datetime, lang: Lang) -> str:
    return f"{at.astimezone(BANGKOK):%H.%M}" if lang == "th" else f"{at.astimezone(BANGKOK):%H:%M}"


def _counts(unit: Mapping[str, Any]) -> Counter[str]:
    return Counter(stop["state"] for stop in unit["stops"])


def _blind_s(unit: Mapping[str, Any]) -> int:
    return sum(b - a for a, b in unit["gaps"])


def _row(unit: Mapping[str, Any], lang: Lang) -> list[str]:
    counts = _counts(unit)
    told = {**{name: counts[name] for name in STATES}, "planned": len(unit["stops"]), "proven": unit["proven"]}
    risk = unit["risk_min"]
    return [
        unit["call_sign"],
        *(str(told[name]) if told[name] else "–" for name in _COLUMNS),
        f"{unit['length_m'] / 1000:.1f}" if unit["positions"] else "–",
        str(unit["place_min"]) if unit["positions"] else "–",
        "–" if risk is None or not unit["positions"] else str(risk),
        str(round(_blind_s(unit) / 60)) if unit["positions"] else say(lang, "all"),
    ]


def _sum(units: Sequence[Mapping[str, Any]], lang: Lang) -> list[str]:
    counts: Counter[str] = Counter()
    for unit in units:
        counts += _counts(unit)
    told = {
        **counts,
        "planned": sum(len(unit["stops"]) for unit in units),
        "proven": sum(unit["proven"] for unit in units),
    }
    risks = [unit["risk_min"] for unit in units if unit["risk_min"] is not None]
    return [
        say(lang, "whole"),
        *(str(told.get(name, 0)) for name in _COLUMNS),
        f"{sum(unit['length_m'] for unit in units) / 1000:.1f}",
        str(sum(unit["place_min"] for unit in units)),
        str(sum(risks)) if risks else "–",
        "",
    ]


def _figures(unit: Mapping[str, Any], lang: Lang) -> list[list[str]]:
    """Return what stands beside the map: what came of the round, how far, how long, how well proven."""
    counts = _counts(unit)
    told = [[say(lang, name), str(counts[name])] for name in STATES if counts[name]]
    if unit["positions"]:
        told += [
            [say(lang, "length"), f"{unit['length_m'] / 1000:.1f}"],
            [say(lang, "at_places"), str(unit["place_min"])],
        ]
    if unit["positions"] and unit["risk_min"] is not None:
        told.append([say(lang, "at_risk"), str(unit["risk_min"])])
    return [*told, [say(lang, "proven"), str(unit["proven"])]]


def _why(unit: Mapping[str, Any], lang: Lang) -> list[str]:
    found = [] if unit["positions"] else [say(lang, "none" if unit["carries"] else "no_phone")]
    return found if unit["on_duty"] else [*found, say(lang, "off_duty")]


def _without(unit: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """Return the one line of a unit that no position came from: why, and what is known all the same."""
    counts = _counts(unit)
    told = [f"{say(lang, name)} {counts[name]}" for name in STATES if counts[name]]
    told += [f"{say(lang, 'proven')} {unit['proven']}"] if unit["proven"] else []
    if not unit["stops"]:
        told.append(say(lang, "no_round"))
    return {"name": unit["call_sign"], "why": " · ".join(_why(unit, lang)), "told": " · ".join(told)}


def _unit(
    unit: Mapping[str, Any],
    zero: datetime,
    streets: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    names: Mapping[str, str],
    lang: Lang,
) -> dict[str, Any]:
    def at(seconds: float) -> str:
        return _clock(zero + timedelta(seconds=seconds), lang)

    notes = _why(unit, lang)
    if unit["gaps"]:
        notes.append(say(lang, "gaps", spans=", ".join(f"{at(a)}–{at(b)}" for a, b in unit["gaps"][:_EXTRA_MOST])))
    return {
        "name": unit["call_sign"],
        "figures": _figures(unit, lang),
        "empty": say(lang, "no_round") if not unit["stops"] else "",
        "stops": [
            {
                "number": str(number + 1),
                "at": at(stop["at_s"]),
                "name": _name(stop["name"], stop["place"], lang),
                "state": stop["state"],
                "result": say(lang, stop["state"]),
                "there": "" if stop["from_s"] is None else f"{at(stop['from_s'])}–{at(stop['to_s'])}",
                "proof": "" if stop["proof"] is None else say(lang, f"proof.{stop['proof']}", score=stop["score"]),
            }
            for number, stop in enumerate(unit["stops"])
        ],
        "extra": [
            f"{names.get(one['place'], one['place'])} {at(one['from_s'])}–{at(one['to_s'])}"
            for one in unit["extra"][:_EXTRA_MOST]
        ],
        "notes": notes,
        "map": drawn(unit, streets, **_MAP),
    }


async def sheet(
    shift: Mapping[str, Any],
    streets: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    *,
    station: tuple[str, str],
    now: datetime,
    by: str,
    lang: Lang,
) -> bytes:
    """Return a shift as a PDF; raise `paper_failed` (500)."""
    facts = await asyncio.to_thread(facts_of, shift, streets, station=station, now=now, by=by, lang=lang)
    return await pdf(TEMPLATE, facts)
