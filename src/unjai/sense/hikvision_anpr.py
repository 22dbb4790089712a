"""Hikvision cameras that read plates: what they push to an HTTP host ("alarm server", ISAPI EventNotificationAlert).

``POST /anpr/hikvision/<device key>/<secret>``: multipart/form-data with an XML of event type ``ANPR`` and up to two
JPEGs (``licensePlatePicture``, ``detectionPicture``), or the XML alone. Other events of the camera are taken and give
nothing; a heartbeat is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from unjai.model.clock import BANGKOK
from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import plate_words as words
from unjai.sense import wire
from unjai.sense.base import HttpPush, Sensor

_MAX_XML_BYTES: Final = 64 * 1024
_MOST_PARTS: Final = 12
_BOUNDARY: Final = re.compile(r'boundary="?([^";,\s]{1,100})"?', re.IGNORECASE)
_NAMED: Final = re.compile(rb'(?:file)?name="([^"\r\n]{1,120})"', re.IGNORECASE)
_FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype")
_WAYS: Final[Mapping[str, str]] = {"forward": "in", "reverse": "out", "approach": "in", "leave": "out"}


class HikvisionAnpr(Sensor):
    """A camera of Hikvision that reads plates by itself."""

    key = "hikvision_anpr"
    th = "กล้องอ่านทะเบียน Hikvision"
    en = "Hikvision plate camera (ANPR)"
    devices = ("camera", "recorder")
    kinds = (words.PLATE_READ,)
    routes = (
        HttpPush(
            paths=("/anpr/hikvision/{device}/{secret}",), auth=("basic", "path"), max_body_bytes=words.MAX_BODY_BYTES
        ),
    )

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the path."""
        return received.device or words.key_in_path(received.topic_or_path, "hikvision")

    @staticmethod
    def pictures(received: Received) -> Mapping[str, bytes]:
        """Return the plate's picture and the scene's."""
        return words.named(_pictures(received).values())

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give the read of an ANPR event, nothing of any other event."""
        said = _xml(received)
        if (_text(said, "eventType") or "").upper() != "ANPR":
            return ()
        anpr = said.find("ANPR")
        if anpr is None:
            raise DecodeError("message_unreadable")
        plate, raw = words.plate_of(
            _text(anpr, "licensePlate"), _text(anpr, "plateCategory") or _text(anpr, "province")
        )
        at = wire.moment(_text(said, "dateTime"), BANGKOK)
        own = _text(said, "UUID") or f"{_text(said, 'channelID') or ''}:{_text(anpr, 'licensePlate') or ''}"
        shown = _pictures(received)
        return (
            words.reading(
                received.device or words.key_in_path(received.topic_or_path, "hikvision"),
                at=at,
                own=own[:120],
                plate=plate,
                raw=raw,
                confidence=words.share(_text(anpr, "confidenceLevel"), 100),
                plate_colour=words.colour(_text(anpr, "plateColor")),
                vehicle=words.vehicle(
                    _text(anpr, "vehicleType"),
                    _text(anpr, "vehicleInfo/color"),
                    _text(anpr, "vehicleInfo/vehicleLogoName"),
                ),
                direction=_WAYS.get((_text(anpr, "direction") or "").lower()),
                lane=_text(anpr, "line") or _text(anpr, "laneNo"),
                reader="hikvision",
                crop=words.digest(shown.get("crop")),
                still=words.digest(shown.get("still")),
            ),
        )


def _text(said: ET.Element, path: str) -> str | None:
    found = said.find(path)
    return None if found is None else wire.text(found.text, 80)


def _parts(received: Received) -> Iterator[tuple[str, bytes]]:
    """Give the parts of a form by name, in lower case; a body that is no form is one part."""
    body = received.body
    if len(body) > words.MAX_BODY_BYTES:
        raise DecodeError("message_too_large", size=len(body), limit=words.MAX_BODY_BYTES)
    boundary = _BOUNDARY.search(received.headers.get("content-type", ""))
    if boundary is None:
        yield "xml", body
        return
    mark = b"--" + boundary[1].encode("latin-1", "replace")
    for part in body.split(mark)[1 : _MOST_PARTS + 1]:
        head, blank, rest = part.partition(b"\r\n\r\n")
        if blank and len(head) < 2_000:  # noqa: PLR2004  headers of one part
            names = b" ".join(_NAMED.findall(head)).decode("latin-1").lower()
            yield f"{names} {head.decode('latin-1').lower()}", rest.removesuffix(b"\r\n")


def _xml(received: Received) -> ET.Element:
    for name, body in _parts(received):
        if "xml" in name:
            said = wire.trimmed(body, _MAX_XML_BYTES)
            if any(mark in said for mark in _FORBIDDEN):
                raise DecodeError("message_unreadable")
            try:
                found = ET.fromstring(said)  # noqa: S314  no document type, so no entity of its own
            except (ET.ParseError, ValueError, LookupError) as error:
                raise DecodeError("message_unreadable") from error
            for one in found.iter():
                one.tag = one.tag.rpartition("}")[2] if isinstance(one.tag, str) else ""
            return found
    raise DecodeError("message_unreadable")


def _pictures(received: Received) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, body in _parts(received):
        picture = words.jpeg(body)
        if picture is not None:
            found.setdefault("crop" if "plate" in name else "still", picture)
    return found
