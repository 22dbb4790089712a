"""What crosses the wire about the shift log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unjai.respond.rules.shift_log import State
from unjai.respond.schemas.base import In, Moment, Out, Said, SaidSomething


class ShiftNoteIn(In):
    """The hand-over note; `version` is the log's version that its writer looked at."""

    note: Said = ""
    unfinished: Said = ""
    equipment: Said = ""
    version: int | None = None


class HandOverIn(In):
    """A signature under the log as it was looked at."""

    version: int | None = None


class AdditionIn(In):
    """What is added to a log."""

    text: SaidSomething


class ShiftPersonOut(Out):
    """Someone of the room, and from when to when; no end means still there at the log's end."""

    name_th: str
    name_en: str
    chief: bool
    from_at: Moment
    to_at: Moment | None


class ShiftUnitOut(Out):
    """A unit on duty in the shift, with vehicle and crew."""

    unit_id: UUID
    call_sign: str
    kind: str
    name_th: str
    name_en: str
    vehicle: str
    registration: str
    crew: str | None
    from_at: Moment
    to_at: Moment | None


class ShiftIncidentOut(Out):
    """An incident as a log names it."""

    id: UUID
    number: str
    priority: int
    state: str
    outcome: str | None
    title_th: str
    title_en: str
    place_th: str
    place_en: str
    opened_at: Moment
    closed_at: Moment | None


class ShiftLineOut(Out):
    """A line that wrote itself."""

    at: Moment
    kind: str
    text_th: str
    text_en: str
    incident_id: UUID | None


class ShiftCountsOut(Out):
    """What the shift had to do with, counted."""

    carried_in: int
    opened: int
    closed: int
    carried_out: int
    urgent: int
    waits: int
    silences: int
    pauses: int
    emergencies: int


class ShiftCarryOut(Out):
    """An open incident that was carried over, and who of the incoming shift has seen it."""

    incident_id: UUID
    number: str
    priority: int
    facts: dict[str, Any]
    seen_at: Moment | None
    seen_by: str


class ShiftAdditionOut(Out):
    """What was added."""

    at: Moment
    by: str
    text: str


class ShiftHead(Out):
    """A log as the list of logs shows it."""

    id: UUID
    name_th: str
    name_en: str
    from_at: Moment
    to_at: Moment
    covers_from: Moment
    covers_to: Moment | None
    state: State
    handed_at: Moment | None
    handed_by: str
    taken_at: Moment | None
    taken_by: str


class ShiftLog(ShiftHead):
    """A log with all that it tells; `intact` says whether the signed content still has its digest."""

    note: str
    unfinished: str
    equipment: str
    noted_at: Moment | None
    noted_by: str
    digest: str
    intact: bool | None
    version: int
    room: list[ShiftPersonOut]
    units: list[ShiftUnitOut]
    counts: ShiftCountsOut
    opened: list[ShiftIncidentOut]
    closed: list[ShiftIncidentOut]
    open: list[ShiftIncidentOut]
    lines: list[ShiftLineOut]
    carried: list[ShiftCarryOut]
    additions: list[ShiftAdditionOut]
    may_hand_over: bool
    before: ShiftHead | None


class ShiftNowOut(Out):
    """The log of the shift that goes on, and the one before it as long as it was not taken over."""

    running: ShiftLog | None
    waiting: ShiftLog | None
