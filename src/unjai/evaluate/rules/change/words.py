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


def sentence(judged: Judged, language: Language) -> str:
    """Return the verdict and what it stands on, as one sentence."""
    share = "n" in judged.facts
    told = _share(judged) if share else _count(judged, language)
    text = (_SHARE if share else _COUNT)[judged.reason][language].format(**told)
    return f"{NAMES[judged.verdict][language]}: {text}"


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
