"""A backup restores to the same centre, or says why not; nothing half, nothing silently wrong."""

import io
import itertools
import json
import os
import tarfile
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import create_engine, text

from tests.platform.test_audit import sealed, write
from unjai.commands.audit import verify_centre
from unjai.commands.backup import daily
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.platform.anchors import write_root
from unjai.platform.backup import sealed as sealed_file
from unjai.platform.backup.making import make
from unjai.platform.backup.restoring import inspect, restore
from unjai.platform.backup.sealed import Opening, Sealing
from unjai.platform.config import load
from unjai.platform.engines.alone import start_postgres
from unjai.platform.ledger.roots import sign, signing_key
from unjai.platform.migrate import migrate

_hours = itertools.count(1)
SECRET = "ข้าวเหนียวมะม่วง 3"


def nobody() -> str:
    raise AssertionError("no passphrase is asked of a plain backup")


@pytest.fixture
async def centre(db, worker_db, postgres, database_name, clock, tmp_path):
    """A data folder with something in every part, and its database's address."""
    tmp_path.chmod(0o755)
    data = tmp_path / "data"
    for name, said in {
        "secrets/nats.json": "{}",
        "media/ab/photo.jpg": "\x00picture",
        "run/state.json": "{}",
        "nats/store": "x",
        "log/core.log": "x",
        "recordings/1/one/1-2.mp4": "x",
        "evidence/1/one.zip": "x",
        "demo.json": "{}",
    }.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(said)
    clock.move(timedelta(hours=next(_hours)))
    await write(db, clock, 5)
    await sealed(worker_db, clock)
    async with worker_db.tx(system()) as tx:
        signed = await sign(tx, clock, signing_key(data), fresh=True)
    if signed is not None:
        write_root(data, signed)
    owner = create_engine(postgres.dsn("postgres", database_name))
    with owner.begin() as connection:
        connection.execute(text("INSERT INTO stream_place VALUES ('picture', 'OBS_FLEET', 7) ON CONFLICT DO NOTHING"))
    owner.dispose()
    return data, postgres.dsn("postgres", database_name)


