"""The verdicts' whole sentences, Thai and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from unjai.evaluate.rules.change.verdict import Judged, Verdict

Language = Literal["th", "en"]

NAMES: Mapping[Verdict, Mapping[Language, str]] = MappingProxyType(
    {
        "better": {"th": "ดีขึ้นเกินกว่าความบังเอิญ", "en": "better than chance"},
        "worse": {"th": "แย่ลงเกินกว่าความบังเอิญ", "en": "worse than chance"},
        "unclaimable": {"th": "ยังกล่าวอ้างไม่ได้", "en": "cannot be claimed"},
    }
)

_COUNT: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "outside": {
            "th": "{value} ครั้ง{over} หากไม่มีอะไรเปลี่ยนคาดไว้ {expected}"
            " (ความบังเอิญ {percent}% อยู่ใน {low}–{high}) จาก {months} เดือนก่อนหน้า",
            "en": "{value} seen{over}; had nothing changed, {expected} were expected"
            " and {percent}% of chance lies within {low}–{high}, by {months} months before",
        },
        "within": {
            "th": "{value} ครั้ง{over} แม้ไม่มีอะไรเปลี่ยน ความบังเอิญ {percent}% ก็อยู่ใน {low}–{high} จาก {months} เดือนก่อนหน้า",
            "en": "{value} seen{over}; {percent}% of chance lies within {low}–{high} with nothing changed,"
            " by {months} months before",
        },
        "no_history": {
            "th": "{value} ครั้ง{over} ไม่มีเดือนก่อนหน้าให้เทียบ",
            "en": "{value} seen{over}; there is no month before to compare with",
        },
        "short_history": {
            "th": "{value} ครั้ง{over} มีเพียง {months} เดือนก่อนหน้า ต้องมีอย่างน้อย 6 เดือน",
            "en": "{value} seen{over}; months before: only {months}, at least 6 are needed",
        },
    }
)

_SHARE: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "outside": {
            "th": "{value} จากผู้ตอบ {n} คน รอบก่อน {expected} ต่างกัน {moved_low} ถึง {moved_high} จุด",
            "en": "{value} of {n} asked; {expected} the round before: a change of {moved_low} to {moved_high} points",
        },
        "within": {
            "th": "{value} จากผู้ตอบ {n} คน รอบก่อน {expected} ความต่าง {moved_low} ถึง {moved_high} จุด ซึ่งอาจไม่ต่างกันเลย",
            "en": "{value} of {n} asked; {expected} the round before: a change of {moved_low} to {moved_high} points,"
            " which may be none",
        },
        "no_history": {
            "th": "{value} จากผู้ตอบ {n} คน ไม่มีรอบก่อนให้เทียบ",
            "en": "{value} of {n} asked; there is no round before to compare with",
        },
        "too_few": {
            "th": "{value} จากผู้ตอบ {n} คน (รอบก่อน {n_before}) ต้องมีอย่างน้อย 30 คนในทั้งสองรอบ",
            "en": "{value} of {n} asked ({n_before} the round before); at least 30 are needed in both",
        },
        "nothing_asked": {"th": "ไม่มีผู้ตอบ", "en": "nobody was asked"},
    }
)


_DIFFERENCE: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "outside": {
            "th": "เมื่อหักพื้นที่เปรียบเทียบและรวมพื้นที่รอบข้างแล้ว ต่างไป {value} ครั้ง (ช่วง {percent}%: {low} ถึง {high}) ซึ่งไม่รวมศูนย์",
            "en": "{value} cases beside the control areas and with the ring around it ({percent}% interval {low} to"
            " {high}, which leaves out none)",
        },
        "within": {
            "th": "เมื่อหักพื้นที่เปรียบเทียบและรวมพื้นที่รอบข้างแล้ว ต่างไป {value} ครั้ง (ช่วง {percent}%: {low} ถึง {high})"
            " ซึ่งอาจไม่ต่างกันเลย",
            "en": "{value} cases beside the control areas and with the ring around it ({percent}% interval {low} to"
            " {high}, which may be none)",
        },
        "too_few": {
            "th": "ต่างไป {value} ครั้ง แต่บางพื้นที่มีไม่ถึง 10 ครั้งและสองช่วงเวลายาวไม่เท่ากัน",
            "en": "{value} cases, but an area has fewer than 10 and the two times are not equally long",
        },
    }
)

_RATIO: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "outside": {
            "th": "เมื่อโครงการเริ่ม จำนวนเหตุเปลี่ยน {value} (ช่วง {percent}%: {low} ถึง {high}) จาก {stations} สถานี"
            " {months} เดือน และการสลับลำดับสถานีให้ผลเช่นนี้เพียง {p} ใน 100 ครั้ง",
            "en": "{value} cases with the programme ({percent}% interval {low} to {high}) over {stations} stations and"
            " {months} months; other orders of the stations give as much {p} times in 100",
        },
        "within": {
            "th": "เมื่อโครงการเริ่ม จำนวนเหตุเปลี่ยน {value} (ช่วง {percent}%: {low} ถึง {high}) จาก {stations} สถานี"
            " {months} เดือน แต่การสลับลำดับสถานีก็ให้ผลเช่นนี้ {p} ใน 100 ครั้ง จึงอาจเป็นความบังเอิญ",
            "en": "{value} cases with the programme ({percent}% interval {low} to {high}) over {stations} stations and"
            " {months} months; other orders of the stations give as much {p} times in 100, so it may be chance",
        },
        "too_few": {
            "th": "มีเพียง {stations} สถานี {months} เดือน ไม่พอจะแยกโครงการจากเวลา",
            "en": "{stations} stations and {months} months are too few to tell the programme from the times",
        },
    }
)


def sentence(judged: Judged, language: Language) -> str:
    """Return the verdict and what it stands on, as one sentence."""
    match judged.facts.get("kind", "share" if "n" in judged.facts else "count"):
        case "share":
            text, told = _SHARE, _share(judged)
        case "difference":
            text, told = _DIFFERENCE, _difference(judged)
        case "ratio":
            text, told = _RATIO, _ratio(judged)
        case _:
            text, told = _COUNT, _count(judged, language)
    return f"{NAMES[judged.verdict][language]}: {text[judged.reason][language].format(**told)}"


def _count(judged: Judged, language: Language) -> dict[str, str]:
    over = judged.facts["over"]
    return {
        "over": "" if over == 1 else {"th": f"ใน {over} เดือน", "en": f" in {over} months"}[language],
        "value": f"{judged.value:,.0f}",
        "expected": "" if judged.expected is None else f"{judged.expected:,.1f}",
        "low": "" if judged.expected_low is None else f"{judged.expected_low:,.0f}",
        "high": "" if judged.expected_high is None else f"{judged.expected_high:,.0f}",
        "months": str(judged.facts["months"]),
        "percent": str(judged.facts["percent"]),
    }


def _share(judged: Judged) -> dict[str, str]:
    facts = judged.facts
    return {
        "value": f"{100 * judged.value:.0f}%",
        "expected": "" if judged.expected is None else f"{100 * judged.expected:.0f}%",
        "n": f"{facts['n']:,.0f}",
        "n_before": f"{facts['n_before']:,.0f}",
        "moved_low": f"{100 * facts['moved_low']:+.0f}" if "moved_low" in facts else "",
        "moved_high": f"{100 * facts['moved_high']:+.0f}" if "moved_high" in facts else "",
    }


def _difference(judged: Judged) -> dict[str, str]:
    return {
        "value": f"{judged.value:+,.0f}",
        "low": f"{judged.low:+,.0f}",
        "high": f"{judged.high:+,.0f}",
        "percent": str(judged.facts["percent"]),
    }


def _ratio(judged: Judged) -> dict[str, str]:
    facts = judged.facts
    value, low, high = (f"{100 * (ratio - 1):+,.0f}%" for ratio in (judged.value, judged.low, judged.high))
    told = {"value": value, "low": low, "high": high, "p": f"{100 * facts['p']:.1f}" if "p" in facts else ""}
    return told | {name: str(facts[name]) for name in ("stations", "months", "percent")}
