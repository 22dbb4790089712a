"""The citizen's door — ขอความช่วยเหลือ, แจ้งเหตุ: HTTP, nobody is asked who they are.

A call for help needs nothing but an id that the page makes, so that a repeat is the same call; where, when and who are
welcome and never required. The id comes as ``id`` in the body, or as the header ``Idempotency-Key``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from unjai.model import thai
from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError
from unjai.model.geometry import Point
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Kind, Sensor

MAX_BODY_BYTES: Final = 64 * 1024
MAX_TEXT: Final = 4_000
_PATH: Final = re.compile(r"/api/citizen/(?:(?P<report>report)|help(?:/(?P<id>[^/]+)/(?P<what>position|cancel))?)/?$")


def _taken(_received: Received, readings: Sequence[Reading]) -> Answer:
    """Say 201 with the id that the citizen's page made."""
    return _answer(201, {"id": _named(readings), "status": "received"})


def _noted(_received: Received, readings: Sequence[Reading]) -> Answer:
    """Say 200 with the id of the call for help that was followed up."""
    return _answer(200, {"id": _named(readings)})


def _named(readings: Sequence[Reading]) -> object:
    payload = readings[0].payload
    return payload["report_id"] if "report_id" in payload else payload["help_id"]


def _answer(status: int, said: Mapping[str, object]) -> Answer:
    return Answer(status=status, body=json.dumps(said).encode(), media_type="application/json")


class Citizen(Sensor):
    """The button and the form on the citizen's page; also any other app that a station lets in."""

    key = "citizen"
    th = "ประชาชนขอความช่วยเหลือและแจ้งเหตุ"
    en = "Citizens' calls for help and reports"
    devices = ("citizen_door",)
    kinds = (
        Kind(
            name="citizen_sos", retention="citizen", th="ประชาชนขอความช่วยเหลือ", en="Citizen calls for help", urgent=True
        ),
        # urgent, so that a phone whose clock is wrong is followed too
        Kind(
            name="citizen_position",
            retention="citizen",
            th="ตำแหน่งผู้ขอความช่วยเหลือ",
            en="Caller's position",
            urgent=True,
        ),
        Kind(name="citizen_cancel", retention="citizen", th="ผู้ขอความช่วยเหลือแจ้งยกเลิก", en="Caller cancels", urgent=True),
        Kind(name="citizen_report", retention="citizen", th="ประชาชนแจ้งเหตุ", en="Citizen's report", urgent=True),
    )
    routes = (
        HttpPush(
            paths=("/api/citizen/help", "/api/citizen/report"),
            auth=("public",),
            max_body_bytes=MAX_BODY_BYTES,
            answer=_taken,
        ),
        HttpPush(
            paths=("/api/citizen/help/{id}/position", "/api/citizen/help/{id}/cancel"),
            auth=("public",),
            max_body_bytes=MAX_BODY_BYTES,
            answer=_noted,
        ),
    )

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give exactly one reading; `received_at` is not looked at, a message without ``tst`` has no time."""
        asked = _PATH.search(received.topic_or_path or "/api/citizen/help")
        if asked is None:
            raise DecodeError("route_unknown")
        said = _said(received)
        own = _id(asked["id"] or said.get("id") or received.headers.get("idempotency-key"))
        at = _time(said, needed=bool(asked["report"] or asked["what"]))
        where = _place(said)
        mark: str | None = own
        kind, payload = "citizen_sos", {**_help(own, said), **_crowd(received)}
        if asked["report"]:
            kind, payload = "citizen_report", _report(own, said)
        elif asked["what"] == "position":
            if where is None:
                raise DecodeError("position_unreadable")
            kind, payload = "citizen_position", {"help_id": own}
            mark = None if at is None else f"{own}:{wire.millis(at)}"
        elif asked["what"] == "cancel":
            kind = "citizen_cancel"
            payload = {"help_id": own, **wire.present(reason=wire.text(said.get("reason"), 200))}
        return (
            Reading(kind=kind, device_key=received.device, observed_at=at, point=where, payload=payload, own_id=mark),
        )


def _said(received: Received) -> Mapping[str, Any]:
    body = wire.trimmed(received.body, MAX_BODY_BYTES)
    found = wire.parse_json(body) if body else {}
    if not isinstance(found, dict):
        raise DecodeError("message_unreadable")
    return found


def _id(value: object) -> str:
    """Return a UUID in its usual writing, or raise `id_missing`, `id_unreadable`."""
    if value is None or value == "":
        raise DecodeError("id_missing")
    said = wire.text(value, 64) or ""
    try:
        return str(UUID(said))
    except ValueError as error:
        raise DecodeError("id_unreadable", id=said[:40]) from error


def _time(said: Mapping[str, Any], *, needed: bool) -> datetime | None:
    """Return when it was said. A call for help is never turned away for its time: ours counts then."""
    try:
        return wire.moment(said.get("tst"), BANGKOK)
    except DecodeError:
        if needed:
            raise
        return None


def _place(said: Mapping[str, Any]) -> Point | None:
    """Return where the citizen is; None where the page was not told, which 0 north 0 east also means."""
    if said.get("lat") is None and said.get("lon") is None:
        return None
    where = wire.place(said.get("lon"), said.get("lat"), said.get("acc"))
    return None if where.lat == 0 == where.lon else where


def _caller(said: Mapping[str, Any]) -> dict[str, object]:
    """Return how to reach the citizen. A number that is none is kept as it was written: someone may make it out."""
    written = wire.text(said.get("phone"), 40)
    if written is None:
        return {}
    try:
        return {"phone": thai.parse_phone(written).number}
    except DecodeError:
        return {"phone": written, "phone_unsure": True}


def _help(own: str, said: Mapping[str, Any]) -> dict[str, object]:
    text = wire.present(text=wire.text(said.get("text"), MAX_TEXT))
    return {"help_id": own, "silent": wire.flag(said.get("silent")) is True, **_caller(said), **text}


def _crowd(received: Received) -> dict[str, object]:
    """Return which limit of the edge the call came over; the edge alone writes that header."""
    found = received.headers.get("x-unjai-crowd")
    return {"crowd": found} if found in ("address", "all") else {}


def _report(own: str, said: Mapping[str, Any]) -> dict[str, object]:
    written = said.get("text")
    if isinstance(written, str) and len(written) > MAX_TEXT:
        raise DecodeError("text_too_long", limit=MAX_TEXT, length=len(written))
    text = wire.text(written, MAX_TEXT)
    if text is None:
        raise DecodeError("text_missing")
    happened = wire.moment(said.get("when"), BANGKOK)
    return {
        "report_id": own,
        "text": text,
        **_caller(said),
        **wire.present(
            kind=wire.text(said.get("kind"), 40),
            happened_at=None if happened is None else happened.isoformat().replace("+00:00", "Z"),
        ),
    }
