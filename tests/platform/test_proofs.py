"""Proof files: whole ones hold on any machine, any byte changed, dropped or added is refused, and it is said why."""

import base64
import functools
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NIGHT
from unjai.commands import proof_words
from unjai.model.errors import UnjaiError
from unjai.model.merkle import consistency_parts, inclusion_parts, leaf_hash, root_of
from unjai.platform.ledger import proofs
from unjai.platform.ledger.roots import Signed, as_json, public_of, read_note, signed_note
from unjai.platform.ledger.rows import canonical

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ROWS = [
    canonical(
        {
            "id": f"0199-{n}",
            "station_id": 1,
            "at": 1_790_000_000_000_000 + n,
            "actor": "account:1",
            "actor_name": "สมหญิง",
            "action": "plates.search",
            "subject": f"plate_search:{n}",
            "facts": {"case": "1/2569", "reason": "stolen"},
        }
    )
    for n in range(23)
]
LEAVES = [leaf_hash(one) for one in ROWS]


def signed(size: int, key: Ed25519PrivateKey = KEY, leaves: list[bytes] = LEAVES) -> Signed:
    root, at = root_of(leaves[:size]), NIGHT + timedelta(days=size)
    note = signed_note(key, size, root, at, date(2026, 11, 1) + timedelta(days=size))
    return read_note(note, public_of(key).public)


def path(seq: int, size: int) -> list[bytes]:
    return [root_of(LEAVES[first:last]) for first, last in inclusion_parts(seq - 1, size)]


@functools.cache
def row(seq: int = 7, size: int = 19, *, opened: bool = True) -> bytes:
    text = ROWS[seq - 1] if opened else None
    return proofs.row_proof(signed(size), seq=seq, leaf=LEAVES[seq - 1], path=path(seq, size), text=text)


@functools.cache
def growth(first: int = 9, second: int = 19) -> bytes:
    parts = [root_of(LEAVES[one:two]) for one, two in consistency_parts(first, second)]
    return proofs.growth_proof(signed(first), signed(second), parts)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_row_is_proven_under_every_root(data):
    size = data.draw(st.integers(1, len(ROWS)))
    seq = data.draw(st.integers(1, size))
    found = proofs.check(row(seq, size, opened=data.draw(st.booleans())))
    assert (found.good, found.seq, found.signed[0].size) == (True, seq, size)


@given(st.integers(1, 22), st.data())
@settings(max_examples=60, deadline=None)
def test_an_earlier_log_is_the_beginning_of_a_later_one(first, data):
    second = data.draw(st.integers(first, len(ROWS)))
    found = proofs.check(growth(first, second))
    assert found.good
    assert [one.size for one in found.signed] == [first, second]


def _refused(raw: bytes) -> bool:
    try:
        return not proofs.check(raw).good
    except UnjaiError as error:
        return error.code == "proof_unreadable"


@pytest.mark.parametrize("whole", [row(), row(opened=False), growth()], ids=["open", "closed", "growth"])
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_byte_changed_dropped_or_added_is_refused(whole, data):
    raw = bytearray(whole)
    place = data.draw(st.integers(0, len(raw) - 1))
    match data.draw(st.sampled_from(["change", "drop", "add"])):
        case "change":
            raw[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))
        case "drop":
            del raw[place]
        case _:
            raw.insert(place, data.draw(st.integers(0, 255)))
    assert bytes(raw) == whole or _refused(bytes(raw))


def _with(raw: bytes, **changed: object) -> bytes:
    return canonical({**json.loads(raw), **changed}) + b"\n"


def test_it_is_said_what_is_wrong():
    told = json.loads(row())
    other = signed(19, OTHER)
    cases = {
        ("spelling",): row().replace(b'"seq":7', b'"seq": 7'),
        ("content",): _with(row(), text=told["text"].replace("1/2569", "2/2569")),
        ("path",): _with(row(), seq=8),
        ("note_other",): _with(row(), size=20),
        ("unsigned",): _with(row(), public=base64.b64encode(other.public).decode()),
        ("growth",): _with(growth(), second={"note": signed(20).note, "public": told["public"]}),
    }
    assert {problems: proofs.check(raw).problems for problems, raw in cases.items()} == {
        problems: problems for problems in cases
    }
    words = proof_words.words(proofs.check(cases["content",]), keyed=False)
    assert "เชื่อถือไฟล์นี้ไม่ได้" in words
    assert "it was changed after it was logged [content]" in words


