"""The secret of each checkpoint: sealed in the database by a key in DATA/secrets (`patrol.key`).

It is made when a label or a screen first needs it; until then no code of that checkpoint exists.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from uuid import UUID

from unjai.people.vault import Vault

FILE = "patrol.key"
_BYTES = 32


def vault_of(data: Path) -> Vault:
    """Return the vault of a centre's data folder; nothing is read yet."""
    return Vault(data / "secrets", file=FILE, unreadable="patrol_secret_unreadable")


def fresh(vault: Vault, checkpoint_id: UUID) -> bytes:
    """Return a new secret of a checkpoint, sealed."""
    return vault.seal(checkpoint_id, secrets.token_bytes(_BYTES))
