"""The word for duress: kept and compared as a code that only the walk's own token can make, never as the word."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

TOKEN_BYTES = 32
_CODE_BYTES = 32


def new_token() -> str:
    """Return a token of 256 bits that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def kept(token: str) -> bytes:
    """Return what is kept of a token: who reads the database cannot act with it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def plain_word(said: str) -> str:
    """Return a word as it counts: without spaces, marks that nobody sees, or the difference of large and small."""
    folded = unicodedata.normalize("NFKC", said).casefold()
    return "".join(one for one in folded if not one.isspace() and unicodedata.category(one) not in ("Cf", "Cc", "Cs"))


def code_of(token: str, word: str) -> bytes:
    """Return the code of a word under a walk's token; the same work whatever the word."""
    return hmac.new(token.encode("utf-8", "replace"), plain_word(word).encode(), hashlib.sha256).digest()


def duress_code(token: str, word: str | None) -> bytes:
    """Return the code to keep for the duress word; without one (or an empty one) a code that no word ever gives."""
    return secrets.token_bytes(_CODE_BYTES) if word is None or not plain_word(word) else code_of(token, word)


def is_duress(duress: bytes, said: bytes) -> bool:
    """Tell whether what was said is the duress word."""
    return hmac.compare_digest(duress, said)
