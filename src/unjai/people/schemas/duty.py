"""What crosses the wire about duty and rosters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from unjai.people.rules import UnitKind
from unjai.people.rules.crew import CrewKind, Line
from unjai.people.rules.roster import CREW_MOST, GapKind
from unjai.people.schemas.accounts import CallSign, HourMinute, In, Name, Out, ShiftOut
from unjai.people.schemas.crew import CrewOut
from unjai.platform.moments import DayIn, MomentIn

_NO_NUL = r"^[^\x00]*$"
Note = Annotated[str, Field(max_length=300, pattern=_NO_NUL)]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class MemberIn(In):
    """One who goes along, with their line of work; the usual one where it is not said."""

    account_id: UUID
    line: Line | None = None


class DutyIn(In):
    """On duty, or off. All but `on` is optional: what is not said comes from the roster, then from the unit.

    `at` is when a phone without a line says that it was pressed; `note` is the line for the next crew.
    """

    on: bool
    at: MomentIn | None = None
    note: Note = ""
    unit_id: UUID | None = None
    shift_id: UUID | None = None
    call_sign: CallSign | None = None
    vehicle: Name | None = None
    registration: CallSign | None = None
    odometer_km: Annotated[int, Field(ge=0, le=9_999_999)] | None = None
    line: Line | None = None
    crew: Annotated[list[MemberIn], Field(max_length=CREW_MOST)] | None = None


class PlannedMemberOut(Out):
    """One of a planned crew; `kind` is null for an account that may no longer go on duty."""

    account_id: UUID
    name_th: str
    name_en: str
    kind: CrewKind | None = None
    line: Line
    disabled: bool = False


class DutyOut(Out):
    """Whether one is on duty, since when, for which shift, with whom.

    `carries`: this phone tells the unit's place. `missing`: the roster says them, and they are not there.
    """

    on: bool
    since: AwareDatetime | None
    shift: ShiftOut | None
    ends_at: AwareDatetime | None = None
    call_sign: str = ""
    vehicle: str = ""
    registration: str = ""
    beat: str = ""
    late_s: int = 0
    carries: bool = True
    crew: list[CrewOut] = Field(default_factory=list)
    missing: list[PlannedMemberOut] = Field(default_factory=list)


class ChoiceUnitOut(Out):
    """The unit of a choice."""

    id: UUID
    call_sign: str
    kind: UnitKind
    name_th: str
    name_en: str


class HandoverOut(Out):
    """What the crew before wrote."""

    note: str
    to_at: AwareDatetime


class ChoiceOut(Out):
    """A unit one may go on duty with, and what is proposed for it. `there` are those on duty in it."""

    unit: ChoiceUnitOut
    why: Literal["own", "roster"]
    shift_id: UUID | None
    call_sign: str
    vehicle: str
    registration: str
    beat: str
    ends_at: AwareDatetime | None
    crew: list[PlannedMemberOut]
    there: list[CrewOut]
    note: HandoverOut | None


class HandOut(Out):
    """Somebody who may go on duty."""

    account_id: UUID
    name_th: str
    name_en: str
    kind: CrewKind
    line: Line


class LastDutyOut(Out):
    """How one's last duty ended: `why` is empty where one ended it oneself."""

    to_at: AwareDatetime
    why: Literal["", "officer_left", "unit_off", "forgotten"]
    call_sign: str


class SignOnOut(Out):
    """The sign-on form; the first choice is the proposed one."""

    kind: CrewKind | None
    line: Line
    shifts: list[ShiftOut]
    shift_id: UUID | None
    choices: list[ChoiceOut]
    people: list[HandOut]
    last: LastDutyOut | None
    now: AwareDatetime


class RosterGapOut(Out):
    """What is wrong with a planned unit."""

    kind: GapKind
    account_id: UUID | None
    other: UUID | None


class RosterUnitOut(Out):
    """A unit planned for a shift of a day."""

    id: UUID
    day: date
    shift_id: UUID
    shift_th: str
    shift_en: str
    starts: HourMinute
    ends: HourMinute
    unit_id: UUID
    unit_sign: str
    unit_kind: UnitKind
    unit_vehicle: str
    unit_registration: str
    call_sign: str
    vehicle: str
    registration: str
    beat: str
    note: str
    version: int
    changed_at: datetime
    changed_by: str
    crew: list[PlannedMemberOut]
    gaps: list[RosterGapOut]


class RosterUnitIn(In):
    """How a unit goes in a shift. `version` is the one that was looked at, 0 where nothing was planned."""

    call_sign: CallSign = ""
    vehicle: Name = ""
    registration: CallSign = ""
    beat: CallSign = ""
    note: Note = ""
    crew: Annotated[list[MemberIn], Field(max_length=CREW_MOST)] = Field(default_factory=list)
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class RosterCopyIn(In):
    """Days to copy: from which, to which, how many."""

    since: DayIn
    to: DayIn
    days: Annotated[int, Field(ge=1, le=14)] = 7


class CopiedOut(Out):
    """What was copied; give it to `take-back` to undo it."""

    ids: list[UUID]


class TakeBackIn(In):
    """Plans to take back."""

    ids: Ids
