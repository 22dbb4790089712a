"""Dated posts — การดำรงตำแหน่ง: who holds one on a day, what may stand beside what, and how a post is written.

Days are Bangkok's; the last day of a post belongs to it, as orders say (ตั้งแต่ … ถึง …).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.thai import thai_digits
from unjai.people.rules.positions import GRADE_RANKS, GRADES, POSITIONS, Position
from unjai.people.rules.ranks import RANKS

PostKind = Literal["substantive", "acting", "delegated", "attached"]
POST_KINDS: tuple[PostKind, ...] = ("substantive", "acting", "delegated", "attached")
"""ดำรงตำแหน่ง · รักษาราชการแทน (absent or vacant) · ปฏิบัติราชการแทน (by delegation) · ปฏิบัติราชการ (lent to a unit)."""

KIND_TH = {"substantive": "", "acting": "รักษาราชการแทน", "delegated": "ปฏิบัติราชการแทน", "attached": "ปฏิบัติราชการ"}
KIND_EN = {"substantive": "", "acting": "Acting", "delegated": "On behalf of the", "attached": "Attached:"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One person's time in one position at one organisation unit. `until_on` is the last day, None while it goes on."""

    id: UUID
    person_id: UUID
    position: str
    org_unit_id: int
    kind: PostKind
    from_on: date
    until_on: date | None = None
    grade: int | None = None


def today(now: datetime) -> date:
    """Return the day on the calendar in Bangkok."""
    return now.astimezone(BANGKOK).date()


def begins_at(day: date) -> datetime:
    """Return the moment a day begins in Bangkok."""
    return datetime.combine(day, time(), BANGKOK)


def span(post: Post) -> tuple[datetime, datetime | None]:
    """Return from when until when a post counts: midnight to midnight, the last day within."""
    ends = None if post.until_on is None else begins_at(post.until_on + timedelta(days=1))
    return begins_at(post.from_on), ends


def holds_on(post: Post, day: date) -> bool:
    """Tell whether a post counts on a day."""
    return post.from_on <= day and (post.until_on is None or day <= post.until_on)


def overlaps(one: Post, other: Post) -> bool:
    """Tell whether two posts share a day."""
    return (other.until_on is None or one.from_on <= other.until_on) and (
        one.until_on is None or other.from_on <= one.until_on
    )


