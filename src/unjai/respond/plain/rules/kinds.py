"""What a plain report may be about, what is promised for it, and which words in it hurry."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, Literal

from unjai.model.thai import plain

Kind = Literal["light", "rubbish", "noise", "drugs", "other"]
Line = Literal["", "patrol", "detective", "traffic", "community", "municipality", "electricity"]
"""A line of work — สายงาน; the last two stand outside the station."""

OUTSIDE: Final = frozenset({"municipality", "electricity"})
TIP: Final = "drugs"
"""A tip is read by few: see the right `report.tip`."""

PROMISE: Final[dict[Kind, timedelta]] = {
    "noise": timedelta(hours=2),
    "drugs": timedelta(hours=24),
    "light": timedelta(hours=72),
    "rubbish": timedelta(hours=72),
    "other": timedelta(hours=48),
}
"""Within this the station answers: it need not be mended by then, but somebody has said what becomes of it."""

EVENT_CODES: Final[dict[Kind, str | None]] = {
    "light": "LGT",
    "rubbish": "OTH",
    "noise": "NOI",
    "drugs": "DRG",
    "other": None,
}
"""The event code of an incident that is made of a report; None lets the operator name it."""

_HURRY: Final = (
    *("ช่วยด้วย", "ช่วยที", "กำลังทำร้าย", "ทำร้าย", "ถูกแทง", "แทงกัน", "ฟันกัน", "ยิงกัน", "เสียงปืน", "มีปืน", "มีมีด", "ถือมีด"),
    *("ถือปืน", "อาวุธ", "ไฟไหม้", "เพลิงไหม้", "ไฟช็อต", "ไฟดูด", "สายไฟขาด", "เลือด", "หมดสติ", "ไม่หายใจ", "จะฆ่า", "ฆ่าตัวตาย"),
    *("ข่มขืน", "ลวนลาม", "อนาจาร", "ขังอยู่", "ติดอยู่ข้างใน", "จมน้ำ", "ระเบิด", "คลั่ง", "ทุบตี", "ตบตี", "ตีกัน", "ตีเมีย"),
    *("ตีลูก", "ถูกตาม", "ตามฉัน", "ตามมา", "แก๊สรั่ว", "เด็กร้อง"),
)
_HURRY_LATIN: Final = re.compile(
    r"\b(help me|help us|knife|gun|gunshots?|shots?|shooting|stabb(?:ed|ing)|weapon|on fire|fire|bleeding|blood|"
    r"unconscious|not breathing|rape[ds]?|raping|assault(?:ed|ing)?|attack(?:ed|ing)?|beat(?:en|ing)|kill(?:ed|ing)?|"
    r"bomb|explosion|suicide|drown(?:ed|ing)?|gas leak|live wire|electrocuted|following me|being followed|trapped)\b",
    re.IGNORECASE,
)
_HURRY_OTHER: Final = (
    "救命",
    "着火",
    "持刀",
    "有枪",
    "助けて",
    "火事",
    "刃物",
    "살려",
    "불이",
    "칼을",
    "помогите",
    "пожар",
    "нож",
)


def hurries(text: str) -> bool:
    """Tell whether a text has a word that wants a person's eye at once.

    It decides nothing: the report stands first in the queue with a mark, and everybody on duty may read it, a tip too.
    """
    said = plain(text)
    bare = said.replace(" ", "")
    low = said.casefold()
    return (
        any(word in bare for word in _HURRY)
        or any(word in low for word in _HURRY_OTHER)
        or bool(_HURRY_LATIN.search(low))
    )
