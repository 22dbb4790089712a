"""Real series cut into zones: how many cases each zone had in each month.

The series lie in `../shared/data/crime` (its README says whence); one that is not there is named and left out. Only the
part for development is read: the last third of every series is kept for others to judge by.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians, sqrt
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "crime"
AREAS_KM2 = (0.42, 1.0, 2.0)
_TORONTO = "toronto_mci_2014_2021_dev"
SERIES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "toronto_all": (_TORONTO, ()),
        "toronto_property": (_TORONTO, ("Break and Enter", "Auto Theft", "Robbery", "Theft Over")),
        "chicago_assault": ("chicago_aggravated_assault_2010_2019_dev", ()),
        "nyc_vehicle_theft": ("nyc_vehicle_theft_2014_2017_dev", ()),
        "cincinnati_burglary": ("cincinnati_burglary_2016_2018_dev", ()),
        "medellin_homicide": ("medellin_homicide_2010_2019_dev", ()),
    }
)
"""Name: file, types of case (none: all). Under 24 months (Vancouver, Memphis, Portland) nothing can be judged here."""
Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True)
class City:
    """Points in metres and the whole month (0 is the first) of each case."""

    name: str
    points: Floats
    month: Ints
    months: int

    def all_months(self) -> Ints:
        """Return the whole city's cases in each month."""
        return np.bincount(self.month, minlength=self.months)

    def zones(self, area_km2: float, chance: np.random.Generator) -> Ints:
        """Return cases of each square zone that ever had one (rows) by month (columns), the grid laid at random."""
        side = sqrt(area_km2 * 1e6)
        column, row = np.floor((self.points + chance.random(2) * side) / side).astype(np.int64).T
        _, place = np.unique(column * 1_000_003 + row, return_inverse=True)
        found = np.zeros((int(place.max()) + 1, self.months), dtype=np.int64)
        np.add.at(found, (place, self.month), 1)
        return found


def cities(folder: Path = FOLDER) -> Iterator[City]:
    """Yield every series that is there."""
    for name, (file, types) in SERIES.items():
        path = folder / f"{file}.csv.gz"
        if not path.exists():
            print(f"SKIPPED LOUDLY: the series {file} is absent", file=sys.stderr)
            continue
        yield _city(name, path, types)


def _city(name: str, path: Path, types: tuple[str, ...]) -> City:
    with gzip.open(path, "rt", encoding="utf-8-sig") as lines:
        table = pd.read_csv(lines)
    if types:
        table = table[table["type"].isin(types)]
    table = table.dropna(subset=["lon", "lat"])
    day = pd.to_datetime(table["date"], format="mixed")
    middle = radians(float(table["lat"].median()))
    points = np.column_stack([table["lon"] * 111_320 * cos(middle), table["lat"] * 110_574])
    number = (day.dt.year * 12 + day.dt.month).to_numpy()
    return City(name=name, points=points, month=number - number.min(), months=int(number.max() - number.min()) + 1)
