"""`unjai backup`, `unjai restore` and the daily `unjai run backup`."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import getpass
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

from nats.errors import Error as NatsError
from nats.js.errors import Error as StreamError

from unjai.model.clock import BANGKOK, Clock, SystemClock
from unjai.model.errors import UnjaiError
from unjai.platform.backup.contents import Manifest
from unjai.platform.backup.making import make
from unjai.platform.backup.restoring import inspect, restore
from unjai.platform.config import Settings
from unjai.platform.engines.device_streams import ACKNOWLEDGED, LIGHT
from unjai.platform.engines.links import links
from unjai.platform.engines.secrets import keep
from unjai.platform.streams import CLASSES, Bus, stream_of

_SETTLE_S = 20.0
_LOOK_S = 0.1
_NAME = "unjai-"


def backup_to(settings: Settings, file: Path, passphrase_file: Path | None) -> None:
    """Back the running centre up into `file` and read it back."""
    manifest = _made(settings, file, passphrase_file, SystemClock())
    rows = sum(one.rows for one in manifest.tables.values())
    settled = (
        ""
        if manifest.settled
        else "\n⚠ ข้อมูลที่เพิ่งรับบางส่วนอาจอยู่ในชุดถัดไป · some of what just came may be in the next one only"
    )
    sys.stdout.write(
        f"สำรองแล้ว {rows} แถว {len(manifest.tables)} ตาราง {len(manifest.files)} ไฟล์"
        f" · backed up {rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files"
        f" → {file} ({file.stat().st_size / 1e6:.1f} MB){settled}\n"
    )


def restore_from(file: Path, data: Path, passphrase_file: Path | None) -> None:
    """Make a data folder from a backup and say that it is the same."""
    manifest = restore(file, data.expanduser().absolute(), passphrase=lambda: _asked(passphrase_file))
    rows = sum(one.rows for one in manifest.tables.values())
    sys.stdout.write(
        f"กู้คืนครบ {rows} แถว {len(manifest.tables)} ตาราง ตรงกันทุกตาราง (สำรองเมื่อ {manifest.made_at})"
        f" · restored {rows} rows, all {len(manifest.tables)} tables are the same (backed up {manifest.made_at})\n"
        f"unjai up --data {data}\n"
    )


def daily(settings: Settings) -> None:
    """Make today's backup in `backup_dir`, check it, remove the oldest; the screens are told by `run/backup.json`."""
    clock = SystemClock()
    now = clock.now()
    note = settings.data / "run" / "backup.json"
    before: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError):
        before = json.loads(note.read_text("utf-8"))
    told = {**before, "tried_at": now.isoformat(), "error": None}
    os.nice(10)
    folder = Path(settings.backup_dir).expanduser().absolute()
    target = folder / f"{_NAME}{now.astimezone(BANGKOK):%Y%m%d-%H%M}.tar"
    secret = Path(settings.backup_passphrase_file) if settings.backup_passphrase_file else None
    try:
        _made(settings, target, secret, clock)
    except UnjaiError as error:
        keep(note, json.dumps({**told, "error": error.code}))
        raise
    told |= {"good_at": now.isoformat(), "good_at_s": now.timestamp(), "file": str(target)}
    keep(note, json.dumps({**told, "bytes": target.stat().st_size}))
    for old in sorted(folder.glob(f"{_NAME}[0-9]*-[0-9]*.tar"))[: -settings.backup_keep]:
        old.unlink()


def _made(settings: Settings, file: Path, passphrase_file: Path | None, clock: Clock) -> Manifest:
    passphrase = None if passphrase_file is None else _asked(passphrase_file)
    file = file.expanduser().absolute()
    config = Path(os.environ.get("UNJAI_CONFIG", "unjai.toml"))
    address = _address(settings)
    manifest = make(
        address,
        settings.data,
        file,
        clock,
        passphrase=passphrase,
        config=config,
        settle=lambda: asyncio.run(_settled(settings)),
    )
    inspect(file, passphrase=lambda: passphrase or "")
    return manifest


def _address(settings: Settings) -> str:
    """Return the database's address by a role that sees every row: our own cluster's superuser, or `unjai_backup`."""
    from unjai.platform.database import url_of  # noqa: PLC0415
    from unjai.platform.engines.secrets import database_password  # noqa: PLC0415

    if "@/" in settings.database_url:
        return url_of(settings.database_url, "postgres")
    return url_of(settings.database_url, "unjai_backup", database_password(settings.data, "unjai_backup"))


async def _settled(settings: Settings) -> bool:
    """Wait until RECORD and PICTURE have settled all that is in the streams now; False if they do not in 20 s."""
    if not settings.nats_url:
        return False
    to = links(settings)
    try:
        async with asyncio.timeout(_SETTLE_S):
            bus = await Bus.connect(to.core, name="backup", tls=to.tls)
            try:
                for stream in (ACKNOWLEDGED, LIGHT):
                    await _read(bus, stream, "core")
                for retention in CLASSES:
                    await _read(bus, stream_of(retention), "record")
            finally:
                await bus.close()
    except (NatsError, StreamError, OSError, TimeoutError):
        return False
    await asyncio.sleep(1.2)  # PICTURE writes its place each second
    return True


async def _read(bus: Bus, stream: str, durable: str) -> None:
    last = (await bus.js.stream_info(stream)).state.last_seq
    while True:
        reader = await bus.js.consumer_info(stream, durable)
        floor = 0 if reader.ack_floor is None else reader.ack_floor.stream_seq
        if floor >= last or not (reader.num_pending or reader.num_ack_pending):
            return
        await asyncio.sleep(_LOOK_S)


def _asked(passphrase_file: Path | None) -> str:
    if passphrase_file is None:
        if not sys.stdin.isatty():
            raise UnjaiError("passphrase_needed", 500)
        return getpass.getpass("รหัสผ่านชุดสำรอง · passphrase of the backup: ")
    try:
        said = passphrase_file.read_text("utf-8").strip()
    except OSError as error:
        raise UnjaiError("passphrase_needed", 500) from error
    if len(said) < 8:  # noqa: PLR2004
        raise UnjaiError("passphrase_short", 500)
    return said


def running(settings: Settings) -> Settings:
    """Return the settings with the addresses of the running centre's engines."""
    if settings.database_url:
        return settings
    try:
        state = json.loads((settings.data / "run" / "state.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnjaiError("centre_not_running", 500, data=str(settings.data)) from error
    return dataclasses.replace(
        settings,
        database_url=f"postgresql+psycopg://unjai_worker@/unjai?host={quote(state['sockets'], safe='/')}",
        nats_url=settings.nats_url or state["nats_url"] or "",
    )
