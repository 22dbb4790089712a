"""Passwords as argon2id hashes. Hashing takes tens of milliseconds, so it runs in a thread, never on the event loop."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from unjai.people.rules import normal_password

TIME_COST, MEMORY_KIB = 2, 32 * 1024
"""Above OWASP's least (19 MiB, t = 2, p = 1), and small enough that two at once fit a box of 2 cores."""

_HASHER = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)

_EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0, 1: a one-time password is read from a screen or a slip of paper."""


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _matches(kept: str | None, password: str) -> bool:
    """Check against `kept`; without one, take the same time against the hash of nobody and say no."""
    try:
        right = _HASHER.verify(kept or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


async def hash_password(password: str) -> str:
    """Return the argon2id hash of `password` with its parameters and salt."""
    return await asyncio.to_thread(_HASHER.hash, normal_password(password))


async def password_matches(kept: str | None, password: str) -> bool:
    """Tell whether `password` is that of the hash `kept`; takes the same time where there is none."""
    return await asyncio.to_thread(_matches, kept, normal_password(password))


def needs_rehash(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def one_time_password() -> str:
    """Return a random password of 79 bits in four groups of four, to be changed at the first sign-in."""
    groups = ("".join(secrets.choice(_EASY_TO_READ) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
