"""`DATA/demo.json` (0600): what the play needs to knock at the doors, and who it is when it does."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from unjai.model.errors import UnjaiError

FILE = "demo.json"


@dataclass(frozen=True, kw_only=True)
class Login:
    """An account of the demo zone; `unit` is the call sign it crews."""

    password: str
    role: str
    unit: str | None = None


@dataclass(kw_only=True)
class Credentials:
    """The logins and device secrets of the demo zone; the crews' phones and apps are the town's (`town().units`)."""

    station_id: int = 0
    accounts: dict[str, Login] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)

    def save(self, data: Path) -> None:
        """Write the file whole or not at all, readable by its owner alone."""
        body = {
            "fictional": True,
            "station_id": self.station_id,
            "accounts": {name: asdict(login) for name, login in self.accounts.items()},
            "devices": self.devices,
        }
        fresh = data / f".{FILE}.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(body, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(data / FILE)


def load(data: Path) -> Credentials:
    """Read the file; `demo_zone_missing` (500) where the demo zone was never brought in."""
    path = data / FILE
    if not path.is_file():
        raise UnjaiError("demo_zone_missing", 500, file=str(path))
    body = json.loads(path.read_text("utf-8"))
    return Credentials(
        station_id=body["station_id"],
        accounts={name: Login(**login) for name, login in body["accounts"].items()},
        devices=dict(body["devices"]),
    )
