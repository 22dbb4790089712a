"""What makes a watched vehicle urgent: words of the entry's reason and instruction, and the priority they give. Pure.

An entry was agreed on by two people, so its own words decide, not a box that is easily ticked. Which word it was is
told with the proposal, so that the second person sees the priority before it counts.

A word that is plainly denied ("ไม่มีอาวุธ", "no weapons") does not count. Only a denial that stands right before the
word is one. What is doubted, asked, or merely not found ("อาจไม่มีอาวุธ", "ไม่มีอาวุธหรือไม่", "ไม่พบปืน") still counts:
to be told of a danger that is none costs less than the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


_THINGS = "(?:อาวุธ|ปืน|วัตถุระเบิด|ระเบิด)"
_DEEDS = "(?:ฆ่า|ชิงทรัพย์|ปล้น|ลักพา|เรียกค่าไถ่|หน่วงเหนี่ยว|ข่มขืน|ก่อการร้าย|แหกคุก)"
_ARMS = "(?:armed|weapons?|guns?|bombs?|hostages?)"
_DENIED: Final = re.compile(
    rf"(?:ไม่ได้|ไม่|มิได้|มิ)(?:มีและ)?(?:มี|พกพา|พก|ใช้|ถือ)(?:การใช้|การพกพา)?{_THINGS}+(?:\s?(?:หรือ|/)\s?{_THINGS}+)*"
    rf"|ปราศจาก{_THINGS}+"
    rf"|(?:ไม่ใช่|มิใช่|ไม่ได้|มิได้|ไม่เกี่ยวกับ|ไม่มีการ|ไม่มีเหตุ)(?:คดี|เหตุ|การ)?{_DEEDS}(?:\s?หรือ\s?{_DEEDS})*"
    rf"|\b(?:no|not|without|isn't|aren't)\s+(?:any\s+|an?\s+)?{_ARMS}(?:\s?(?:,|/|\bor\b)\s?{_ARMS})*\b"
    r"|(?:ไม่ต้อง|ไม่จำเป็นต้อง)(?:รอกำลัง|ขอกำลังเสริม)"
    r"|\b(?:no need to|need not|do not|don't)\s+wait for backup"
)
_DOUBTED: Final = re.compile(
    r"อาจ|คาดว่า|น่าจะ|เชื่อว่า|สงสัย|แน่|ยืนยัน|ยัง|ทราบ|ใช่|ถ้า|หาก|แม้|แค่|เพียง|ปลอม"
    r"|\b(?:may|might|maybe|perhaps|if|whether|sure|unsure|believed|thought|unless|even|known|confirmed|only|just)\b"
)
"""In the same clause before a denial: it is none."""
_ASKED: Final = re.compile(
    r"\s?(?:หรือไม่|หรือเปล่า|ไหม|ใช่ไหม|ที่พบ|ปลอม|เท่านั้น|เพียง|แค่|ธรรมดา|\?)|\s+(?:was\s+|were\s+)?(?:found|seen|recovered|only)\b"
)
"""Right after a denial: it is none."""
_CLAUSE: Final = re.compile(r"[\s,;.:/()\[\]\"“”–—]")


def urgent_word(reason: str, instruction: str) -> str | None:
    """Return the word that makes an entry urgent, None where there is none, or each is plainly denied."""
    order, why = instruction.casefold(), reason.casefold()
    asked = ((ALONE, (order,)), (SERIOUS, (why, order)))
    found = (word for words, texts in asked for word in words if any(_says(text, word) for text in texts))
    return next(found, None)


def _says(text: str, word: str) -> bool:
    """Tell whether a text says a word somewhere where it is not denied; English words begin where a word begins."""
    denied = list(_denials(text))
    said = re.finditer(rf"\b{re.escape(word)}" if word.isascii() else re.escape(word), text)
    return any(not any(low <= one.start() < high for low, high in denied) for one in said)


def _denials(text: str) -> Iterator[tuple[int, int]]:
    for one in _DENIED.finditer(text):
        clauses = list(_CLAUSE.finditer(text, 0, one.start()))
        thai = not one.group().isascii()
        begins = 0 if not clauses or not thai else clauses[-1].end()
        if not thai:  # blanks part words, not clauses
            begins = max((text.rfind(sign, 0, one.start()) + 1 for sign in ".;,\n"), default=0)
        if not _DOUBTED.search(text, begins, one.start()) and not _ASKED.match(text, one.end()):
            yield one.span()


def priority_of(reason: str, instruction: str) -> int:
    """Return the priority of the event that a hit opens."""
    return USUAL if urgent_word(reason, instruction) is None else URGENT
