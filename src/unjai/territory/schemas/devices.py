"""What crosses the wire of one device: making it, whom to call about it, what its kind asks for."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.platform.free import Free
from unjai.platform.moments import DayIn

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class ContactIn(BaseModel):
    """Whom to call about a device; all empty forgets it."""

    model_config = ConfigDict(extra="forbid")

    name: Line = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class ContactOut(BaseModel):
    """Whom to call about a device; `borrowed` where it stands at another device of the same owner."""

    name: str
    phone: str
    note: str
    borrowed: bool = False


class DeviceIn(BaseModel):
    """A new device. Its key is for ever; `silent_after_s` 0 means that its silence means nothing."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    kind: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name_th: Name
    name_en: Line = ""
    owner_kind: Annotated[str, StringConstraints(max_length=40)] = "police"
    owner_name: Line = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    silent_after_s: Annotated[int, Field(ge=0, le=604_800)] | None = None
    settings: Free = {}
    installed_on: DayIn | None = None
    contact: ContactIn | None = None


class DeviceKindOut(BaseModel):
    """A kind of device, for the form: `schema` of its own settings (those of its sensors come from `/api/sensors`)."""

    kind: str
    th: str
    en: str
    fixed: bool
    silent_after_s: int
    quiet: bool
    schema_: dict[str, Any] | None = Field(None, serialization_alias="schema")


class MadeOut(BaseModel):
    """A device that was made."""

    id: UUID
    key: str
