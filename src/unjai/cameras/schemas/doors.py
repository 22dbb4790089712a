"""What crosses the wire when a camera itself is asked: a try, a search of the network, ONVIF, turning it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.cameras.schemas.registry import Kind, Secret, Url, Word


class TryIn(BaseModel):
    """An address to try before it is kept; without a login the one of `camera_id` is used."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "rtsp"
    url: Url
    username: Secret | None = None
    password: Secret | None = None
    camera_id: UUID | None = None


class StreamFound(BaseModel):
    """One stream as it answered. `jpeg` is a picture in base64."""

    codec: str
    width: int
    height: int
    fps: float | None
    audio: str
    took_s: float
    jpeg: str


class TriedOut(BaseModel):
    """What a try found; `advice` are codes of what to mend (`h265`, `large_sub`, `no_sub`)."""

    main: StreamFound
    sub: StreamFound | None = None
    advice: list[str] = []


class DiscoverIn(BaseModel):
    """Search the network of this machine for ONVIF cameras."""

    model_config = ConfigDict(extra="forbid")

    wait_s: Annotated[float, Field(ge=0.2, le=10)] = 3.0


class FoundOut(BaseModel):
    """A device that answered; `known` is the key of the camera of the register at this address."""

    url: str
    host: str
    name: str
    hardware: str
    location: str
    known: str


class OnvifIn(BaseModel):
    """Ask an ONVIF device what it is; without a login the one of `camera_id` is used."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    username: Secret | None = None
    password: Secret | None = None
    camera_id: UUID | None = None


class ProfileOut(BaseModel):
    """A profile: one stream of the device, its host rewritten to the one that was dialled."""

    token: str
    name: str
    codec: str
    width: int | None
    height: int | None
    url: str
    ptz: bool


class OnvifOut(BaseModel):
    """What an ONVIF device says of itself; `events` and `analytics`: it offers PullPoint events, Profile M metadata."""

    maker: str
    model: str
    firmware: str
    serial: str
    clock_off_s: float | None
    profiles: list[ProfileOut]
    snapshot_url: str
    ptz: bool
    events: bool
    analytics: bool
    failed: list[str]


class PresetOut(BaseModel):
    """A preset of a camera that turns."""

    token: str
    name: str


Speed = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class TurnIn(BaseModel):
    """Turn a camera: move with a speed until stopped (at most `for_s`), stop, or go to a preset."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["move", "stop", "preset"]
    pan: Speed = 0.0
    tilt: Speed = 0.0
    zoom: Speed = 0.0
    for_s: Annotated[float, Field(ge=0.1, le=10)] = 2.0
    preset: Annotated[str, StringConstraints(max_length=100)] = ""


class TurnedOut(BaseModel):
    """What was done."""

    done: Word
