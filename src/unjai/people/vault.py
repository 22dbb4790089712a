"""Small secrets at rest: AES-GCM by a key in DATA/secrets, so that the database alone tells none."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from uuid import UUID

from unjai.model.errors import UnjaiError
from unjai.platform.engines.secrets import keep

FILE = "second-factor.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class Vault:
    """Seals and opens small secrets of accounts or things. The key file is made at the first sealing, mode 0600."""

    def __init__(self, folder: Path, *, file: str = FILE, unreadable: str = "second_factor_unreadable") -> None:
        """Keep the key in `folder` under `file`; nothing is read yet. `unreadable` is the error of a lost key."""
        self._file = folder / file
        self._unreadable = unreadable
        self._key: bytes | None = None

    def seal(self, account_id: UUID, plain: bytes) -> bytes:
        """Return `plain` encrypted; only `open` for the same owner gives it back."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  only where it is needed

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._made()).encrypt(nonce, plain, account_id.bytes)

    def open(self, account_id: UUID, sealed: bytes) -> bytes:
        """Return what was sealed. Raises its error (503) when the key is gone or another one."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        key = self._key or self._read()
        if key is None:
            raise UnjaiError(self._unreadable, 503)
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], account_id.bytes)
        except InvalidTag as error:
            raise UnjaiError(self._unreadable, 503) from error

    def _read(self) -> bytes | None:
        try:
            key = bytes.fromhex(self._file.read_text("ascii").strip())
        except (OSError, ValueError):
            return None
        self._key = key if len(key) == _KEY_BYTES else None
        return self._key

    def _made(self) -> bytes:
        """Return the key, made if there is none; of two processes at once the first one's counts."""
        key = self._key or self._read()
        if key is not None:
            return key
        if self._file.exists():  # damaged: a new one would shut everybody's codes out without a word
            raise UnjaiError(self._unreadable, 503)
        fresh = self._file.with_name(f"{self._file.name}.{secrets.token_hex(4)}")
        keep(fresh, secrets.token_bytes(_KEY_BYTES).hex())
        try:
            os.link(fresh, self._file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink(missing_ok=True)
        key = self._read()
        if key is None:
            raise UnjaiError(self._unreadable, 503)
        return key
