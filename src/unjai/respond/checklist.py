"""The check list of one incident as it stands: the version it began with, and what was marked on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.platform.database import Tx
from unjai.respond.rules import procedures as rules
from unjai.respond.rules.procedures import Done, Step
from unjai.respond.store import procedures

_DOES: Mapping[str, str] = {"acknowledge": "acknowledged_at", "assign": "assigned_at", "arrive": "arrived_at"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A mark with who made it and when; `by` is None for what the incident itself has done."""

    done: Done
    at: datetime
    by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The check list of one incident: its version, its steps, and what was marked."""

    procedure_id: UUID
    code: str
    version: int
    steps: tuple[Step, ...]
    marks: Mapping[str, Mark]

    @property
    def done(self) -> dict[str, Done]:
        """The marks as the rules see them."""
        return {key: mark.done for key, mark in self.marks.items()}


async def sheet_of(tx: Tx, row: Mapping[str, Any]) -> Sheet | None:
    """Return the list that an incident began with; None for an incident older than check lists."""
    found = None if row["procedure_id"] is None else await procedures.of(tx, row["procedure_id"])
    if found is None:
        return None
    steps = rules.parsed(found["steps"])
    marks = {
        step.key: Mark(done=Done(mark="done"), at=row[_DOES[step.does]], by=None)
        for step in steps
        if step.does is not None and row[_DOES[step.does]] is not None
    }
    for one in await procedures.marks(tx, row["id"], found["id"]):
        done = Done(mark=one["mark"], answer=one["answer"], reason=one["reason"])
        marks[one["key"]] = Mark(done=done, at=one["at"], by=one["by"])
    return Sheet(procedure_id=found["id"], code=found["code"], version=found["version"], steps=steps, marks=marks)
