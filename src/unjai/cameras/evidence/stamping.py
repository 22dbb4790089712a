"""An outside time stamp (RFC 3161) of a package's list: asked for over HTTP, and checked by whoever has the authority.

As a process of its own (`press.stamp`) it stamps a package that was sealed without one; the stamp then lies beside it
as `<id>.tsr`, since a sealed file never changes. Nothing here runs in web or core.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from unjai.cameras.evidence.members import body_of
from unjai.cameras.evidence.plan import Failed, Stamped, StampPlan, ToStamp
from unjai.model.errors import UnjaiError
from unjai.platform.engines.folders import writing
from unjai.platform.sealed.parcel import MANIFEST

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

WITHIN_S = 15.0
ANSWER_MOST = 100_000
_NICE = 10
_CERTIFICATES = 0xA0


class BadStamp(Exception):  # noqa: N818  how a check ends early
    """A time stamp does not hold; `code` is the problem's."""

    def __init__(self, code: str) -> None:
        """Say in what way."""
        super().__init__(code)
        self.code = code


def beside(package: Path) -> Path:
    """Return where a stamp lies that came after its package was sealed."""
    return package.with_suffix(".tsr")


def stamp_for(manifest: bytes, by: StampPlan) -> bytes:
    """Ask for a stamp of a list and return it whole (a TimeStampResp, DER), checked against the authority's file.

    Raises `stamp_unreachable` (503), `stamp_refused` and `stamp_untrusted` (502), `stamp_ca_unreadable` (500).
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415  heavy: only where one is wanted

    roots = authority_of(Path(by.ca))
    if urlsplit(by.url).scheme not in {"http", "https"}:
        raise UnjaiError("stamp_unreachable", 503, url=by.url[:200], reason="http(s) only")
    request = TimestampRequestBuilder().data(manifest).hash_algorithm(HashAlgorithm.SHA256)
    asked = request.cert_request(cert_request=True).build()
    answer = _asked(by.url, asked.as_bytes())
    try:
        read_stamp(manifest, answer, roots, nonce=asked.nonce)
    except BadStamp as error:
        refused = "stamp_refused" if error.code == "stamp" else "stamp_untrusted"
        raise UnjaiError(refused, 502, url=by.url[:200]) from error
    return answer


def _asked(url: str, body: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  http(s), checked
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310  the same
            told = bytes(answer.read(ANSWER_MOST + 1))
    except (OSError, HTTPException, ValueError) as error:
        reason = str(getattr(error, "reason", error))[:200]
        raise UnjaiError("stamp_unreachable", 503, url=url[:200], reason=reason) from error
    if len(told) > ANSWER_MOST:
        raise UnjaiError("stamp_refused", 502, url=url[:200])
    return told


def authority_of(file: Path) -> list[Certificate]:
    """Return the certificates that a stamp must lead to; raise `stamp_ca_unreadable` (500)."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

    try:
        return load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UnjaiError("stamp_ca_unreadable", 500, file=str(file)[:200]) from error


