"""What answers teach of a rule, in plain words of both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from unjai.picture.alerts.rules.facts import Words
from unjai.picture.alerts.rules.sentence import span
from unjai.picture.alerts.rules.teaching import ANSWERS_LEAST, WRONG_LEAST, Precision, Proposal, Why

_WHY: Final[Mapping[Why, Words]] = {
    "few": Words(
        th=f"คำตอบยังน้อยเกินกว่าจะเสนออะไร ต้องมีอย่างน้อย {ANSWERS_LEAST} ครั้ง",
        en=f"Too few answers to propose anything; at least {ANSWERS_LEAST} are needed.",
    ),
    "few_wrong": Words(
        th=f"แจ้งผิดน้อยกว่า {WRONG_LEAST} ครั้ง จึงไม่เสนอให้เปลี่ยน",
        en=f"Fewer than {WRONG_LEAST} were wrong, so no change is proposed.",
    ),
    "no_threshold": Words(
        th="กฎชนิดนี้ไม่มีค่าที่ปรับให้แจ้งน้อยลงได้ ลองวาดพื้นที่หรือเส้นใหม่ หรือจำกัดเวลา",
        en="This kind of rule has no threshold to raise. Try another drawing, or fewer hours.",
    ),
    "no_gain": Words(
        th="ไม่มีค่าใดที่ลดครั้งที่ผิดได้ครึ่งหนึ่งโดยไม่เสียครั้งที่ถูกมากเกินไป",
        en="No value would spare half of the wrong alerts without losing too many right ones.",
    ),
    "declined": Words(
        th="มีผู้ตัดสินใจไม่ใช้ข้อเสนอแล้ว จะเสนออีกเมื่อมีคำตอบเพิ่มพอ",
        en="The proposal was declined; it comes back once there are enough new answers.",
    ),
}


def why_words(why: Why) -> Words:
    """Return why nothing is proposed."""
    return _WHY[why]


def precision_words(found: Precision, alerts: int) -> Words:
    """Return how often a rule was right, with what that is worth."""
    total = found.right + found.wrong
    if found.share is None or found.low is None or found.high is None:
        return Words(
            th=f"แจ้งแล้ว {alerts} ครั้ง ยังไม่มีใครบอกว่าถูกหรือผิด",
            en=f"It told {alerts} times; nobody has said yet whether that was right.",
        )
    low, high = round(found.low * 100), round(found.high * 100)
    return Words(
        th=f"ตอบแล้ว {total} ครั้งจาก {alerts} ครั้ง: ถูก {found.right} ผิด {found.wrong} "
        f"คือถูกราว {found.share * 100:.0f} % (ด้วยจำนวนเท่านี้ ค่าจริงน่าจะอยู่ระหว่าง {low}–{high} %)",
        en=f"{total} of {alerts} were answered: {found.right} right, {found.wrong} wrong, "
        f"so right about {found.share * 100:.0f} % of the time (from so few: probably {low} to {high} %).",
    )


def proposal_words(found: Proposal, title: Words, unit: Words, *, switch: bool) -> Words:
    """Return what a proposal would have done to the alerts that were answered."""
    if switch:
        return Words(
            th=f"แจ้งเพราะ “{title.th}” อย่างเดียว {found.spared} ครั้ง ผิดทุกครั้ง ถ้าเลิกนับข้อนี้ ครั้งเหล่านั้นจะไม่แจ้ง",
            en=f"It told of “{title.en}” alone {found.spared} times, all of them wrong. "
            "Without it none of those would have come.",
        )
    now, to = _value(found.param, found.now, unit), _value(found.param, found.to, unit)
    lost_th = f"ครั้งที่ถูกจะหายไป {found.lost} จาก {found.right}" if found.lost else "ครั้งที่ถูกยังแจ้งครบ"
    lost_en = f"{found.lost} of {found.right} right ones" if found.lost else "no right one"
    return Words(
        th=f"ถ้าตั้ง “{title.th}” เป็น {to.th} แทน {now.th} ครั้งที่ผิด {found.spared} จาก {found.wrong} จะไม่แจ้ง {lost_th}",
        en=f"With “{title.en}” {to.en} instead of {now.en}, {found.spared} of {found.wrong} wrong ones "
        f"would not have come, and {lost_en} would have been lost.",
    )


def _value(param: str, value: float, unit: Words) -> Words:
    if param.endswith(("seconds", "_s")) and value == int(value):
        return span(int(value))
    return Words(th=f"{value:g} {unit.th}".strip(), en=f"{value:g} {unit.en}".strip())
