"""The community of a junction's controller: sealed in the database by a key in DATA/secrets."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from unjai.people.vault import Vault

FILE = "signals.key"


def vault_of(data: Path) -> Vault:
    """Return the vault of a centre's data folder; nothing is read yet."""
    return Vault(data / "secrets", file=FILE, unreadable="signals_secret_unreadable")


def seal(vault: Vault, junction_id: UUID, community: str) -> bytes:
    """Return a community that only `opened` for the same junction gives back."""
    return vault.seal(junction_id, community.encode())


def opened(vault: Vault, junction_id: UUID, sealed: bytes) -> str:
    """Return a sealed community; raise `signals_secret_unreadable` (503) where the key is gone or another one."""
    return vault.open(junction_id, sealed).decode()
