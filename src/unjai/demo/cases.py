"""Made-up cases of the demo's zone: three years, marked as simulated in every row, and on every page and paper.

Bad corners keep their badness, hours hang on the kind of place, thefts come again nearby within days, a little more
comes in the rainy months, and patrols find what they look for. Nothing real is in it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from unjai.demo.town.places import Place
from unjai.demo.town.shapes import to_lonlat
from unjai.model.clock import BANGKOK
from unjai.model.ids import StationId, named_id

YEARS = 3
A_MONTH = 11.0
_SEED = 2569
_KINDS: dict[str, tuple[float, tuple[tuple[str, float], ...], tuple[int, int]]] = {
    "market": (9.0, (("THF", 5), ("SNA", 2), ("ASL", 1)), (6, 20)),
    "nightlife": (8.0, (("ASL", 4), ("MCT", 3), ("FGT", 2), ("IND", 1)), (20, 27)),
    "mall": (6.0, (("THF", 5), ("MCT", 3)), (11, 21)),
    "convenience_store": (4.0, (("THF", 4), ("ROB", 1)), (18, 29)),
    "school": (2.0, (("MCT", 3), ("ASL", 1)), (8, 17)),
    "gold_shop": (1.5, (("SNA", 3), ("ROB", 1)), (10, 19)),
    "residence": (1.0, (("THN", 5), ("DAM", 1)), (8, 26)),
}
"""Kind of place: how bad, which offences by weight, from which hour to which (past 24: after midnight)."""
_GROUPS = {"THF": "2", "SNA": "2", "MCT": "2", "ROB": "2", "THN": "2", "DAM": "2", "ASL": "1", "FGT": "1", "IND": "1"}
_WORDS = {
    "THF": "ลักทรัพย์",
    "SNA": "วิ่งราวทรัพย์",
    "MCT": "โจรกรรมรถจักรยานยนต์",
    "ROB": "ชิงทรัพย์",
    "THN": "ลักทรัพย์ในเคหสถาน",
    "DAM": "ทำให้เสียทรัพย์",
    "ASL": "ทำร้ายร่างกาย",
    "FGT": "วิวาท",
    "IND": "อนาจาร",
    "DRG": "ยาเสพติด",
}
_RAINY = frozenset({6, 7, 8, 9, 10})


def demo_cases(places: Sequence[Place], *, station_id: StationId, now: datetime) -> list[dict[str, Any]]:
    """Return rows of cases until the day before `now`, the same for the same day and places."""
    dice = random.Random(_SEED)
    bad = [(place, _KINDS[place.kind][0] * dice.lognormvariate(0, 0.8)) for place in places if place.kind in _KINDS]
    corners, weights = [place for place, _ in bad], [weight for _, weight in bad]
    today = now.astimezone(BANGKOK).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = today.replace(year=today.year - YEARS, day=1)
    made: list[dict[str, Any]] = []
    at = begin
    while at < today:
        rate = A_MONTH / 30 * (1.15 if at.month in _RAINY else 0.95)
        for _ in range(_poisson(dice, rate)):
            corner = dice.choices(corners, weights)[0]
            made += _chain(dice, corner, at, today)
        if dice.random() < 2.0 / 30:
            made.append(
                _row(dice, dice.choices(corners, weights)[0], "DRG", at + timedelta(hours=dice.uniform(18, 24)))
            )
        at += timedelta(days=1)
    made = [row for row in made if row["ended"] < today]
    made.sort(key=lambda row: row["begun"])
    for number, row in enumerate(made, 1):
        key = f"จำลอง {number}/{row['begun'].astimezone(BANGKOK).year + 543}"
        own = named_id("figure_case", f"{station_id}:{key}")
        row |= {"id": own, "station_id": station_id, "source_key": key, "simulated": 1}
        row |= {"changed_at": now, "changed_by": "demo"}
    return made


def _chain(dice: random.Random, corner: Place, day: datetime, today: datetime) -> list[dict[str, Any]]:
    """Return a case and, a few times in ten, another nearby within days."""
    _, offences, (first, last) = _KINDS[corner.kind]
    code = dice.choices([name for name, _ in offences], [weight for _, weight in offences])[0]
    made = []
    at = day + timedelta(hours=dice.uniform(first, last))
    while at < today:
        made.append(_row(dice, corner, code, at))
        if dice.random() > 0.25:
            break
        at = day + timedelta(days=dice.randint(1, 9), hours=dice.uniform(first, last))
    return made


def _row(dice: random.Random, corner: Place, code: str, at: datetime) -> dict[str, Any]:
    lon, lat = to_lonlat((corner.at[0] + dice.gauss(0, 22), corner.at[1] + dice.gauss(0, 22)))
    unseen = code in {"MCT", "THN"}
    return {
        "begun": at,
        "ended": at + timedelta(hours=dice.uniform(1, 8)) if unseen else at,
        "group4": "4" if code == "DRG" else _GROUPS[code],
        "group5": None,
        "offence": code,
        "offence_said": _WORDS[code],
        "found_by": "patrol" if code == "DRG" else "camera" if code == "FGT" and dice.random() < 0.2 else "reported",
        "address": corner.th,
        "street": "",
        "place": corner.kind,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "quality": "point" if dice.random() < 0.8 else "address",
    }


def _poisson(dice: random.Random, mean: float) -> int:
    left, number = 1.0, -1
    limit = 2.718281828459045**-mean
    while left > limit:
        left *= dice.random()
        number += 1
    return number
