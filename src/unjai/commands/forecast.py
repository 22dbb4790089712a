"""`unjai forecast score`: how good the risk surface is on any file of times and points, beside the simple maps."""

from __future__ import annotations

import json
import math
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from unjai.evaluate.rules.risk.grid import Events, Floats, Grid, metres
from unjai.evaluate.rules.risk.hits import AREAS
from unjai.evaluate.rules.risk.scoring import METHODS, Estimate, Score, walk
from unjai.evaluate.rules.risk.surface import YEAR_D, fit
from unjai.model.errors import UnjaiError
from unjai.platform.i18n import LANGUAGES, render

FAR_M = 100_000.0
"""Points farther than this from the middle of all are taken for mistakes, counted and left out."""
_DAY_S = 86_400.0
_BUDDHIST = re.compile(r"(^\s*|[/-])(2[45]\d\d)(?!\d)")
"""A year of the Buddhist era (2400 to 2599), before the month or after it."""
_NAMES = {0.01: "1", 0.02: "2", 0.05: "5"}


def score(file: Path, *, weeks: int, as_json: bool) -> int:
    """Score one file and write what came of it; return 0, or 1 with the reason, in JSON too."""
    try:
        found = scored(file, weeks=weeks)
    except UnjaiError as error:
        if not as_json:
            raise
        told = {"error": {"code": error.code, **render(error.code, error.facts), **error.facts}}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return 1
    sys.stdout.write((json.dumps(found, ensure_ascii=False) if as_json else _table(found)) + "\n")
    return 0


