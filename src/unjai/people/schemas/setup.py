"""What of the first run crosses the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from unjai.people.schemas.accounts import In, Name, NodeId, Out, StationOut, Word


class FirstRunMissingOut(Out):
    """One thing that is not there; `code` names its words on the screen. Without `must` it is advice."""

    code: str
    must: bool
    facts: dict[str, Any]


class FirstRunStepOut(Out):
    """A step of the guide, counted from what is there."""

    key: str
    state: Literal["todo", "partly", "done"]
    done: int
    total: int
    missing: list[FirstRunMissingOut]


class FirstRunOut(Out):
    """How far a station is; `station` is null until one was chosen."""

    station: StationOut | None
    chosen: bool
    may_choose: bool
    steps: list[FirstRunStepOut]


class TreeHitOut(Out):
    """A unit of the police tree found by name."""

    id: int
    code: str
    level: str
    name_th: str
    name_en: str
    parent_th: str
    parent_en: str
    placed: bool
    known: bool


class NewStationIn(In):
    """A station that the list lacks."""

    code: Word
    name_th: Name
    name_en: Name = ""
    parent_id: NodeId
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None


class ChooseStationIn(In):
    """A station of the list, or one to be added to it."""

    station_id: NodeId | None = None
    new: NewStationIn | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> ChooseStationIn:
        """Refuse neither and both."""
        if (self.station_id is None) == (self.new is None):
            msg = "either station_id or new"
            raise ValueError(msg)
        return self


class CitizenDoorOut(Out):
    """Whether the citizens' door was opened just now; false when it was open already."""

    opened: bool


class QrRowsOut(Out):
    """A QR code: its dark squares, a text of 0 and 1 for each row."""

    rows: list[str]
