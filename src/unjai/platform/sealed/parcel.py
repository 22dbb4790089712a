"""A sealed file: entries, the list of their digests, and a signature (Ed25519) over the list.

It is signed, not encrypted: who holds it can read it. `examine` trusts nothing in it: names, sizes and the archive
itself may be made to harm.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import msgspec

from unjai.platform.sealed.archive import Laid, chunks, whole_as
from unjai.platform.sealed.keys import pem_of, print_of, public_of, public_of_pem, same_print

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_READ_MOST = 16_000_000
"""No single read of an archive's own parts is longer: what says otherwise is made to harm."""
_MANIFEST_MOST = 8_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """How a kind of sealed file is written: its format's name, the list's key in the manifest, its public key's entry.

    `plain`: signature and key as `openssl` reads them (64 bytes, PEM); else both in base64. `seals_first`: manifest,
    signature and key stand before the entries, else behind them. `also`: other formats that are written the same way.
    `stamp`: an entry that may stand behind all, an outside time stamp of the manifest; it is in no list.
    """

    name: str
    listing: str
    public: str
    plain: bool
    seals_first: bool
    entries_most: int
    also: tuple[str, ...] = ()
    stamp: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Return the formats that are written this way."""
        return frozenset((self.name, *self.also))

    @property
    def seals(self) -> tuple[str, str, str]:
        """Return the entries that are not in the list, in their order."""
        return (MANIFEST, SIGNATURE, self.public)


CASE = Form(
    name="unjai-case/1",
    listing="entries",
    public="public_key.txt",
    plain=False,
    seals_first=True,
    entries_most=200,
)
EVIDENCE = Form(
    name="unjai-evidence/1",
    listing="files",
    public="public_key.pem",
    plain=True,
    seals_first=False,
    entries_most=1200,
    also=("unjai-release/1", "unjai-plates/1"),
    stamp="manifest.tsr",
)
RELEASE = "unjai-release/1"
"""The format of a copy of evidence with faces hidden: written as evidence is."""
PLATES = "unjai-plates/1"
"""The format of found reads of plates: written as evidence is; its proof of the log is a closed one."""


def line_of(entry: Laid) -> dict[str, Any]:
    """Return an entry's line in the list."""
    return {"name": entry.name, "size": entry.size, "sha256": entry.sha256}


