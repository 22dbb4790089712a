"""The ledger is a line per acknowledgement, written at once and never overwritten."""

import json
from pathlib import Path

from unjai.demo.night.ledger import FILE, Ledger
from unjai.model.clock import MovedClock


def test_each_acknowledgement_is_a_line_at_once(tmp_path: Path, clock: MovedClock) -> None:
    ledger = Ledger(tmp_path, clock)
    ledger.acknowledged("sos_press", by="puback", source="pole-03", observed_at=clock.now())
    first = (tmp_path / FILE).read_text().splitlines()
    assert [json.loads(line)["kind"] for line in first] == ["sos_press"]
    ledger.close()
    again = Ledger(tmp_path, clock)
    again.acknowledged("position", by="200", source="phone-v51", observed_at=clock.now(), kept=False, reason="off duty")
    again.close()
    rows = [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()]
    assert [row["kept"] for row in rows] == [True, False]
    assert rows[0]["observed_at"] == "2026-11-21T18:14:09+00:00"
    assert rows[1]["reason"] == "off duty"
