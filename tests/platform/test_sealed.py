"""The one way to seal: any program opens the archive, whatever is done to it is found, and nothing in it can harm."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unjai.platform.i18n import catalogue
from unjai.platform.ledger.rows import canonical
from unjai.platform.sealed import keys, parcel
from unjai.platform.sealed.archive import Archive, Laid, whole_as
from unjai.platform.sealed.parcel import EVIDENCE, examine, line_of, seals_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PRINT = keys.print_of(keys.public_of(KEY))
ENTRIES = {"01-cam-20261121T180000Z.mp4": bytes(range(256)) * 40, "READ-ME.html": "<p>อ่าน</p>".encode()}


def sealed(entries=None, *, key=KEY, **told) -> bytes:
    out = io.BytesIO()
    made = Archive(out)
    lines = [line_of(made.add(name, len(body), [body])) for name, body in (entries or ENTRIES).items()]
    manifest = canonical({"format": EVIDENCE.name, "id": "x", **told, EVIDENCE.listing: lines})
    for name, body in seals_of(EVIDENCE, manifest, key).items():
        made.add(name, len(body), [body])
    made.end()
    return out.getvalue()


def found(body: bytes, **how) -> list[tuple[str, str]]:
    return [(one.code, one.entry) for one in examine(EVIDENCE, io.BytesIO(body), len(body), **how).problems]


def again(change) -> bytes:
    """The package packed anew by another program, its entries changed on the way."""
    with zipfile.ZipFile(io.BytesIO(sealed())) as source:
        entries = {one.filename: source.read(one) for one in source.infolist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in change(entries).items():
            archive.writestr(name, body)
    return out.getvalue()


def test_a_whole_package_has_no_problem_and_tells_whose_it_is():
    body = sealed(number="EV2569-0001")
    told = examine(EVIDENCE, io.BytesIO(body), len(body), key_print=PRINT.upper(), wanted=["READ-ME.html"])
    assert told.problems == ()
    assert (told.manifest["number"], told.key_print, told.entries) == ("EV2569-0001", PRINT, tuple(ENTRIES))
    assert told.small == {"READ-ME.html": ENTRIES["READ-ME.html"]}


PACKAGE = sealed()


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(PACKAGE) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_found(at, by):
    changed = PACKAGE[:at] + bytes([PACKAGE[at] ^ by]) + PACKAGE[at + 1 :]
    assert found(changed)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PACKAGE)), st.binary(min_size=1, max_size=40))
def test_bytes_put_in_or_left_out_anywhere_are_found(at, more):
    assert found(PACKAGE[:at] + more + PACKAGE[at:])
    assert found(PACKAGE[:at]) if at < len(PACKAGE) else True


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600))
def test_junk_is_no_package_and_raises_nothing(junk):
    assert found(junk)
    assert found(b"PK\x03\x04" + junk)
    assert found(junk + PACKAGE[-22:])


def test_each_thing_done_to_it_is_named():
    clip = "01-cam-20261121T180000Z.mp4"
    cases = {
        ("changed", clip): lambda all_: {**all_, clip: all_[clip][:-1] + b"!"},
        ("missing", clip): lambda all_: {name: body for name, body in all_.items() if name != clip},
        ("extra", "more.mp4"): lambda all_: {**all_, "more.mp4": b"x"},
        ("extra", "other.mp4"): lambda all_: {("other.mp4" if n == clip else n): b for n, b in all_.items()},
        ("signature", "manifest.json"): lambda all_: {
            **all_, "manifest.json": all_["manifest.json"].replace(b'"id":"x"', b'"id":"y"')
        },
        ("missing", "manifest.sig"): lambda all_: {n: b for n, b in all_.items() if n != "manifest.sig"},
    }  # fmt: skip
    for wanted, change in cases.items():
        assert wanted in found(again(change)), wanted
    assert ("missing", clip) in found(again(cases["extra", "other.mp4"]))
    assert found(again(lambda all_: all_)) == [("repacked", "")], "packed anew, nothing else"


def test_another_key_is_another_centre():
    other = sealed(key=Ed25519PrivateKey.generate())
    assert found(other) == [], "anybody can make one that is whole"
    assert found(other, key_print=PRINT) == [("key", "")]


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\x", "a//b", "", "a/./b", "a\u202egpj.exe", "x" * 300]
)
def test_a_name_that_leaves_its_folder_is_refused(name):
    out = io.BytesIO()
    made = Archive(out)
    made.add(name or " ", 1, [b"x"])
    made.end()
    body = out.getvalue() if name else out.getvalue().replace(b" ", b"\n")
    assert "unsafe_name" in {code for code, _ in found(body)}


def test_a_name_longer_than_an_archive_can_hold_once_it_is_unicode_is_refused_in_words():
    """In the old code page each of its signs is one byte, in UTF-8 it is two or three: 16 bits cannot tell its length."""
    plain = b"x" * 60_000
    out = io.BytesIO()
    made = Archive(out)
    made.add(plain.decode(), 1, [b"x"])
    made.end()
    body = out.getvalue().replace(plain, b"\xb0" * 60_000)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert len(archive.namelist()[0].encode()) > 0xFFFF
    assert [code for code, _ in found(body)] == ["unsafe_name"]


def test_a_bomb_is_refused_unread():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    assert found(out.getvalue()) == [("too_large", "")]
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("small.txt", bytes(range(256)))
    assert ("compressed", "small.txt") in found(out.getvalue())


def test_absurdly_many_entries_and_a_directory_of_absurd_size_are_refused(monkeypatch):
    out = io.BytesIO()
    made = Archive(out)
    for number in range(EVIDENCE.entries_most + 1):
        made.add(f"{number}", 1, [b"x"])
    made.end()
    assert found(out.getvalue()) == [("too_many", "")]
    monkeypatch.setattr(parcel, "_READ_MOST", 100)
    assert found(PACKAGE) == [("not_archive", "")]


def test_the_list_is_checked_for_its_own_sense():
    for lines in (None, [{"name": "a"}, {"name": "a"}], ["a"], [{"sha256": "x"}]):
        out = io.BytesIO()
        made = Archive(out)
        for name, body in seals_of(EVIDENCE, canonical({"format": EVIDENCE.name, "files": lines}), KEY).items():
            made.add(name, len(body), [body])
        made.end()
        assert ("format", "manifest.json") in found(out.getvalue())


def test_every_problem_has_words():
    codes = {"not_archive", "too_many", "too_large", "unsafe_name", "twice", "compressed", "missing", "extra"}
    codes |= {"changed", "signature", "key", "format", "repacked", "audit_proof", "audit_other"}
    codes |= {"stamp", "stamp_other", "stamp_untrusted"}
    assert codes <= set(catalogue("problems"))


names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(names, st.binary(max_size=300), max_size=6))
def test_the_archive_is_what_zipfile_makes_of_the_same_entries(entries):
    ours, theirs = io.BytesIO(), io.BytesIO()
    made = Archive(ours)
    for name, body in entries.items():
        made.add(name, len(body), [body[:1], body[1:]])
    made.end()
    with zipfile.ZipFile(theirs, "w", zipfile.ZIP_STORED) as archive:
        for name, body in entries.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            archive.writestr(entry, body)
    assert ours.getvalue() == theirs.getvalue()
    assert whole_as(made.entries, ours, len(ours.getvalue()))


def test_beyond_four_gigabytes_other_programs_read_it_still(tmp_path):
    big = Laid(name="big", size=5_000_000_000, crc=7, at=0)
    assert big.end == 5_000_000_000 + len(big.header())
    file = tmp_path / "long.zip"
    with file.open("wb") as out:  # a sparse file: only what is written takes room
        made = Archive(out)
        made.entries.append(Laid(name="big", size=5_000_000_000, crc=0xD2D8B5C5, at=0))
        out.write(made.entries[0].header())
        out.seek(made.entries[0].end)
        made.add("small", 5, [b"after"])
        made.end()
    with zipfile.ZipFile(file) as archive:
        assert [(one.filename, one.file_size) for one in archive.infolist()] == [("big", 5_000_000_000), ("small", 5)]
        assert archive.read("small") == b"after"


def test_an_entry_of_another_size_is_not_written_down_as_whole():
    with pytest.raises(ValueError, match="not 5"):
        Archive(io.BytesIO()).add("a", 5, [b"four"])


def test_the_key_is_made_once_and_kept_for_us_alone(tmp_path):
    first = keys.key_of(tmp_path)
    assert keys.public_of(first) == keys.public_of(keys.key_of(tmp_path))
    file = tmp_path / "secrets" / "case.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["case.key"]
    file.write_text("nothing")
    with pytest.raises(Exception, match="secrets_unreadable"):
        keys.key_of(tmp_path)


def test_openssl_reads_the_key_and_agrees_with_its_print(tmp_path: Path):
    pem = tmp_path / "public_key.pem"
    pem.write_bytes(keys.pem_of(keys.public_of(KEY)))
    told = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", str(pem), "-outform", "DER"], capture_output=True, check=True
    )
    assert keys.print_of(told.stdout[-32:]) == PRINT
    assert keys.public_of_pem(pem.read_bytes()) == keys.public_of(KEY)
    with pytest.raises(ValueError, match="key"):
        keys.public_of_pem(b"-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n")
