"""The sentence that a rule means, in Thai and English, made from its parameters; and spans of time in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unjai.picture.alerts.rules.facts import Words
from unjai.picture.alerts.rules.kind import Scope
from unjai.picture.alerts.rules.rule import Rule
from unjai.picture.alerts.rules.when import ALL_DAYS, Hours

_DAYS_TH = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WORKING, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
_LATIN_THAI = re.compile(r"(?<=[A-Za-z0-9])(?=[\u0e01-\u0e3a\u0e40-\u0e5b])")
"""Where Thai follows Latin letters or figures without the space that a reader expects."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def span(seconds: int) -> Words:
    """Return a length of time, exact: 90 s stays 90 seconds, 1800 s is 30 minutes."""
    for unit, th, en in ((_DAY, "วัน", "d"), (_HOUR, "ชั่วโมง", "h"), (_MINUTE, "นาที", "min")):
        if seconds >= unit and seconds % unit == 0:
            return Words(th=f"{seconds // unit} {th}", en=f"{seconds // unit} {en}")
    return Words(th=f"{seconds} วินาที", en=f"{seconds} s")


def clock(minutes: int) -> str:
    """Return minutes after midnight as ``22:00``."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def hours(spans: Sequence[Hours]) -> str:
    """Return hours as ``22:00–05:00, 12:00–13:00``; the same in both languages."""
    return ", ".join(f"{clock(one.start)}–{clock(one.end)}" for one in spans)


def days(weekdays: frozenset[int]) -> Words:
    """Return weekdays in words; nothing for all of them."""
    if weekdays == ALL_DAYS:
        return Words(th="", en="")
    if weekdays == _WORKING:
        return Words(th="ในวันจันทร์–ศุกร์", en="on Mon–Fri")
    if weekdays == _WEEKEND:
        return Words(th="ในวันเสาร์–อาทิตย์", en="at weekends")
    chosen = sorted(weekdays)
    return Words(
        th="ในวัน" + " ".join(_DAYS_TH[day] for day in chosen), en="on " + ", ".join(_DAYS_EN[day] for day in chosen)
    )


def sentence(rule: Rule, scope: Scope, code: Words) -> Words:
    """Return what a rule means. `code` are the words of the incident that it opens."""
    clause = rule.kind.clause(rule.params, scope)
    th, en = [f"ถ้า{clause.th}"], [f"If {clause.en}"]
    if rule.lasts_s:
        lasts = span(rule.lasts_s)
        th.append(f"นาน {lasts.th}")
        en.append(f"for {lasts.en}")
    if rule.when.hours:
        th.append(f"ระหว่าง {hours(rule.when.hours)}")
        en.append(f"at {hours(rule.when.hours)}")
    if (on := days(rule.when.weekdays)).th:
        th.append(on.th)
        en.append(on.en)
    if rule.kind.area == "filter" and rule.where.shape is not None:
        th.append(f"ใน{scope.area.th}")
        en.append(f"in {scope.area.en}")
    follow = _follow(rule, code)
    th.append(follow.th)
    en[-1] += ","
    en.append(follow.en)
    told_th, told_en = " ".join(th), " ".join(en)
    extra = _extra(rule)
    return Words(th=_LATIN_THAI.sub(" ", told_th + extra.th), en=f"{told_en}{extra.en}.")


def _follow(rule: Rule, code: Words) -> Words:
    if rule.follow.do == "incident":
        level = rule.follow.priority
        return Words(th=f"ให้เปิดเหตุ “{code.th}” ลำดับ {level}", en=f"open an incident “{code.en}” of priority {level}")
    if rule.follow.do == "notice":
        return Words(th="ให้แจ้งบนจอศูนย์ โดยไม่เปิดเหตุ", en="show a notice on the console, without an incident")
    return Words(th="ให้บันทึกไว้เท่านั้น", en="only write it down")


def _extra(rule: Rule) -> Words:
    th, en = "", ""
    if rule.holdoff_s:
        least = span(rule.holdoff_s)
        whose = {"device": ("ต่ออุปกรณ์", " per device"), "unit": ("ต่อชุดสายตรวจ", " per unit"), "area": ("", "")}
        each = whose[rule.kind.subject]
        th += f" ไม่เกินหนึ่งครั้งใน {least.th}{each[0]}"
        en += f", at most once in {least.en}{each[1]}"
    if rule.when.quiet:
        th += f" และเงียบไว้ช่วง {hours(rule.when.quiet)}"
        en += f", quietly at {hours(rule.when.quiet)}"
    return Words(th=th, en=en)
