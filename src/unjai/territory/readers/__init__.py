"""Readers of files: CSV, XLSX, GeoJSON, road graphs, OpenStreetMap. Pure: bytes in, a `Source` out, nothing believed.

`read` chooses by what the bytes are, not by the name. What is heavy or foreign code (XLSX, OpenStreetMap) is read in a
process of its own (`worker`), everything else in a thread; one file at a time, so that memory stays bounded.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import msgspec

from unjai.model.errors import UnjaiError
from unjai.territory.readers.delimited import read_delimited
from unjai.territory.readers.maps import read_map
from unjai.territory.readers.source import Form, Line, Remark, Source
from unjai.territory.rules.geojson import Feature

__all__ = ["Form", "Line", "Options", "Remark", "Source", "form_of", "read"]

PATIENCE_S = 180.0
_GEOJSON = 0x7B
_KINDS_OF_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to read a file, where the asker says so: text encoding, delimiter, sheet; what of OpenStreetMap and where."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    what: Literal["", "streets", "places", "land", "boundaries"] = ""
    area: Mapping[str, Any] | None = None


def form_of(content: bytes) -> Literal["csv", "xlsx", "json", "pbf", "osm"]:
    """Return what a file is by its first bytes. Raises `import_empty`, `import_kml` or `import_packed`."""
    head = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise UnjaiError("import_empty", 422)
    if b"OSMHeader" in content[:32]:
        return "pbf"
    if content.startswith(_KINDS_OF_ZIP) or content.startswith(b"\xd0\xcf\x11\xe0"):
        return "xlsx"
    if content.startswith((b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!")):
        raise UnjaiError("import_packed", 422)
    if head[0] == _GEOJSON or head.startswith(b"["):
        return "json"
    if head.startswith(b"<"):
        if b"<osm" in content[:1000]:
            return "osm"
        raise UnjaiError("import_kml", 422)
    return "csv"


async def read(content: bytes, options: Options) -> Source:
    """Read a file. Raises `UnjaiError` with a code that says what is wrong with it and what to do."""
    form = form_of(content)
    loop = asyncio.get_running_loop()
    async with _gates.setdefault(loop, asyncio.Semaphore(1)):
        if form == "csv":
            return await asyncio.to_thread(
                read_delimited, content, encoding=options.encoding, delimiter=options.delimiter
            )
        if form == "json":
            return await asyncio.to_thread(read_map, content)
        if form == "xlsx":
            return await _apart({"form": "xlsx", "sheet": options.sheet}, content)
        if not options.what:
            raise UnjaiError("import_osm_not_here", 422)
        order = {"form": "osm", "osm": form, "what": options.what, "area": options.area}
        return await _apart(order, content)


async def _apart(order: Mapping[str, Any], content: bytes) -> Source:
    """Let the worker read; whatever becomes of it, an answer comes."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "unjai.territory.readers.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            told, _ = await process.communicate(msgspec.json.encode(order) + b"\n" + content)
    except TimeoutError as error:
        raise UnjaiError("import_too_slow", 422, seconds=round(PATIENCE_S)) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not told:
        raise UnjaiError("import_broke_reader", 422)
    return await asyncio.to_thread(_source, told)


def _source(told: bytes) -> Source:
    answer = msgspec.json.decode(told)
    if (error := answer.get("error")) is not None:
        raise UnjaiError(error["code"], error["status"], **error["facts"])
    found = answer["source"]
    listed = {
        "lines": tuple(Line(row=one["row"], cells=tuple(one["cells"])) for one in found["lines"]),
        "features": tuple(Feature(**one) for one in found["features"]),  # a worker finds no broken ones
        "remarks": tuple(Remark(**one) for one in found["remarks"]),
        "sheets": tuple(found["sheets"]),
    }
    return Source(**{**found, **listed})
