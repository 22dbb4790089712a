"""What the public ledger of watching sends and takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from unjai.web.schemas import RootOut

_NO_NUL = r"^[^\x00]*$"


class NamedOut(BaseModel):
    """A thing with its name in both languages."""

    code: str
    th: str
    en: str


class LedgerStationOut(BaseModel):
    """Whose ledger it is."""

    id: int
    name_th: str
    name_en: str | None


class NumberOut(BaseModel):
    """How often; None: fewer than `least`, or none. `by`: classes of at least `least`; what they leave is not told."""

    n: int | None
    by: dict[str, dict[str, int]] | None = None


class ListSizeOut(BaseModel):
    """The size of the watch list at the day's end, in tens rounded down; None below ten."""

    n: int | None


class KeptOut(BaseModel):
    """Whether what is kept `days` days only was deleted on time."""

    what: str
    days: int
    on_time: bool


class DayRootOut(BaseModel):
    """The signed root of the day."""

    size: int
    root: str
    key_id: str


class WatchedDayOut(BaseModel):
    """A day that is over."""

    day: date
    closed_at: datetime
    numbers: dict[str, NumberOut]
    listed: ListSizeOut | None = None
    kept: list[KeptOut] | None = None
    root: DayRootOut | None


class LedgerOut(BaseModel):
    """A month of the ledger. `shown` false: hidden since then, for that reason; then there are no days."""

    station: LedgerStationOut | None
    shown: bool
    hidden_since: datetime | None = None
    hidden_why: str = ""
    least: int
    reasons: list[NamedOut]
    months: list[str]
    month: str | None
    over: bool
    sums: dict[str, int | None]
    days: list[WatchedDayOut]


class EntriesOut(BaseModel):
    """What stands for each entry of a day, in no order of time; without guarded kinds, whose number it would tell."""

    day: date
    entries: list[str]


class LedgerKeyOut(BaseModel):
    """A key that signs roots, also as `openssl` reads it."""

    id: str
    name: str
    algorithm: str
    public: str
    pem: str


class LedgerRootsOut(BaseModel):
    """The roots of all days, oldest first: tomorrow's list begins with today's."""

    keys: list[LedgerKeyOut]
    roots: list[RootOut]


class SettingIn(BaseModel):
    """Whether to show the ledger; to hide it needs a reason, which is published."""

    model_config = ConfigDict(extra="forbid")
    shown: bool
    reason: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] = ""


class LedgerSettingOut(BaseModel):
    """Whether the ledger is shown, since when, by whom, why."""

    shown: bool
    reason: str
    changed_at: datetime | None
    changed_by: str
