"""What makes a watched vehicle urgent: words of the entry's reason and instruction, and the priority they give. Pure.

An entry was agreed on by two people, so its own words decide, not a box that is easily ticked. Which word it was is
told with the proposal, so that the second person sees the priority before it counts.
"""

from __future__ import annotations

from typing import Final

USUAL: Final = 2
URGENT: Final = 1

ALONE: Final = ("คนเดียว", "เพียงลำพัง", "โดยลำพัง", "ตามลำพัง", "รอกำลัง", "ขอกำลังเสริม", "alone", "wait for backup")
"""Of an instruction: whoever meets the vehicle needs others beside them."""
SERIOUS: Final = (
    "อาวุธ",
    "ปืน",
    "ระเบิด",
    "ฆ่า",
    "ชิงทรัพย์",
    "ปล้น",
    "ลักพา",
    "เรียกค่าไถ่",
    "หน่วงเหนี่ยว",
    "ข่มขืน",
    "ก่อการร้าย",
    "แหกคุก",
    "armed",
    "weapon",
    "gun",
    "bomb",
    "murder",
    "robbery",
    "kidnap",
    "hostage",
    "abduct",
    "rape",
    "terror",
)
"""Of a reason or an instruction: a life is at stake."""


def urgent_word(reason: str, instruction: str) -> str | None:
    """Return the word that makes an entry urgent, None where there is none."""
    order, both = instruction.casefold(), f"{reason} {instruction}".casefold()
    found = (word for words, text in ((ALONE, order), (SERIOUS, both)) for word in words if word in text)
    return next(found, None)


def priority_of(reason: str, instruction: str) -> int:
    """Return the priority of the event that a hit opens."""
    return USUAL if urgent_word(reason, instruction) is None else URGENT
