"""The risk surface beside the simple maps: PAI at 2 % of area, walking through the last year of every series.

Only the part for development is read. Within a series all methods stand on the same cells and days; between series PAI
says nothing, so what is pooled is ratios: their geometric mean, every series weighing the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from bench.figures.zones import FOLDER
from unjai.evaluate.rules.risk.grid import Events, Floats, Grid, metres
from unjai.evaluate.rules.risk.scoring import Score, walk
from unjai.evaluate.rules.risk.surface import fit

_TORONTO = "toronto_mci_2014_2021_dev"
SERIES: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "toronto_assault": (_TORONTO, "Assault"),
        "toronto_break_and_enter": (_TORONTO, "Break and Enter"),
        "toronto_auto_theft": (_TORONTO, "Auto Theft"),
        "toronto_robbery": (_TORONTO, "Robbery"),
        "toronto_theft_over": (_TORONTO, "Theft Over"),
        "chicago_assault": ("chicago_aggravated_assault_2010_2019_dev", None),
        "chicago_burglary": ("chicago_burglary_2016_xy_dev", None),
        "nyc_vehicle_theft": ("nyc_vehicle_theft_2014_2017_dev", None),
        "cincinnati_burglary": ("cincinnati_burglary_2016_2018_dev", None),
        "medellin_homicide": ("medellin_homicide_2010_2019_dev", None),
        "memphis_robbery": ("memphis_robbery_2019_dev", None),
        "vancouver_property": ("vancouver_property_2020_dev", None),
    }
)
"""Name: file, type of case (none: all). Portland's one month is too short for four weeks."""
QUICK = ("toronto_robbery", "cincinnati_burglary", "medellin_homicide")
OTHERS = {"pai2_over_kde": "kde", "pai2_over_promap": "promap", "pai2_over_all_history": "all_history"}
_AT_2 = 1
_DRAWS = 4000


def events_of(name: str) -> Events | None:
    """Return a series' events, or None where its file is not there."""
    stem, kind = SERIES[name]
    path = FOLDER / f"{stem}.csv.gz"
    if not path.is_file():
        print(f"not there, left out: {path.name}", file=sys.stderr)
        return None
    table = pd.read_csv(path)
    if kind is not None:
        table = table[table["type"] == kind]
    moment = pd.to_datetime(table["date"], format="mixed", utc=True)
    if "hour" in table:
        moment = moment.dt.normalize() + pd.to_timedelta(table["hour"], unit="h")
    days = (moment - pd.Timestamp(0, tz="UTC")).dt.total_seconds().to_numpy() / 86_400
    first, second = ("lon", "lat") if "lon" in table else ("x", "y")
    a, b = table[first].to_numpy(float), table[second].to_numpy(float)
    whole = np.isfinite(days) & np.isfinite(a) & np.isfinite(b)
    x, y = metres(a[whole], b[whole]) if first == "lon" else (a[whole], b[whole])
    near = np.hypot(x - np.median(x), y - np.median(y)) <= 100_000
    return Events.of(days[whole][near], x[near], y[near])


def run(quick: bool) -> dict[str, Any]:
    """Return the ratios, pooled and by series, for four weeks and (not quick) for one."""
    names = QUICK if quick else tuple(SERIES)
    found = _ratios(names, 4)
    if not quick:
        found["one_week"] = _ratios(names, 1)
    return found


def _ratios(names: tuple[str, ...], weeks: int) -> dict[str, Any]:
    walked: dict[str, Score] = {}
    fits: dict[str, float] = {}
    for name in names:
        events = events_of(name)
        if events is None:
            continue
        walked[name] = walk(events, weeks=weeks)
        began = time.perf_counter()
        fit(events, Grid.over(events), at=float(np.nextafter(events.t[-1], np.inf)), weeks=weeks)
        fits[name] = time.perf_counter() - began
        print(f"{name}, {weeks} weeks: {walked[name].over('ours', 'all_history', _AT_2)}", file=sys.stderr)
    made: dict[str, Any] = {}
    for key, other in OTHERS.items():
        value, low, high = _pooled(walked, other)
        made[key] = {
            "pooled": value,
            "pooled_interval": [low, high],
            "least": round(min(one.over("ours", other, _AT_2).value for one in walked.values()), 3),
            "by_series": {
                name: [round(v, 3) for v in (one.value, one.low, one.high)]
                for name, one in ((name, score.over("ours", other, _AT_2)) for name, score in walked.items())
            },
        }
    made["pai_2"] = {name: round(score.pai("ours", _AT_2).value, 2) for name, score in walked.items()}
    made["fit_s_worst"] = round(max(fits.values()), 2)
    return made


def _pooled(walked: Mapping[str, Score], other: str) -> tuple[float, float, float]:
    """Return the geometric mean of the series' ratios, with its interval over origins drawn anew in each series."""
    chance = np.random.default_rng(20261124)
    logs: list[Floats] = []
    own = []
    for score in walked.values():
        ours, theirs = score.hits["ours"][:, _AT_2], score.hits[other][:, _AT_2]
        drawn = chance.integers(0, len(ours), size=(_DRAWS, score.independent))
        logs.append(np.log(np.maximum(ours[drawn].sum(1), 0.5) / np.maximum(theirs[drawn].sum(1), 0.5)))
        own.append(np.log(ours.sum() / theirs.sum()))
    low, high = np.quantile(np.mean(logs, axis=0), (0.025, 0.975))
    return tuple(round(float(np.exp(v)), 4) for v in (np.mean(own), low, high))  # type: ignore[return-value]
