"""Phones and trackers of patrols: OwnTracks (HTTP and MQTT), OsmAnd's query and Traccar Client's JSON.

The same quantity has three units on the wire: OwnTracks says km/h, an OsmAnd query knots, Traccar's JSON m/s; batteries
are percent in the first two and a share of 1 in the last. Readings are SI, batteries a share of 1.

Who speaks is the authenticated device; a name in the message (``id``, ``topic``, ``device_id``) counts only where the
door knows nobody. OwnTracks' encrypted messages are opened by `Gps.open` with the secret in the settings (a device's
own settings come first); without it they are refused as `message_encrypted`, so that the phone keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from pydantic import BaseModel, ConfigDict

from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Kind, MqttTopic, Sensor, setting
from unjai.sense.gps import osmand, owntracks

MAX_BODY_BYTES: Final = 1024 * 1024
MAX_MESSAGES: Final = 2_000
"""Of one request; a phone that was away for a week sends the rest with the next."""
_MAX_FIELDS: Final = 200
_PAGE: Final = "/api/officer/position"


class Settings(BaseModel):
    """What a station decides about phones and trackers; a device's own settings are laid over these."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    owntracks_secret: str = setting(
        "",
        th="รหัสถอดความลับของ OwnTracks",
        en="OwnTracks encryption key",
        help_th="ต้องตรงกับช่อง Encryption Key ในแอป OwnTracks เว้นว่างไว้หากไม่ได้เข้ารหัส ควรตั้งแยกสำหรับแต่ละเครื่อง",
        help_en="The Encryption Key set in the OwnTracks app; empty where it is not used. Best one for each device.",
        secret=True,
        max_length=owntracks.SECRET_BYTES,
    )


def _answer_list(_received: Received, _readings: Sequence[Reading]) -> Answer:
    """Say what OwnTracks expects: a JSON list of messages for the phone, of which there are none."""
    return Answer(body=b"[]", media_type="application/json")