def read_stamp(
    manifest: bytes, stamp: bytes, roots: Sequence[Certificate], *, nonce: int | None = None
) -> tuple[datetime, str, str]:
    """Return when a list was stamped, by whom and under which number; raise `BadStamp`.

    Without `roots` only that it is a stamp of this very list is known, not whose: `stamp_other` where it is another's.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415

    try:
        told: Any = decode_timestamp_response(ordered(stamp))
        info = told.tst_info
        at, name, serial = info.gen_time, info.name, info.serial_number
        imprint, algorithm = bytes(info.message_imprint.message), info.message_imprint.hash_algorithm.dotted_string
    except Exception as error:  # whatever it is made of, it is no stamp
        raise BadStamp("stamp") from error
    if _imprint(algorithm, manifest) != imprint:
        raise BadStamp("stamp_other")
    if roots:
        builder = VerifierBuilder(roots=list(roots), nonce=nonce)
        try:
            builder.build().verify_message(told, manifest)
        except (VerificationError, ValueError) as error:
            raise BadStamp("stamp_untrusted") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC), _named(told, name), str(serial)


def ordered(stamp: bytes) -> bytes:
    """Return a stamp with the certificates in it in the order that DER wants: many authorities send them in another.

    They stand outside what is signed, and no length changes. What is no stamp is returned as it is.
    """
    try:
        _tag, at, end = _part(stamp, 0)  # TimeStampResp
        at = _part(stamp, at)[2]  # behind its status
        _tag, at, end = _part(stamp, at)  # the token, a ContentInfo
        at = _part(stamp, at)[2]  # behind its type
        _tag, at, end = _part(stamp, at)  # [0]
        _tag, at, end = _part(stamp, at)  # SignedData
        for _behind in ("version", "digests", "content"):
            at = _part(stamp, at)[2]
        tag, at, end = _part(stamp, at)
        if tag != _CERTIFICATES:
            return stamp
        found, begins = [], at
        while at < end:
            after = _part(stamp, at)[2]
            found.append(stamp[at:after])
            at = after
    except (IndexError, ValueError):
        return stamp
    return stamp[:begins] + b"".join(sorted(found)) + stamp[at:]


def _part(body: bytes, at: int) -> tuple[int, int, int]:
    """Return an element's tag, where what is in it begins, and where it ends; `ValueError` where it has no end."""
    tag, size, at = body[at], body[at + 1], at + 2
    if size & 0x80:
        many = size & 0x7F
        size, at = int.from_bytes(body[at : at + many]), at + many
    if not 0 <= at + size <= len(body):
        raise ValueError("an element without an end")
    return tag, at, at + size


def _imprint(algorithm: str, body: bytes) -> bytes:
    import hashlib  # noqa: PLC0415

    kinds = {
        "2.16.840.1.101.3.4.2.1": hashlib.sha256,
        "2.16.840.1.101.3.4.2.2": hashlib.sha384,
        "2.16.840.1.101.3.4.2.3": hashlib.sha512,
    }
    kind = kinds.get(algorithm)
    if kind is None:
        raise BadStamp("stamp")
    return kind(body).digest()


def _named(told: Any, name: Any) -> str:
    """Return who stamped, as the signer's certificate says it; else as the stamp does; else nothing."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415

    try:
        signers = {(one.issuer, one.serial_number) for one in told.signed_data.signer_infos}
        for der in told.signed_data.certificates:
            found = load_der_x509_certificate(der)
            if (found.issuer, found.serial_number) in signers:
                return found.subject.rfc4514_string()[:200]
    except Exception:  # noqa: BLE001  a name is a courtesy
        return ""
    return "" if name is None else str(name)[:200]


def stamp_package(asked: ToStamp) -> Stamped:
    """Stamp a package that was sealed without one; the stamp lies beside it when this returns.

    Raises as `stamp_for` does, and `evidence_file_gone` (500).
    """
    package = Path(asked.package)
    try:
        manifest = body_of(package, MANIFEST)
    except (OSError, UnjaiError) as error:
        raise UnjaiError("evidence_file_gone", 500) from error
    stamp = stamp_for(manifest, asked.by)
    at, authority, serial = read_stamp(manifest, stamp, ())
    file = beside(package)
    fresh = file.with_name(f"{file.name}.new")
    with writing(file.parent):
        with fresh.open("wb") as out:
            out.write(stamp)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    return Stamped(at=at, authority=authority, serial=serial, inside=False)


def main() -> None:
    """Stamp one package and end: 0 and what the stamp says, or 1 and why there is none."""
    os.nice(_NICE)
    told: Stamped | Failed
    try:
        told = stamp_package(msgspec.json.decode(sys.stdin.buffer.read(), type=ToStamp))
    except UnjaiError as error:
        told = Failed(error=error.code, facts=dict(error.facts), status=error.status)
    sys.stdout.buffer.write(msgspec.json.encode(told))
    sys.stdout.buffer.flush()
    raise SystemExit(0 if isinstance(told, Stamped) else 1)


if __name__ == "__main__":
    main()
