"""All SQL of people: the tables, and the questions asked of them."""

from unjai.people.store.tables import (
    account,
    account_role,
    device_credential,
    device_refusal,
    duty,
    session,
    shift,
    sign_in_failure,
    unit,
)

__all__ = [
    "account",
    "account_role",
    "device_credential",
    "device_refusal",
    "duty",
    "session",
    "shift",
    "sign_in_failure",
    "unit",
]
