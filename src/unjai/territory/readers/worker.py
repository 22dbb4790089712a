"""The process that reads files from outside which heavy or foreign code must open: XLSX and OpenStreetMap.

``python -m unjai.territory.readers.worker``: on standard input a line of JSON (what to do) and then the file; on
standard output JSON (what was found, or the error). Its memory and time are bounded; when it dies, nobody else does.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import asdict
from typing import Any

import msgspec

from unjai.model.errors import UnjaiError
from unjai.territory.readers.source import Source

MEMORY_BYTES = 4_000_000_000
CPU_S = 120


def work(order: dict[str, Any], content: bytes) -> Source:
    """Do what the order says."""
    if order["form"] == "xlsx":
        from unjai.territory.readers.workbook import read_workbook  # noqa: PLC0415

        return read_workbook(content, sheet=order["sheet"])
    from unjai.territory.readers.osm import read_osm  # noqa: PLC0415

    return read_osm(content, form=order["osm"], what=order["what"], area=order["area"])


def main() -> None:
    """Read an order and a file, write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    order = msgspec.json.decode(sys.stdin.buffer.readline())
    try:
        found: dict[str, Any] = {"source": asdict(work(order, sys.stdin.buffer.read()))}
    except UnjaiError as error:
        found = {"error": {"code": error.code, "status": error.status, "facts": error.facts}}
    except MemoryError:
        found = {"error": {"code": "import_too_big", "status": 422, "facts": {}}}
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
