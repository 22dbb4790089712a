"""A case as the figures know it: when, where, what. Nobody's name, number, age or sex."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

FoundBy = Literal["reported", "patrol", "camera"]
Quality = Literal["point", "address", "street", "area", "none"]
FOUND_BY: tuple[FoundBy, ...] = get_args(FoundBy)
QUALITIES: tuple[Quality, ...] = get_args(Quality)
GROUPS4 = ("1", "2", "3", "4")
GROUPS5 = ("1", "2", "3", "4", "5")
GROUP4_TH = (
    "ฐานความผิดเกี่ยวกับชีวิต ร่างกาย และเพศ",
    "ฐานความผิดเกี่ยวกับทรัพย์",
    "ฐานความผิดพิเศษ",
    "คดีความผิดที่รัฐเป็นผู้เสียหาย",
)
GROUP4_EN = ("life, body and sex", "property", "special Acts", "the State is the injured party")
GROUP5_TH = (
    "คดีอุกฉกรรจ์และสะเทือนขวัญ",
    "คดีชีวิต ร่างกาย และเพศ",
    "คดีประทุษร้ายต่อทรัพย์",
    "คดีที่น่าสนใจ",
    "คดีที่รัฐเป็นผู้เสียหาย",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A reported case. `point` is degrees (lon, lat); `ended` is `begun` where the moment is known."""

    source_key: str
    begun: datetime
    ended: datetime
    group4: str
    group5: str | None = None
    offence: str | None = None
    found_by: FoundBy = "reported"
    point: tuple[float, float] | None = None
    quality: Quality = "none"
    place: str | None = None
