"""A file encrypted with a passphrase: AES-256-GCM in parts of a mebibyte, so that any size streams.

Each part is bound to its place and the last one says that it is the last: parts cannot be moved, left out or cut off.
The key is scrypt's of the passphrase (N = 2^15, r = 8, p = 1) and a salt.
"""

from __future__ import annotations

import io
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from unjai.model.errors import UnjaiError

MAGIC = b"UNJAI-SEALED-1\n"
_PART = 1 << 20
_SALT, _TAG = 16, 16


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode()))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


class Sealing(io.RawIOBase):
    """Takes plain bytes and writes sealed ones to `out`; `finish` writes the last part."""

    def __init__(self, out: IO[bytes], passphrase: str) -> None:
        """Write the head."""
        salt = os.urandom(_SALT)
        self._out, self._cipher, self._rest, self._number = out, _cipher(passphrase, salt), bytearray(), 0
        out.write(MAGIC + salt)

    def writable(self) -> bool:
        """Say that it is written to."""
        return True

    def write(self, data: object) -> int:
        """Seal every part that is full and followed by more."""
        fresh = bytes(data)  # type: ignore[call-overload]
        self._rest += fresh
        while len(self._rest) > _PART:
            self._part(bytes(self._rest[:_PART]), last=False)
            del self._rest[:_PART]
        return len(fresh)

    def finish(self) -> None:
        """Seal what is left as the last part."""
        self._part(bytes(self._rest), last=True)

    def _part(self, plain: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, MAGIC))
        self._number += 1


class Opening(io.RawIOBase):
    """Gives the plain bytes of what was sealed; raises `passphrase_wrong` or `backup_damaged`."""

    def __init__(self, source: IO[bytes], passphrase: str, name: str) -> None:
        """Read the head; `name` is for the error."""
        if source.read(len(MAGIC)) != MAGIC:
            raise UnjaiError("backup_damaged", 500, file=name, what="head")
        self._source, self._name = source, name
        self._cipher = _cipher(passphrase, source.read(_SALT))
        self._number, self._plain, self._ahead = 0, b"", source.read(_PART + _TAG)
        if not self._ahead:
            raise UnjaiError("backup_damaged", 500, file=name, what="head")

    def readable(self) -> bool:
        """Say that it is read from."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` plain bytes, fewer only at the end."""
        found = bytearray()
        while size < 0 or len(found) < size:
            if not self._plain and not self._open_part():
                break
            take = len(self._plain) if size < 0 else size - len(found)
            found += self._plain[:take]
            self._plain = self._plain[take:]
        return bytes(found)

    def _open_part(self) -> bool:
        if not self._ahead:
            return False
        part, self._ahead = self._ahead, self._source.read(_PART + _TAG)
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number, last=not self._ahead), part, MAGIC)
        except InvalidTag as error:
            code = "passphrase_wrong" if self._number == 0 else "backup_damaged"
            raise UnjaiError(code, 500, file=self._name, what=f"part {self._number}") from error
        self._number += 1
        return bool(self._plain) or bool(self._ahead)
