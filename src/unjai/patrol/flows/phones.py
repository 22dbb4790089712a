"""The phones that sign what happens on patrol: registered by their holder, revoked by them or by the shift chief."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.patrol.store import phones as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx

SELF, MANAGE = "patrol.self", "patrol.manage"
PHONES_MOST = 5


def own_account(actor: Actor) -> AccountId:
    """Return the account that acts; raise `right_missing` (403) or `account_needed` (403)."""
    actor.must(SELF)
    if actor.account_id is None:
        raise UnjaiError("account_needed", 403)
    return actor.account_id


def key_checked(public_key: bytes) -> bytes:
    """Return a public key (SubjectPublicKeyInfo in DER) on P-256 in its one form; raise `phone_key_wrong` (422)."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  only where phones are registered
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        key = forms.load_der_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnjaiError("phone_key_wrong", 422) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnjaiError("phone_key_wrong", 422)
    return key.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)


async def register_phone(tx: Tx, actor: Actor, clock: Clock, *, public_key: bytes, name: str) -> UUID:
    """Register the phone in the actor's hand for their account; the same key again is the same phone.

    Raises `phone_key_wrong` (422) and (409) `phone_key_taken` for a key of another holder, `phone_revoked`,
    `phones_many`.
    """
    account_id = own_account(actor)
    key = key_checked(public_key)
    digest = hashlib.sha256(key).hexdigest()
    known = await store.phone_by_key(tx, digest)
    if known is not None and known["account_id"] == account_id and known["station_id"] == actor.station:
        if known["revoked_at"] is not None:
            raise UnjaiError("phone_revoked", 409)
        return UUID(str(known["id"]))
    used = [row for row in await store.phones(tx, actor.station, account_id) if row["revoked_at"] is None]
    if known is None and len(used) >= PHONES_MOST:
        raise UnjaiError("phones_many", 409, most=PHONES_MOST)
    phone_id = new_id(clock.now())
    row = {"id": phone_id, "station_id": actor.station, "account_id": account_id, "name": name, "public_key": key}
    row |= {"digest": digest, "head_digest": digest, "registered_at": clock.now()}
    if known is not None or not await store.add_phone(tx, row):
        raise UnjaiError("phone_key_taken", 409)
    facts = {"name": name, "key": digest[:16]}
    await audit(tx, actor, clock, action="patrol.phone.register", subject=f"phone:{phone_id}", facts=facts)
    return phone_id


async def revoke_phone(tx: Tx, actor: Actor, clock: Clock, *, phone_id: UUID, why: str, own: bool) -> dict[str, Any]:
    """Stop believing a phone from now: one's own (`own`), or with `patrol.manage` any of the station. Return its row.

    What it signed before and sent stands. Revoked twice changes nothing.
    """
    if own:
        account_id: UUID | None = own_account(actor)
    else:
        actor.must(MANAGE)
        account_id = None
    row = await store.phone_of(tx, phone_id, lock=True)
    if row is None or row["station_id"] not in actor.stations or account_id not in (None, row["account_id"]):
        raise not_found("phone", phone_id)
    if row["revoked_at"] is None:
        by = f"{actor.kind}:{actor.key}"
        await store.set_phone(tx, phone_id, revoked_at=clock.now(), revoked_by=by, revoked_why=why)
        facts = {"name": row["name"], "why": why, "own": own}
        station_id = StationId(row["station_id"])
        subject = f"phone:{phone_id}"
        await audit(tx, actor, clock, action="patrol.phone.revoke", subject=subject, facts=facts, station_id=station_id)
    return row