def seals_of(form: Form, manifest: bytes, key: Ed25519PrivateKey) -> dict[str, bytes]:
    """Return the three entries that seal a list."""
    signature, public = key.sign(manifest), public_of(key)
    if form.plain:
        return {MANIFEST: manifest, SIGNATURE: signature, form.public: pem_of(public)}
    coded = [base64.b64encode(one) + b"\n" for one in (signature, public)]
    return {MANIFEST: manifest, SIGNATURE: coded[0], form.public: coded[1]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong, by code, and at which entry; words in `platform/i18n/problems.evidence.json`."""

    code: str
    entry: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What examining a file found: without problems it is whole, and signed by the key whose print is given."""

    problems: tuple[Problem, ...]
    manifest: Mapping[str, Any]
    entries: tuple[str, ...]
    public: bytes
    digest: str
    size_bytes: int
    small: Mapping[str, bytes]
    """What the entries hold that were asked for."""

    @property
    def key_print(self) -> str:
        """Return the print of the key in the file; empty where there is none."""
        return print_of(self.public) if self.public else ""


class _Wary:
    """A file of which no absurd piece is read into memory, whatever it says of itself."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source, self._size = source, size
        self.seek, self.tell, self.close = source.seek, source.tell, source.close

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if (size if size >= 0 else self._size - self.tell()) > _READ_MOST:
            raise ValueError("an absurd size")
        return self._source.read(size)


class _Examined:
    """The work of one look at a file."""

    def __init__(self, form: Form, source: IO[bytes], size: int) -> None:
        self.form, self.source, self.size = form, source, size
        self.problems: list[Problem] = []
        self.digests: dict[str, str] = {}
        self.held: dict[str, bytes] = {}
        self.public = b""
        self.manifest: dict[str, Any] = {}

    def wrong(self, code: str, entry: str = "") -> None:
        problem = Problem(code=code, entry=entry[:200])
        if problem not in self.problems:
            self.problems.append(problem)

    def read(self, wanted: Iterable[str]) -> None:
        """Take the digest of each entry that is safe to read, and the bytes of those that are wanted."""
        try:
            with zipfile.ZipFile(_Wary(self.source, self.size)) as archive:
                self._entries(archive, frozenset(wanted))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, struct.error):
            self.wrong("not_archive")

    def _entries(self, archive: zipfile.ZipFile, wanted: frozenset[str]) -> None:
        infos = archive.infolist()
        if len(infos) > self.form.entries_most:
            self.wrong("too_many")
            return
        if sum(one.file_size for one in infos) > self.size:
            self.wrong("too_large")
            return
        unsafe = [one.filename for one in infos if not _safe(one.filename)]
        for name in unsafe:
            self.wrong("unsafe_name", name)
        if unsafe:  # nothing more is asked of it: such a name may be longer than any that an archive of ours can hold
            return
        laid, at = [], 0
        for one in infos:
            if one.filename in self.digests:
                self.wrong("twice", one.filename)
            elif one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 1:
                self.wrong("compressed", one.filename)
                self.digests[one.filename] = ""
            else:
                self._entry(archive, one, kept=one.filename in wanted)
            laid.append(Laid(name=one.filename, size=one.file_size, crc=one.CRC, at=at))
            at = laid[-1].end
        if not (self._in_order([one.filename for one in infos]) and whole_as(laid, self.source, self.size)):
            self.wrong("repacked")

    def _in_order(self, names: Sequence[str]) -> bool:
        seals = list(self.form.seals)
        many = len(seals)
        if self.form.seals_first:
            return names[:many] == seals and list(names[many:]) == sorted(names[many:])
        if self.form.stamp and self.form.stamp in names[:-1]:
            return False
        if self.form.stamp and names and names[-1] == self.form.stamp:
            names = names[:-1]
        return list(names[-many:]) == seals

    def _entry(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, kept: bool) -> None:
        digest, held = hashlib.sha256(), bytearray()
        self.digests[info.filename] = ""
        if kept and info.file_size > _MANIFEST_MOST:
            self.wrong("too_large", info.filename)
            return
        try:
            with archive.open(info) as entry:
                for chunk in chunks(entry):
                    digest.update(chunk)
                    if kept:
                        held += chunk
        except zipfile.BadZipFile:
            self.wrong("changed", info.filename)
            return
        self.digests[info.filename] = digest.hexdigest()
        if kept:
            self.held[info.filename] = bytes(held)

    def check_seals(self) -> None:
        """Check the signature over the list, and whose it is."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        missing = [name for name in self.form.seals if name not in self.digests]
        for name in missing:
            self.wrong("missing", name)
        if missing or any(name not in self.held for name in self.form.seals):
            return
        manifest, signature, written = (self.held[name] for name in self.form.seals)
        try:
            if self.form.plain:
                public = public_of_pem(written)
                if pem_of(public) != written:
                    raise ValueError("a key spelt otherwise")  # noqa: TRY301
            else:
                public, signature = _decoded(written), _decoded(signature)
            self.public = public
            Ed25519PublicKey.from_public_bytes(public).verify(signature, manifest)
        except (ValueError, InvalidSignature):
            self.wrong("signature", MANIFEST)
            return
        try:
            told = msgspec.json.decode(manifest)
        except (msgspec.DecodeError, RecursionError):
            told = None
        if not isinstance(told, dict) or told.get("format") not in self.form.names:
            self.wrong("format", MANIFEST)
            return
        self.manifest = told

    def check_list(self) -> None:
        """Compare what is there with what was signed."""
        listed: dict[str, Any] = {}
        lines = self.manifest.get(self.form.listing)
        for line in lines if isinstance(lines, list) else [None]:
            if not isinstance(line, dict) or not isinstance(line.get("name"), str) or line["name"] in listed:
                self.wrong("format", MANIFEST)
                return
            listed[line["name"]] = line.get("sha256")
        seals = {*self.form.seals, self.form.stamp}
        others = {name: digest for name, digest in self.digests.items() if name not in seals}
        known = {problem.entry for problem in self.problems}
        for name, digest in listed.items():
            if name not in others:
                self.wrong("missing", name)
            elif others[name] != digest and name not in known:
                self.wrong("changed", name)
        for name in others.keys() - listed.keys():
            self.wrong("extra", name)


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _safe(name: str) -> bool:
    """Tell whether a name stays where it is unpacked, on any system."""
    parts = name.split("/")
    return (
        0 < len(name) <= 200  # noqa: PLR2004
        and not any(part in {"", ".", ".."} for part in parts)
        and not any(sign in name for sign in '\\:*?"<>|')
        and name.isprintable()
    )


def examine(
    form: Form, source: IO[bytes], size: int, *, key_print: str | None = None, wanted: Iterable[str] = ()
) -> Found:
    """Look a sealed file through, whatever it is; for a thread where it is large.

    `key_print` is the print of the key that must have signed it; without it the file proves only that it is whole and
    was signed by the key in it. `wanted` are small entries whose bytes are returned. Raises `OSError` only.
    """
    work = _Examined(form, source, size)
    source.seek(0)
    digest = hashlib.sha256()
    for chunk in chunks(source):
        digest.update(chunk)
    work.read({*form.seals, *wanted})
    if work.digests:
        work.check_seals()
        if work.manifest:
            work.check_list()
    if key_print is not None and work.public and not same_print(key_print, print_of(work.public)):
        work.wrong("key")
    return Found(
        problems=tuple(work.problems),
        manifest=work.manifest,
        entries=tuple(name for name in work.digests if name not in {*form.seals, form.stamp}),
        public=work.public,
        digest=digest.hexdigest(),
        size_bytes=size,
        small={name: body for name, body in work.held.items() if name in set(wanted)},
    )
