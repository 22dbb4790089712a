"""The key that seals this centre's files, how it is written down for others, and its print."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from unjai.model.errors import UnjaiError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_RAW_BYTES = 32


def key_of(data: Path) -> Ed25519PrivateKey:
    """Return the key that seals this centre's files, made at its first use and kept 0600 in `DATA/secrets/case.key`.

    Raises `secrets_unreadable` (500) for a damaged one: a new one in its place would make all that was sealed look
    foreign.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    file = data / "secrets" / "case.key"
    if not file.exists():
        _keep_first(file, base64.b64encode(secrets.token_bytes(_RAW_BYTES)))
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes(), validate=True))
    except ValueError as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error


def _keep_first(file: Path, text: bytes) -> None:
    """Write a key where there is none; of two who try at once the first one's stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def public_of(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def print_of(public: bytes) -> str:
    """Return a key's print as people compare it: eight groups of four of its SHA-256."""
    said = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(said[n : n + 4] for n in range(0, 32, 4))


def same_print(one: str, other: str) -> bool:
    """Tell whether two prints are the same, however they are spaced."""
    return "".join(one.split()).lower() == "".join(other.split()).lower()


def pem_of(public: bytes) -> bytes:
    """Return a public key as `openssl` reads it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_of_pem(pem: bytes) -> bytes:
    """Return the 32 bytes of an Ed25519 key in PEM; raise `ValueError` for anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(pem)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("no public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 key")  # noqa: TRY004  what it is read from is data
    return key.public_bytes_raw()
