"""Beats and checkpoints on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")]
Lines = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")]
Lon = Annotated[float, Field(ge=97, le=106, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=5, le=21, allow_inf_nan=False)]
Radius = Annotated[float, Field(ge=5, le=300, allow_inf_nan=False)]
ProofKind = Literal["qr", "qr_rotating", "gps", "nfc", "photo"]


class BeatIn(BaseModel):
    """A beat as it is told."""

    code: Code
    name_th: Name
    name_en: Line = ""


class BeatOut(BaseModel):
    """A beat; `verdict` says whether its checkpoints are few, good (10–12) or many for one unit and shift."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name_th: str
    name_en: str
    checkpoints: int
    verdict: Literal["few", "good", "many"]


class CheckpointChange(BaseModel):
    """What is told of a checkpoint; what is left out stays."""

    code: Code | None = None
    beat_id: UUID | None = None
    name_th: Name | None = None
    name_en: Line | None = None
    kind: Annotated[str, StringConstraints(max_length=40)] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    radius_m: Radius | None = None
    proofs: Annotated[list[ProofKind], Field(max_length=5)] | None = None
    nfc: Annotated[str, StringConstraints(max_length=80)] | None = None
    """The tag's number in hex; empty takes the tag away. It is kept as a digest and never told again."""
    owner_name: Line | None = None
    owner_contact: Line | None = None
    tell_owner: bool | None = None
    note: Lines | None = None
    retired: bool | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """The version that was looked at; another one is refused."""

    def said(self) -> dict[str, Any]:
        """Return what was told; null empties the beat, and says nothing of what may not be empty."""
        told = self.model_dump(exclude_unset=True, exclude={"version"})
        return {name: value for name, value in told.items() if value is not None or name == "beat_id"}


class CheckpointIn(CheckpointChange):
    """A new checkpoint."""

    code: Code
    name_th: Name
    lon: Lon
    lat: Lat


class CheckpointOut(BaseModel):
    """A checkpoint. Owner and contact are empty for whoever may not manage; tag and secret are never told."""

    id: UUID
    code: str
    beat_id: UUID | None
    name_th: str
    name_en: str
    kind: str
    lon: float
    lat: float
    radius_m: float
    proofs: list[ProofKind]
    has_tag: bool
    owner_name: str
    owner_contact: str
    tell_owner: bool
    note: str
    retired: bool
    serial: int
    version: int
    last_at: datetime | None
    last_score: int | None
    last_state: Literal["proven", "doubted", "refused"] | None


class CheckpointVersionIn(BaseModel):
    """The version whose change is taken back."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class CheckpointUndoneOut(BaseModel):
    """Whether the checkpoint is still there: one that was new is gone."""

    there: bool


class CheckpointScreenOut(BaseModel):
    """How a small screen at a checkpoint is set up: a page to open, or the secret to count the codes itself."""

    page: str
    seed: str
    """The secret in base 32, for an e-paper that has no line; treat it as a key."""
    checkpoint: UUID
    serial: int
    step_s: int


class TurningCodeOut(BaseModel):
    """The code that a checkpoint's screen shows now."""

    code: str
    until: datetime


class RoundPlaceOut(BaseModel):
    """A checkpoint as a phone on patrol needs it."""

    id: UUID
    code: str
    beat_code: str
    name_th: str
    name_en: str
    kind: str
    lon: float
    lat: float
    radius_m: float
    proofs: list[ProofKind]
    last_own_at: datetime | None
