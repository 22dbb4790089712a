"""The hand-written tables of the town (`data/*.csv`). Positions are metres east and north of the clock tower."""

from __future__ import annotations

import csv
from importlib.resources import files

from unjai.demo.town.shapes import XY

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Return the rows of a table."""
    text = (files("unjai.demo.town") / "data" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def at(row: Row, x: str = "x", y: str = "y") -> XY:
    """Return a row's position."""
    return float(row[x]), float(row[y])


def points(row: Row) -> tuple[XY, ...]:
    """Return a row's control points, written ``x y, x y``."""
    pairs = (pair.split() for pair in row["points"].split(","))
    return tuple((float(x), float(y)) for x, y in pairs)
