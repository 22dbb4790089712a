"""What is asked: every kind of filter the screen offers, alone, together and at odds; words common, rare, nowhere."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bench.search.fill import (
    CARS,
    CENTRE,
    COLOURS,
    COMMON_CODES,
    DOINGS,
    OPERATORS,
    RARE_CODES,
    ROADS,
    SELDOM,
    SPOTS,
    Filled,
)
from unjai.model.geometry import Point
from unjai.respond.rules.search import Asked, Near

Question = Callable[[random.Random], Asked]
_RING = 24
_HOT = 13
_ABROAD = Point(lon=99.1, lat=18.9)


class Questions:
    """Questions to a filled station, by the name of their kind."""

    def __init__(self, filled: Filled) -> None:
        """Ask of this station's years."""
        self.filled = filled

    def moment(self, dice: random.Random) -> datetime:
        """Return some moment of the years."""
        return self.filled.first + dice.random() * (self.filled.last - self.filled.first)

    def stretch(self, dice: random.Random, days: float) -> dict[str, Any]:
        """Return so many days somewhere in the years."""
        begin = self.moment(dice)
        return {"from_at": begin, "to_at": begin + timedelta(days=days)}

    def lists(self) -> dict[str, Question]:
        """Return the questions without a filter: the newest page, the oldest, a page deep in the years."""
        return {
            "newest": lambda _dice: Asked(),
            "oldest": lambda _dice: Asked(sort="oldest"),
            "slowest": lambda _dice: Asked(sort="slowest"),
            "deep": lambda dice: Asked(to_at=self.moment(dice)),
            "month": lambda dice: Asked(**self.stretch(dice, 30)),
        }

    def parts(self) -> dict[str, Callable[[random.Random], dict[str, Any]]]:
        """Return one filter of each kind, with values that a station has often, seldom or no more."""
        units = self.filled.units
        return {
            "code": lambda dice: {"code": (dice.choice(COMMON_CODES),)},
            "code_rare": lambda dice: {"code": (dice.choice(RARE_CODES),)},
            "codes": lambda dice: {"code": tuple(dice.sample(COMMON_CODES, 4))},
            "priority": lambda dice: {"priority": (dice.choice((1, 2, 3)),)},
            "state": lambda dice: {"state": (dice.choice(("new", "closed", "en_route")),)},
            "open": lambda _dice: {"state": ("new", "acknowledged", "assigned", "en_route", "on_scene")},
            "outcome": lambda dice: {"outcome": (dice.choice(("no_trace", "false_alarm", "handed_over", "resolved")),)},
            "channel": lambda dice: {"channel": (dice.choice(("pole", "device", "call", "citizen", "unit")),)},
            "channel_none": lambda _dice: {"channel": ("camera",)},
            "by": lambda dice: {"acknowledged_by": (dice.choice(OPERATORS),)},
            "by_seldom": lambda dice: {"acknowledged_by": (dice.choice((SELDOM, "ผู้ที่ไม่เคยรับเรื่อง")),)},
            "unit": lambda dice: {"unit_id": units[dice.randrange(20)]},
            "unit_seldom": lambda dice: {"unit_id": units[dice.randrange(20, 24)]},
            "attached": lambda _dice: {"attached": True},
            "near": lambda dice: {"near": Near(point=self.spot(dice), radius_m=dice.choice((50, 100, 300)))},
            "near_wide": lambda dice: {"near": Near(point=self.spot(dice), radius_m=dice.choice((1_000, 20_000)))},
            "near_abroad": lambda _dice: {"near": Near(point=_ABROAD, radius_m=500)},
            "area": lambda dice: {"areas": (self.border(dice, dice.choice((80, 250))),)},
            "areas": lambda dice: {"areas": tuple(self.border(dice, 60) for _ in range(4))},
            "ack_over": lambda dice: {"ack_over_s": dice.choice((60.0, 300.0, 600.0, 614.9))},
            "ack_never": lambda _dice: {"ack_over_s": 3_600.0},
            "response_over": lambda dice: {"response_over_s": dice.choice((600.0, 1_200.0, 2_400.0, 3_600.0))},
            "response_never": lambda _dice: {"response_over_s": 7_200.0},
            "month": lambda dice: self.stretch(dice, 30),
            "year": lambda dice: self.stretch(dice, 365),
            "day": lambda dice: self.stretch(dice, 1),
        }

    def filters(self) -> dict[str, Question]:
        """Return questions with filters: each kind alone, some that are at odds, and two to four at random."""
        parts = self.parts()

        def alone(name: str) -> Question:
            return lambda dice: Asked(**parts[name](dice), sort=dice.choice(("newest", "newest", "oldest")))

        def together(dice: random.Random) -> Asked:
            said: dict[str, Any] = {}
            for name in dice.sample(sorted(parts), dice.choice((2, 2, 3, 4))):
                said |= parts[name](dice)
            return Asked(**said, sort=dice.choice(("newest", "newest", "newest", "oldest", "slowest")))

        odds: dict[str, Question] = {
            "odds_pole_noise": lambda _dice: Asked(channel=("pole",), code=("NOI",)),
            "odds_by_gone": lambda dice: Asked(
                acknowledged_by=(dice.choice(OPERATORS[:8]),), from_at=self.filled.last - timedelta(days=700)
            ),
            "odds_unit_gone": lambda _dice: Asked(
                unit_id=self.filled.units[21], from_at=self.filled.last - timedelta(days=900)
            ),
            "odds_priority_code": lambda dice: Asked(priority=(2,), code=(dice.choice(("NOI", "SOS", "TRF")),)),
            "odds_slow_cancelled": lambda _dice: Asked(outcome=("cancelled",), response_over_s=600.0),
            "odds_oldest_new_unit": lambda _dice: Asked(unit_id=self.filled.units[22], sort="oldest"),
            "slowest_code": lambda dice: Asked(code=(dice.choice(COMMON_CODES),), sort="slowest"),
            "slowest_near": lambda dice: Asked(near=Near(point=self.spot(dice), radius_m=100), sort="slowest"),
        }
        return {name: alone(name) for name in parts} | odds | {f"together_{n}": together for n in range(20)}

    def texts(self) -> dict[str, Question]:
        """Return searches by words: common, rare, several, short, with filters, in foreign letters, nowhere."""
        parts = self.parts()

        def with_filter(dice: random.Random) -> Asked:
            words = dice.choice((dice.choice(SPOTS), dice.choice(DOINGS)[3:11], f"ซอย {dice.randint(1, 400)}", "จอดอยู่"))
            said = parts[dice.choice(sorted(parts))](dice)
            return Asked(words=words, **said, sort=dice.choice(("newest", "newest", "oldest", "slowest")))

        def plate(dice: random.Random) -> str:
            return f"{dice.randint(1, 9)}กข {dice.randint(1000, 9999)}"

        return {
            "spot": lambda dice: Asked(words=dice.choice(SPOTS)),
            "doing": lambda dice: Asked(words=dice.choice(DOINGS)[3:11]),
            "everywhere": lambda dice: Asked(words=dice.choice(("ผู้แจ้ง", "จอดอยู่", "ถนน", "ซอย"))),
            "soi": lambda dice: Asked(words=f"ซอย {dice.randint(1, 400)}"),
            "plate": lambda dice: Asked(words=plate(dice)),
            "digits": lambda dice: Asked(words=str(dice.randint(1000, 9999))),
            "number": lambda dice: Asked(words=f"{dice.randint(2565, 2569)}-{dice.randint(1, 50_000):07}"),
            "car_road": lambda dice: Asked(words=f"{dice.choice(CARS)}สี{dice.choice(COLOURS)} {dice.choice(ROADS)}"),
            "three": lambda dice: Asked(words=f"{dice.choice(SPOTS)} {dice.choice(DOINGS)} {dice.choice(COLOURS)}"),
            "sentence": lambda dice: Asked(
                words=f"{dice.choice(SPOTS)} {dice.choice(DOINGS)} ถนน {dice.choice(ROADS)} {dice.choice(CARS)} จอดอยู่"
            ),
            "note": lambda dice: Asked(words=dice.choice(("พยาน", "นัดคู่กรณี", "ตักเตือน", "พนักงานสอบสวน"))),
            "foreign": lambda dice: Asked(words=dice.choice(("suspect", "Soi 12", "motorcycle", "the market"))),
            "event": lambda dice: Asked(words=dice.choice(("ลักทรัพย์", "เสียงดังรบกวน", "อุบัติเหตุ", "FIR", "ฆ่า"))),
            "short": lambda dice: Asked(
                words=dice.choice(("กข", "ซอย 7", "มี", "จน", "qx", "ฮ")), **self.stretch(dice, 90) | self._lately(dice)
            ),
            "nowhere": lambda dice: Asked(words=dice.choice(("ไม่มีคำนี้แน่นอน", "ยานอวกาศ", "zzzzzz", "โรงพยาบาลสัตว์"))),
            "common_nowhere": lambda dice: Asked(words=f"{dice.choice(SPOTS)} {dice.choice(DOINGS)} ยานอวกาศ"),
            "odds_word_code": lambda dice: Asked(words=dice.choice(DOINGS)[3:11], code=("RAP",)),
            "odds_word_unit": lambda dice: Asked(words=dice.choice(SPOTS), unit_id=self.filled.units[23]),
            **{f"filtered_{n}": with_filter for n in range(8)},
        }

    def _lately(self, dice: random.Random) -> dict[str, Any]:
        """Return the last ninety days half of the time, else nothing that matters."""
        if dice.random() < 0.5:
            return {}
        return {"from_at": self.filled.last - timedelta(days=90), "to_at": self.filled.last}

    @staticmethod
    def spot(dice: random.Random) -> Point:
        """Return a place in the zone, a hot spot half of the time."""
        if dice.random() < 0.5:
            hot = dice.randrange(_HOT)
            return Point(lon=98.985 + math.sin(hot * 7) * 0.006, lat=18.795 + math.cos(hot * 5) * 0.006)
        return Point(lon=CENTRE.lon + (dice.random() - 0.5) * 0.012, lat=CENTRE.lat + (dice.random() - 0.5) * 0.012)

    def border(self, dice: random.Random, radius_m: float) -> Mapping[str, object]:
        """Return a sub-zone's border around some place: a ring that is no circle."""
        at, ring = self.spot(dice), []
        for turn in range(_RING):
            wide = radius_m * (0.7 + 0.3 * dice.random()) / 111_195
            angle = math.tau * turn / _RING
            ring.append([at.lon + wide * math.cos(angle), at.lat + wide * math.sin(angle)])
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
