"""Publishes that NATS refused: MQTT 3.1.1 acknowledges them all the same, only the server's log tells."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

_LINE = re.compile(
    rb"^\[(?P<pid>\d+)\] \S+ \S+ (?:"
    rb"\[INF\]   ID: +(?P<server>\S+)"
    rb'|\[ERR\] \S+ - (?:mid|cid):(?P<cid>\d+) - .*Publish Violation - .*?Subject "(?P<subject>.*)"'
    rb")$"
)
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Refused:
    """`count` publishes to `subject` by connection `cid` of server `server_id` were refused."""

    server_id: str
    cid: int
    subject: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a log was read: the file's inode, the offset of the next line, and the server that wrote there."""

    inode: int = 0
    offset: int = 0
    pid: int = 0
    server_id: str = ""


def scan(lines: Iterable[bytes], place: Place) -> tuple[list[Refused], Place]:
    """Return what `lines` tell, equal refusals counted together, and the place with the server they end in."""
    found: Counter[tuple[str, int, str]] = Counter()
    for line in lines:
        if not (match := _LINE.match(line.rstrip(b"\r\n"))):
            continue
        pid = int(match["pid"])
        if match["server"]:
            place = replace(place, pid=pid, server_id=match["server"].decode("ascii", "replace"))
        elif pid == place.pid:
            found[place.server_id, int(match["cid"]), match["subject"].decode("utf-8", "replace")] += 1
    told = [Refused(server_id=key[0], cid=key[1], subject=key[2], count=n) for key, n in found.items()]
    return told, place


async def follow_refused(log: Path, place_file: Path, *, poll_s: float = 0.5) -> AsyncIterator[list[Refused]]:
    """Yield each batch of refusals in `log`, for ever, across rotations and restarts of the server and of ours.

    The place is written to `place_file` when the next batch is asked for: after a crash a batch may come again,
    none is missed unless the server's rotation has already deleted its file.
    """
    place = _load(place_file)
    while True:
        batch, reached = await asyncio.to_thread(_read, log, place)
        if batch:
            yield batch
        if reached != place:
            place = reached
            _save(place_file, place)
        else:
            await asyncio.sleep(poll_s)


def _load(file: Path) -> Place:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Place(**json.loads(file.read_text("utf-8")))
    return Place()


def _save(file: Path, place: Place) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(json.dumps(place.__dict__), "utf-8")
    fresh.replace(file)


def _read(log: Path, place: Place) -> tuple[list[Refused], Place]:
    """Read the next lines: the rest of the file we were in (renamed by a rotation), then the files after it."""
    files = _files(log)
    inodes = [inode for inode, _ in files]
    if place.inode not in inodes:
        place = replace(place, inode=inodes[0] if inodes else 0, offset=0)
    start = inodes.index(place.inode) if inodes else 0
    before = place
    for inode, file in files[start:]:
        if inode != place.inode:
            place = replace(place, inode=inode, offset=0)
        try:
            with file.open("rb") as text:
                opened = os.fstat(text.fileno())
                if opened.st_ino != inode:
                    return [], before  # renamed in this moment: look again
                if opened.st_size < place.offset:
                    place = replace(place, offset=0)
                text.seek(place.offset)
                data = text.read(
                    _CHUNK
                )  # at once: `readlines` would go on after half a line that is just being written
        except FileNotFoundError:
            return [], before
        whole = data.rfind(b"\n") + 1 or (len(data) if len(data) == _CHUNK else 0)
        if whole:
            told, place = scan(data[:whole].split(b"\n"), replace(place, offset=place.offset + whole))
            return told, place
    return [], place


def _files(log: Path) -> list[tuple[int, Path]]:
    """Return the log's files, oldest first: the server renames a full one to `name.YYYY.MM.DD.…`.

    The log itself is looked at first: renamed a moment later, it is then found under both names, never under none.
    """
    current: dict[int, Path] = {}
    with contextlib.suppress(OSError):
        current[log.stat().st_ino] = log
    found: dict[int, Path] = {}
    for file in sorted(log.parent.glob(f"{log.name}.[0-9]*")):
        with contextlib.suppress(OSError):
            found[file.stat().st_ino] = file
    return list({**found, **{inode: file for inode, file in current.items() if inode not in found}}.items())
