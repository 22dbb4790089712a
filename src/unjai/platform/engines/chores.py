"""What the supervisor has done in a process of its own now and then: the daily backup, the certificate's renewal."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unjai.model.clock import BANGKOK
from unjai.platform.config import Settings
from unjai.platform.tls import authority_file, chosen

AGAIN = timedelta(hours=1)
"""After a backup that failed."""
RENEW_LOOK = timedelta(hours=12)


@dataclass
class Chores:
    """Says what is due; remembers what was begun, so that nothing is begun twice."""

    settings: Settings
    backup_tried: datetime | None = None
    renew_tried: datetime | None = None
    stamp: tuple[int, int] | None = field(default=None)

    def due(self, now: datetime) -> list[str]:
        """Return the chores that are to begin now: `backup`, `renew`."""
        found = []
        if self._backup_due(now):
            self.backup_tried = now
            found.append("backup")
        looked = self.renew_tried
        if authority_file(self.settings.data).exists() and (looked is None or now - looked >= RENEW_LOOK):
            self.renew_tried = now
            found.append("renew")
        return found

    def _backup_due(self, now: datetime) -> bool:
        if not self.settings.backup_dir or (self.backup_tried is not None and now - self.backup_tried < AGAIN):
            return False
        here = now.astimezone(BANGKOK)
        turn = here.replace(hour=self.settings.backup_hour, minute=0, second=0, microsecond=0)
        if here < turn:
            turn -= timedelta(days=1)
        good = self._last_good()
        return good is None or good < turn

    def _last_good(self) -> datetime | None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads((self.settings.data / "run" / "backup.json").read_text("utf-8"))
            return datetime.fromisoformat(said["good_at"])
        return None

    def certificate_changed(self) -> bool:
        """Say once that the certificate's files are others than before: NATS takes them at a restart only."""
        pair = chosen(self.settings)
        if pair is None:
            return False
        with contextlib.suppress(OSError):
            before, self.stamp = self.stamp, pair.stamp()
            return before is not None and before != self.stamp
        return False
