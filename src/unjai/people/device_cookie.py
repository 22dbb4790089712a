"""How a browser that is a device, such as the page of an SOS box, keeps its credential: a cookie no script reads."""

from __future__ import annotations

import base64
import binascii
from typing import Final

COOKIE: Final = "unjai_point"
DAYS: Final = 400
"""As long as browsers keep any cookie; each start of the page begins it anew."""
_MOST = 600


def written(key: str, secret: str) -> str:
    """Return the cookie's value for a device's key and secret."""
    return base64.urlsafe_b64encode(f"{key}:{secret}".encode()).decode()


def read(value: str) -> tuple[str, str] | None:
    """Return the key and the secret of a cookie's value; None where it holds neither."""
    if not 0 < len(value) <= _MOST:
        return None
    try:
        key, colon, secret = base64.urlsafe_b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (key, secret) if colon else None
