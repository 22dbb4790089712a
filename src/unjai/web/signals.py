"""What two ends of a call say to find each other: forwarded between their sockets by the bus, never kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.model.ids import DeviceId, StationId

_MOST = 48_000
_KINDS = frozenset({"offer", "answer"})


def to_point(station_id: StationId, device_id: DeviceId) -> str:
    """Return the subject under which a point hears the operator of its call."""
    return f"voice.{station_id}.point.{device_id}"


def to_desk(station_id: StationId, call_id: UUID) -> str:
    """Return the subject under which the operator of a call hears the point."""
    return f"voice.{station_id}.desk.{call_id}"


def signal(call_id: UUID, said: dict[str, Any]) -> dict[str, Any] | None:
    """Return what of a message is passed on: a description of a session, or `again`; None for anything else."""
    base = {"type": "signal", "call_id": str(call_id)}
    if said.get("again") is True:
        return {**base, "again": True}
    if said.get("here") is True:
        return {**base, "here": True}
    kind, sdp, number = said.get("kind"), said.get("sdp"), said.get("n")
    if (
        isinstance(kind, str)
        and kind in _KINDS
        and isinstance(sdp, str)
        and 0 < len(sdp) <= _MOST
        and type(number) is int
    ):
        return {**base, "kind": kind, "sdp": sdp, "n": number}  # an answer carries the number of its offer
    return None


async def said_by(socket: WebSocket) -> dict[str, Any]:
    """Return what an end says; junk is the empty dictionary. Raises `WebSocketDisconnect` where it has gone."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    try:
        found = msgspec.json.decode(message.get("text") or message.get("bytes") or b"")
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def line(body: dict[str, Any]) -> str:
    """Return a message as it goes out."""
    return msgspec.json.encode(body).decode()
