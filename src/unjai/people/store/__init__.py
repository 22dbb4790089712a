"""All SQL of people: the tables, and the questions asked of them."""

from unjai.people.store.identity_tables import (
    approval,
    break_glass,
    identity_policy,
    pending_sign_in,
    recovery_code,
    second_factor,
    trusted_phone,
)
from unjai.people.store.persons import person, post
from unjai.people.store.roster_tables import duty_crew, roster_crew, roster_unit
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
    "approval",
    "break_glass",
    "device_credential",
    "device_refusal",
    "duty",
    "duty_crew",
    "identity_policy",
    "pending_sign_in",
    "person",
    "post",
    "recovery_code",
    "roster_crew",
    "roster_unit",
    "second_factor",
    "session",
    "shift",
    "sign_in_failure",
    "trusted_phone",
    "unit",
]
