"""What a checkpoint's QR says: printed and signed, or on a small screen and another each half minute.

`UNJAI:S:<checkpoint>:<serial>:<mac>` is printed, `UNJAI:R:<checkpoint>:<serial>:<mac>` turns. The mac is HMAC-SHA256
by the checkpoint's own secret, 80 bits in base 32; the turning one is over the count of `STEP_S` since 1970 (as
RFC 6238 does, with more bits since nobody types it). All characters are QR's alphanumeric ones: labels stay coarse.
A reprint raises `serial`: every older label and screen is void from then on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

STEP_S = 30
GRACE_STEPS = 2
"""A turning code counts a minute before and after its own half minute: clocks differ, and thumbs are slow."""
LOOK_BACK = timedelta(hours=24)
"""How far back the true time of an old turning code is looked for."""
_MAC_BYTES = 10
_FORM = re.compile(r"UNJAI:([SR]):([0-9A-F]{32}):([1-9][0-9]{0,5}):([A-Z2-7]{16})")

Verdict = Literal["good", "old", "void", "other_place", "forged", "unreadable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What a scanned text proved. `age_s` is how much older (newer: negative) a turning code was than it should be."""

    form: Literal["static", "rotating", "none"]
    verdict: Verdict
    age_s: float | None = None


def static_code(secret: bytes, checkpoint_id: UUID, serial: int) -> str:
    """Return what the printed label of a checkpoint says."""
    return _said("S", secret, checkpoint_id, serial, b"static")


def rotating_code(secret: bytes, checkpoint_id: UUID, serial: int, at: datetime) -> str:
    """Return what a small screen at a checkpoint shows at `at`."""
    return _said("R", secret, checkpoint_id, serial, _step(at).to_bytes(8, "big"))


def lasts_until(at: datetime) -> datetime:
    """Return when the turning code of `at` gives way to the next."""
    return datetime.fromtimestamp((_step(at) + 1) * STEP_S, at.tzinfo)


def screen_key(secret: bytes, checkpoint_id: UUID, serial: int) -> str:
    """Return the word in the address of a checkpoint's small screen, which has nobody to sign in."""
    return _mac(secret, checkpoint_id, serial, b"screen")


def scanned(text: str, secret: bytes, checkpoint_id: UUID, serial: int, at: datetime) -> Scan:
    """Judge what a phone scanned at `at` (our time as well as it is known) at a checkpoint."""
    form = _FORM.fullmatch(text.strip().upper())
    if form is None:
        return Scan(form="none", verdict="unreadable")
    letter, place, own_serial, told = form.groups()
    kind: Literal["static", "rotating"] = "static" if letter == "S" else "rotating"
    if place != checkpoint_id.hex.upper():
        return Scan(form=kind, verdict="other_place")
    number = int(own_serial)
    if kind == "static":
        good = same_word(told, _mac(secret, checkpoint_id, number, b"static"))
        return Scan(form=kind, verdict="forged" if not good else "good" if number == serial else "void")
    now = _step(at)
    back = int(LOOK_BACK.total_seconds()) // STEP_S
    for away in sorted(range(-min(back, now), back + 1), key=abs):
        if same_word(told, _mac(secret, checkpoint_id, number, (now + away).to_bytes(8, "big"))):
            verdict: Verdict = "void" if number != serial else "good" if abs(away) <= GRACE_STEPS else "old"
            return Scan(form=kind, verdict=verdict, age_s=float(-away * STEP_S))
    return Scan(form=kind, verdict="forged")


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S


def _said(letter: str, secret: bytes, checkpoint_id: UUID, serial: int, what: bytes) -> str:
    return f"UNJAI:{letter}:{checkpoint_id.hex.upper()}:{serial}:{_mac(secret, checkpoint_id, serial, what)}"


def _mac(secret: bytes, checkpoint_id: UUID, serial: int, what: bytes) -> str:
    message = checkpoint_id.bytes + serial.to_bytes(4, "big") + what
    return base64.b32encode(hmac.digest(secret, message, hashlib.sha256)[:_MAC_BYTES]).decode()


def same_word(one: str, other: str) -> bool:
    """Tell whether two words are one, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