def scored(file: Path, *, weeks: int) -> dict[str, Any]:
    """Return the scores of all methods on a file; raises the errors of `read` and `walk`."""
    if weeks not in {1, 4}:
        raise UnjaiError("forecast_weeks", 422, weeks=weeks)
    events, rows, dropped = read(file)
    bars = (TextColumn("[progress.description]{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*bars, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=None)
        walked = walk(events, weeks=weeks, told=lambda done, of: bar.update(task, completed=done, total=of))
    began = time.perf_counter()
    fit(events, Grid.over(events), at=float(np.nextafter(events.t[-1], np.inf)), weeks=weeks)
    return {
        "file": file.name,
        "rows": rows,
        "used": len(events.t),
        "dropped": dropped,
        "from": _day(events.t[0]),
        "until": _day(events.t[-1]),
        "weeks": weeks,
        "origins": [_day(one) for one in walked.origins],
        "notes": _notes(walked, events),
        "events_scored": int(walked.came.sum()),
        "cell_m": 150,
        "cells": walked.cells,
        "area_km2": round(walked.area_km2, 2),
        "methods": {method: _of(walked, method) for method in METHODS},
        **_named("ours_over_all_history", walked.over("ours", "all_history", 1)),
        "ours_over": {
            other: {
                key: figure
                for k, area in enumerate(AREAS)
                for key, figure in _named(f"pai_{_NAMES[area]}", walked.over("ours", other, k)).items()
            }
            for other in METHODS[1:]
        },
        "fit_s": round(time.perf_counter() - began, 2),
    }


def read(file: Path) -> tuple[Events, int, dict[str, int]]:
    """Return the events of a CSV (gz too) with `time` and `lon`, `lat` or `x`, `y`; its rows; why others were left out.

    Raises `forecast_file` (not a readable CSV), `forecast_columns`, `forecast_empty`, and
    `forecast_degrees` where `x`, `y` can be no metres.
    """
    import pandas as pd  # noqa: PLC0415

    try:
        head = [str(one) for one in pd.read_csv(file, nrows=0).columns]
        known = {name.strip().lower(): name for name in reversed(head)}
        degrees = {"lon", "lat"} <= known.keys()
        wanted = ("time", "lon", "lat") if degrees else ("time", "x", "y")
        missing = [name for name in wanted if name not in known]
        if missing:
            raise UnjaiError("forecast_columns", 422, missing=", ".join(missing), found=", ".join(head))
        table = pd.read_csv(file, usecols=[known[name] for name in wanted], dtype=str)
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise UnjaiError("forecast_file", 422, file=file.name, why=str(error).splitlines()[0][:200]) from error
    told = table[known["time"]].str.replace(_BUDDHIST, lambda year: f"{year[1]}{int(year[2]) - 543}", regex=True)
    moment = pd.to_datetime(told, format="mixed", utc=True, errors="coerce")
    a, b = (pd.to_numeric(table[known[name]], errors="coerce").to_numpy(np.float64) for name in wanted[1:])
    t = (moment - pd.Timestamp(0, tz="UTC")).dt.total_seconds().to_numpy(np.float64) / _DAY_S
    dropped = {"time_unreadable": int(np.isnan(t).sum())}
    whole = ~np.isnan(t)
    readable = np.isfinite(a) & np.isfinite(b)
    if degrees:
        readable &= (np.abs(a) <= 180) & (np.abs(b) <= 90)  # noqa: PLR2004
    dropped["point_unreadable"] = int((whole & ~readable).sum())
    whole &= readable
    nowhere = (np.abs(a) < 1e-6) & (np.abs(b) < 1e-6)  # noqa: PLR2004  0,0 is where what could not be placed goes
    dropped["point_zero"] = int((whole & nowhere).sum())
    whole &= ~nowhere
    if not whole.any():
        raise UnjaiError("forecast_empty", 422, rows=len(table))
    if not degrees and np.abs(a[whole]).max() <= 180 and np.abs(b[whole]).max() <= 90:  # noqa: PLR2004
        raise UnjaiError("forecast_degrees", 422, file=file.name)
    x, y = metres(a[whole], b[whole]) if degrees else (a[whole], b[whole])
    near = np.hypot(x - np.median(x), y - np.median(y)) <= FAR_M
    dropped["point_far"] = int((~near).sum())
    return Events.of(t[whole][near], x[near], y[near]), len(table), dropped


def _notes(walked: Score, events: Events) -> list[dict[str, Any]]:
    days, origins = float(events.t[-1] - events.t[0]), len(walked.origins)
    found: list[tuple[str, dict[str, int]]] = []
    if days <= 2 * YEAR_D:
        found.append(("short_history", {"days": round(days)}))
    if walked.independent < origins:
        found.append(("windows_overlap", {"origins": origins, "independent": walked.independent}))
    return [{"code": code, **render(code, facts, kind="notes"), **facts} for code, facts in found]


def _of(walked: Score, method: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for k, area in enumerate(AREAS):
        name = _NAMES[area]
        made |= _named(f"pai_{name}", walked.pai(method, k))
        made |= _named(f"hit_{name}", walked.hit(method, k))
        made |= _named(f"pei_{name}", walked.pei(method, k))
    return made


def _named(name: str, one: Estimate) -> dict[str, Any]:
    return {name: _figure(one.value), f"{name}_interval": [_figure(one.low), _figure(one.high)]}


def _figure(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _day(t: Floats | float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=float(t))).date().isoformat()


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['used']:,} of {found['rows']:,} rows, {found['from']} to {found['until']}",
        f"{found['cells']:,} cells of 150 m ({found['area_km2']} km²)",
        *(one[language] for one in found["notes"] for language in LANGUAGES),
        f"{len(found['origins'])} forecasts of {found['weeks']} weeks, {found['events_scored']:,} events",
        *(f"left out, {why}: {many:,}" for why, many in found["dropped"].items() if many),
        f"{'':12}" + "".join(f"{'PAI at ' + name + ' %':>26}" for name in _NAMES.values()) + f"{'hit at 2 %':>12}",
    ]
    for method, of in found["methods"].items():
        cells = [f"{of[f'pai_{n}']} {of[f'pai_{n}_interval']}" for n in _NAMES.values()]
        lines.append(f"{method:12}" + "".join(f"{cell:>26}" for cell in cells) + f"{of['hit_2']:>12}")
    low, high = found["ours_over_all_history_interval"]
    lines.append(f"ours over all history, PAI at 2 %: {found['ours_over_all_history']} [{low}, {high}]")
    return "\n".join(lines)
