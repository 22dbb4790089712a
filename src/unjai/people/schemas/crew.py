"""A crew on duty, as it crosses the wire."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from unjai.people.rules.crew import CrewKind, Line


class CrewOut(BaseModel):
    """One of a crew on duty. `late_s` is by how much their sign-on came late."""

    model_config = ConfigDict(from_attributes=True)

    account_id: UUID
    name_th: str
    name_en: str
    kind: CrewKind
    line: Line
    from_at: AwareDatetime
    late_s: int


class DutyFactsOut(BaseModel):
    """What was said of a duty that goes on."""

    model_config = ConfigDict(from_attributes=True)

    call_sign: str
    vehicle: str
    registration: str
    odometer_km: int | None
    beat: str
    late_s: int
    crew: list[CrewOut]
