"""The exported copy: any byte changed, any row dropped or moved, is found and named, without a database."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from tests.conftest import NIGHT
from tests.platform.test_audit import sealed, write
from unjai.commands.audit import verify_copy
from unjai.model.actor import system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.model.merkle import root_of
from unjai.platform.ledger.copies import check_copy, export
from unjai.platform.ledger.roots import as_json, every_root, read_roots, sign, signing_key
from unjai.platform.ledger.rows import canonical, leaf_hash


@pytest.fixture(scope="module")
async def made(db, worker_db, postgres, database_name, tmp_path_factory):
    """Eleven rows over three days with two signed roots; the copy whole, and of the second day alone."""
    folder, clock = tmp_path_factory.mktemp("copy"), MovedClock(NIGHT)
    superuser = create_engine(postgres.dsn("postgres", database_name))
    with superuser.begin() as connection:
        connection.execute(text("TRUNCATE audit, audit_seal, audit_node, audit_waiting, audit_root"))
    superuser.dispose()
    key = signing_key(folder)
    for count in (4, 5, 2):
        await write(db, clock, count)
        await sealed(worker_db, clock)
        async with worker_db.tx(system()) as tx:
            await sign(tx, clock, key, fresh=count != 2)
        clock.move(timedelta(days=1))
    async with worker_db.tx(system()) as tx:
        for name, between in (
            ("whole", {}),
            ("part", {"since": NIGHT + timedelta(hours=12), "until": NIGHT + timedelta(hours=36)}),
        ):
            with (folder / name).open("wb") as out:
                rows = await export(tx, clock, out, **between)
            assert rows == {"whole": 11, "part": 5}[name]
        roots = await every_root(tx)
    (folder / "roots.json").write_text(json.dumps(as_json(roots)))
    return folder


def test_a_copy_holds_on_any_machine(made):
    whole, part = check_copy(made / "whole"), check_copy(made / "part")
    assert (whole.rows, whole.broken_at, whole.signed) == (11, None, 3)
    assert (part.rows, part.size, part.broken_at, part.signed) == (5, 11, None, 1)
    assert part.root == whole.root
    assert "11 rows" in verify_copy(made / "whole", made / "roots.json")


@pytest.mark.parametrize("name", ["whole", "part"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found_and_named(made, tmp_path, name, data):
    raw = bytearray((made / name).read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))
    (tmp_path / "copy").write_bytes(raw)
    first = json.loads((made / name).read_bytes().partition(b"\n")[0])["first"]
    line = (made / name).read_bytes()[:place].count(b"\n")
    try:
        found = check_copy(tmp_path / "copy")
    except UnjaiError as error:
        found = error
    if isinstance(found, UnjaiError):
        assert (found.code, line) == ("copy_unreadable", 0)
        return
    assert found.broken_at is not None
    named = first + line - 1 if line else 0
    assert found.broken_at == named or (bytes(raw).count(b"\n") != (made / name).read_bytes().count(b"\n"))


@pytest.mark.parametrize("name", ["whole", "part"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_dropped_or_moved_row_is_found_and_named(made, tmp_path, name, data):
    lines = (made / name).read_bytes().splitlines(keepends=True)
    first = json.loads(lines[0])["first"]
    which = data.draw(st.integers(1, len(lines) - 2))
    other = data.draw(st.integers(1, len(lines) - 2))
    changed = list(lines)
    taken = changed.pop(which)
    if data.draw(st.booleans()):
        changed.insert(other, taken)
    (tmp_path / "copy").write_bytes(b"".join(changed))
    found = check_copy(tmp_path / "copy")
    if changed == lines:
        assert found.broken_at is None
    else:
        place = next(n for n in range(len(lines)) if changed[n] != lines[n])
        assert found.broken_at == first + place - 1


def rewritten(file, seq):
    """A copy made by somebody who knows the format: row, leaf, root and sums are all made to fit each other."""
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    lines[seq]["row"]["subject"] = "incident:other"
    lines[seq]["leaf"] = leaf_hash(canonical(lines[seq]["row"])).hex()
    head = {key: value for key, value in lines[0].items() if key != "sum"}
    head["root"] = root_of([bytes.fromhex(line["leaf"]) for line in lines[1:-1]]).hex()
    lines[0] = {**head, "sum": hashlib.sha256(canonical(head)).hexdigest()}
    body = b"".join(canonical(line) + b"\n" for line in lines[:-1])
    return body + canonical({"sha256": hashlib.sha256(body).hexdigest()}) + b"\n"


@pytest.mark.parametrize(("seq", "from_row"), [(2, 1), (4, 1), (5, 5), (9, 5)])
def test_a_copy_that_was_rewritten_as_a_whole_does_not_fit_the_signed_roots(made, tmp_path, seq, from_row):
    (tmp_path / "copy").write_bytes(rewritten(made / "whole", seq))
    found = check_copy(tmp_path / "copy")
    assert (found.broken_at, found.why) == (from_row, "root_differs")
    with pytest.raises(UnjaiError, match="audit_broken"):
        verify_copy(tmp_path / "copy", made / "roots.json")


def test_what_is_no_copy_is_said(made, tmp_path):
    (tmp_path / "x").write_text("hello\n")
    for file, code in (("x", "copy_unreadable"), ("absent", "file_unopened")):
        with pytest.raises(UnjaiError, match=code):
            verify_copy(tmp_path / file, None)
    with pytest.raises(UnjaiError, match="roots_unreadable"):
        verify_copy(made / "whole", tmp_path / "x")


def test_roots_signed_by_another_are_refused(made, tmp_path):
    told = json.loads((made / "roots.json").read_text())
    told["keys"][0]["public"] = base64.b64encode(bytes(32)).decode()
    with pytest.raises(UnjaiError, match="root_unsigned"):
        read_roots(json.dumps(told))