def test_a_backup_restores_to_the_same_and_upgrades(centre, clock, tmp_path):
    data, url = centre
    made = make(url, data, tmp_path / "b" / "one.tar", clock)
    assert (tmp_path / "b" / "one.tar").stat().st_mode & 0o077 == 0
    assert made.tables["audit"].rows >= 5
    assert {name for name in made.files if name.startswith("files/")} == {
        "files/secrets/nats.json",
        "files/secrets/ledger.key",
        "files/media/ab/photo.jpg",
        "files/evidence/1/one.zip",
        "files/demo.json",
        "files/audit/roots.jsonl",
    }
    assert [one.name for one in (data / "run").iterdir()] == ["state.json"]
    assert inspect(tmp_path / "b" / "one.tar", passphrase=nobody) == made
    new = tmp_path / "new"
    assert restore(tmp_path / "b" / "one.tar", new, passphrase=nobody) == made
    assert (new / "media/ab/photo.jpg").read_text() == "\x00picture"
    assert (new / "secrets/ledger.key").read_bytes() == (data / "secrets/ledger.key").read_bytes()
    assert (new / "secrets/ledger.key").stat().st_mode & 0o077 == 0
    assert not (new / "log").exists()
    engine = start_postgres(new)
    try:
        migrate(engine.dsn("unjai_owner"))
        admin = create_engine(engine.dsn("postgres"))
        with admin.begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM stream_place")).scalar() == 0
            owners = connection.execute(text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"))
            assert owners.scalars().all() == ["unjai_owner"]
        admin.dispose()
        settings = load({}, data=new, database_url=engine.dsn("unjai_worker"))
        assert "whole and unchanged" in verify_centre(settings, None)
    finally:
        engine.stop()
    with pytest.raises(UnjaiError, match="restore_not_empty"):
        restore(tmp_path / "b" / "one.tar", new, passphrase=nobody)


def test_a_sealed_backup_needs_its_passphrase(centre, clock, tmp_path):
    data, url = centre
    target = tmp_path / "sealed.tar"
    made = make(url, data, target, clock, passphrase=SECRET)
    assert b"photo" not in target.read_bytes()
    assert inspect(target, passphrase=lambda: SECRET) == made
    with pytest.raises(UnjaiError, match="passphrase_wrong"):
        inspect(target, passphrase=lambda: SECRET + "x")


def test_what_is_damaged_restores_nothing(centre, clock, tmp_path):
    data, url = centre
    target = tmp_path / "one.tar"
    make(url, data, target, clock)
    raw = target.read_bytes()
    places = [raw.index(b"PGDMP") + 30, raw.index(b"\x00picture") + 3, raw.index(b'"tables"') + 2]
    for place in places:
        (tmp_path / "bad.tar").write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(UnjaiError, match="backup_damaged"):
            restore(tmp_path / "bad.tar", tmp_path / "new", passphrase=nobody)
        assert not (tmp_path / "new").exists()
    for cut in (0, 100, raw.index(b"manifest.json"), len(raw) // 2):
        (tmp_path / "bad.tar").write_bytes(raw[:cut])
        with pytest.raises(UnjaiError, match="backup_damaged"):
            restore(tmp_path / "bad.tar", tmp_path / "new", passphrase=nobody)
    with pytest.raises(UnjaiError, match="backup_unreadable"):
        inspect(tmp_path / "absent.tar", passphrase=nobody)


@pytest.mark.parametrize("name", ["/etc/passwd", "files/../../x", "files/pg/PG_VERSION", "other"])
def test_a_backup_writes_nowhere_else(tmp_path, name):
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(UnjaiError, match="backup_damaged"):
        restore(tmp_path / "bad.tar", tmp_path / "new", passphrase=nobody)


def test_one_made_by_a_newer_program_is_refused(centre, clock, tmp_path):
    data, url = centre
    make(url, data, tmp_path / "one.tar", clock)
    with tarfile.open(tmp_path / "one.tar") as old, tarfile.open(tmp_path / "newer.tar", "w") as new:
        for entry in old:
            said = old.extractfile(entry).read()
            if entry.name == "manifest.json":
                said = json.dumps({**json.loads(said), "schema": "9999"}).encode()
            entry.size = len(said)
            new.addfile(entry, io.BytesIO(said))
    with pytest.raises(UnjaiError, match="backup_newer"):
        restore(tmp_path / "newer.tar", tmp_path / "new", passphrase=nobody)
    assert not (tmp_path / "new").exists()


def test_the_daily_one_is_written_down_and_the_oldest_go(centre, tmp_path):
    data, url = centre
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"unjai-2026010{day}-0300.tar").write_text("old")
    (folder / "mine.tar").write_text("not ours")
    settings_now = load({}, data=data, database_url=url, backup_dir=str(folder), backup_keep=2)
    daily(settings_now)
    assert len(list(folder.glob("unjai-*.tar"))) == 2
    assert (folder / "mine.tar").exists()
    said = json.loads((data / "run" / "backup.json").read_text())
    assert said["error"] is None
    assert said["good_at"]
    with pytest.raises(UnjaiError, match="backup_failed"):
        daily(load({}, data=data, database_url="postgresql+psycopg://x@/none?host=/nowhere", backup_dir=str(folder)))
    again = json.loads((data / "run" / "backup.json").read_text())
    assert again["error"] == "backup_failed"
    assert again["good_at"] == said["good_at"]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2 << 20])
def test_sealing_gives_back_what_it_took_and_notices_any_change(size, monkeypatch):
    monkeypatch.setattr(
        sealed_file, "_cipher", lambda passphrase, salt: AESGCM((passphrase + salt.hex()).encode()[-32:])
    )
    plain = os.urandom(size)
    out = io.BytesIO()
    sealing = Sealing(out, SECRET)
    sealing.write(plain[:1000])
    sealing.write(plain[1000:])
    sealing.finish()
    raw = out.getvalue()
    assert Opening(io.BytesIO(raw), SECRET, "x").read() == plain
    head, part = 31, (1 << 20) + 16
    for cut in {0, 5, 20, head, head + 1, head + part - 1, head + part, len(raw) - 1}:
        if cut < len(raw):
            with pytest.raises(UnjaiError):
                Opening(io.BytesIO(raw[:cut]), SECRET, "x").read()
            with pytest.raises(UnjaiError):
                Opening(io.BytesIO(raw[:cut] + bytes([raw[cut] ^ 1]) + raw[cut + 1 :]), SECRET, "x").read()
    if size > 1 << 20:
        with pytest.raises(UnjaiError):  # two parts changed about
            Opening(io.BytesIO(raw[:head] + raw[head + part :] + raw[head : head + part]), SECRET, "x").read()
