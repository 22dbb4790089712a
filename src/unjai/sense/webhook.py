"""A plain webhook for whatever has none of the other languages: JSON, signed by Standard Webhooks.

``POST /hooks/<device key>`` with the headers ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``
(https://www.standardwebhooks.com): ``v1,`` and base64 of HMAC-SHA256 over ``id.timestamp.body``. A message that is
sent again under its id is the same observation; a timestamp more than five minutes off is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict

from unjai.model.errors import DecodeError
from unjai.model.geometry import Point
from unjai.model.ids import EPOCH
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.base import Answer, HttpPush, Kind, Sensor, setting

MAX_BODY_BYTES: Final = 64 * 1024
TOLERANCE_S: Final = 300
_PREFIX: Final = "whsec_"
_LEVELS: Final = frozenset({"info", "warning", "alarm"})
_PLACE: Final = ("lat", "lon", "acc")


class Settings(BaseModel):
    """What a device signs with."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    webhook_secret: str = setting(
        "",
        th="กุญแจลงลายมือชื่อ webhook",
        en="Webhook signing secret",
        help_th="ขึ้นต้นด้วย whsec_ ต้องตรงกับที่ตั้งในระบบต้นทาง ถ้ามีสองดอกคั่นด้วยช่องว่าง (ช่วงเปลี่ยนกุญแจ)",
        help_en="Begins with whsec_ and is set in the sender too. Two, parted by a blank, while a secret is replaced.",
        secret=True,
        max_length=400,
    )


def _kept(_received: Received, _readings: object) -> Answer:
    return Answer(status=202)


class Webhook(Sensor):
    """Another system tells what happened."""

    key = "webhook"
    th = "เว็บฮุก (ระบบอื่นแจ้งเข้ามา)"
    en = "Webhook (another system tells)"
    devices = ("hook",)
    Settings = Settings
    kinds = (
        Kind(name="hook_event", retention="device", th="ระบบอื่นแจ้งข้อมูล", en="Another system tells"),
        Kind(
            name="hook_alarm", retention="device", th="ระบบอื่นแจ้งเหตุ", en="Another system raises an alarm", urgent=True
        ),
    )
    routes = (HttpPush(paths=("/hooks/{device}",), auth=("signature",), max_body_bytes=MAX_BODY_BYTES, answer=_kept),)

    @staticmethod
    def claimed(received: Received) -> str | None:
        """Return the key in the path."""
        return received.device or _key(received)

    @staticmethod
    def signed(received: Received, settings: BaseModel) -> bool:
        """Tell whether one of the device's secrets signed the message, within five minutes of our clock."""
        headers = received.headers
        own, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not own or len(own) > 200 or not at.isascii() or not at.isdigit() or len(at) > 12:  # noqa: PLR2004
            return False
        if abs((received.received_at - EPOCH).total_seconds() - int(at)) > TOLERANCE_S:
            return False
        said = own.encode("utf-8", "replace") + b"." + at.encode() + b"." + received.body
        given = [one[3:] for one in headers.get("webhook-signature", "").split(" ")[:8] if one.startswith("v1,")]
        good = False
        for secret in str(getattr(settings, "webhook_secret", "")).split():
            try:
                key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
            except (binascii.Error, ValueError):
                continue
            if key:
                wanted = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
                for one in given:
                    good |= hmac.compare_digest(wanted.encode(), one.encode("utf-8", "replace"))
        return good

    @staticmethod
    def decode(received: Received) -> Iterable[Reading]:
        """Give one reading: ``type``, ``timestamp``, and ``data`` with ``lat``, ``lon``, ``text``, ``level``."""
        said = wire.parse_json(wire.trimmed(received.body, MAX_BODY_BYTES))
        if not isinstance(said, Mapping):
            raise DecodeError("message_unreadable")
        sort = wire.text(said.get("type"), 80)
        if sort is None:
            raise DecodeError("message_type_unknown", type="")
        data = said.get("data")
        data = data if isinstance(data, Mapping) else {}
        level = (wire.text(data.get("level"), 12) or "info").lower()
        if level not in _LEVELS:
            raise DecodeError("level_unknown", level=level)
        at = wire.moment(said.get("timestamp"))
        payload = wire.present(type=sort, level=level, text=wire.text(data.get("text"), 500))
        extra = wire.attributes(data, (*_PLACE, "text", "level"))
        if extra:
            payload["extra"] = extra
        own = wire.text(received.headers.get("webhook-id"), 200)
        return (
            Reading(
                kind="hook_alarm" if level == "alarm" else "hook_event",
                device_key=received.device or _key(received),
                observed_at=at,
                point=_place(data),
                payload=payload,
                own_id=own,
            ),
        )


def _key(received: Received) -> str | None:
    levels = received.topic_or_path.split("/")
    return wire.device_key(levels[2]) if len(levels) == 3 and levels[1] == "hooks" else None  # noqa: PLR2004


def _place(data: Mapping[str, object]) -> Point | None:
    if data.get("lat") is None and data.get("lon") is None:
        return None
    return wire.place(data.get("lon"), data.get("lat"), data.get("acc"))
