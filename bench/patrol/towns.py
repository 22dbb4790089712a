"""Random towns in the documented input format (docs/patrol-plan.md): streets, places with hours of risk, units."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

LAT_M, LON_M = 110_700.0, 105_000.0
KINDS = {
    "bank": (0.06, 1.0), "gold_shop": (0.06, 1.2), "mall": (0.04, 1.4), "nightlife": (0.12, 2.2),
    "school": (0.07, 0.7), "market": (0.08, 1.2), "convenience_store": (0.14, 1.0), "residence": (0.28, 0.4),
    "atm": (0.09, 0.8), "bus_station": (0.06, 0.9),
}  # fmt: skip
"""Share of places and mean of their reported harm, of our own making: no town's figures."""
SHIFTS = (("00:00", "08:00"), ("08:00", "16:00"), ("16:00", "24:00"))


def town(seed: int, *, places: int | None = None, units: int | None = None) -> dict[str, Any]:
    """Return a town of 0.5–4 km across with 40–120 places and 3–12 units, all drawn from `seed`."""
    chance = np.random.default_rng([seed, 0x70A7])
    across = float(chance.uniform(900, 3800))
    count = places or int(chance.integers(40, 121))
    crews = units or int(chance.integers(3, 13))
    streets = _streets(chance, across)
    hearts = chance.uniform(0.15, 0.85, (int(chance.integers(2, 5)), 2)) * across
    first = str(SHIFTS[int(chance.integers(3))][0])
    begin, end = next(one for one in SHIFTS if one[0] == first)
    found = [_place(chance, number, across, hearts) for number in range(count)]
    depot = {"lon": _lon(across / 2), "lat": _lat(across / 2)}
    return {
        "format": "unjai-patrol-plan/1",
        "name": {"th": f"เมืองสมมติ {seed}", "en": f"Fictional town {seed}"},
        "shift": {"date": "2026-11-23", "from": begin, "to": end},
        "depot": depot,
        "streets": streets,
        "places": found,
        "units": [_unit(chance, number, begin, found) for number in range(crews)],
        "requests": _requests(chance, found, begin),
    }


def _lon(east_m: float) -> float:
    return round(100.5 + east_m / LON_M, 6)


def _lat(north_m: float) -> float:
    return round(13.8 + north_m / LAT_M, 6)


def _streets(chance: np.random.Generator, across: float) -> list[dict[str, Any]]:
    """Return a bent grid with main roads, sois, some missing links and some one-way streets."""
    lines = max(4, round(across / 220))
    step = across / (lines - 1)
    at = np.stack(np.meshgrid(np.arange(lines), np.arange(lines), indexing="ij"), axis=-1) * step
    at = at + chance.normal(0, step * 0.14, at.shape)
    found: list[dict[str, Any]] = []
    for i in range(lines):
        for j in range(lines):
            for other in ((i + 1, j), (i, j + 1)):
                if max(other) >= lines:
                    continue
                main = (i % 4 == 1 and other[1] != j) or (j % 4 == 1 and other[0] != i)
                if not main and 0 < i < lines - 1 and 0 < j < lines - 1 and chance.random() < 0.12:
                    continue
                ends = [at[i, j], at[other]]
                found.append(
                    {
                        "a": i * lines + j,
                        "b": other[0] * lines + other[1],
                        "coordinates": [[_lon(float(x)), _lat(float(y))] for x, y in ends],
                        "class": "main" if main else "soi",
                        "oneway": bool(not main and chance.random() < 0.06),
                    }
                )
    return found


def _place(chance: np.random.Generator, number: int, across: float, hearts: np.ndarray) -> dict[str, Any]:
    kinds = list(KINDS)
    kind = str(chance.choice(kinds, p=[KINDS[name][0] for name in kinds]))
    if kind in {"residence", "school"} or chance.random() < 0.25:
        x, y = chance.uniform(0.02, 0.98, 2) * across
    else:
        heart = hearts[int(chance.integers(len(hearts)))]
        x, y = np.clip(heart + chance.normal(0, across * 0.12, 2), across * 0.02, across * 0.98)
    harm = float(chance.gamma(0.8, KINDS[kind][1]))
    found: dict[str, Any] = {
        "id": f"p{number:03d}",
        "lon": _lon(float(x)),
        "lat": _lat(float(y)),
        "kind": kind,
        "area": f"{'AB'[int(x > across / 2)]}{'12'[int(y > across / 2)]}",
        "reports": round(harm * 6),
    }
    if chance.random() < 0.35:
        peak = float(chance.uniform(0, 24))
        found["risk_by_hour"] = [
            round(harm * (0.25 + 1.75 * math.exp(-((((h - peak + 12) % 24) - 12) ** 2) / 18)), 3) for h in range(24)
        ]
    return found


def _unit(chance: np.random.Generator, number: int, begin: str, places: list[dict[str, Any]]) -> dict[str, Any]:
    kind = str(chance.choice(["car", "motorcycle", "motorcycle", "foot"] if number > 1 else ["car", "motorcycle"]))
    hour = int(begin[:2])
    found: dict[str, Any] = {"id": f"u{number + 1:02d}", "kind": kind}
    if chance.random() < 0.8:
        start = (hour + 3 + number % 2) % 24
        found["breaks"] = [{"from": f"{start:02d}:00", "to": f"{(start + 2) % 24:02d}:00", "minutes": 30}]
    if kind == "foot":
        near = places[int(chance.integers(len(places)))]
        found["start"] = found["end"] = {"lon": near["lon"], "lat": near["lat"]}
    return found


def _requests(chance: np.random.Generator, places: list[dict[str, Any]], begin: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(int(chance.integers(0, 7))):
        hour = (int(begin[:2]) + int(chance.integers(1, 6))) % 24
        found.append(
            {
                "id": f"r{number + 1}",
                "place": str(places[int(chance.integers(len(places)))]["id"]),
                "from": f"{hour:02d}:00",
                "to": f"{(hour + 1) % 24:02d}:30",
                "minutes": 10,
                "kind": "house_watch" if number % 2 else "request",
            }
        )
    return found