def test_what_was_rewritten_does_not_fit_what_was_published():
    """Somebody with the key writes a log of their own: it holds by itself, and not against a list that others kept."""
    rewritten = [leaf_hash(b"other"), *LEAVES[1:]]
    fake = signed(19, leaves=rewritten)
    parts = [root_of(rewritten[first:last]) for first, last in inclusion_parts(6, 19)]
    raw = proofs.row_proof(fake, seq=7, leaf=LEAVES[6], path=parts)
    assert proofs.check(raw).good
    assert proofs.check(raw, roots=[signed(9), signed(19)]).problems == ("root_differs",)
    assert proofs.check(row(), roots=[signed(9)]).problems == ("root_unlisted",)
    assert proofs.check(row(), roots=[signed(19)]).listed
    ours = public_of(KEY)
    for said in (proofs.pem_of(ours.public), ours.name, ours.id, base64.b64encode(ours.public).decode() + "\n"):
        assert proofs.check(row(), key=said).good
        assert proofs.check(growth(), key=said).good
    for said in (proofs.pem_of(public_of(OTHER).public), "unjai-0000", "ก"):
        assert proofs.check(row(), key=said).problems == ("key_other",)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"format":[]}', b'{"format":"unjai-proof/1"}', b"[" * 99_999, b"\xff"]
)
def test_what_is_no_proof_is_named_so(raw):
    with pytest.raises(UnjaiError, match="proof_unreadable"):
        proofs.check(raw)


def test_a_closed_proof_tells_nothing_of_what_it_proves():
    text = row(opened=False).decode()
    assert not any(word in text for word in ("plates", "สม", "2569", "account", "0199-"))
    assert proofs.check(row(opened=False)).row is None


def test_on_the_command_line_without_a_centre(tmp_path):
    (tmp_path / "proof.json").write_bytes(row())
    (tmp_path / "bad.json").write_bytes(_with(row(), seq=8))
    (tmp_path / "growth.json").write_bytes(growth())
    (tmp_path / "roots.json").write_text(json.dumps(as_json([signed(9), signed(19)])))
    (tmp_path / "key.pem").write_text(proofs.pem_of(public_of(KEY).public))

    def verify(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "unjai", "audit", "verify", *words]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = verify("proof.json", "--roots", "roots.json", "--key", "key.pem")
    assert good.returncode == 0, good.stderr
    assert "stands in the log" in good.stdout
    assert "published list" in good.stdout
    assert "plate_search:6" in good.stdout
    bad = verify("bad.json", "--json")
    assert bad.returncode == 1
    assert [one["code"] for one in json.loads(bad.stdout)["problems"]] == ["path"]
    assert verify("growth.json", "--roots", "roots.json").returncode == 0


def test_the_steps_of_the_document_do_the_same_with_openssl_alone(tmp_path):
    """The script of docs/ledger.md, as it stands there."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "ledger.md").read_text("utf-8")
    script = page.partition("```bash\n")[2].partition("```")[0]
    assert "openssl" in script
    for name, raw, good in (
        ("open", row(), True),
        ("closed", row(opened=False), True),
        ("edge", row(19, 19), True),
        ("alone", row(1, 1), True),
        ("moved", _with(row(), seq=8), False),
        ("other", _with(row(), text="{}"), False),
        ("forged", _with(row(), note=signed(19, OTHER).note), False),
    ):
        (tmp_path / f"{name}.json").write_bytes(raw)
        (tmp_path / "check.sh").write_text(script)
        done = subprocess.run(
            ["bash", "check.sh", f"{name}.json"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode == 0) == good, (name, done.stdout, done.stderr)
