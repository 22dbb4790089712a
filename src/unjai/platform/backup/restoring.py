"""Restore a backup into an empty data folder, and prove that it is the same: every file's and every table's hash."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

import psycopg

from unjai.model.errors import UnjaiError
from unjai.platform.backup import contents
from unjai.platform.backup.contents import Manifest, Table
from unjai.platform.backup.making import plain_dsn, reaching
from unjai.platform.backup.sealed import MAGIC, Opening
from unjai.platform.engines.alone import Postgres, start_postgres
from unjai.platform.engines.folders import writing
from unjai.platform.engines.programs import postgres_tool
from unjai.platform.migrate import known_steps

_CHUNK = 1 << 20


def restore(file: Path, data: Path, *, passphrase: Callable[[], str]) -> Manifest:
    """Make `data` from the backup; return its manifest. The centre is not started.

    `passphrase` is asked only if the file is sealed. What fails leaves `data` as empty as it was. Raises
    `restore_not_empty`, `backup_unreadable`, `backup_damaged`, `backup_newer`, `passphrase_wrong`, `restore_differs`.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise UnjaiError("restore_not_empty", 409, folder=str(data))
    there = data.exists()
    room = data / "restoring"
    with writing(data):
        room.mkdir(mode=0o700, parents=True)
        data.chmod(0o755)
    try:
        manifest = _known(_unpack(file, room, passphrase))
        _place(room, data)
        _database(room / contents.DUMP, data, manifest)
        shutil.rmtree(room)
    except BaseException:
        for entry in data.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        if not there:
            data.rmdir()
        raise
    return manifest


def inspect(file: Path, *, passphrase: Callable[[], str]) -> Manifest:
    """Read a backup to its end and check every file's hash, writing nothing; raises as `restore` does."""
    return _unpack(file, None, passphrase)


def _known(manifest: Manifest) -> Manifest:
    if manifest.schema not in known_steps():
        raise UnjaiError("backup_newer", 409, version=manifest.version, schema=manifest.schema)
    return manifest


def _unpack(file: Path, room: Path | None, passphrase: Callable[[], str]) -> Manifest:
    try:
        with file.open("rb") as raw:
            sealed = raw.read(len(MAGIC)) == MAGIC
            raw.seek(0)
            source: IO[bytes] = Opening(raw, passphrase(), str(file)) if sealed else raw  # type: ignore[assignment]
            return _entries(source, room, str(file))
    except OSError as error:
        raise UnjaiError("backup_unreadable", 500, file=str(file), reason=str(error)) from error
    except (tarfile.TarError, EOFError) as error:
        raise UnjaiError("backup_damaged", 500, file=str(file), what=str(error)[:80]) from error


def _entries(source: IO[bytes], room: Path | None, name: str) -> Manifest:
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isreg() and manifest is None else None
            if content is None or not _ours(entry.name):
                raise UnjaiError("backup_damaged", 500, file=name, what=entry.name)
            if entry.name == contents.MANIFEST:
                manifest = _manifest(content.read(), name)
            else:
                found[entry.name] = _copied(content, None if room is None else room / entry.name, entry.mode)
    if manifest is None:
        raise UnjaiError("backup_damaged", 500, file=name, what=contents.MANIFEST)
    for entry_name in sorted(set(found) | set(manifest.files)):
        if found.get(entry_name) != manifest.files.get(entry_name):
            raise UnjaiError("backup_damaged", 500, file=name, what=entry_name)
    if contents.DUMP not in found:
        raise UnjaiError("backup_damaged", 500, file=name, what=contents.DUMP)
    return manifest


def _ours(name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return False
    inside = path.parts[0] == contents.FILES.rstrip("/") and len(path.parts) > 1
    return name in {contents.DUMP, contents.MANIFEST, contents.CONFIG} or (
        inside and path.parts[1] not in contents.LEFT_OUT_FOLDERS
    )


def _manifest(said: bytes, name: str) -> Manifest:
    try:
        told = json.loads(said)
        told["tables"] = {key: Table(**value) for key, value in told["tables"].items()}
        made = Manifest(**told)
    except (ValueError, KeyError, TypeError) as error:
        raise UnjaiError("backup_damaged", 500, file=name, what=contents.MANIFEST) from error
    if made.format != contents.FORMAT:
        raise UnjaiError("backup_newer", 409, version=made.version, schema=made.format)
    return made


def _copied(content: IO[bytes], target: Path | None, mode: int) -> str:
    digest = hashlib.sha256()
    if target is None:
        while part := content.read(_CHUNK):
            digest.update(part)
        return digest.hexdigest()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as out:
        while part := content.read(_CHUNK):
            digest.update(part)
            out.write(part)
    target.chmod(mode & 0o777)
    return digest.hexdigest()


def _place(room: Path, data: Path) -> None:
    files = room / contents.FILES
    for entry in files.iterdir() if files.is_dir() else ():
        entry.rename(data / entry.name)
        if entry.name == "tls":
            (data / entry.name).chmod(0o755)
    if (room / contents.CONFIG).exists():
        (room / contents.CONFIG).rename(data / f"{contents.CONFIG}.restored")


def _database(dump: Path, data: Path, manifest: Manifest) -> None:
    engine: Postgres = start_postgres(data)
    try:
        url = engine.dsn("postgres")
        done = subprocess.run(  # noqa: S603  our own program
            [str(postgres_tool("pg_restore")), "--exit-on-error", "--single-transaction", *reaching(url), str(dump)],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise UnjaiError("backup_damaged", 500, file=str(dump), what=done.stderr.strip()[-600:])
        with psycopg.connect(plain_dsn(url)) as connection:
            there = contents.tables_of(connection)
        for name in sorted(set(there) | set(manifest.tables)):
            if there.get(name) != manifest.tables.get(name):
                raise UnjaiError("restore_differs", 500, table=name)
    finally:
        engine.stop()
        (data / "postgres.log").unlink(missing_ok=True)
