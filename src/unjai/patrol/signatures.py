"""Whether a phone's key signed some bytes: ECDSA on P-256 over SHA-256, as WebCrypto writes it (64 bytes: r, s)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, cast

_HALF = 32


def signature_of(text: str) -> bytes | None:
    """Return the 64 bytes of a signature in base64url, padded or not; None for anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 2 * _HALF else None


def all_signed(public_key: bytes, told: Sequence[tuple[bytes, bytes | None]]) -> list[bool]:
    """Tell of each body and signature whether they belong together; for a thread, 500 take some 50 ms."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  only where phones are heard
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: PLC0415

    key = cast("Any", serialization.load_der_public_key(public_key))
    way = ec.ECDSA(hashes.SHA256())
    found = []
    for body, signature in told:
        if signature is None:
            found.append(False)
            continue
        r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
        try:
            key.verify(encode_dss_signature(r, s), body, way)
        except InvalidSignature:
            found.append(False)
        else:
            found.append(True)
    return found
