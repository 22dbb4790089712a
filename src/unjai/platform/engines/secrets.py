"""Passwords and keys that the engines' own users need: made once, kept 0600 in `data/secrets`, never printed."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from unjai.model.errors import UnjaiError


@dataclass(frozen=True, kw_only=True)
class NatsSecrets:
    """Passwords of the NATS users, and the account key that signs the devices' permits.

    `core` and `web` are the roles, `door` may only open the MQTT door once, `fed` is the account a hub links to,
    `sys` disconnects devices.
    """

    core: str = field(repr=False)
    web: str = field(repr=False)
    door: str = field(repr=False)
    fed: str = field(repr=False)
    sys: str = field(repr=False)
    callout_seed: str = field(repr=False)
    callout_public: str


def nats_secrets(data: Path) -> NatsSecrets:
    """Return the secrets of this data folder; made if there are none.

    Raises `secrets_unreadable` if the file is damaged: to make new ones silently would shut every device out.
    """
    file = data / "secrets" / "nats.json"
    if not file.exists():
        seed, public = _account_key()
        words = {name: secrets.token_urlsafe(24) for name in ("core", "web", "door", "fed", "sys")}
        keep(file, json.dumps(asdict(NatsSecrets(**words, callout_seed=seed, callout_public=public)), indent=1))
    try:
        return NatsSecrets(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error


def database_password(data: Path, role: str) -> str | None:
    """Return a role's password at an outside database (`secrets/database.json`), None if none was written down.

    Raises `secrets_unreadable`.
    """
    file = data / "secrets" / "database.json"
    if not file.exists():
        return None
    try:
        said = json.loads(file.read_text("utf-8")).get(role)
    except (OSError, ValueError, AttributeError) as error:
        raise UnjaiError("secrets_unreadable", 500, file=str(file)) from error
    return None if said is None else str(said)


def keep(file: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    if not file.parent.exists():
        file.parent.mkdir(mode=0o700, parents=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def _account_key() -> tuple[str, str]:
    import nkeys  # noqa: PLC0415  only at the first start

    seed = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_ACCOUNT)
    return seed.decode(), nkeys.from_seed(seed).public_key.decode()
