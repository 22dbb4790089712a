"""Errors carry a code, an HTTP status and facts; the words come from the Thai and English catalogue."""

from __future__ import annotations


class UnjaiError(Exception):
    """Something the caller can be told about: `code` names the text in the catalogue, `facts` fill it."""

    def __init__(self, code: str, status: int = 400, /, **facts: object) -> None:
        """Keep the code, the status and the facts; facts must be JSON values and hold no secret."""
        super().__init__(code)
        self.code = code
        self.status = status
        self.facts = facts

    def __str__(self) -> str:
        """Show the code and the facts, for logs."""
        facts = " ".join(f"{key}={value!r}" for key, value in self.facts.items())
        return f"{self.code} {facts}".strip()


class DecodeError(UnjaiError):
    """A message that a sensor cannot read. The only error that `decode` may raise."""

    def __init__(self, code: str = "message_unreadable", /, **facts: object) -> None:
        """Make a refusal with status 400."""
        super().__init__(code, 400, **facts)


def not_found(what: str, key: object) -> UnjaiError:
    """Return the error for a thing that is not there, or that the actor may not know of."""
    return UnjaiError("not_found", 404, what=what, key=str(key))


def forbidden(right: str) -> UnjaiError:
    """Return the error for a missing right."""
    return UnjaiError("right_missing", 403, right=right)
