"""A crossing with signals, as a file for the register: four arms of two lanes, left-hand traffic, let go arm by arm.

So most crossings of a Thai town are driven: each side has the green to itself (ปล่อยทีละด้าน), so no way meets another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unjai.demo.town.shapes import XY, to_lonlat

LINE_M = 14.0
"""From the middle of the crossing to a stop line."""
LENGTH_M = 150.0
SPEED_MPS = 12.0
_BESIDE_M = (5.25, 1.75)
"""How far the middles of the left and the right lane lie beside the middle of the road."""
_TURNS = {1: "l", 2: "s", 3: "r"}


@dataclass(frozen=True, kw_only=True)
class Arm:
    """A side of the crossing: where it leads to, in degrees from north, and what people call it."""

    key: str
    bearing_deg: float
    th: str
    en: str


def crossing(code: str, th: str, en: str, *, at: XY, arms: Sequence[Arm]) -> dict[str, Any]:
    """Return the file of a crossing; `arms` stand clockwise, each phase belongs to one of them."""
    lon, lat = to_lonlat(at)
    lanes: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    for number, arm in enumerate(arms):
        lanes += [_lane(arm, at, number, place) for place in range(2)]
        for step, turn in _TURNS.items():
            to = arms[(number + step) % len(arms)].key
            for place in {1: (0,), 2: (0, 1), 3: (1,)}[step]:
                links.append(
                    {"signal": len(links), "from_lane": f"{arm.key}{place + 1}", "to_lane": f"to-{to}", "turn": turn}
                )
    for one in links:
        one["crosses"] = [
            other["signal"]
            for other in links
            if other["from_lane"][:-1] != one["from_lane"][:-1] and {one["turn"], other["turn"]} != {"l"}
        ]
    return {
        "code": code,
        "name_th": th,
        "name_en": en,
        "lon": lon,
        "lat": lat,
        "approaches": [{"key": arm.key, "name_th": arm.th, "name_en": arm.en} for arm in arms],
        "lanes": lanes,
        "outs": [_out(arm, at) for arm in arms],
        "links": links,
        "phases": [
            {
                "state": "".join("G" if one["from_lane"][:-1] == arm.key else "r" for one in links),
                "min_green_s": 8,
                "max_green_s": 60,
                "yellow_s": 3,
                "red_clear_s": 2,
                "number": 2 * (number + 1),
                "name_th": f"ปล่อย{arm.th}",
                "name_en": f"{arm.en} goes",
            }
            for number, arm in enumerate(arms)
        ],
    }


def _lane(arm: Arm, at: XY, number: int, place: int) -> dict[str, Any]:
    lon, lat = to_lonlat(_beside(arm, at, -_BESIDE_M[place]))
    return {
        "key": f"{arm.key}{place + 1}",
        "approach": arm.key,
        "length_m": LENGTH_M,
        "speed_mps": SPEED_MPS,
        "lon": lon,
        "lat": lat,
        "bearing_deg": (arm.bearing_deg + 180) % 360,
        "detectors": [
            {"number": 4 * number + 2 * place + 1, "use": "presence"},
            {"number": 4 * number + 2 * place + 2, "use": "advance"},
        ],
    }


def _out(arm: Arm, at: XY) -> dict[str, Any]:
    lon, lat = to_lonlat(_beside(arm, at, _BESIDE_M[1]))
    return {
        "key": f"to-{arm.key}",
        "length_m": LENGTH_M,
        "speed_mps": SPEED_MPS,
        "lon": lon,
        "lat": lat,
        "bearing_deg": arm.bearing_deg,
    }


def _beside(arm: Arm, at: XY, left_m: float) -> XY:
    """Return a place on an arm's stop line, so far left of the middle as seen when driving away from the crossing."""
    turn = math.radians(arm.bearing_deg)
    east, north = math.sin(turn), math.cos(turn)
    return at[0] + LINE_M * east - left_m * north, at[1] + LINE_M * north + left_m * east


BOX = "signal-01"
"""The detector's box at the demo's crossing."""
MITMAITRI: XY = (118.0, 418.0)


def demo_crossing() -> dict[str, Any]:
    """Return the crossing that the demo plays: Rat Uthit Road with Mit Maitri Road."""
    arms = (
        Arm(key="N", bearing_deg=4, th="ด้านเหนือ (ถ.ราษฎร์อุทิศ)", en="North (Rat Uthit Rd)"),
        Arm(key="E", bearing_deg=100, th="ด้านตะวันออก (ถ.มิตรไมตรี)", en="East (Mit Maitri Rd)"),
        Arm(key="S", bearing_deg=178, th="ด้านใต้ (ถ.ราษฎร์อุทิศ)", en="South (Rat Uthit Rd)"),
        Arm(key="W", bearing_deg=278, th="ด้านตะวันตก (ถ.มิตรไมตรี)", en="West (Mit Maitri Rd)"),
    )
    return crossing("J-01", "แยกมิตรไมตรี", "Mit Maitri Crossing", at=MITMAITRI, arms=arms)
