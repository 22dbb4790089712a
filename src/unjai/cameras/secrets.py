"""Credentials of cameras and their sources: sealed in the database by a key in DATA/secrets.

A worker on another host needs that key file (`cameras.key`) in its own data folder.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import msgspec

from unjai.model.errors import UnjaiError
from unjai.people.vault import Vault

log = logging.getLogger(__name__)

FILE = "cameras.key"


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A user name and password of a camera."""

    username: str
    password: str = field(repr=False)


def vault_of(data: Path) -> Vault:
    """Return the vault of a centre's data folder; nothing is read yet."""
    return Vault(data / "secrets", file=FILE, unreadable="camera_login_unreadable")


def seal(vault: Vault, owner: UUID, login: Login) -> bytes:
    """Return a login that only `opened` for the same camera or source gives back."""
    return vault.seal(owner, msgspec.json.encode([login.username, login.password]))


def opened(vault: Vault, owner: UUID, sealed: bytes) -> Login:
    """Return a sealed login; raise `camera_login_unreadable` (503) where the key is gone or another one."""
    username, password = msgspec.json.decode(vault.open(owner, sealed), type=tuple[str, str])
    return Login(username=username, password=password)


def readable(vault: Vault | None, owner: UUID, sealed: bytes | None) -> Login | None:
    """Return a login, or None where there is none or it cannot be read: one lost key stops no other camera."""
    if sealed is None or vault is None:
        return None
    try:
        return opened(vault, owner, sealed)
    except UnjaiError as error:
        log.warning("the login of %s: %s", owner, error.code)
        return None
