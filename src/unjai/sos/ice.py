"""Where two ends of a call may look for each other beyond their own network; empty on one network."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from unjai.platform.config import Settings

LASTS = timedelta(hours=4)


def ice_servers(settings: Settings, who: str, now: datetime) -> list[dict[str, Any]]:
    """Return the servers as browsers read them.

    The TURN password is made for a while from the shared secret, as coturn's ``use-auth-secret`` has it: a point in a
    street never holds one that lasts.
    """
    found: list[dict[str, Any]] = [{"urls": [settings.voice_stun]}] if settings.voice_stun else []
    if settings.voice_turn:
        user = f"{int((now + LASTS).timestamp())}:{who}"
        made = hmac.new(settings.voice_turn_secret.encode(), user.encode(), hashlib.sha1).digest()  # its own scheme
        found.append({"urls": [settings.voice_turn], "username": user, "credential": base64.b64encode(made).decode()})
    return found
