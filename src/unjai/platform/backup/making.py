"""Make a backup of a running centre: one snapshot of the database, the files beside it, hashes of everything.

Streams are not carried: before the snapshot is taken, RECORD and PICTURE are waited for, so that all that was
acknowledged when the backup began is in the tables. What came later is in the next backup.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
from sqlalchemy import make_url

import unjai
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.platform.backup import contents
from unjai.platform.backup.contents import Manifest
from unjai.platform.backup.sealed import Sealing
from unjai.platform.engines.folders import disc_full
from unjai.platform.engines.programs import postgres_tool

_MAJOR = 18
_EARLY = ("audit", "secrets", "tls")
"""Read before the snapshot: a root that was written down later would be missing from the restored log."""


def make(
    database_url: str,
    data: Path,
    target: Path,
    clock: Clock,
    *,
    passphrase: str | None = None,
    config: Path | None = None,
    settle: Callable[[], bool] = lambda: True,
) -> Manifest:
    """Write the backup to `target`, whole or not at all (0600); return its manifest.

    `database_url` is SQLAlchemy's, of a role that row-level security does not bind. `settle` waits for the streams'
    readers. Raises `database_away`, `backup_failed`, `disc_full`, `data_not_writable`.
    """
    leave = target.parent if target.parent != data and target.parent.is_relative_to(data) else None
    early = {file: file.read_bytes() for file in contents.files_of(data, leave) if _is_early(data, file)}
    settled = settle()
    fresh = target.with_name(f"{target.name}.new")
    (data / "run").mkdir(mode=0o700, exist_ok=True)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data / "run", prefix="backup-") as room, _plain(fresh, passphrase) as out:
            dump = Path(room) / contents.DUMP
            manifest = _dump(database_url, dump, clock, settled=settled)
            with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                _add(tar, manifest, contents.DUMP, dump.open("rb"), dump.stat().st_size, 0o600)
                dump.unlink()
                for file in contents.files_of(data, leave):
                    _keep(tar, manifest, data, file, early)
                if config is not None and config.is_file():
                    _bytes(tar, manifest, contents.CONFIG, config.read_bytes())
                said = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1).encode()
                _bytes(tar, Manifest(**{**dataclasses.asdict(manifest), "files": {}}), contents.MANIFEST, said)
        fresh.replace(target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        if error.errno == 28:  # noqa: PLR2004  ENOSPC
            raise disc_full(target.parent, 0) from error
        raise UnjaiError("backup_failed", 500, file=str(target), reason=str(error)) from error
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return manifest


@contextlib.contextmanager
def _plain(file: Path, passphrase: str | None) -> Iterator[IO[bytes]]:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        if passphrase is None:
            yield out
        else:
            sealing = Sealing(out, passphrase)
            yield sealing  # type: ignore[misc]
            sealing.finish()
        out.flush()
        os.fsync(out.fileno())


def _dump(database_url: str, dump: Path, clock: Clock, *, settled: bool) -> Manifest:
    """Take counts, hashes and the dump from one snapshot."""
    url = make_url(database_url)
    try:
        with psycopg.connect(plain_dsn(database_url), autocommit=False) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            snapshot = _one(connection, "SELECT pg_export_snapshot()")
            schema = _one(connection, "SELECT version_num FROM alembic_version")
            manifest = Manifest(
                format=contents.FORMAT,
                version=unjai.__version__,
                made_at=clock.now().isoformat(),
                schema=schema,
                postgres=_one(connection, "SHOW server_version"),
                settled=settled,
                tables=contents.tables_of(connection),
                left_out=[*contents.LEFT_OUT_TABLES, "nats"],
            )
            leave = [f"--exclude-table-data=public.{name}" for name in contents.LEFT_OUT_TABLES]
            asked = ["--format=custom", "--compress=gzip:3", f"--snapshot={snapshot}", *leave, f"--file={dump}"]
            done = subprocess.run(  # noqa: S603  our own program
                [dump_program(database_url), *asked, *reaching(database_url)],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **({"PGPASSWORD": url.password} if url.password else {})},
                capture_output=True,
                text=True,
                check=False,
            )
    except psycopg.OperationalError as error:
        raise UnjaiError("backup_failed", 500, file=str(dump), reason=str(error).partition("\n")[0]) from error
    if done.returncode != 0:
        raise UnjaiError("backup_failed", 500, file=str(dump), reason=done.stderr.strip()[-600:])
    return manifest


def dump_program(database_url: str) -> str:
    """Return `pg_dump`: the wheel's, or the machine's (18 or newer) where an outside database asks for TLS."""
    asked = make_url(database_url).query.get("sslmode")
    found = shutil.which("pg_dump") if asked not in {None, "disable", "allow", "prefer"} else None
    if found is not None:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        major = said.split()[-1].partition(".")[0] if said else ""
        if not major.isdigit() or int(major) < _MAJOR:
            found = None
    return found or str(postgres_tool("pg_dump"))


def plain_dsn(database_url: str) -> str:
    """Return the same address as libpq reads it."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def reaching(database_url: str) -> list[str]:
    """Return the words by which PostgreSQL's own programs reach a database; the password is not among them."""
    return ["--dbname", make_url(database_url).set(drivername="postgresql")._replace(password=None).render_as_string()]


def _one(connection: psycopg.Connection[Any], query: Any) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def _is_early(data: Path, file: Path) -> bool:
    return file.relative_to(data).parts[0] in _EARLY


def _keep(tar: tarfile.TarFile, manifest: Manifest, data: Path, file: Path, early: dict[Path, bytes]) -> None:
    name = f"{contents.FILES}{file.relative_to(data)}"
    said = early.get(file)
    if said is None and _is_early(data, file):
        return  # made after the snapshot
    try:
        if said is not None:
            _add(tar, manifest, name, io.BytesIO(said), len(said), 0o600)
        else:
            found = file.stat()
            _add(tar, manifest, name, file.open("rb"), found.st_size, found.st_mode & 0o777)
    except FileNotFoundError:
        return  # removed in this moment


def _bytes(tar: tarfile.TarFile, manifest: Manifest, name: str, said: bytes) -> None:
    _add(tar, manifest, name, io.BytesIO(said), len(said), 0o600)


class _Hashing(io.RawIOBase):
    """Hashes what is read through it, exactly `size` bytes: a file that grows meanwhile is cut there."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source, self._left, self.digest = source, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        want = self._left if size < 0 else min(size, self._left)
        found = self._source.read(want)
        self._left -= len(found)
        self.digest.update(found)
        return found


def _add(  # noqa: PLR0917  an entry is all of these
    tar: tarfile.TarFile, manifest: Manifest, name: str, source: IO[bytes], size: int, mode: int
) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, mode
    with source:
        hashing = _Hashing(source, size)
        tar.addfile(entry, hashing)
    manifest.files[name] = hashing.digest.hexdigest()
