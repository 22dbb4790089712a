"""`unjai tls init` and `unjai tls renew`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.platform import authority
from unjai.platform.config import Settings
from unjai.platform.tls import authority_file, own_pair


def init(settings: Settings, names: Sequence[str], ips: Sequence[str]) -> None:
    """Make the authority and the first certificate; say what to do next."""
    made = authority.init(settings.data, SystemClock(), names=names, ips=ips, station=settings.station)
    door = authority.read(own_pair(settings.data).cert)
    sys.stdout.write(
        f"หน่วยออกใบรับรองของสถานี · station authority: {made.subject.removeprefix('CN=')}\n"
        f"  SHA-256 {made.fingerprint}\n"
        f"ใบรับรองใช้กับ · the certificate is for: {', '.join(door.names)} (→ {door.ends:%Y-%m-%d})\n"
        "เริ่มศูนย์ใหม่ แล้วเปิดหน้า /trust จากโทรศัพท์เพื่อติดตั้ง"
        " · restart the centre, then open /trust on each phone to install it\n"
    )


def renew(settings: Settings, *, force: bool) -> None:
    """Issue a new certificate if it is time; raises `authority_missing`."""
    if not authority_file(settings.data).exists():
        raise UnjaiError("authority_missing", 409)
    done = authority.renew(settings.data, SystemClock(), force=force)
    ends = authority.read(own_pair(settings.data).cert).ends
    word = "ออกใบรับรองใหม่แล้ว · renewed" if done else "ยังไม่ถึงเวลา · not time yet"
    sys.stdout.write(f"{word} (→ {ends:%Y-%m-%d})\n")
