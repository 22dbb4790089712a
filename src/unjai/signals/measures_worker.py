"""The process that works on a day of a junction's detailed log: neither web nor core spends its CPU on it.

``python -m unjai.signals.measures_worker``: on standard input JSON, what to ``do`` and the ``events`` (milliseconds,
code, parameter); on standard output the figures as JSON, or a Parquet file. It reads nothing else and writes nothing.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from typing import Any

import msgspec

MEMORY_BYTES = 4_000_000_000
CPU_S = 240
_GENTLE = 5
_USES = {"advance": "Advance", "presence": "Presence"}
_SPLIT = {"red_time": 5, "red_occupancy_threshold": 0.8, "green_occupancy_threshold": 0.8}
"""The thresholds of the field (Purdue): at least 80 % occupied in the green and in the first 5 s of the red."""


def work(order: dict[str, Any]) -> bytes:
    """Do what the order asks for."""
    import pandas as pd  # noqa: PLC0415  only in this process

    rows = order["events"]
    table = pd.DataFrame(
        {
            "TimeStamp": pd.to_datetime([row[0] for row in rows], unit="ms"),
            "DeviceId": [1] * len(rows),
            "EventId": [row[1] for row in rows],
            "Parameter": [row[2] for row in rows],
        }
    )
    if order["do"] == "parquet":
        file = io.BytesIO()
        table.to_parquet(file, index=False)
        return file.getvalue()
    return msgspec.json.encode(figures(table, order["detectors"]))


def figures(table: Any, detectors: list[dict[str, Any]]) -> dict[str, Any]:
    """Return arrivals and the share on green by advance detectors, cycles and split failures by presence detectors."""
    import pandas as pd  # noqa: PLC0415
    from atspm import SignalDataProcessor  # noqa: PLC0415

    uses = {one["use"] for one in detectors}
    wanted = []
    if "advance" in uses:
        wanted.append({"name": "arrival_on_green", "params": {"latency_offset_seconds": 0}})
    if "presence" in uses:
        wanted.append({"name": "split_failures", "params": {**_SPLIT, "by_approach": True, "by_cycle": True}})
    config = pd.DataFrame(
        [(1, one["phase"], one["number"], _USES[one["use"]]) for one in detectors],
        columns=["DeviceId", "Phase", "Parameter", "Function"],
    )
    found: dict[str, Any] = {}
    with SignalDataProcessor(
        raw_data=table, detector_config=config, bin_size=15, verbose=0, remove_incomplete=False, aggregations=wanted
    ) as processor:
        processor.load()
        processor.aggregate()
        if "advance" in uses:
            sums = "coalesce(sum(Total_Actuations), 0), sum(Percent_AOG * Total_Actuations)"
            total, green = processor.conn.query(f"SELECT {sums} FROM arrival_on_green").fetchone()  # noqa: S608
            found |= {"arrivals": int(total), "on_green": float(green) / float(total) if total else None}
        if "presence" in uses:
            sums = "count(*), coalesce(sum(Split_Failure::int), 0)"
            cycles, failed = processor.conn.query(f"SELECT {sums} FROM split_failures").fetchone()  # noqa: S608
            found |= {"cycles": int(cycles), "split_failures": int(failed)}
    return found


def main() -> None:
    """Read an order, write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    os.nice(_GENTLE)
    sys.stdout.buffer.write(work(msgspec.json.decode(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
