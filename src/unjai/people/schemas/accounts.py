"""What crosses the wire about people."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from unjai.people.rules import UnitKind, UnitWork
from unjai.people.schemas.crew import DutyFactsOut
from unjai.platform.moments import MomentIn

HourMinute = Annotated[time, PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str)]
_NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Name = Annotated[str, Field(max_length=200, pattern=_NO_NUL)]
CallSign = Annotated[str, Field(max_length=40, pattern=_NO_NUL)]
Word = Annotated[str, Field(max_length=64, pattern=_NO_NUL)]
NodeId = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""The number of a node of the police tree."""


class In(BaseModel):
    """A body that comes in: a key we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer, made from the rows of the flows."""

    model_config = ConfigDict(from_attributes=True)


class SignInIn(In):
    """A user name and its password."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class PasswordIn(In):
    """One's own password, old and new."""

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class StationIn(In):
    """The station to work at from now on."""

    station_id: NodeId


class StationOut(Out):
    """A station as a session names it."""

    id: int
    code: str
    name_th: str
    name_en: str


class BreakGlassNowOut(Out):
    """One's own emergency rights, which end by themselves."""

    id: UUID
    ends_at: AwareDatetime


class SessionOut(Out):
    """Who is signed in. Rights are empty while the password must be changed or a second factor enrolled.

    `second_factor_due_at`: from then on one's role needs a second factor, and there is none yet.
    """

    account_id: UUID
    username: str
    name_th: str
    name_en: str
    roles: list[str]
    rights: list[str]
    station: StationOut | None
    stations: list[int]
    unit_id: UUID | None
    must_change_password: bool
    must_enrol_second_factor: bool
    second_factor: bool
    second_factor_due_at: AwareDatetime | None
    break_glass: BreakGlassNowOut | None
    locale: Literal["th", "en"]
    expires_at: AwareDatetime


class RoleIn(In):
    """A role at an organisation unit."""

    role: Word
    org_unit_id: NodeId
    since: MomentIn | None = None
    until: MomentIn | None = None


class RoleOut(Out):
    """A role at an organisation unit, with the unit's name; `source` is the post it comes with, empty if none."""

    role: str
    org_unit_id: int
    name_th: str
    name_en: str
    since: AwareDatetime | None
    until: AwareDatetime | None
    source: str


class AccountIn(In):
    """A new account; its one-time password is made and answered once."""

    username: str = Field(max_length=200)
    name_th: Name
    name_en: Name = ""
    home_id: NodeId | None = None
    locale: Literal["th", "en"] = "th"
    roles: list[RoleIn] = Field(default_factory=list, max_length=50)
    until: MomentIn | None = None
    sector: Word = ""
    organisation: Name = ""
    contact: Name = ""
    person_id: UUID | None = None


class AccountChangeIn(In):
    """What of an account is to change; what is absent stays, a null end takes the end away."""

    name_th: Name = ""
    name_en: Name = ""
    locale: Literal["th", "en"] = "th"
    home_id: NodeId | None = None
    until: MomentIn | None = None
    sector: Word = ""
    organisation: Name = ""
    contact: Name = ""


class SlipsIn(In):
    """The accounts that get new one-time passwords."""

    account_ids: list[UUID] = Field(min_length=1, max_length=100)


class SlipOut(Out):
    """A one-time password, shown this once."""

    username: str
    name_th: str
    password: str


class NewAccountOut(Out):
    """An account just made, with the password to hand over: it is shown this once."""

    account_id: UUID
    username: str
    password: str | None


class PasswordOut(Out):
    """A one-time password, shown this once."""

    password: str


class AccountOut(Out):
    """An account as administrators see it."""

    id: UUID
    username: str
    name_th: str
    name_en: str
    locale: str
    home_id: int
    home_th: str
    home_en: str
    disabled: bool
    must_change: bool
    created_at: AwareDatetime
    password_at: AwareDatetime
    roles: list[RoleOut]
    until: AwareDatetime | None
    sector: str
    organisation: str
    contact: str
    person_id: UUID | None


class ShiftIn(In):
    """A shift by Bangkok's hours; 24:00 is written 00:00."""

    name_th: Name
    name_en: Name = ""
    starts: time
    ends: time


class ShiftChangeIn(In):
    """What of a shift is to change; what is absent stays."""

    name_th: Name = ""
    name_en: Name = ""
    starts: time = time()
    ends: time = time()


class ShiftOut(Out):
    """A shift by Bangkok's hours."""

    id: UUID
    name_th: str
    name_en: str
    starts: HourMinute
    ends: HourMinute


class UnitIn(In):
    """A new unit."""

    call_sign: CallSign
    kind: UnitKind
    name_th: Name
    name_en: Name = ""
    capabilities: list[Word] = Field(default_factory=list, max_length=50)
    account_id: UUID | None = None
    device_id: UUID | None = None
    vehicle: Name = ""
    registration: CallSign = ""


class UnitChangeIn(In):
    """What of a unit is to change; what is absent stays, null takes the account or device away."""

    call_sign: CallSign = ""
    kind: UnitKind = "car"
    name_th: Name = ""
    name_en: Name = ""
    capabilities: list[Word] = Field(default_factory=list, max_length=50)
    account_id: UUID | None = None
    device_id: UUID | None = None
    vehicle: Name = ""
    registration: CallSign = ""
    disabled: bool = False


class UnitOut(Out):
    """A unit, whether it is on duty, and what it is doing (`off` when neither)."""

    id: UUID
    station_id: int
    call_sign: str
    kind: UnitKind
    name_th: str
    name_en: str
    capabilities: list[str]
    mark: int
    account_id: UUID | None
    device_id: UUID | None
    disabled: bool
    on_duty: bool
    since: AwareDatetime | None
    shift: ShiftOut | None
    work: UnitWork
    state: str
    incident_id: UUID | None
    vehicle: str
    registration: str
    duty: DutyFactsOut | None = None


class PhoneSheetIn(In):
    """The address under which phones reach this centre."""

    base_url: str = Field(max_length=200, pattern=_NO_NUL)
    way: Literal["http", "mqtt"] = "http"


class CodeOut(Out):
    """A QR code: for which app, what it says, and its dark squares, a text of 0 and 1 for each row."""

    app: str
    text: str
    rows: list[str]


class PhoneSheetOut(Out):
    """All that sets up one phone, shown this once."""

    unit_id: UUID
    device_id: UUID
    call_sign: str
    device_key: str
    secret: str
    base_url: str
    codes: list[CodeOut]
    way: Literal["http", "mqtt"]
    config: str
    traccar_server: str
    mqtt_host: str
    mqtt_port: int
    mqtt_tls: bool
    topic: str
    client_id: str
    every_s: int
    still_every_s: int


class SecretOut(Out):
    """A device's secret, shown this once."""

    device_id: UUID
    secret: str
    issued_at: datetime


class TextOut(Out):
    """A text in Thai and English."""

    th: str
    en: str


class RoleTextOut(TextOut):
    """A role with its rights."""

    rights: list[str]


class RightsOut(Out):
    """All rights and roles there are."""

    rights: dict[str, TextOut]
    roles: dict[str, RoleTextOut]