class Gps(Sensor):
    """Where a unit is: a phone with OwnTracks or Traccar Client, or any tracker that speaks their protocols."""

    key = "gps"
    th = "ตำแหน่งสายตรวจ (โทรศัพท์และเครื่องติดตาม)"
    en = "Patrol positions (phones and trackers)"
    devices = ("phone", "tracker")
    Settings = Settings
    kinds = (
        Kind(name="position", retention="fleet", th="ตำแหน่ง", en="Position", on_duty_only=True),
        Kind(name="waypoint", retention="fleet", th="พื้นที่ที่เครื่องเฝ้าดู", en="Watched region", on_duty_only=True),
        Kind(name="phone_status", retention="fleet", th="สถานะเครื่อง", en="Phone status", on_duty_only=True),
        Kind(name="unit_distress", retention="fleet", th="สายตรวจขอความช่วยเหลือ", en="Unit in distress", urgent=True),
    )
    routes = (
        HttpPush(
            paths=("/gps/owntracks",), auth=("basic", "query"), max_body_bytes=MAX_BODY_BYTES, answer=_answer_list
        ),
        HttpPush(
            paths=("/gps/osmand", "/gps/osmand/{secret}"),
            methods=("GET", "POST"),
            auth=("path", "query", "basic"),
            max_body_bytes=MAX_BODY_BYTES,
        ),
        HttpPush(paths=(_PAGE,), auth=("session",), max_body_bytes=MAX_BODY_BYTES, answer=_answer_list),
    )
    topics = (
        MqttTopic(filter="owntracks/+/+", device_level=2),
        MqttTopic(filter="owntracks/+/+/+", device_level=2),
    )

    @staticmethod
    def open(received: Received, settings: BaseModel) -> Received:
        """Decrypt OwnTracks' ``encrypted`` messages; what the secret does not open is `decrypt_failed`."""
        secret = getattr(settings, "owntracks_secret", "")
        if not secret or b"encrypted" not in received.body:
            return received
        found = wire.parse_json(wire.trimmed(received.body, MAX_BODY_BYTES))
        if isinstance(found, list):
            opened: object = [owntracks.unsealed(one, secret) for one in found[: MAX_MESSAGES + 1]]
        else:
            opened = owntracks.unsealed(found, secret)
            if opened is found and isinstance(found, dict) and found.get("_type") == "encrypted":
                raise DecodeError("decrypt_failed")
        return replace(received, body=msgspec.json.encode(opened))

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the name a request gives itself: ``id``, ``deviceid``, JSON ``device_id``, OwnTracks' device."""
        if received.device is not None:
            return received.device
        try:
            form, found = _content(received)
        except DecodeError:
            return None
        first = found[0] if isinstance(found, list) and found else found
        if isinstance(first, dict):
            return osmand.device(received, first) or owntracks.device(received, first)
        return wire.device_key(form.get("id", form.get("deviceid"))) or owntracks.device(received, {})

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give the readings of a request: none for a phone's own affairs, several for a list or an alarm.

        A bad entry of a list is raised after the readings of the others, with the fact `row`. What the officer's page
        sends says so in its payload: it is no other witness than the page that scans.
        """
        page = received.topic_or_path == _PAGE
        for reading in _readings(received):
            yield replace(reading, payload={**reading.payload, "page": True}) if page else reading


def _readings(received: Received) -> Iterator[Reading]:
    form, found = _content(received)
    if isinstance(found, list):
        yield from _each(received, found)
    elif isinstance(found, dict):
        yield from _message(received, found)
    elif form.keys() - {"u", "d", "key"} or "osmand" in received.topic_or_path:
        yield from osmand.query(received, form)
    # else OwnTracks' zero-length body: a friend was deleted in the app


def _content(received: Received) -> tuple[Mapping[str, str], object]:
    """Return the query and form fields, and the JSON where the body is JSON (else None)."""
    body = wire.trimmed(received.body, MAX_BODY_BYTES)
    if body[:1] in (b"{", b"["):
        found = wire.parse_json(body)
        return received.query, found
    if not body:
        return received.query, None
    try:
        text = body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS) if "=" in text else []
    except ValueError as error:
        raise DecodeError("message_unreadable") from error
    if not pairs:
        raise DecodeError("message_unreadable")
    return {**dict(pairs), **received.query}, None


def _each(received: Received, entries: list[Any], around: Mapping[str, Any] | None = None) -> Iterator[Reading]:
    """Read every entry of a list; the first refusal is raised after the last entry."""
    if len(entries) > MAX_MESSAGES:
        raise DecodeError("message_too_many", count=len(entries), limit=MAX_MESSAGES)
    refused: DecodeError | None = None
    for row, entry in enumerate(entries):
        try:
            yield from _message(received, entry if around is None else _within(around, entry))
        except DecodeError as error:
            refused = refused or DecodeError(error.code, **{**error.facts, "row": row})
    if refused is not None:
        raise refused


def _within(around: Mapping[str, Any], entry: Any) -> dict[str, Any]:
    """Return one place of a batch as a message of its own; some clients wrap each in ``location`` once more."""
    return {**around, **(entry if isinstance(entry, dict) and "location" in entry else {"location": entry})}


def _message(received: Received, found: Any) -> Iterable[Reading]:
    if not isinstance(found, dict):
        raise DecodeError("message_unreadable")
    kind = found.get("_type")
    if kind is None and (batch := next((name for name in ("location", "locations") if name in found), None)):
        if isinstance(found[batch], list):
            return _batch(received, found, batch)
        return osmand.json(received, found, found[batch])
    if kind == "location" or (kind is None and "tst" in found and "lat" in found):
        return owntracks.location(received, found)
    if isinstance(kind, str):
        if kind in owntracks.READ:
            return owntracks.READ[kind](received, found)
        if kind in owntracks.NOT_KEPT:
            return ()
    raise DecodeError("message_type_unknown", type=wire.text(kind, 40) or "")


def _batch(received: Received, found: dict[str, Any], name: str) -> Iterator[Reading]:
    """Read a batch whose entries share what stands around them; one inside another is refused."""
    entries = found[name]
    if any(isinstance(entry, list) for entry in entries):
        raise DecodeError("message_unreadable")
    return _each(received, entries, {key: value for key, value in found.items() if key != name})
