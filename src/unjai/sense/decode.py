"""Decode captured messages with a sensor's own decoder: what `unjai decode SENSOR FILE…` prints, one line a message.

A file is one message as it stood on the wire, or a JSON list of messages: HTTP requests (``method``, ``target``,
``headers``, ``content_type``, body) or MQTT publishes (``topic``, body). The body stands as text in ``body`` (JSON that
is no text is sent as it is), or as bytes in ``body_hex`` or ``body_base64``; ``device`` names who is authenticated.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from pydantic import BaseModel

from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.ids import EPOCH
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Sensor, decoded, sensors

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
_BODIES: Final = ("body", "body_hex", "body_base64")
_MARKS: Final = frozenset({"method", "target", "topic", *_BODIES})


def sensor_named(key: str) -> type[Sensor]:
    """Return a sensor by its key, or raise `sensor_unknown` (404) with the keys there are."""
    if (found := sensors().get(key)) is None:
        raise UnjaiError("sensor_unknown", 404, sensor=key[:40], known=", ".join(sensors()))
    return found


def decode_files(
    sensor: str, files: Iterable[Path | str], *, settings: Mapping[str, object] | None = None
) -> Iterator[dict[str, object]]:
    """Decode the messages of all files in order; each gives ``{"observations": […]}`` or ``{"error": code}``.

    Where only part of a list could be read, ``refused`` stands beside the observations with the code of the rest.
    `settings` are the sensor's (OwnTracks' secret). Raises `sensor_unknown`, `file_unreadable`, `setting_invalid`.
    """
    kind = sensor_named(sensor)
    try:
        chosen = kind.Settings.model_validate(dict(settings or {}))
    except ValueError as error:
        raise UnjaiError("setting_invalid", 400, key=sensor, value=", ".join(settings or {})) from error
    for file in files:
        for message in messages(_bytes_of(Path(file))):
            yield decode_one(kind, message, chosen)


def decode_one(sensor: type[Sensor], message: Received | DecodeError, settings: BaseModel) -> dict[str, object]:
    """Decode one message; any refusal is an answer, nothing is raised."""
    try:
        if isinstance(message, DecodeError):
            raise message
        readings, refusal = decoded(sensor, sensor.open(message, settings))
    except DecodeError as error:
        return {"error": error.code}
    said: dict[str, object] = {"observations": [reading_json(reading) for reading in readings]}
    return said if refusal is None else {**said, "refused": refusal.code}


def reading_json(reading: Reading) -> dict[str, object]:
    """Return a reading as JSON values: times ISO 8601 in UTC, places as ``{lon, lat, accuracy_m}``."""
    at, place = reading.observed_at, reading.point
    return {
        "kind": reading.kind,
        "device_key": reading.device_key,
        "observed_at": None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "point": None if place is None else {"lon": place.lon, "lat": place.lat, "accuracy_m": place.accuracy_m},
        "payload": dict(reading.payload),
        "own_id": reading.own_id,
    }


def messages(content: bytes) -> Iterator[Received | DecodeError]:
    """Return the messages that a file holds; an entry of a list that is no message is a `DecodeError` in its place."""
    if (entries := _entries(content)) is None:
        yield Received(body=content, received_at=EPOCH)
        return
    for entry in entries:
        try:
            yield _message(entry)
        except DecodeError as error:
            yield error


def _entries(content: bytes) -> list[Any] | None:
    """Return the entries of a list of captured messages, or None where the file is a message itself."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
        return None
    try:
        found = wire.parse_json(wire.trimmed(content, MAX_FILE_BYTES))
    except DecodeError:
        return None
    entries = found if isinstance(found, list) else [found]
    captured = [isinstance(entry, dict) and "_type" not in entry and bool(_MARKS & entry.keys()) for entry in entries]
    return entries if entries and any(captured) else None


def _message(entry: Any) -> Received:
    if not isinstance(entry, dict):
        raise DecodeError("capture_unreadable")
    headers = entry.get("headers")
    headers = {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    if isinstance(kind := entry.get("content_type"), str):
        headers.setdefault("content-type", kind)
    topic = entry.get("topic")
    try:
        target = urlsplit(str(entry.get("target", "")))
        query = dict(parse_qsl(target.query, keep_blank_values=True, errors="replace"))
    except ValueError as error:
        raise DecodeError("capture_unreadable") from error
    query.pop("key", None)  # the secret of a query door, which the door keeps to itself
    device = entry.get("device")
    return Received(
        body=_body(entry),
        received_at=EPOCH,
        topic_or_path=topic if isinstance(topic, str) else target.path,
        query=query,
        headers=headers,
        device=device if isinstance(device, str) else None,
    )


def _body(entry: Mapping[str, Any]) -> bytes:
    try:
        if (hexed := entry.get("body_hex")) is not None:
            return bytes.fromhex(hexed)
        if (coded := entry.get("body_base64")) is not None:
            return base64.b64decode(coded, validate=True)
    except (ValueError, TypeError, binascii.Error) as error:
        raise DecodeError("capture_unreadable") from error
    body = entry.get("body")
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _bytes_of(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnjaiError("file_too_large", 413, file=str(file), limit_mb=MAX_FILE_BYTES >> 20)
        return file.read_bytes()
    except OSError as error:
        raise UnjaiError("file_unreadable", 400, file=str(file), reason=error.strerror or "") from error
