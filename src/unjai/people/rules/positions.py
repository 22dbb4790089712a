"""The positions of the police — ตำแหน่ง — from the national chief to the squad leader, with what is usual in each.

Own table after the published structure of the Royal Thai Police. `usual` is the highest and the lowest rank that
usually holds it: outside it is a warning, never a refusal, since appointments do differ.
"""

# ruff: noqa: E501  one position a line

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Holders = Literal["one", "usually_one", "many"]
Level = Literal["national", "bureau", "division", "station", "any"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A position.

    `joins` says that its long name runs into the unit's (ผู้กำกับการสถานีตำรวจ…), `says_grade` that its grade is
    spoken with it (จตร.(สบ 8)); `grade` is the usual one, None where nobody speaks of it.
    """

    key: str
    abbr_th: str
    th: str
    en: str
    level: Level
    usual: tuple[str, str] | None
    holders: Holders = "many"
    grade: int | None = None
    says_grade: bool = False
    joins: bool = False


def _p(
    key: str,
    names: tuple[str, str, str],
    level: Level,
    usual: tuple[str, str] | None,
    *,
    holders: Holders = "many",
    grade: int | None = None,
    says_grade: bool = False,
) -> Position:
    abbr_th, th, en = names
    return Position(
        key=key,
        abbr_th=abbr_th,
        th=th,
        en=en,
        level=level,
        usual=usual,
        holders=holders,
        grade=grade,
        says_grade=says_grade,
        joins=holders == "one" or key.startswith("deputy_co"),
    )


_LT_COL = ("lieutenant_colonel", "lieutenant_colonel")
_INSPECTOR = ("lieutenant_colonel", "major")
_JUNIOR = ("captain", "sub_lieutenant")
_DEPUTY: Holders = "usually_one"

_ALL = (
    _p("chief", ("ผบ.ตร.", "ผู้บัญชาการตำรวจแห่งชาติ", "Commissioner-General"), "national", ("general", "general"), holders="one"),
    _p("deputy_chief", ("รอง ผบ.ตร.", "รองผู้บัญชาการตำรวจแห่งชาติ", "Deputy Commissioner-General"), "national", ("general", "general"), grade=10),
    _p("inspector_general", ("จตช.", "จเรตำรวจแห่งชาติ", "Inspector-General"), "national", ("general", "general"), holders="one", grade=10),
    _p("assistant_chief", ("ผู้ช่วย ผบ.ตร.", "ผู้ช่วยผู้บัญชาการตำรวจแห่งชาติ", "Assistant Commissioner-General"), "national", ("lieutenant_general", "lieutenant_general"), grade=9),
    _p("adviser", ("ที่ปรึกษา", "ที่ปรึกษา", "Adviser"), "national", ("general", "lieutenant_general"), grade=9, says_grade=True),
    _p("inspector_national", ("จตร.", "จเรตำรวจ", "Inspector"), "national", ("lieutenant_general", "lieutenant_general"), grade=8, says_grade=True),
    _p("commissioner", ("ผบช.", "ผู้บัญชาการ", "Commissioner"), "bureau", ("lieutenant_general", "lieutenant_general"), holders="one", grade=8),
    _p("deputy_commissioner", ("รอง ผบช.", "รองผู้บัญชาการ", "Deputy Commissioner"), "bureau", ("major_general", "major_general"), grade=7),
    _p("commander", ("ผบก.", "ผู้บังคับการ", "Commander"), "division", ("major_general", "major_general"), holders="one", grade=6),
    _p("deputy_commander", ("รอง ผบก.", "รองผู้บังคับการ", "Deputy Commander"), "division", ("colonel", "colonel"), grade=5),
    _p("superintendent", ("ผกก.", "ผู้กำกับการ", "Superintendent"), "station", ("colonel", "colonel"), holders="one", grade=4),
    _p("deputy_prevention", ("รอง ผกก.ป.", "รองผู้กำกับการป้องกันปราบปราม", "Deputy Superintendent (prevention and suppression)"), "station", _LT_COL, holders=_DEPUTY, grade=3),
    _p("deputy_investigation", ("รอง ผกก.สส.", "รองผู้กำกับการสืบสวน", "Deputy Superintendent (investigation)"), "station", _LT_COL, holders=_DEPUTY, grade=3),
    _p("deputy_inquiry", ("รอง ผกก.(สอบสวน)", "รองผู้กำกับการ (สอบสวน)", "Deputy Superintendent (inquiry)"), "station", _LT_COL, grade=3),
    _p("deputy_traffic", ("รอง ผกก.จร.", "รองผู้กำกับการจราจร", "Deputy Superintendent (traffic)"), "station", _LT_COL, holders=_DEPUTY, grade=3),
    _p("inspector_prevention", ("สวป.", "สารวัตรป้องกันปราบปราม", "Inspector (prevention and suppression)"), "station", _INSPECTOR, grade=2),
    _p("inspector_investigation", ("สว.สส.", "สารวัตรสืบสวน", "Inspector (investigation)"), "station", _INSPECTOR, grade=2),
    _p("inspector_inquiry", ("สว.(สอบสวน)", "สารวัตร (สอบสวน)", "Inspector (inquiry)"), "station", _INSPECTOR, grade=2),
    _p("inspector_traffic", ("สว.จร.", "สารวัตรจราจร", "Inspector (traffic)"), "station", _INSPECTOR, grade=2),
    _p("inspector_administration", ("สว.ธร.", "สารวัตรธุรการ", "Inspector (administration)"), "station", _INSPECTOR, holders=_DEPUTY, grade=2),
    _p("sub_inspector_prevention", ("รอง สวป.", "รองสารวัตรป้องกันปราบปราม", "Sub-Inspector (prevention and suppression)"), "station", _JUNIOR, grade=1),
    _p("inquiry_officer", ("พงส.", "พนักงานสอบสวน", "Inquiry Officer"), "station", ("lieutenant_colonel", "sub_lieutenant"), says_grade=True),
    _p("squad_leader", ("ผบ.หมู่ (ป.)", "ผู้บังคับหมู่ (ป้องกันปราบปราม)", "Squad Leader (patrol)"), "station", ("senior_sergeant_major", "lance_corporal")),
    _p("desk_sergeant", ("สิบเวร", "สิบเวร", "Duty Desk Sergeant"), "station", ("senior_sergeant_major", "sergeant")),
    _p("patrol_duty_officer", ("ร้อยเวร 20", "ร้อยเวรสายตรวจ", "Patrol Duty Officer"), "station", _JUNIOR),
    _p("oversight_member", ("กต.ตร.", "กรรมการตรวจสอบและติดตามการบริหารงานตำรวจ", "Oversight Committee Member"), "any", None),
    _p("evaluation_member", ("กก.ประเมิน", "กรรมการประเมิน", "Evaluation Committee Member"), "any", None),
    _p("community_leader", ("ประธานชุมชน", "ประธานชุมชน", "Community Leader"), "any", None),
    _p("volunteer_leader", ("หน.อาสา", "หัวหน้าอาสาสมัคร", "Volunteer Leader"), "any", None),
)  # fmt: skip
POSITIONS: Mapping[str, Position] = MappingProxyType({one.key: one for one in _ALL})

GRADES = range(1, 11)
"""สบ 1 … สบ 10 — the grade of an officer's pay and post."""

GRADE_RANKS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        1: ("captain", "sub_lieutenant"),
        2: ("lieutenant_colonel", "major"),
        3: ("lieutenant_colonel", "lieutenant_colonel"),
        4: ("colonel", "colonel"),
        5: ("colonel", "colonel"),
        6: ("major_general", "major_general"),
        7: ("major_general", "major_general"),
        8: ("lieutenant_general", "lieutenant_general"),
        9: ("general", "lieutenant_general"),
        10: ("general", "general"),
    }
)
"""The highest and the lowest rank usual at a grade."""
