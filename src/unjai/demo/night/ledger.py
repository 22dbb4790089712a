"""What the centre acknowledged, written down by the one who was told: `DATA/demo-ledger.jsonl`, a JSON line each.

A crash test compares it with the database: nothing in here may be missing there.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from unjai.model.clock import Clock

FILE = "demo-ledger.jsonl"


class Ledger:
    """Appends one line per acknowledgement, at once."""

    def __init__(self, data: Path, clock: Clock) -> None:
        """Open `DATA/demo-ledger.jsonl` for appending."""
        self._file = (data / FILE).open("a", encoding="utf-8", buffering=1)
        self._clock = clock
        self.count = 0

    def acknowledged(
        self,
        kind: str,
        *,
        by: str,
        source: str | None = None,
        observed_at: datetime | None = None,
        kept: bool = True,
        **facts: object,
    ) -> None:
        """Note that the centre said yes: `by` is ``puback`` or the HTTP status, `source` the device's key.

        `kept` is False where the centre must *not* keep it (an off-duty position, another device's subject).
        """
        row = {
            "at": self._clock.now().isoformat(),
            "kind": kind,
            "by": by,
            "source": source,
            "observed_at": None if observed_at is None else observed_at.isoformat(),
            "kept": kept,
            **facts,
        }
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.count += 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()