def same_chair(one: Post, other: Post) -> bool:
    """Tell whether two posts are the same position at the same unit."""
    return (one.position, one.org_unit_id) == (other.position, other.org_unit_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chair:
    """Who is in a position on a day; `answers` are those who decide there: whoever acts, else the holders."""

    substantive: tuple[Post, ...]
    acting: tuple[Post, ...]
    delegated: tuple[Post, ...]

    @property
    def answers(self) -> tuple[Post, ...]:
        """Return who decides: an acting holder stands in the place of the substantive one."""
        return self.acting or self.substantive

    @property
    def vacant(self) -> bool:
        """Tell whether nobody decides."""
        return not self.answers


def chair(posts: Iterable[Post], *, position: str, org_unit_id: int, day: date) -> Chair:
    """Return who is in a position at a unit on a day, the longest there first."""
    here = [one for one in posts if (one.position, one.org_unit_id) == (position, org_unit_id) and holds_on(one, day)]
    here.sort(key=lambda one: (one.from_on, one.id))
    return Chair(
        substantive=tuple(one for one in here if one.kind == "substantive"),
        acting=tuple(one for one in here if one.kind == "acting"),
        delegated=tuple(one for one in here if one.kind == "delegated"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """What looks odd in a post that is taken all the same: `code` names the words on the screen."""

    code: Literal["rank_unusual", "grade_unusual", "chair_shared", "holder_present", "level_unusual"]
    facts: dict[str, object]


def check_post(
    post: Post,
    others: Sequence[Post],
    *,
    reason: str,
    order_ref: str,
    rank: str = "",
    level: str = "",
    day: date | None = None,
) -> list[Remark]:
    """Refuse a post that cannot be, and return what looks odd in one that can.

    `others` are posts of the same chair and of the same person. A post that was over before `day` is not held against
    the rank, which is today's. Raises (422) `position_unknown`, `post_dates_wrong`,
    `post_grade_wrong`, `post_reason_missing`, `post_order_missing`; (409) `post_chair_taken` where a position for one
    has two substantive holders (or two who act) on a day, `post_second` where a person would hold two substantive ones.
    """
    position = _known(post)
    others = [one for one in others if one.id != post.id and overlaps(one, post)]
    if post.kind == "acting" and not reason.strip():
        raise UnjaiError("post_reason_missing", 422)
    if post.kind == "delegated" and not order_ref.strip():
        raise UnjaiError("post_order_missing", 422)
    for other in others:
        clash = same_chair(post, other) and post.kind == other.kind and other.person_id != post.person_id
        if clash and position.holders == "one" and post.kind in {"substantive", "acting"}:
            raise UnjaiError("post_chair_taken", 409, position=position.abbr_th, **_dates(other))
        if other.person_id == post.person_id and post.kind == other.kind == "substantive":
            raise UnjaiError("post_second", 409, position=POSITIONS[other.position].abbr_th, **_dates(other))
        if other.person_id == post.person_id and same_chair(post, other) and post.kind == other.kind:
            raise UnjaiError("post_second", 409, position=position.abbr_th, **_dates(other))
    over = day is not None and post.until_on is not None and post.until_on < day
    remarks = _remarks(post, position, others, rank=rank, level=level)
    return [one for one in remarks if not (over and one.code in {"rank_unusual", "grade_unusual"})]


def _known(post: Post) -> Position:
    position = POSITIONS.get(post.position)
    if position is None:
        raise UnjaiError("position_unknown", 422, position=post.position[:40])
    if post.until_on is not None and post.until_on < post.from_on:
        raise UnjaiError("post_dates_wrong", 422)
    if post.grade is not None and post.grade not in GRADES:
        raise UnjaiError("post_grade_wrong", 422, lowest=GRADES[0], highest=GRADES[-1])
    return position


def _dates(other: Post) -> dict[str, object]:
    until = "" if other.until_on is None else other.until_on.isoformat()
    return {"from_on": other.from_on.isoformat(), "until_on": until}


def _between(rank: str, usual: tuple[str, str]) -> bool:
    high, low = (RANKS[key].order for key in usual)
    return high <= RANKS[rank].order <= low


def _remarks(post: Post, position: Position, others: Sequence[Post], *, rank: str, level: str) -> Iterable[Remark]:
    substantive = post.kind == "substantive"
    if substantive and position.usual is not None and (not rank or not _between(rank, position.usual)):
        high, low = position.usual
        yield Remark(code="rank_unusual", facts={"high": high, "low": low, "rank": rank})
    if post.grade is not None and (not rank or not _between(rank, GRADE_RANKS[post.grade])):
        high, low = GRADE_RANKS[post.grade]
        yield Remark(code="grade_unusual", facts={"grade": post.grade, "high": high, "low": low, "rank": rank})
    here = [one for one in others if same_chair(post, one) and one.person_id != post.person_id]
    if substantive and position.holders == "usually_one" and any(one.kind == "substantive" for one in here):
        yield Remark(code="chair_shared", facts={"position": position.abbr_th})
    if post.kind == "acting" and any(one.kind == "substantive" for one in here):
        yield Remark(code="holder_present", facts={"position": position.abbr_th})
    wanted = {"division": {"division", "provincial"}}.get(position.level, {position.level})
    if level and position.level != "any" and level not in wanted:
        yield Remark(code="level_unusual", facts={"position": position.abbr_th, "level": level})


def _spoken_grade(position: Position, grade: int | None, *, thai: bool) -> str:
    if grade is None or not position.says_grade:
        return ""
    gap = "" if position.abbr_th.endswith(".") else " "
    return f"{gap}(สบ {thai_digits(grade) if thai else grade})"


def _at_unit(abbr: str, code: str) -> str:
    """Join a position and a unit's code as papers do: ``ผกก.สภ.ช้างเผือก``, ``ผบก.น.1``, ``ผบ.หมู่ (ป.) สภ.ช้างเผือก``."""
    for word in ("บก.", "บช."):
        if abbr.endswith(word) and code.startswith(word):
            code = code.removeprefix(word)
    if code == "ตร." and abbr.endswith("ตร."):
        return abbr
    return f"{abbr}{'' if abbr.endswith('.') else ' '}{code}".strip()


def _written_out(position: Position, said: str) -> str:
    """Return a position's long name with its grade after a blank: ``จเรตำรวจ (สบ 8)``."""
    return f"{position.th} {said.strip()}".rstrip()


def post_text(post: Post, *, code: str, unit_th: str = "", thai: bool = False, short: bool = True) -> str:
    """Write a post in Thai: ``ผกก.สภ.ช้างเผือก``, ``รักษาราชการแทน ผกก.สภ.ช้างเผือก``, ``จตร.(สบ ๘) ปฏิบัติราชการ บช.น.``.

    `thai` writes the grade in Thai digits; without `short` everything is written out, with the unit's whole name.
    """
    known = POSITIONS[post.position]
    said = _spoken_grade(known, post.grade, thai=thai)
    if post.kind == "attached":
        name = known.abbr_th + said if short else _written_out(known, said)
        return f"{name} {KIND_TH[post.kind]} {code if short else unit_th}"
    if short:
        whole = _at_unit(known.abbr_th + said, code)
    else:
        unit = unit_th
        for word, of in (("กองบัญชาการ", "ผู้บัญชาการ"), ("กองบังคับการ", "ผู้บังคับการ")):
            if known.th.endswith(of):
                unit = unit.removeprefix(word)
        whole = f"{_written_out(known, said)}{'' if known.joins and not said else ' '}{unit}".strip()
    return f"{KIND_TH[post.kind]} {whole}".strip()


def post_text_en(post: Post, *, unit_en: str) -> str:
    """Write a post in English: ``Acting Superintendent, Chang Phueak Police Station``."""
    known = POSITIONS[post.position]
    spoken = "" if post.grade is None or not known.says_grade else f" (grade {post.grade})"
    return f"{KIND_EN[post.kind]} {known.en}{spoken}, {unit_en}".strip()
