"""What crosses the wire about incidents. No `IncidentRow` holds anything of a caller."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from unjai.people.schemas.accounts import UnitOut
from unjai.people.schemas.duty import DutyOut
from unjai.platform.moments import MomentIn
from unjai.respond.rules.life import Outcome, State, Step
from unjai.respond.rules.ranking import Standing
from unjai.respond.schemas.base import (
    In,
    Lat,
    Lon,
    Moment,
    Out,
    Priority,
    Said,
    SaidSomething,
    Short,
)
from unjai.respond.schemas.case import AttachmentOut, CaseFileOut, ChecklistOut, OverdueOut, PartyOut
from unjai.respond.schemas.officer import CallerPlace, OwnDistress, OwnTalk


class EventCodeOut(Out):
    """A kind of happening; `compatible` are the codes whose reports may be one event with it."""

    code: str
    th: str
    en: str
    priority: int
    group: str
    radio: str | None
    needs: list[str]
    compatible: list[str]


class UnitState(Out):
    """A unit that is asked for or works on the incident."""

    unit_id: UUID
    call_sign: str
    state: Step


class IncidentRow(Out):
    """An incident as lists and the live picture show it."""

    id: UUID
    number: str
    code: str
    title_th: str
    title_en: str
    priority: int
    state: State
    channel: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    place_th: str
    place_en: str
    opened_at: Moment
    acknowledged_at: Moment | None
    assigned_at: Moment | None
    arrived_at: Moment | None
    closed_at: Moment | None
    outcome: Outcome | None
    report_count: int
    units: list[UnitState]
    unanswered: bool
    """No unit answered: an operator must act now."""
    silent: bool
    """Who calls cannot speak: do not ring back."""
    merged_into: UUID | None
    overdue: list[OverdueOut]
    """What waits too long on it now, the earliest first; a row that was taken over says by whom."""
    version: int


class Caller(Out):
    """Who called; only for whoever may read it."""

    name: str | None
    phone: str | None


class ReportOut(Out):
    """One telling."""

    id: UUID
    channel: str
    kind: str
    code: str
    observed_at: Moment
    received_at: Moment
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    text: str
    place_text: str
    silent: bool
    caller: Caller | None
    device_key: str | None
    joined_why: str | None
    distance_m: float | None


class AssignmentOut(Out):
    """A unit's part in an incident, from the offer to its end."""

    id: UUID
    unit_id: UUID
    call_sign: str
    state: Step
    offered_at: Moment
    answered_at: Moment | None
    expires_at: Moment
    en_route_at: Moment | None
    on_scene_at: Moment | None
    cleared_at: Moment | None
    eta_s: float | None
    road_m: float | None
    reason: str | None
    by_itself: bool


class TimelineEntry(Out):
    """A step: who, when, what, in both languages."""

    id: UUID
    at: Moment
    actor: str
    actor_kind: str
    kind: str
    text_th: str
    text_en: str
    facts: dict[str, Any]


class NearCamera(Out):
    """A camera near the incident."""

    device_id: UUID
    name_th: str
    name_en: str
    distance_m: float


class Linked(Out):
    """Another incident that this one came from, took in, or gave a report to."""

    id: UUID
    number: str
    title_th: str
    title_en: str


class Incident(IncidentRow):
    """An incident with all that is known of it."""

    acknowledged_by: str | None
    split_from: UUID | None
    reports: list[ReportOut]
    assignments: list[AssignmentOut]
    timeline: list[TimelineEntry]
    nearest_cameras: list[NearCamera]
    checklist: ChecklistOut | None
    parties: list[PartyOut]
    attachments: list[AttachmentOut]
    case_files: list[CaseFileOut]
    merged_from: list[Linked]
    split_into: list[Linked]
    split_out_of: Linked | None
    overdue_ever: list[OverdueOut]


class ProposalOut(Out):
    """A free unit and why it stands where it stands; `standing` says what speaks against it."""

    unit_id: UUID
    call_sign: str
    kind: str
    state: str = "free"
    standing: Standing
    road_m: float | None
    eta_s: float | None
    load: int
    fits: bool
    reasons_th: list[str]
    reasons_en: list[str]


class StripItem(Out):
    """A line of the last hour's strip."""

    at: Moment
    kind: str
    priority: int
    incident_id: UUID
    number: str
    text_th: str
    text_en: str


class Task(Out):
    """What a unit is asked for or works on, with what was told about it."""

    id: UUID
    state: Step
    offered_at: Moment
    expires_at: Moment
    en_route_at: Moment | None
    on_scene_at: Moment | None
    eta_s: float | None
    road_m: float | None
    incident: IncidentRow
    told: list[str]
    caller: CallerPlace | None
    taken_back_at: Moment | None
    """When the caller asked to cancel: not confirmed, for somebody may be forcing her hand."""


class DoneTask(Out):
    """The unit's last finished task."""

    incident_id: UUID
    number: str
    title_th: str
    title_en: str
    outcome: Outcome | None
    cleared_at: Moment | None


class Officer(Out):
    """All that the phone page shows."""

    unit: UnitOut
    duty: DutyOut
    assignment: Task | None
    called: bool
    last_closed: DoneTask | None
    talk: OwnTalk
    distress: OwnDistress | None
    now: Moment


class UnitPlace(Out):
    """Where the unit is that comes."""

    lon: float
    lat: float


class HelpStatus(Out):
    """What a citizen sees of a call for help."""

    id: UUID
    status: str
    eta_s: float | None
    unit: UnitPlace | None
    message_th: str
    message_en: str


class CallIn(In):
    """A telephone call as the operator writes it down."""

    code: str = Field(max_length=20)
    lon: Lon | None = None
    lat: Lat | None = None
    place_text: Short = ""
    caller_name: Short | None = None
    caller_phone: Short | None = None
    text: Said = ""
    priority: Priority | None = None


class Command(In):
    """A command; `version` is the incident's version that the operator looked at, if it is to guard."""

    version: int | None = None


class NoteIn(Command):
    """A note."""

    text: SaidSomething


class PriorityIn(Command):
    """A priority, 1 the most urgent."""

    priority: Priority


class CodeIn(Command):
    """What the incident really is."""

    code: str = Field(max_length=20)


class PlaceIn(Command):
    """Where the incident is."""

    lon: Lon
    lat: Lat


class CloseIn(Command):
    """How it ended."""

    outcome: Outcome
    text: Said = ""


class TextIn(Command):
    """Words that may be missing."""

    text: Said = ""


class ReopenIn(Command):
    """Why it is taken up again."""

    reason: SaidSomething


class SplitIn(Command):
    """The report that is another event."""

    report_id: UUID


class MergeIn(Command):
    """The incident that takes this one in."""

    into: UUID


class OfferIn(Command):
    """The unit to ask; none means the best."""

    unit_id: UUID | None = None


class DeedIn(In):
    """When the phone says that it was done, for a deed that waited for a line."""

    at: MomentIn | None = None


class RefuseIn(DeedIn):
    """Why not."""

    reason: Short = ""


class DoneIn(DeedIn):
    """How a task ended."""

    outcome: Outcome
    text: Said = ""


class DistressIn(In):
    """Where the officer is, if the phone knows."""

    lat: Lat | None = None
    lon: Lon | None = None
    acc: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    text: Said = ""


def iso(at: datetime) -> str:
    """Return a moment as it crosses the wire."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
