"""The second step of signing in, pure: codes by time (TOTP, RFC 6238: SHA-1, 6 digits, 30 s) and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import pyotp

from unjai.model.clock import BANGKOK

STEP_S = 30
DRIFT_STEPS = 1
CODE_DIGITS = 6
PENDING_LIFE = timedelta(minutes=5)
PENDING_TRIES = 5
ENROL_LIFE = timedelta(minutes=15)
RECOVERY_CODES = 10
RECOVERY_LETTERS = 16
ISSUER = "Unjai"

Proof = Literal["code", "recovery"]


def plain(said: str) -> str:
    """Return what was typed without spaces and dashes, digits as ASCII (a Thai keyboard types ๑๒๓), lower case."""
    kept = (letter for letter in unicodedata.normalize("NFKC", said) if letter.isalnum())
    return "".join(str(unicodedata.digit(letter, letter)) for letter in kept).lower()


def looks_like_code(said: str) -> bool:
    """Tell a code by time from a recovery code."""
    return len(said) == CODE_DIGITS and said.isdecimal()


def step_at(now: datetime) -> int:
    """Return the number of the 30-second step that `now` is in."""
    return int(now.timestamp()) // STEP_S


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step, one around now at most, of which `code` is the code; None when it is of none.

    Compares all three in constant time each, so that the answer's time tells nothing.
    """
    made = pyotp.TOTP(secret)
    here = step_at(now)
    found = None
    for step in range(max(here - DRIFT_STEPS, 0), here + DRIFT_STEPS + 1):
        if hmac.compare_digest(made.generate_otp(step), code):
            found = step
    return found


def is_replay(step: int, last_step: int) -> bool:
    """Tell whether a code of this step, or of a later one, was taken already."""
    return step <= last_step


def uri(secret: str, username: str) -> str:
    """Return the `otpauth:` address that an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def recovery_hash(account_id: UUID, code: str) -> bytes:
    """Return what is kept of a recovery code."""
    return hashlib.sha256(f"recovery\x1f{account_id}\x1f{plain(code)}".encode()).digest()


def clock_text(now: datetime) -> str:
    """Return the centre's time as a phone shows it, so that a wrong clock is seen."""
    return f"{now.astimezone(BANGKOK):%H:%M:%S}"
