"""What others know of a street edge, and who may say it: cameras, patrol, works write, the escort reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeFact:
    """A kind of fact of an edge: `right` is needed to note it; the words say what its value means."""

    fact: str
    right: str
    th: str
    en: str


_ALL = (
    EdgeFact(
        fact="seen_day",
        right="camera.manage",
        th="ส่วนของถนนที่กล้องใช้งานได้มองเห็นเวลากลางวัน (0–1)",
        en="the share of the street that a working camera sees by day (0–1)",
    ),
    EdgeFact(
        fact="seen_night",
        right="camera.manage",
        th="ส่วนของถนนที่กล้องใช้งานได้มองเห็นเวลากลางคืน (0–1)",
        en="the share of the street that a working camera sees by night (0–1)",
    ),
    EdgeFact(
        fact="patrolled_at",
        right="patrol.manage",
        th="เวลาที่สายตรวจผ่านหรือเข้าตรวจครั้งล่าสุด (UTC)",
        en="when a patrol last passed or visited (UTC)",
    ),
    EdgeFact(
        fact="patrolled_hours",
        right="patrol.manage",
        th="ส่วนของคืนที่ผ่านมาซึ่งมีสายตรวจผ่านในแต่ละชั่วโมงของวัน (24 ตัวเลข 0–1)",
        en="the share of past days on which a patrol passed in each hour of the day (24 numbers, 0–1)",
    ),
    EdgeFact(
        fact="reports_hours",
        right="incident.work",
        th="จำนวนเหตุใกล้ถนนในช่วงรอบแต่ละชั่วโมงของวัน (24 จำนวน)",
        en="how many reports near the street around each hour of the day (24 counts)",
    ),
    EdgeFact(
        fact="lit",
        right="night.work",
        th="มีไฟส่องสว่างหรือไม่ ตามที่มีคนไปดูมา (จริง/เท็จ) ใช้แทนที่แผนที่บอก",
        en="whether it is lit, as somebody went and saw (true/false); it stands over what the map says",
    ),
)
EDGE_FACTS: Mapping[str, EdgeFact] = MappingProxyType({one.fact: one for one in _ALL})
