"""How web and the cameras' processes speak: what is asked of a camera, and how live pictures cross the bus.

``camera.ask.<station>.<camera>``: a request, answered by whoever serves the camera; nobody there is an answer too.
``camera.state.<station>.<camera>``: its state as JSON, each few seconds and at every change.
``live.<reader>.<station>.<camera>.<feed>``: live pictures, only while that reader (a web process) keeps asking.
A live message is a kind (`I` what follows and the init segment, `K` a fragment one can begin with, `F` one that goes
on), a flag (1 = the last part), a number that counts up, and its body.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Literal

import msgspec

from unjai.model.ids import DeviceId, StationId

INIT, KEY, NEXT = b"I", b"K", b"F"
LAST = 1
KEEP_S, FORGET_S = 4.0, 13.0
"""A reader says this often that it still reads; without a word for so long it is let go."""
_PART_BYTES = 900_000
_HEAD = struct.Struct("<cBI")

Feed = Literal["main", "sub"]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a camera. `feed` is a wish: where it is not there the other one is meant."""

    do: Literal["keep", "leave", "still", "state"]
    reader: str = ""
    feed: Literal["main", "sub", "auto"] = "auto"


class Piece(msgspec.Struct, frozen=True):
    """A part of a live message."""

    kind: bytes
    last: bool
    number: int
    body: bytes


def ask_subject(station_id: StationId | int, camera_id: DeviceId) -> str:
    """Return where a camera is asked."""
    return f"camera.ask.{station_id}.{camera_id}"


def state_subject(station_id: StationId | int, camera_id: DeviceId) -> str:
    """Return where a camera's state is told."""
    return f"camera.state.{station_id}.{camera_id}"


def subject_of(reader: str, station_id: StationId | int, camera_id: DeviceId, feed: str) -> str:
    """Return where one reader gets one feed."""
    return f"live.{reader}.{station_id}.{camera_id}.{feed}"


def pieces_of(kind: bytes, number: int, body: bytes) -> Iterator[bytes]:
    """Yield a message in parts that the bus carries."""
    number &= 0xFFFFFFFF
    for at in range(0, max(len(body), 1), _PART_BYTES):
        part = body[at : at + _PART_BYTES]
        yield _HEAD.pack(kind, LAST if at + _PART_BYTES >= len(body) else 0, number) + part


def piece_of(data: bytes) -> Piece:
    """Return a part of a message; raise `struct.error` for what is none."""
    kind, flags, number = _HEAD.unpack_from(data)
    return Piece(kind, bool(flags & LAST), number, data[_HEAD.size :])
